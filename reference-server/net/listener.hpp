// Accepts connections on one address and keeps them until they end.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_set>

#include "reference-server/net/connection.hpp"
#include "reference-server/result.hpp"

namespace poolcast::net {

struct ListenAddress {
  std::string host;        // a numeric address
  std::uint16_t port = 0;  // 0: any free one
  bool operator==(const ListenAddress&) const = default;
};

// "127.0.0.1:5061" or "[::1]:5061".
Result<ListenAddress> parse_listen_address(const std::string& text);
bool is_loopback(const ListenAddress& address);

struct ListenerLimits {
  std::size_t connections = 60'000;
  ConnectionLimits connection;
  std::chrono::milliseconds sweep{5'000};  // between looks at deadlines: of thousands of idle connections that costs something
  // Asked at every accept for the peer's network, once; the connection is closed when it says no. Who says yes hears of the end
  // through the connection's user.
  std::function<bool(const std::string& network)> admits{};
};

class Listener {
public:
  // Makes what uses a new connection.
  using MakeUser = std::function<std::unique_ptr<ConnectionUser>(Connection&)>;
  // Null for plain TCP; asked at every accept, so that a renewed certificate counts from the next connection on.
  using MakeTls = std::function<SslHandle(int socket)>;

  Listener(Loop& loop, ListenerLimits limits, MakeUser make_user, MakeTls make_tls);

  Result<Done> open(const ListenAddress& address);
  ListenAddress address() const;  // the port as it was given by the system
  void stop_accepting();
  std::size_t connections() const { return connections_.size(); }
  // Of one network, those counted that have ended since the last sweep. Looks at every connection.
  std::size_t connections_of(const std::string& network) const;
  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t turned_away() const { return turned_away_; }
  // Every connection that is open now, in no order that means anything.
  std::vector<std::shared_ptr<Connection>> all() const;
  void end_all();

private:
  void accept();
  void take(asio::ip::tcp::socket socket);
  void sweep();

  Loop& loop_;
  ListenerLimits limits_;
  MakeUser make_user_;
  MakeTls make_tls_;
  asio::ip::tcp::acceptor acceptor_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  std::uint64_t accepted_ = 0;
  std::uint64_t turned_away_ = 0;
};

}  // namespace poolcast::net
