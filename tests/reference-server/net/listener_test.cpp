// A listener on a real socket of the loopback.
#include "reference-server/net/listener.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

namespace poolcast::net {
namespace {

using asio::ip::tcp;

struct Silent : ConnectionUser {
  std::size_t take(std::string_view bytes) override { return bytes.size(); }
  void ended(Ended /*how*/) override {}
};

// Its place is given back under the name it was taken under, or it is never free again.
TEST(Listener, a_peer_that_resets_while_it_is_admitted_keeps_its_network) {
  Loop loop;
  tcp::socket client(loop.io());
  std::string admitted;
  std::string used;
  ListenerLimits limits;
  limits.admits = [&](const std::string& network) {
    admitted = network;
    client.set_option(asio::socket_base::linger(true, 0));
    client.close();  // a reset: from here on the system does not know the peer any more
    return true;
  };
  Listener listener(
      loop, limits,
      [&](Connection& connection) {
        EXPECT_EQ(connection.peer(), "unknown");
        used = connection.network();
        return std::make_unique<Silent>();
      },
      nullptr);
  ASSERT_TRUE(listener.open({"127.0.0.1", 0}));
  client.connect({asio::ip::make_address("127.0.0.1"), listener.address().port});
  bool late = false;
  loop.after(std::chrono::seconds(20), [&] { late = true; });
  loop.run_until([&] { return !used.empty() || late; });
  EXPECT_EQ(admitted, "127.0.0.1");
  EXPECT_EQ(used, admitted);
}

}  // namespace
}  // namespace poolcast::net
