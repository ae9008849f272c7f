// Hubs on real sockets of the loopback, in one loop.
#include "reference-server/link/hub.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "reference-server/link/backoff.hpp"

namespace poolcast::link {
namespace {

struct User : HubUser {
  void peer_linked(PeerNumber) override { ++linked; }
  void peer_said(PeerNumber, Message message) override { said.push_back(std::move(message)); }
  void peer_lost(PeerNumber, const std::string& why) override { lost.push_back(why); }
  void peer_unreachable(PeerNumber, const std::string& why) override { unreachable.push_back(why); }
  void stranger_refused(const std::string&, const std::string& why) override { refused.push_back(why); }
  int linked = 0;
  std::vector<Message> said;
  std::vector<std::string> lost, unreachable, refused;
};

struct Node {
  User user;
  std::unique_ptr<Hub> hub;
};

// A port that is free now: the called hub listens there later, or never.
net::ListenAddress free_address(net::Loop& loop) {
  net::Listener listener(loop, {}, nullptr, nullptr);
  EXPECT_TRUE(listener.open({"127.0.0.1", 0}));
  auto address = listener.address();
  listener.stop_accepting();
  return address;
}

struct Two {
  void open(std::size_t which, const std::string& pool = "chat", ConversationLimits limits = {}) {
    const std::string names[] = {"chat-1", "chat-2"};
    const std::size_t other = 1 - which;
    Settings settings;
    settings.self = Hello{protocol_version, pool, names[which], {}};
    settings.listen = addresses[which];
    settings.peers = {{names[other], addresses[other]}};
    settings.limits = limits;
    nodes[which].hub = std::make_unique<Hub>(loop, settings, nodes[which].user, [] { return 0.0; });
    ASSERT_TRUE(nodes[which].hub->open());
  }
  void wait_for(const std::function<bool()>& done) {
    bool late = false;
    loop.after(std::chrono::seconds(20), [&] { late = true; });
    loop.run_until([&] { return done() || late; });
    EXPECT_FALSE(late);
  }
  bool linked() const { return nodes[0].hub->is_linked(0) && nodes[1].hub->is_linked(0); }

  net::Loop loop;
  net::ListenAddress addresses[2] = {free_address(loop), free_address(loop)};
  Node nodes[2];
};

TEST(Hub, links_two_nodes_and_carries_what_they_say_in_order) {
  Two two;
  two.open(1);
  two.open(0);
  two.wait_for([&] { return two.linked(); });
  two.nodes[0].hub->tell(0, Message(Doubt{store::RoomId{1}}));
  two.nodes[0].hub->tell_all(Doubt{store::RoomId{2}});
  bool known = false;
  two.nodes[0].hub->when_known([&] { known = true; });
  EXPECT_FALSE(known);
  two.wait_for([&] { return known; });
  EXPECT_EQ(two.nodes[1].user.said, (std::vector<Message>{Doubt{store::RoomId{1}}, Doubt{store::RoomId{2}}}));
}

TEST(Hub, does_not_wait_for_a_peer_that_is_not_there) {
  Two two;
  two.open(0);
  bool known = false;
  two.nodes[0].hub->when_known([&] { known = true; });
  EXPECT_TRUE(known);
  two.wait_for([&] { return two.nodes[0].user.unreachable.size() >= 3; });
  two.open(1);
  two.wait_for([&] { return two.linked(); });
}

// Read after free before the connection held itself: the address sanitizer sees it here, test_net everywhere.
TEST(Hub, gives_up_a_peer_that_takes_the_call_and_says_nothing_and_calls_again) {
  Two two;
  const net::asio::ip::tcp::acceptor silent(two.loop.io(), {net::asio::ip::address_v4::loopback(), two.addresses[1].port});
  two.open(0, "chat", {.hello_s = 0});
  two.wait_for([&] { return two.nodes[0].user.unreachable.size() >= 2; });
  EXPECT_EQ(two.nodes[0].user.unreachable.front(), "it has not said who it is");
}

TEST(Hub, passes_what_waits_for_a_peer_when_the_peer_is_lost_and_links_again) {
  Two two;
  two.open(1);
  two.open(0);
  two.wait_for([&] { return two.linked(); });
  two.nodes[1].hub->close();
  const auto closed = std::move(two.nodes[1].hub);
  bool known = false;
  two.nodes[0].hub->when_known([&] { known = true; });
  two.wait_for([&] { return known; });
  EXPECT_EQ(two.nodes[0].user.lost.size(), 1U);
  two.open(1);
  two.wait_for([&] { return two.linked(); });
  EXPECT_EQ(two.nodes[0].user.linked, 2);
}

TEST(Hub, cuts_a_link_when_it_is_told_to_and_links_again) {
  Two two;
  two.open(1);
  two.open(0);
  two.wait_for([&] { return two.linked(); });
  two.nodes[1].hub->cut(0, "enough");
  EXPECT_EQ(two.nodes[1].user.lost, std::vector<std::string>{"enough"});
  two.wait_for([&] { return two.nodes[1].user.linked == 2; });
}

TEST(Hub, leaves_no_address_more_places_than_the_peers_need) {
  Two two;
  two.open(1);
  std::vector<net::asio::ip::tcp::socket> strangers;
  for (int i = 0; i < 6; ++i) {
    strangers.emplace_back(two.loop.io());
    strangers.back().connect({net::asio::ip::address_v4::loopback(), two.addresses[1].port});
    strangers.back().non_blocking(true);
  }
  const auto turned_away = [&] {
    return std::count_if(strangers.begin(), strangers.end(), [](auto& stranger) {
      char byte = 0;
      boost::system::error_code why;
      stranger.receive(net::asio::buffer(&byte, 1), 0, why);
      return why != net::asio::error::would_block;
    });
  };
  two.wait_for([&] { return turned_away() == 2; });
  strangers.clear();
  two.open(0);
  two.wait_for([&] { return two.linked(); });
}

TEST(Hub, refuses_a_node_of_another_pool_and_says_so_on_both_sides) {
  Two two;
  two.open(1, "other");
  two.open(0);
  two.wait_for([&] { return !two.nodes[0].user.unreachable.empty() && !two.nodes[1].user.refused.empty(); });
  EXPECT_NE(two.nodes[1].user.refused.front().find("it belongs to the pool `chat`"), std::string::npos);
  EXPECT_EQ(two.nodes[0].user.unreachable.front(), two.nodes[1].user.refused.front());
}

TEST(Backoff, doubles_up_to_its_limit_and_never_calls_all_at_once) {
  EXPECT_DOUBLE_EQ(pause_s(0, 1), first_pause_s);
  EXPECT_DOUBLE_EQ(pause_s(1, 1), 2 * first_pause_s);
  EXPECT_DOUBLE_EQ(pause_s(1000, 1), longest_pause_s);
  EXPECT_DOUBLE_EQ(pause_s(3, 0), pause_s(3, 1) / 2);
}

TEST(Backoff, grows_over_links_that_do_not_last_and_begins_anew_after_one_that_did) {
  Backoff backoff;
  EXPECT_DOUBLE_EQ(backoff.after_failure(1), first_pause_s);
  EXPECT_DOUBLE_EQ(backoff.after_link(0.1, 1), 2 * first_pause_s);
  EXPECT_DOUBLE_EQ(backoff.after_link(0.1, 1), 4 * first_pause_s);
  EXPECT_DOUBLE_EQ(backoff.after_link(3600, 1), first_pause_s);
}

}  // namespace
}  // namespace poolcast::link
