#include "reference-server/net/http.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace poolcast::net {

namespace {

bool same_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b,
                            [](unsigned char left, unsigned char right) { return std::tolower(left) == std::tolower(right); });
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers, [&](const HttpHeader& header) { return same_without_case(header.name, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

struct Responder::Pending {
  explicit Pending(std::function<void(HttpResponse)> answer) : send(std::move(answer)) {}
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending() {
    if (send) send(HttpResponse{.status = 500, .body = "The request was not answered.\n"});
  }
  std::function<void(HttpResponse)> send;  // empty once used
};

Responder::Responder(std::function<void(HttpResponse)> send) : pending_(std::make_shared<Pending>(std::move(send))) {}

void Responder::operator()(HttpResponse response) const {
  if (!pending_->send) return;
  std::exchange(pending_->send, nullptr)(std::move(response));
}

void HttpRoutes::add(std::string path, HttpHandler handler) { routes_.push_back({std::move(path), std::move(handler)}); }

void HttpRoutes::operator()(const HttpRequest& request, Responder responder) const {
  const auto found = std::ranges::find(routes_, request.path, &Route::path);
  if (found == routes_.end()) return responder(HttpResponse{.status = 404, .body = "There is nothing at this address.\n"});
  found->handler(request, std::move(responder));
}

}  // namespace poolcast::net
