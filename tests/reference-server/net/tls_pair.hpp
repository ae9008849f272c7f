// A TLS server and a TLS client on one thread, joined by a pair of sockets.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>

#include "reference-server/net/certificate.hpp"
#include "reference-server/net/tls_context.hpp"
#include "tests/reference-server/net/scratch_folder.hpp"

namespace poolcast::net {

inline TlsSettings settings_of(const CertificateFiles& files) {
  return {.certificate_chain = files.chain, .private_key = Secret{files.private_key.string(), std::nullopt}};
}

inline CertificateFiles make_pair(const tests::ScratchFolder& folder, const std::string& name,
                                  std::chrono::hours validity = std::chrono::hours{24}) {
  return make_self_signed({folder.path() / name, {"localhost", "127.0.0.1"}, validity}, std::chrono::system_clock::now()).value();
}

class SocketPair {
public:
  SocketPair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()), 0); }
  SocketPair(const SocketPair&) = delete;
  SocketPair& operator=(const SocketPair&) = delete;
  ~SocketPair() {
    for (const int end : ends_) ::close(end);
  }
  int operator[](std::size_t end) const { return ends_.at(end); }

private:
  std::array<int, 2> ends_{};
};

// Both ends on one thread, in turns, until both are done or neither can go on.
inline bool shake_hands(SSL* server, SSL* client) {
  constexpr int most_turns = 20;
  for (int turn = 0; turn < most_turns; ++turn) {
    const int client_done = SSL_do_handshake(client);
    const int server_done = SSL_do_handshake(server);
    if (client_done == 1 && server_done == 1) return true;
  }
  return false;
}

struct Connected {
  SocketPair sockets;
  SslHandle server;
  SslHandle client;
};

inline std::unique_ptr<Connected> connect(const TlsContext& context, const TlsClientContext& clients,
                                          SSL_SESSION* session = nullptr) {
  auto connected = std::make_unique<Connected>();
  connected->server = context.accept(connected->sockets[0]);
  connected->client = clients.connect(connected->sockets[1], "localhost", session);
  if (!shake_hands(connected->server.get(), connected->client.get())) return nullptr;
  return connected;
}

}  // namespace poolcast::net
