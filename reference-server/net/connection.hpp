// One client connection: reads into the loop's shared buffer, gathers what is written and sends it once per turn, sheds a client
// that does not take its data. It knows nothing of SIP.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "reference-server/net/loop.hpp"
#include "reference-server/net/stream.hpp"

namespace poolcast::net {

enum class Ended : std::uint8_t { by_peer, by_us, too_slow, handshake_failed };

struct ConnectionLimits {
  std::size_t unsent_bytes = std::size_t{4} * 1024 * 1024;  // a client that lets this much pile up is shed
  std::chrono::seconds unsent_for{30};                      // and one that takes nothing for this long
  std::chrono::milliseconds handshake{10'000};              // from the accept to the end of the TLS handshake
  std::size_t unread_bytes = std::size_t{512} * 1024;       // of an unfinished message; the framer refuses larger ones before
};

// What TLS took of the loop's thread until it was agreed upon; the way there and back apart.
struct Handshake {
  SteadyTime began{};
  std::chrono::nanoseconds worked{0};
  std::chrono::nanoseconds cpu{0};
};

// What a connection tells the one who uses it.
class ConnectionUser {
public:
  virtual ~ConnectionUser() = default;
  // Gives back how many bytes it is done with; the rest is shown again, with what follows it.
  virtual std::size_t take(std::string_view bytes) = 0;
  virtual void ended(Ended how) = 0;  // the last call
  virtual void shook_hands(const Handshake& /*handshake*/) {}
};

// Who one host is: an IPv4 address, or the 64 bits of an IPv6 address that a customer's network has.
std::string network_of(const asio::ip::address& address);

class Connection : public std::enable_shared_from_this<Connection> {
public:
  Connection(Loop& loop, asio::ip::tcp::socket socket, SslHandle tls, const ConnectionLimits& limits);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  void start(std::unique_ptr<ConnectionUser> user);

  // Where output is appended; it leaves at the end of the turn.
  std::string& output();
  void flush();
  std::size_t unsent_bytes() const { return unsent_.size() - sent_; }
  // What is written goes out, then the end of our data; what the peer still sends is thrown away for a moment, because closing
  // over unread bytes would reset the connection and take the last answer away from the peer.
  void close_when_sent();
  bool closing() const { return closes_when_sent_; }
  void end(Ended how);

  bool open() const { return user_ != nullptr; }
  bool is_tls() const { return stream_.is_tls(); }
  bool peer_is_named(const std::string& name) const { return stream_.peer_is_named(name); }
  const char* why_tls_ended() const { return stream_.why(); }  // null when TLS has nothing to say
  ConnectionUser* user() { return user_.get(); }
  std::string peer() const;  // "127.0.0.1:50122"
  // Of the peer: see network_of(). The same for as long as the connection is there, also when the peer is gone already.
  const std::string& network() const { return network_; }

  // Called about once a second: ends the connection when one of its deadlines has passed.
  void check_deadlines(SteadyTime now);

  // The loop's: what has become of the socket since it was last looked at.
  void on_socket(SocketEvents events);

private:
  void shake_hands();
  void readable();
  bool hand_over(std::string_view bytes);
  void sent_some(std::size_t bytes);
  void say_farewell();
  void throw_away();
  void close();

  Loop& loop_;
  asio::ip::tcp::socket socket_;
  const std::string network_;
  Stream stream_;
  const ConnectionLimits& limits_;
  std::unique_ptr<ConnectionUser> user_;
  std::string unread_;  // the beginning of a message whose end has not come yet
  std::string unsent_;
  std::size_t sent_ = 0;  // bytes at the start of unsent_ that have left
  SteadyTime began_;
  SteadyTime last_sent_;
  Handshake handshake_{};
  bool shaking_hands_ = false;
  bool flush_is_due_ = false;
  bool waits_to_write_ = false;
  bool closes_when_sent_ = false;
  bool leaving_ = false;  // all is said, the user is gone
  std::size_t thrown_away_ = 0;
  bool peer_has_ended_ = false;  // the end of its data lies behind what can be read
};

}  // namespace poolcast::net
