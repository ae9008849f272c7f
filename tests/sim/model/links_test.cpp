// Links between sites as a limit: what waits for what, and what a narrow one does to a stretched pool.
#include <gtest/gtest.h>

#include "sim/wire.hpp"
#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

TEST(Wires, what_is_sent_waits_for_what_was_sent_before) {
  Wire wire(1000);
  EXPECT_DOUBLE_EQ(wire.transmit(500, 10), 0.5);
  EXPECT_DOUBLE_EQ(wire.transmit(500, 10), 1);
  EXPECT_DOUBLE_EQ(wire.transmit(500, 10.75), 0.75);
  EXPECT_DOUBLE_EQ(wire.transmit(500, 20), 0.5);
  EXPECT_DOUBLE_EQ(wire.take_busy(30), 2);
  EXPECT_DOUBLE_EQ(wire.take_busy(40), 0);
}

TEST(Wires, a_copy_leaves_half_of_the_link_to_messages) {
  Wire wire(1000);
  wire.copy(1000, 0);  // 2 s
  EXPECT_NEAR(wire.transmit(100, 1), 0.2, 1e-9);
  EXPECT_NEAR(wire.transmit(100, 3), 0.1, 1e-9);
}

TEST(Wires, a_flow_takes_its_share_of_each_of_its_seconds) {
  Wire wire(1000);
  wire.flow(1500, 3);  // 500 a second
  for (int second = 0; second < 3; ++second) {
    wire.second_begins(second);
    EXPECT_NEAR(wire.transmit(100, second), 0.2, 1e-9) << second;
  }
  wire.second_begins(3);
  EXPECT_NEAR(wire.transmit(100, 3), 0.1, 1e-9);
  EXPECT_NEAR(wire.take_busy(4), (1500 + 400) / 1000.0, 1e-9);
}

TEST(Wires, are_busy_while_something_is_on_them_whenever_it_was_handed_over) {
  Wire wire(1000);
  wire.transmit(90'000, 0);
  EXPECT_DOUBLE_EQ(wire.take_busy(60), 60);
  EXPECT_DOUBLE_EQ(wire.take_busy(120), 30);
  wire.copy(60'000, 120);  // half of the link for two minutes
  EXPECT_DOUBLE_EQ(wire.take_busy(180), 30);
  EXPECT_DOUBLE_EQ(wire.take_busy(240), 30);
  EXPECT_DOUBLE_EQ(wire.take_busy(300), 0);
}

TEST(Wires, that_narrow_were_as_busy_before_as_they_were) {
  Wire wire(1000);
  wire.transmit(10'000, 0);
  wire.set_bandwidth(10, 30);
  EXPECT_DOUBLE_EQ(wire.take_busy(60), 10);
}

TEST(Wires, flows_that_are_more_than_the_link_are_waited_for) {
  Wire wire(1000);
  wire.flow(3000, 1);
  wire.second_begins(0);
  wire.second_begins(1);
  EXPECT_NEAR(wire.transmit(0, 1), 2, 1e-9);  // 3 s of flow, of which one has passed
}

TEST(Wires, flows_that_are_more_than_the_link_for_long_make_messages_later_and_later) {
  Wire wire(1000);
  wire.flow(40'000, 20);  // twice what it carries
  for (int second = 0; second < 20; ++second) {
    wire.second_begins(second);
    EXPECT_NEAR(wire.transmit(0, second), second + 2, 1e-9);
  }
  wire.second_begins(30);
  EXPECT_NEAR(wire.transmit(0, 30), 10, 1e-9);
}

// Of what flows bring nothing is lost and nothing is sent twice, whether they fit or not.
TEST(Wires, are_busy_for_exactly_as_long_as_their_flows_need) {
  Wire wire(1000);
  double bytes = 0;
  int second = 0;
  for (const double share : {0.3, 1.7, 0.98, 0.1, 2.5, 0.0, 0.2, 0.96, 0.4, 0.0, 0.0, 0.0, 0.6}) {
    wire.flow(1000 * share, 1);
    bytes += 1000 * share;
    wire.second_begins(second++);
  }
  wire.second_begins(second);
  EXPECT_NEAR(wire.take_busy(60), bytes / 1000, 1e-9);
}

TEST(Wires, what_waits_is_sent_at_the_new_speed_when_the_link_narrows) {
  Wire wire(1000);
  wire.transmit(2000, 0);
  wire.set_bandwidth(100, 1);  // 1,000 bytes are left
  EXPECT_DOUBLE_EQ(wire.transmit(0, 1), 10);
  wire.set_bandwidth(1000, 6);
  EXPECT_DOUBLE_EQ(wire.transmit(0, 6), 0.5);
}

// Two of four servers stand in the south; Front Ends and database in the north.
Scenario stretched(Bandwidth bandwidth) {
  Scenario scenario = small_pool();
  for (const char* name : {"chat-3", "chat-4"}) {
    scenario.topology.chat_pools[0].servers.emplace_back().name = NodeId{name};
    scenario.topology.chat_pools[0].servers.back().site = SiteId{"south"};
  }
  Link& link = scenario.topology.links.emplace_back();
  link.between = {SiteId{"north"}, SiteId{"south"}};
  link.latency = 1ms;
  link.bandwidth = bandwidth;
  return scenario;
}

// The two directions of the link.
const Series& use_of_link(const ReplicationResult& result, const std::string& from, const std::string& to) {
  for (const Series& each : result.series)
    if (each.metric == Metric::link_utilisation && each.place.site == from && each.place.part == "to " + to) return each;
  throw std::runtime_error("no such link");
}

// Half of the users are served in the south. 2 posts/s to 20 and 0.5 to 400 users are 240 users told a second, with 1.5 endpoints
// 360, half of them from the south: 180 notices of 2 KB are 360 KB/s.
TEST(Links, notices_of_a_server_in_another_site_use_the_link_to_the_front_end) {
  const Scenario scenario = stretched(Bandwidth{1e6});
  const ReplicationResult result = play(scenario);
  double mean = 0;
  for (std::size_t window = 2; window < 10; ++window) mean += use_of_link(result, "south", "north").windows[window].mean / 8;
  EXPECT_NEAR(mean, 0.36, 0.08);
  EXPECT_LT(use_of_link(result, "north", "south").windows[5].mean, 0.1);  // requests and copies of posts
}

TEST(Links, one_that_is_too_narrow_for_the_notices_makes_them_late_and_a_wide_one_does_not) {
  const ReplicationResult wide = play(stretched(Bandwidth{125e6}));
  const ReplicationResult narrow = play(stretched(Bandwidth{250e3}));
  EXPECT_LT(latencies(wide, Metric::delivery_latency).quantile(0.95), 2);
  EXPECT_GT(latencies(narrow, Metric::delivery_latency).quantile(0.95), 30);  // 360 KB/s through 250 KB/s for ten minutes
  EXPECT_GT(use_of_link(narrow, "south", "north").windows[2].mean, 0.9);
  // Requests wait for the database behind the notices and hold the workers: in the end fewer posts are written, and what waits
  // still fills the link.
  EXPECT_GT(use_of_link(narrow, "south", "north").windows[8].mean, 0.9);
}

TEST(Links, a_link_that_narrows_for_a_while_delays_posts_until_it_is_wide_again) {
  Scenario scenario = stretched(Bandwidth{10e6});
  Fault narrow;
  narrow.at = 3min;
  narrow.duration = 2min;
  narrow.narrow_link = {SiteId{"north"}, SiteId{"south"}};
  narrow.factor = 100;
  scenario.faults = {narrow};
  const ReplicationResult result = play(scenario);
  const auto slowest = [&](std::size_t minute) { return series(result, Metric::post_latency).windows[minute].histogram.max(); };
  EXPECT_LT(slowest(1), 1);
  EXPECT_GT(slowest(4), 10);  // 360 KB/s through 100 KB/s
  EXPECT_LT(slowest(9), 1);
  EXPECT_NEAR(use_of_link(result, "south", "north").windows[9].mean, 0.036, 0.02);
}

TEST(Links, log_backups_are_copied_over_the_link_at_their_schedule) {
  Scenario scenario = small_pool();
  scenario.topology.sql_instances.emplace_back().name = NodeId{"sql-5"};
  scenario.topology.sql_instances.back().site = SiteId{"south"};
  LogShipping& shipping = scenario.topology.databases[0].log_shipping.emplace();
  shipping.secondary = NodeId{"sql-5"};
  shipping.backup_interval = 3min;
  shipping.copy_interval = 3min + 20s;
  Link& link = scenario.topology.links.emplace_back();
  link.between = {SiteId{"north"}, SiteId{"south"}};
  link.bandwidth = Bandwidth{100e3};
  const ReplicationResult result = play(scenario);
  const Series& use = use_of_link(result, "north", "south");
  EXPECT_EQ(use.windows[2].mean, 0);
  EXPECT_NEAR(use.windows[3].mean, 4'500.0 * 180 / (100e3 * 60), 0.03);  // the backup of 180 s
  EXPECT_EQ(use.windows[5].mean, 0);
  EXPECT_NEAR(use.windows[6].mean, 4'500.0 * 180 / (100e3 * 60), 0.03);
}

TEST(Links, a_narrow_link_delays_the_commits_of_a_synchronous_mirror_behind_it) {
  Scenario scenario = small_pool();
  Database& content = scenario.topology.databases.front();
  content.mirror = NodeId{"sql-m"};
  content.mode = AvailabilityMode::high_safety;
  scenario.topology.sql_instances.emplace_back().name = NodeId{"sql-m"};
  scenario.topology.sql_instances.back().site = SiteId{"south"};
  Link& link = scenario.topology.links.emplace_back();
  link.between = {SiteId{"north"}, SiteId{"south"}};
  link.latency = 0s;
  link.bandwidth = Bandwidth{125e6};
  const double before = latencies(play(scenario), Metric::post_latency).mean();
  link.bandwidth = Bandwidth{18e3};                                                          // 1.8 KB of log take 0.1 s
  EXPECT_NEAR(latencies(play(scenario), Metric::post_latency).mean(), before + 0.12, 0.03);  // some commits share a flush
}

TEST(Links, within_a_site_nothing_waits_for_the_network) {
  Scenario scenario = small_pool();
  Link& link = scenario.topology.links.emplace_back();
  link.within = SiteId{"north"};
  const ReplicationResult wide = play(scenario);
  link.bandwidth = Bandwidth{1};
  EXPECT_TRUE(wide == play(scenario));
}

TEST(Links, the_modes_of_the_plane_give_the_same_bits) {
  const Scenario scenario = stretched(Bandwidth{300e3});
  const ReplicationResult result = play(scenario);
  EXPECT_TRUE(result == play(scenario, {.mode = PlaneMode::step}));
  EXPECT_TRUE(result == play(scenario, {.mode = PlaneMode::timer}));
}

}  // namespace
}  // namespace poolcast::sim
