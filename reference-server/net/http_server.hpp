// A small HTTP/1.1 server on the node's io thread: plain for metrics and health, HTTPS for the file service. Few connections, so
// it may use Boost.Beast and asio::ssl.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "reference-server/net/asio.hpp"
#include "reference-server/net/http.hpp"
#include "reference-server/net/tls_context.hpp"
#include "reference-server/result.hpp"

namespace poolcast::net {

// What happens at each limit: more connections than that are closed at once; a head or body above its size is answered 431 or
// 413 and the connection closed; a request that does not arrive in time, or a peer that does not read the answer in time, loses
// its connection; a handler that does not answer in time is answered for with 503.
struct HttpLimits {
  std::size_t connections = 64;
  std::size_t head_bytes = 16 * 1024;
  std::size_t body_bytes = 1024 * 1024;
  std::chrono::seconds request{30};  // from the first byte of a request to its last, and for writing the answer
  std::chrono::seconds idle{60};     // between requests
  std::chrono::seconds handler{30};
};

struct HttpServerSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;            // 0: any free port, see port()
  bool allow_remote = false;         // an address that is not loopback is refused without it
  std::shared_ptr<TlsKeeper> tls{};  // HTTPS when there is one
  HttpLimits limits{};
};

class HttpServer {
public:
  // Listens at once. The error names address and port.
  static Result<std::unique_ptr<HttpServer>> listen(asio::io_context& io, const HttpServerSettings& settings,
                                                    HttpHandler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();  // closes what is open, without waiting

  std::uint16_t port() const;
  std::size_t connections() const;

  // Orderly: closes the listener and idle connections, lets running requests be answered for at most `limit`, closes what is
  // left, then calls `stopped` from the io thread, once.
  void stop(std::chrono::milliseconds limit, std::function<void()> stopped);

private:
  class Impl;
  explicit HttpServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace poolcast::net
