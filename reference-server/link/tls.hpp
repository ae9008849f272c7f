// How nodes of a pool prove to each other who they are: each shows a certificate that the pool's own authority has signed and
// that names the node; each side checks the other's.
#pragma once

#include <memory>
#include <string>

#include "domain/topology.hpp"
#include "reference-server/net/tls_context.hpp"

namespace poolcast::link {

struct TlsSettings {
  std::string authority;    // PEM: the pool's certificate authority, and nobody else's
  std::string certificate;  // PEM: this node's chain; names the node (DNS:chat-1), for servers and for clients
  Secret private_key;
};

class Tls {
public:
  // The error names the file.
  static Result<std::shared_ptr<Tls>> load(const TlsSettings& settings);
  // Reads the files again for links to come. On an error, an expired certificate included, the old ones stay.
  Result<Done> reload();

  const net::CertificateFacts& certificate() const { return accepts_->certificate(); }

  net::SslHandle accept(int socket) const { return accepts_->accept(socket); }
  net::SslHandle call(int socket, const std::string& node) const { return calls_->connect(socket, node); }

private:
  explicit Tls(TlsSettings settings) : settings_(std::move(settings)) {}

  TlsSettings settings_;
  std::shared_ptr<const net::TlsContext> accepts_;
  std::shared_ptr<const net::TlsClientContext> calls_;
};

}  // namespace poolcast::link
