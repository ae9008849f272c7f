// A connection that nobody holds but the loop, as those of a Connector are.
#include "reference-server/net/connection.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "reference-server/net/connector.hpp"

namespace poolcast::net {
namespace {

struct Seen {
  std::weak_ptr<Connection> connection;
  bool ended = false;
  bool was_there_at_its_end = false;
};

class User : public ConnectionUser {
public:
  explicit User(Seen& seen) : seen_(seen) {}
  std::size_t take(std::string_view bytes) override { return bytes.size(); }
  void ended(Ended /*how*/) override {
    seen_.ended = true;
    seen_.was_there_at_its_end = !seen_.connection.expired();
  }

private:
  Seen& seen_;
};

// Connected to a listener that says nothing; what it does with the connection is `act`.
Seen seen_after(const std::function<void(Connection&)>& act) {
  Loop loop;
  // The kernel takes the call; nobody accepts it.
  const asio::ip::tcp::acceptor silent(loop.io(), {asio::ip::address_v4::loopback(), 0});
  Connector connector(loop, {}, std::chrono::seconds{5});
  Seen seen;
  bool acted = false;
  connector.connect(
      {"127.0.0.1", silent.local_endpoint().port()},
      [&](Connection& connection) {
        loop.post([&] {
          acted = true;
          act(connection);
        });
        seen.connection = connection.weak_from_this();
        return std::make_unique<User>(seen);
      },
      nullptr, [](const Result<std::shared_ptr<Connection>>&) {});
  loop.run_until([&] { return acted; });
  return seen;
}

TEST(Connection, that_only_the_loop_holds_lives_until_its_end_is_done) {
  const Seen seen = seen_after([](Connection& connection) { connection.end(Ended::by_us); });
  EXPECT_TRUE(seen.ended);
  EXPECT_TRUE(seen.was_there_at_its_end);
  EXPECT_TRUE(seen.connection.expired());
}

}  // namespace
}  // namespace poolcast::net
