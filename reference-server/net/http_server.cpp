#include "reference-server/net/http_server.hpp"

#include <openssl/ssl.h>

#include <unordered_set>
#include <vector>

#include "reference-server/net/http_session.hpp"

namespace poolcast::net {

HttpRequest HttpSession::plain(const http::request<http::string_body>& from, const std::string& peer, bool over_tls) {
  const std::string target(from.target());
  const std::size_t question = target.find('?');
  HttpRequest request{.method = std::string(from.method_string()),
                      .path = target.substr(0, question),
                      .query = question == std::string::npos ? std::string() : target.substr(question + 1),
                      .headers = {},
                      .body = from.body(),
                      .peer = peer,
                      .over_tls = over_tls};
  for (const auto& field : from) request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  return request;
}

HttpSession::Answer HttpSession::answer(HttpResponse response, const http::request<http::string_body>& request, bool keep_alive) {
  Answer written(static_cast<http::status>(response.status), request.version() == 10 ? 10 : 11);
  written.set(http::field::content_type, response.content_type);
  written.set(http::field::cache_control, "no-store");
  written.set("X-Content-Type-Options", "nosniff");
  for (const HttpHeader& header : response.headers) written.set(header.name, header.value);
  written.keep_alive(keep_alive);
  written.content_length(response.body.size());
  if (request.method() != http::verb::head) written.body() = std::move(response.body);
  return written;
}

HttpResponse HttpSession::refusal(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return {.status = 431, .body = "The head of this request is too large.\n"};
  if (error == http::error::body_limit) return {.status = 413, .body = "The body of this request is too large.\n"};
  const bool gone = error == http::error::end_of_stream || error == http::error::partial_message;
  if (error.category() == http::make_error_code(http::error::bad_method).category() && !gone)
    return {.status = 400, .body = "This is no request that the server understands.\n"};
  return {.status = 0};
}

namespace {

// Nothing in a coroutine of ours throws on bad input; what does is a defect, and ends the program where it can be seen.
void raise(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
public:
  Impl(asio::io_context& io, HttpServerSettings settings, HttpHandler handler)
      : io_(io), settings_(std::move(settings)), handler_(std::move(handler)), acceptor_(io), pause_(io), stop_limit_(io) {}

  std::optional<Error> listen() {
    error_code error;
    const auto address = asio::ip::make_address(settings_.address, error);
    const std::string where = settings_.address + ":" + std::to_string(settings_.port);
    if (error) return Error{ErrorCode::malformed, where + ": is no address; expected one such as 127.0.0.1"};
    if (!address.is_loopback() && !settings_.allow_remote)
      return Error{ErrorCode::forbidden, where + ": is not a loopback address, and remote clients are not allowed here"};
    const Tcp::endpoint endpoint(address, settings_.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
    if (error) return Error{ErrorCode::unavailable, where + ": cannot be listened on: " + error.message()};
    asio::co_spawn(io_, accept_all(shared_from_this()), raise);
    return std::nullopt;
  }

  std::uint16_t port() const { return port_; }
  std::size_t connections() const { return sessions_.size(); }

  void stop(std::chrono::milliseconds limit, std::function<void()> stopped) {
    stopped_ = std::move(stopped);
    close_listener();
    // finish() may end a session only on a later turn of the loop, so the set does not change here.
    for (const auto& session : sessions_) session->finish();
    stop_limit_.expires_after(limit);
    stop_limit_.async_wait([self = shared_from_this()](const error_code& error) {
      if (error) return;
      for (const auto& session : self->sessions_) session->close();
    });
    asio::post(io_, [self = shared_from_this()] { self->tell_when_empty(); });
  }

  void close() {
    close_listener();
    stop_limit_.cancel();
    for (const auto& session : sessions_) session->close();
  }

private:
  using Session = std::shared_ptr<HttpSession>;

  void close_listener() {
    error_code ignored;  // nothing can be done about a listener that does not close
    acceptor_.close(ignored);
    pause_.cancel();
  }

  static asio::awaitable<void> accept_all(std::shared_ptr<Impl> self) {
    while (self->acceptor_.is_open()) {
      error_code error;
      Tcp::endpoint peer;
      Tcp::socket socket = co_await self->acceptor_.async_accept(peer, asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        // Out of descriptors or memory: what is open goes on, and this is tried again soon.
        self->pause_.expires_after(std::chrono::milliseconds{100});
        co_await self->pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      if (self->sessions_.size() < self->settings_.limits.connections) self->begin(std::move(socket), peer);
    }
  }

  void begin(Tcp::socket socket, const Tcp::endpoint& peer) {
    const std::string name = peer.address().to_string() + ":" + std::to_string(peer.port());
    Session session = make_session(std::move(socket), name);
    sessions_.insert(session);
    asio::co_spawn(io_, session->run(), [self = shared_from_this(), session](const std::exception_ptr& error) {
      self->sessions_.erase(session);
      self->tell_when_empty();
      raise(error);
    });
  }

  Session make_session(Tcp::socket socket, std::string peer) {
    if (!settings_.tls)
      return std::make_shared<HttpSessionOn<beast::tcp_stream>>(settings_.limits, handler_, std::move(peer), std::move(socket));
    SSL_CTX* native = settings_.tls->current()->native();
    SSL_CTX_up_ref(native);  // asio's context owns one reference
    return std::make_shared<HttpSessionOn<beast::ssl_stream<beast::tcp_stream>>>(
        settings_.limits, handler_, std::move(peer), std::move(socket), std::make_unique<asio::ssl::context>(native));
  }

  void tell_when_empty() {
    if (!stopped_ || !sessions_.empty()) return;
    stop_limit_.cancel();
    std::exchange(stopped_, nullptr)();
  }

  asio::io_context& io_;
  HttpServerSettings settings_;
  HttpHandler handler_;
  Tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  asio::steady_timer stop_limit_;
  std::uint16_t port_ = 0;
  std::unordered_set<Session> sessions_;
  std::function<void()> stopped_;
};

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() { impl_->close(); }

Result<std::unique_ptr<HttpServer>> HttpServer::listen(asio::io_context& io, const HttpServerSettings& settings,
                                                       HttpHandler handler) {
  auto impl = std::make_shared<Impl>(io, settings, std::move(handler));
  if (auto error = impl->listen()) return *error;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const { return impl_->port(); }
std::size_t HttpServer::connections() const { return impl_->connections(); }

void HttpServer::stop(std::chrono::milliseconds limit, std::function<void()> stopped) { impl_->stop(limit, std::move(stopped)); }

}  // namespace poolcast::net
