// One connection of the HTTP server: reads requests one after the other, hands each to the handler, writes its answer. Included
// by http_server.cpp only, because Beast stays out of headers that others include.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "reference-server/net/asio.hpp"
#include "reference-server/net/http_server.hpp"

namespace poolcast::net {

namespace beast = boost::beast;
namespace http = boost::beast::http;

class HttpSession {
public:
  HttpSession(HttpLimits limits, HttpHandler handler, std::string peer)
      : limits_(limits), handler_(std::move(handler)), peer_(std::move(peer)) {}
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;
  virtual ~HttpSession() = default;

  virtual asio::awaitable<void> run() = 0;  // until the connection is at its end; the caller keeps the session alive
  virtual void close() = 0;
  // No further request after the one that is running; an idle connection closes at once.
  void finish() {
    last_ = true;
    if (idle_) close();
  }

protected:
  using Parser = http::request_parser<http::string_body>;
  using Answer = http::response<http::string_body>;

  // What becomes of one handler's answer; it may come after the connection has gone.
  struct Waiting {
    explicit Waiting(const asio::any_io_executor& executor) : changed(executor) {}
    asio::steady_timer changed;
    std::optional<HttpResponse> response;
  };

  static HttpRequest plain(const http::request<http::string_body>& from, const std::string& peer, bool over_tls);
  static Answer answer(HttpResponse response, const http::request<http::string_body>& request, bool keep_alive);
  static HttpResponse refusal(const error_code& error);  // status 0: the peer is gone, or was too slow

  HttpLimits limits_;
  HttpHandler handler_;
  std::string peer_;
  bool idle_ = false;
  bool last_ = false;
};

template <class Stream>
class HttpSessionOn final : public HttpSession {
public:
  static constexpr bool over_tls = !std::is_same_v<Stream, beast::tcp_stream>;

  HttpSessionOn(HttpLimits limits, HttpHandler handler, std::string peer, Tcp::socket socket) requires(!over_tls)
      : HttpSession(limits, std::move(handler), std::move(peer)), stream_(std::move(socket)) {}
  HttpSessionOn(HttpLimits limits, HttpHandler handler, std::string peer, Tcp::socket socket,
                std::unique_ptr<asio::ssl::context> context) requires(over_tls)
      : HttpSession(limits, std::move(handler), std::move(peer)),
        context_(std::move(context)),
        stream_(std::move(socket), *context_) {}

  void close() override {
    beast::get_lowest_layer(stream_).close();
    if (waiting_) waiting_->changed.cancel();
  }

  asio::awaitable<void> run() override {
    error_code error;
    if constexpr (over_tls) {
      transport().expires_after(limits_.request);
      co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, error));
    }
    bool goes_on = !error;
    while (goes_on) goes_on = co_await serve_one();
    if constexpr (over_tls) {
      constexpr std::chrono::seconds farewell{2};
      transport().expires_after(farewell);
      co_await stream_.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
    }
    close();
  }

private:
  beast::tcp_stream& transport() { return beast::get_lowest_layer(stream_); }

  // Waits for the first byte of a request: the time between requests has a limit of its own.
  asio::awaitable<bool> begins() {
    if (buffer_.size() > 0) co_return true;  // the peer did not wait for the answer
    if (last_) co_return false;
    idle_ = true;
    transport().expires_after(limits_.idle);
    error_code error;
    constexpr std::size_t first_read = 4096;
    const std::size_t size =
        co_await stream_.async_read_some(buffer_.prepare(first_read), asio::redirect_error(asio::use_awaitable, error));
    idle_ = false;
    buffer_.commit(size);
    co_return !error && size > 0;
  }

  asio::awaitable<bool> serve_one() {
    const bool begun = co_await begins();
    if (!begun) co_return false;
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.head_bytes));
    parser.body_limit(limits_.body_bytes);
    transport().expires_after(limits_.request);
    error_code error;
    co_await http::async_read_header(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
    if (!error && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
      http::response<http::empty_body> go_on(http::status::continue_, parser.get().version());
      co_await http::async_write(stream_, go_on, asio::redirect_error(asio::use_awaitable, error));
    }
    if (!error) co_await http::async_read(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
    const HttpResponse refused = refusal(error);
    if (error && refused.status == 0) co_return false;
    const bool keep_alive = !error && parser.get().keep_alive();
    HttpResponse response = refused;
    if (!error) response = co_await ask_handler(plain(parser.get(), peer_, over_tls));
    Answer written = answer(std::move(response), parser.get(), keep_alive && !last_);
    transport().expires_after(limits_.request);
    co_await http::async_write(stream_, written, asio::redirect_error(asio::use_awaitable, error));
    co_return !error && written.keep_alive();
  }

  asio::awaitable<HttpResponse> ask_handler(HttpRequest request) {
    // While the handler thinks, only its own limit counts.
    transport().expires_never();
    waiting_ = std::make_shared<Waiting>(stream_.get_executor());
    waiting_->changed.expires_after(limits_.handler);
    // A handler may keep the responder longer than the connection, or the server, lasts.
    handler_(request, Responder([weak = std::weak_ptr<Waiting>(waiting_)](HttpResponse&& response) {
               const auto waiting = weak.lock();
               if (!waiting) return;
               waiting->response = std::move(response);
               waiting->changed.cancel();
             }));
    error_code ignored;  // whether it was the answer, the limit or the end of the connection shows in `response`
    if (!waiting_->response) co_await waiting_->changed.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    HttpResponse response{.status = 503, .body = "This takes too long; try again later.\n"};
    if (waiting_->response) response = std::move(*waiting_->response);
    waiting_.reset();
    co_return response;
  }

  std::unique_ptr<asio::ssl::context> context_;
  Stream stream_;
  beast::flat_buffer buffer_;
  std::shared_ptr<Waiting> waiting_;  // while a handler thinks
};

}  // namespace poolcast::net
