// HTTP requests and answers as plain values: what the status page, the metrics and the file service see.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace poolcast::net {

struct HttpHeader {
  std::string name;
  std::string value;
  bool operator==(const HttpHeader&) const = default;
};

struct HttpRequest {
  std::string method{};  // "GET"
  std::string path{};    // "/metrics": without the query, not decoded
  std::string query{};   // what follows the first '?', without it
  std::vector<HttpHeader> headers{};
  std::string body{};
  std::string peer{};  // "127.0.0.1:40122"
  bool over_tls = false;

  std::string_view header(std::string_view name) const;  // its first value, names compared without case; empty when absent
  bool operator==(const HttpRequest&) const = default;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body{};
  std::vector<HttpHeader> headers{};  // besides Content-Type, Content-Length, Connection
  bool operator==(const HttpResponse&) const = default;
};

// Answers one request, now or later, on the io thread. Copies share the one answer: the first counts, and when the last copy goes
// without one, the client gets a 500.
class Responder {
public:
  explicit Responder(std::function<void(HttpResponse)> send);
  void operator()(HttpResponse response) const;

private:
  struct Pending;
  std::shared_ptr<Pending> pending_;
};

using HttpHandler = std::function<void(const HttpRequest&, Responder)>;

// Hands requests to handlers by exact path; 404 for the rest.
class HttpRoutes {
public:
  void add(std::string path, HttpHandler handler);
  void operator()(const HttpRequest& request, Responder responder) const;

private:
  struct Route {
    std::string path{};
    HttpHandler handler;
  };
  std::vector<Route> routes_;
};

}  // namespace poolcast::net
