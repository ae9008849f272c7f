// TLS with OpenSSL, for callers that drive SSL* themselves over a non-blocking socket: settings, certificate, reload. One SSL
// object costs 14 KiB while idle, because its record buffers are given back (SSL_MODE_RELEASE_BUFFERS).
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "domain/topology.hpp"
#include "reference-server/net/certificate.hpp"
#include "reference-server/result.hpp"

namespace poolcast::net {

struct FreeSsl {
  void operator()(SSL* ssl) const noexcept;
};
using SslHandle = std::unique_ptr<SSL, FreeSsl>;
struct FreeSslContext {
  void operator()(SSL_CTX* context) const noexcept;
};
using SslContextHandle = std::unique_ptr<SSL_CTX, FreeSslContext>;

struct TlsSettings {
  std::string certificate_chain;  // PEM file: the server's own certificate first
  Secret private_key;             // PEM: the file, or the environment variable that holds the text
  bool session_tickets = true;    // one ticket per handshake: a client that comes back saves the signature
  std::chrono::seconds ticket_lifetime{std::chrono::hours{8}};
  std::optional<std::string> client_authority{};  // PEM: whoever connects shows a certificate that it has signed
};

// One loaded certificate with its key; never changes, so connections may outlive a reload.
class TlsContext {
public:
  // TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only; no renegotiation, no compression. The error names
  // the file or variable and never shows the key.
  static Result<std::shared_ptr<const TlsContext>> load(const TlsSettings& settings);

  // The server's side of a handshake over an accepted non-blocking socket, which stays the caller's to close. Afterwards
  // SSL_accept/SSL_read/SSL_write as usual; partial writes and moving write buffers are on. It reads ahead: a readable socket
  // may hold several records, so call SSL_read until SSL_ERROR_WANT_READ.
  SslHandle accept(int socket) const;
  SslHandle accept() const;  // without a transport: the caller sets BIOs

  const CertificateFacts& certificate() const { return certificate_; }
  SSL_CTX* native() const { return context_.get(); }

private:
  TlsContext(SslContextHandle context, CertificateFacts certificate);
  SslContextHandle context_;
  CertificateFacts certificate_;
};

// The context for new connections, and its renewal while the server runs. Any thread may call either.
class TlsKeeper {
public:
  TlsKeeper(TlsSettings settings, std::shared_ptr<const TlsContext> first);
  static Result<std::shared_ptr<TlsKeeper>> load(const TlsSettings& settings);

  std::shared_ptr<const TlsContext> current() const;
  // Reads the files again. On an error nothing changes: the old certificate goes on serving, and the caller logs the error.
  Result<Done> reload();

private:
  TlsSettings settings_;
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsContext> current_;
};

// The client's side, for links between nodes and for tests.
struct TlsClientSettings {
  std::optional<std::string>
      trusted;                      // PEM file; without one the server's certificate is not checked, which is for loopback only
  std::string certificate_chain{};  // PEM: what is shown to a server that asks; empty: nothing
  Secret private_key{};
};

class TlsClientContext {
public:
  static Result<std::shared_ptr<const TlsClientContext>> load(const TlsClientSettings& settings);
  // `host` goes into SNI and, when certificates are checked, must be one of the certificate's names. A session (from
  // SSL_get1_session of an earlier connection) is offered for resumption; may be null.
  SslHandle connect(int socket, const std::string& host, SSL_SESSION* session = nullptr) const;
  SSL_CTX* native() const { return context_.get(); }

private:
  TlsClientContext(SslContextHandle context, bool checks);
  SslContextHandle context_;
  bool checks_;
};

// The oldest entry of OpenSSL's error queue of this thread in words, and the queue emptied; "unknown error" when it is empty.
std::string take_openssl_error();

}  // namespace poolcast::net
