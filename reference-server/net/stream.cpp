#include "reference-server/net/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "reference-server/net/socket_bio.hpp"

namespace poolcast::net {

namespace {

int length_for_openssl(std::size_t bytes) {
  return static_cast<int>(std::min(bytes, static_cast<std::size_t>(std::numeric_limits<int>::max())));
}

Transfer socket_result(ssize_t result, Wants direction) {
  if (result > 0) return {.bytes = static_cast<std::size_t>(result)};
  if (result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return {.wants = direction};
  return {.wants = Wants::closed};
}

// Texts of OpenSSL's own, which stay. Which of the certificate's faults it was says more than that there was one.
const char* reason_of(const SSL* tls) {
  const long verified = SSL_get_verify_result(tls);
  if (verified != X509_V_OK && SSL_get_verify_mode(tls) != SSL_VERIFY_NONE) return X509_verify_cert_error_string(verified);
  return ERR_reason_error_string(ERR_peek_error());
}

}  // namespace

Wants Stream::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_.get());  // of the side that the handle was made for
  return result == 1 ? Wants::nothing : tls_result(result).wants;
}

bool Stream::peer_is_named(const std::string& name) const {
  X509* const certificate = tls_ ? SSL_get0_peer_certificate(tls_.get()) : nullptr;
  return certificate != nullptr && SSL_get_verify_result(tls_.get()) == X509_V_OK &&
         X509_check_host(certificate, name.c_str(), name.size(), 0, nullptr) == 1;
}

Transfer Stream::read(std::span<char> into) {
  if (!tls_) {
    Transfer got = socket_result(::recv(socket_, into.data(), into.size(), MSG_DONTWAIT), Wants::read);
    got.drained = got.bytes < into.size();
    return got;
  }
  ERR_clear_error();
  Transfer got = tls_result(SSL_read(tls_.get(), into.data(), length_for_openssl(into.size())));
  got.drained = SSL_has_pending(tls_.get()) == 0 && is_drained(SSL_get_rbio(tls_.get()));
  return got;
}

Transfer Stream::write(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (!tls_) return socket_result(::send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL), Wants::write);
  ERR_clear_error();
  return tls_result(SSL_write(tls_.get(), bytes.data(), length_for_openssl(bytes.size())));
}

void Stream::say_goodbye() {
  if (tls_ && SSL_is_init_finished(tls_.get()) != 0) SSL_shutdown(tls_.get());
  ERR_clear_error();
}

Transfer Stream::tls_result(int result) {
  if (result > 0) return {.bytes = static_cast<std::size_t>(result)};
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {.wants = Wants::read};
    case SSL_ERROR_WANT_WRITE:
      return {.wants = Wants::write};
    default:
      why_ = reason_of(tls_.get());
      // After a fatal error OpenSSL forbids every further call, the goodbye included.
      SSL_set_quiet_shutdown(tls_.get(), 1);
      return {.wants = Wants::closed};
  }
}

}  // namespace poolcast::net
