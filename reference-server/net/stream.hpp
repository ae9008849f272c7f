// The bytes of one connected socket, plain or TLS, never blocking. OpenSSL works on the socket itself: Boost.Asio's own TLS
// stream keeps four buffers of a record each, more than 70 KiB for an idle connection (docs/adr/0010).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "reference-server/net/tls_context.hpp"

namespace poolcast::net {

enum class Wants { nothing, read, write, closed };  // what must happen before it goes on; closed: by the peer or by an error

struct Transfer {
  std::size_t bytes = 0;
  Wants wants = Wants::nothing;
  bool drained = false;  // of a read: it took the last of what had arrived
};

class Stream {
public:
  Stream(int socket, SslHandle tls) : socket_(socket), tls_(std::move(tls)) {}

  bool is_tls() const { return tls_ != nullptr; }
  Wants handshake();  // TLS only; nothing when it is done
  // Whether the peer's certificate, which the handshake has verified, is valid for this name. A plain stream proves nothing.
  bool peer_is_named(const std::string& name) const;
  Transfer read(std::span<char> into);
  Transfer write(std::string_view bytes);
  // What TLS made of the end, such as "certificate has expired"; null when it has nothing to say.
  const char* why() const { return why_; }
  void say_goodbye();  // TLS close_notify, when it can be sent at once

private:
  Transfer tls_result(int result);

  int socket_;
  SslHandle tls_;
  const char* why_ = nullptr;
};

}  // namespace poolcast::net
