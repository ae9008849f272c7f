#include "reference-server/link/tls.hpp"

#include <chrono>
#include <utility>

namespace poolcast::link {

Result<std::shared_ptr<Tls>> Tls::load(const TlsSettings& settings) {
  std::shared_ptr<Tls> tls(new Tls(settings));
  if (const auto loaded = tls->reload(); !loaded) return loaded.error();
  return tls;
}

Result<Done> Tls::reload() {
  net::TlsSettings accepts;
  accepts.certificate_chain = settings_.certificate;
  accepts.private_key = settings_.private_key;
  accepts.session_tickets = false;  // links last for weeks
  accepts.client_authority = settings_.authority;
  auto server = net::TlsContext::load(accepts);
  if (!server) return server.error();
  auto client = net::TlsClientContext::load(
      {.trusted = settings_.authority, .certificate_chain = settings_.certificate, .private_key = settings_.private_key});
  if (!client) return client.error();
  if (accepts_ && (*server)->certificate().not_after <= std::chrono::system_clock::now())
    return Error{ErrorCode::conflict, settings_.certificate + ": has expired; the certificate in use stays"};
  accepts_ = std::move(*server);
  calls_ = std::move(*client);
  return Done{};
}

}  // namespace poolcast::link
