#include "reference-server/net/connector.hpp"

#include <netinet/tcp.h>

namespace poolcast::net {

namespace {

using asio::ip::tcp;

// One attempt: the socket and the clock race, and whoever is first ends the other.
struct Attempt {
  explicit Attempt(asio::io_context& io) : socket(io), deadline(io) {}
  tcp::socket socket;
  asio::steady_timer deadline;
};

Error unreachable(const ListenAddress& to, const std::string& why) {
  return {ErrorCode::unavailable, "cannot connect to " + to.host + ":" + std::to_string(to.port) + ": " + why};
}

}  // namespace

Connector::Connector(Loop& loop, ConnectionLimits limits, std::chrono::seconds patience)
    : loop_(loop), limits_(limits), patience_(patience) {}

void Connector::connect(const ListenAddress& to, const MakeUser& make_user, const MakeTls& make_tls, Ready ready) {
  boost::system::error_code failed;
  const tcp::endpoint endpoint(asio::ip::make_address(to.host, failed), to.port);
  auto attempt = std::make_shared<Attempt>(loop_.io());
  attempt->deadline.expires_after(patience_);
  attempt->deadline.async_wait([attempt](const boost::system::error_code& cancelled) {
    boost::system::error_code ignored;
    if (!cancelled) attempt->socket.close(ignored);
  });
  attempt->socket.async_connect(
      endpoint, [this, to, attempt, make_user, make_tls, ready = std::move(ready)](boost::system::error_code refused) {
        attempt->deadline.cancel();
        if (refused == asio::error::operation_aborted) return ready(unreachable(to, "no answer"));
        tcp::socket& socket = attempt->socket;
        if (!refused) socket.non_blocking(true, refused);
        if (!refused) socket.set_option(tcp::no_delay(true), refused);
        if (refused) return ready(unreachable(to, refused.message()));
        SslHandle tls = make_tls ? make_tls(socket.native_handle()) : nullptr;
        auto connection = std::make_shared<Connection>(loop_, std::move(socket), std::move(tls), limits_);
        connection->start(make_user(*connection));
        ready(connection);
      });
}

}  // namespace poolcast::net
