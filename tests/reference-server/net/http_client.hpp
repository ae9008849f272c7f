// A blocking HTTP client of raw text, so that tests can send what no proper client would. Every read has a deadline.
#pragma once

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reference-server/net/asio.hpp"
#include "reference-server/net/tls_context.hpp"

namespace poolcast::tests {

class HttpClient {
public:
  explicit HttpClient(std::uint16_t port, const net::TlsClientContext* tls = nullptr) : socket_(io_) {
    socket_.connect({net::asio::ip::address_v4::loopback(), port});
    const timeval deadline{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    if (tls == nullptr) return;
    ssl_ = tls->connect(socket_.native_handle(), "localhost");
    handshake_ = SSL_do_handshake(ssl_.get()) == 1;
  }

  bool shook_hands() const { return handshake_; }

  void send(std::string_view text) {
    if (ssl_) {
      SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
      return;
    }
    net::error_code ignored;  // a server that has closed shows in what is received
    net::asio::write(socket_, net::asio::buffer(text), ignored);
  }

  // One answer: the head and as much body as Content-Length says; empty when the server closed or the deadline passed.
  std::string receive() {
    while (true) {
      const std::size_t head = received_.find("\r\n\r\n");
      if (head != std::string::npos) {
        const std::size_t size = head + 4 + body_size(received_.substr(0, head));
        if (received_.size() >= size) {
          std::string answer = received_.substr(0, size);
          received_.erase(0, size);
          return answer;
        }
      }
      if (!read_some()) return {};
    }
  }

  std::string ask(std::string_view text) {
    send(text);
    return receive();
  }

  // Whether the server closes the connection, whatever it still sends.
  bool is_closed() {
    while (read_some()) {
    }
    return at_end_;
  }

private:
  static std::size_t body_size(const std::string& head) {
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
  }

  bool read_some() {
    std::array<char, 16384> piece{};
    ssize_t size = 0;
    if (ssl_)
      size = SSL_read(ssl_.get(), piece.data(), static_cast<int>(piece.size()));
    else
      size = ::recv(socket_.native_handle(), piece.data(), piece.size(), 0);
    at_end_ = size == 0 || (size < 0 && errno == ECONNRESET);
    if (size <= 0) return false;
    received_.append(piece.data(), static_cast<std::size_t>(size));
    return true;
  }

  net::asio::io_context io_;
  net::Tcp::socket socket_;
  net::SslHandle ssl_;
  bool handshake_ = false;
  bool at_end_ = false;
  std::string received_;
};

}  // namespace poolcast::tests
