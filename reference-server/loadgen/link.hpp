// One connection to the server: a non-blocking socket, with TLS by OpenSSL where that is asked for. Not through net/, whose
// coroutines cost memory and time per connection that a client of thousands of connections in one thread need not pay: here
// everything is one epoll loop, and what is written in one turn of it leaves in one call.
#pragma once

#include <netinet/in.h>
#include <openssl/ssl.h>

#include <memory>
#include <span>
#include <string>

namespace poolcast::loadgen {

struct FreeSsl {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};
struct FreeSslContext {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, FreeSslContext>;

// A client's TLS 1.2 or 1.3 that trusts what is in `ca_file` (PEM; the server's own certificate will do) and nothing else.
// Session tickets are off: everybody pays for a full handshake, as after a real loss. Throws std::runtime_error with the reason.
SslContext client_tls(const std::string& ca_file);

class Link {
public:
  enum class Progress { open, waits, failed };
  enum class Received { bytes, nothing, closed };

  Link() = default;
  Link(Link&& other) noexcept;
  Link& operator=(Link&&) = delete;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { close(); }

  // Begins to connect; false when that fails at once. `tls` is none for plain TCP.
  bool begin(const sockaddr_in& server, SSL_CTX* tls);
  // To be called when the socket is ready, until it says `open`: ends the connect, then makes the handshake.
  Progress advance();
  // Reads once. `bytes`: the first `length` bytes of the scratch buffer are valid, and more may be there.
  Received receive(std::span<char> scratch, std::size_t& length);
  // Writes what waits; false when the connection is lost. What the socket does not take waits for the next turn.
  bool flush();
  // At once, so that the server sees what it would see of a client that died or left.
  void close();

  bool is_connected() const { return socket_ >= 0; }
  bool is_open() const { return is_open_; }
  int socket() const { return socket_; }
  std::string& out() { return out_; }    // append what is to be sent
  std::string& rest() { return rest_; }  // of an incomplete message, kept between two turns
  bool has_output() const { return sent_ < out_.size(); }

private:
  long write_some();

  int socket_ = -1;
  bool is_open_ = false;
  bool tcp_is_open_ = false;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  std::string out_;
  std::size_t sent_ = 0;  // bytes of out_
  std::string rest_;
};

}  // namespace poolcast::loadgen
