#include "reference-server/loadgen/link.hpp"

#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

namespace poolcast::loadgen {

SslContext client_tls(const std::string& ca_file) {
  SslContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) throw std::runtime_error("OpenSSL gives no TLS context");
  SSL_CTX* const raw = context.get();
  if (SSL_CTX_load_verify_locations(raw, ca_file.c_str(), nullptr) != 1)
    throw std::runtime_error(ca_file + ": no certificate in PEM could be read");
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(raw), X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET);
  SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  return context;
}

Link::Link(Link&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      is_open_(std::exchange(other.is_open_, false)),
      tcp_is_open_(std::exchange(other.tcp_is_open_, false)),
      ssl_(std::move(other.ssl_)),
      out_(std::move(other.out_)),
      sent_(std::exchange(other.sent_, 0)),
      rest_(std::move(other.rest_)) {}

bool Link::begin(const sockaddr_in& server, SSL_CTX* tls) {
  close();
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return false;
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0 && errno != EINPROGRESS) {
    close();
    return false;
  }
  if (tls != nullptr) {
    ssl_.reset(SSL_new(tls));
    if (!ssl_ || SSL_set_fd(ssl_.get(), socket_) != 1) {
      close();
      return false;
    }
    SSL_set_connect_state(ssl_.get());
  }
  return true;
}

Link::Progress Link::advance() {
  if (is_open_) return Progress::open;
  if (!tcp_is_open_) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) return Progress::failed;
    sockaddr_in peer{};
    socklen_t length = sizeof peer;
    if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &length) != 0) return Progress::waits;
    tcp_is_open_ = true;
  }
  if (ssl_) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result != 1) {
      const int why = SSL_get_error(ssl_.get(), result);
      return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? Progress::waits : Progress::failed;
    }
  }
  is_open_ = true;
  return Progress::open;
}

Link::Received Link::receive(std::span<char> scratch, std::size_t& length) {
  if (ssl_) {
    ERR_clear_error();
    const int result = SSL_read(ssl_.get(), scratch.data(), static_cast<int>(scratch.size()));
    if (result <= 0) {
      const int why = SSL_get_error(ssl_.get(), result);
      return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? Received::nothing : Received::closed;
    }
    length = static_cast<std::size_t>(result);
    return Received::bytes;
  }
  const ssize_t result = ::recv(socket_, scratch.data(), scratch.size(), 0);
  if (result > 0) {
    length = static_cast<std::size_t>(result);
    return Received::bytes;
  }
  return result < 0 && (errno == EAGAIN || errno == EINTR) ? Received::nothing : Received::closed;
}

// How many bytes were taken; 0 when none can be taken now, -1 when the connection is lost.
long Link::write_some() {
  const char* const begin = out_.data() + sent_;
  const std::size_t size = out_.size() - sent_;
  if (!ssl_) {
    const ssize_t result = ::send(socket_, begin, size, MSG_NOSIGNAL);
    if (result >= 0) return result;
    return errno == EAGAIN || errno == EINTR ? 0 : -1;
  }
  ERR_clear_error();
  constexpr std::size_t one_record = 16384;
  const int result = SSL_write(ssl_.get(), begin, static_cast<int>(std::min(size, one_record)));
  if (result > 0) return result;
  const int why = SSL_get_error(ssl_.get(), result);
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

bool Link::flush() {
  if (!is_open_) return true;
  while (sent_ < out_.size()) {
    const long taken = write_some();
    if (taken < 0) return false;
    if (taken == 0) return true;
    sent_ += static_cast<std::size_t>(taken);
  }
  out_.clear();
  sent_ = 0;
  return true;
}

void Link::close() {
  ssl_.reset();
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  is_open_ = tcp_is_open_ = false;
  out_.clear();
  rest_.clear();
  sent_ = 0;
}

}  // namespace poolcast::loadgen
