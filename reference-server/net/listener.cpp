#include "reference-server/net/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>

namespace poolcast::net {

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

// Five thousand clients that lost their server come back at once; the kernel cuts this to net.core.somaxconn.
constexpr int backlog = 4096;
// Without a free file descriptor accept fails at once, again and again; wait instead of burning a core.
constexpr auto pause_without_descriptors = 100ms;
// A client that vanished without a word is noticed after two minutes by the kernel's probes, also in a quiet room.
void find_dead_peers(int socket) {
  constexpr int on = 1, idle_s = 60, between_s = 15, probes = 4;
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &between_s, sizeof between_s);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

}  // namespace

Result<ListenAddress> parse_listen_address(const std::string& text) {
  const auto colon = text.rfind(':');
  const Error wrong{ErrorCode::malformed, "found `" + text + "`; expected a numeric address and a port, such as 127.0.0.1:5061"};
  if (colon == std::string::npos || colon == 0) return wrong;
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + colon + 1, end, port);
  if (read.ec != std::errc{} || read.ptr != end) return wrong;
  boost::system::error_code failed;
  asio::ip::make_address(host, failed);
  if (failed) return wrong;
  return ListenAddress{host, port};
}

bool is_loopback(const ListenAddress& address) {
  boost::system::error_code failed;
  const auto parsed = asio::ip::make_address(address.host, failed);
  return !failed && parsed.is_loopback();
}

Listener::Listener(Loop& loop, ListenerLimits limits, MakeUser make_user, MakeTls make_tls)
    : loop_(loop),
      limits_(std::move(limits)),
      make_user_(std::move(make_user)),
      make_tls_(std::move(make_tls)),
      acceptor_(loop.io()) {}

Result<Done> Listener::open(const ListenAddress& address) {
  boost::system::error_code failed;
  const tcp::endpoint endpoint(asio::ip::make_address(address.host, failed), address.port);
  if (!failed) acceptor_.open(endpoint.protocol(), failed);
  if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor_.bind(endpoint, failed);
  if (!failed) acceptor_.listen(backlog, failed);
  if (failed) {
    return Error{ErrorCode::unavailable,
                 "cannot listen on " + address.host + ":" + std::to_string(address.port) + ": " + failed.message()};
  }
  accept();
  loop_.every(limits_.sweep, [this] { sweep(); });
  return Done{};
}

ListenAddress Listener::address() const {
  boost::system::error_code failed;
  const auto endpoint = acceptor_.local_endpoint(failed);
  return failed ? ListenAddress{} : ListenAddress{endpoint.address().to_string(), endpoint.port()};
}

void Listener::accept() {
  acceptor_.async_accept([this](const boost::system::error_code& failed, tcp::socket socket) {
    if (failed == asio::error::operation_aborted || !acceptor_.is_open()) return;
    if (failed) return loop_.after(pause_without_descriptors, [this] { accept(); });
    take(std::move(socket));
    accept();
  });
}

void Listener::take(tcp::socket socket) {
  ++accepted_;
  if (connections_.size() >= limits_.connections) {
    ++turned_away_;
    return;  // the socket closes: a client without a connection tries again later
  }
  boost::system::error_code failed;
  socket.non_blocking(true, failed);
  if (!failed) socket.set_option(tcp::no_delay(true), failed);
  if (failed) return;
  find_dead_peers(socket.native_handle());
  SslHandle tls = make_tls_ ? make_tls_(socket.native_handle()) : nullptr;
  if (make_tls_ && !tls) return;
  auto connection = std::make_shared<Connection>(loop_, std::move(socket), std::move(tls), limits_.connection);
  // Last, because from here on nothing fails any more and the connection's user tells of its end.
  if (limits_.admits && !limits_.admits(connection->network())) {
    ++turned_away_;
    return;
  }
  connections_.insert(connection);
  connection->start(make_user_(*connection));
}

void Listener::sweep() {
  const SteadyTime now = std::chrono::steady_clock::now();
  for (auto at = connections_.begin(); at != connections_.end();) {
    (*at)->check_deadlines(now);
    at = (*at)->open() ? std::next(at) : connections_.erase(at);
  }
}

std::size_t Listener::connections_of(const std::string& network) const {
  return static_cast<std::size_t>(std::count_if(connections_.begin(), connections_.end(),
                                                [&](const auto& connection) { return connection->network() == network; }));
}

void Listener::stop_accepting() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

std::vector<std::shared_ptr<Connection>> Listener::all() const {
  std::vector<std::shared_ptr<Connection>> open;
  for (const auto& connection : connections_)
    if (connection->open()) open.push_back(connection);
  return open;
}

void Listener::end_all() {
  for (const auto& connection : all()) connection->end(Ended::by_us);
  connections_.clear();
}

}  // namespace poolcast::net
