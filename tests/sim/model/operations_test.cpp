// What faults and operators change, one at a time.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t last_minute = 9;

TEST(Operations, a_gate_admits_no_more_than_its_rate) {
  Scenario scenario = small_pool();
  scenario.costs.join_rate.value = Rate{2};
  scenario.faults = {lose("chat-2", 1min)};
  const ReplicationResult result = play(scenario);
  const double all = value(result, Metric::users_back, "p100", "lose chat-2");
  EXPECT_GE(all, 299 / 2.0);  // the first of 300 waits for the gate, too
  EXPECT_LE(all, 299 / 2.0 + 60);
}

TEST(Operations, a_gate_on_room_joins_takes_as_many_times_longer_as_a_user_follows_rooms) {
  Scenario scenario = small_pool();
  scenario.costs.join_rate.value = Rate{8};
  scenario.costs.join_rate_meaning = JoinRateMeaning::room_joins;
  scenario.faults = {lose("chat-2", 1min)};
  const double half = value(play(scenario), Metric::users_back, "p50", "lose chat-2");
  EXPECT_NEAR(half, 150 * 4 / 8.0, 10);  // 150 users with 4 rooms each
}

TEST(Operations, nobody_moves_back_to_a_server_that_returns) {
  Scenario scenario = small_pool();
  scenario.faults = {lose("chat-2", 2min, 2min)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(level_at(result, Metric::users_connected, 0, "chat-2"), 300);
  EXPECT_EQ(level_at(result, Metric::users_connected, last_minute, "chat-2"), 0);
  EXPECT_EQ(level_at(result, Metric::users_connected, last_minute), 1200);
}

TEST(Operations, displaced_users_spread_evenly_over_the_survivors) {
  Scenario scenario = small_pool();
  scenario.faults = {lose("chat-2", 2min)};
  const ReplicationResult result = play(scenario);
  for (const char* survivor : {"chat-1", "chat-3", "chat-4"})
    EXPECT_NEAR(level_at(result, Metric::users_connected, last_minute, survivor), 400, 1);
}

TEST(Operations, a_silent_loss_is_noticed_later_than_a_reset) {
  Scenario scenario = small_pool();
  scenario.faults = {lose("chat-2", 2min)};
  const double reset = value(play(scenario), Metric::users_back, "p50", "lose chat-2");
  scenario.faults.front().kind = LossKind::silent;
  const double silent = value(play(scenario), Metric::users_back, "p50", "lose chat-2");
  EXPECT_NEAR(silent - reset, 45, 5);  // a keep-alive of 30 to 60 s
}

TEST(Operations, draining_keeps_connections_and_takes_no_new_ones) {
  Scenario scenario = small_pool();
  Fault drain;
  drain.at = 1min;
  drain.drain = NodeId{"chat-2"};
  scenario.faults = {drain, lose("chat-3", 2min)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(level_at(result, Metric::users_connected, last_minute, "chat-2"), 300);
  EXPECT_NEAR(level_at(result, Metric::users_connected, last_minute, "chat-1"), 450, 1);
}

TEST(Operations, a_standby_takes_users_once_it_has_started) {
  Scenario scenario = small_pool();
  scenario.workload.restarts_per_user = Rate{20.0 / 3600};
  Fault activate;
  activate.at = 1min;
  activate.activate = NodeId{"chat-5"};
  scenario.faults = {activate};
  const ReplicationResult result = play(scenario);  // start_time is 60 s
  EXPECT_EQ(level_at(result, Metric::users_connected, 1, "chat-5"), 0);
  EXPECT_GT(level_at(result, Metric::users_connected, 3, "chat-5"), 0);
}

TEST(Operations, a_slow_server_answers_later) {
  Scenario scenario = small_pool();
  const double usual = latencies(play(scenario), Metric::post_latency).mean();
  Fault slow;
  slow.slow = NodeId{"chat-1"};
  slow.factor = 20;
  scenario.faults = {slow};
  EXPECT_GT(latencies(play(scenario), Metric::post_latency).mean(), 2 * usual);
}

TEST(Operations, a_slow_link_adds_its_latency_to_every_trip) {
  Scenario scenario = small_pool();
  scenario.topology.links = {{.within = SiteId{"north"}, .between = {}, .latency = Seconds{0.001}}};
  const double usual = latencies(play(scenario), Metric::post_latency).mean();
  Fault slow;
  slow.slow_link = {SiteId{"north"}};
  slow.factor = 11;
  scenario.faults = {slow};
  // Client, Front End, server, database and back: six trips, each 10 ms longer.
  EXPECT_NEAR(latencies(play(scenario), Metric::post_latency).mean() - usual, 6 * 0.010, 0.002);
}

TEST(Operations, a_full_server_refuses_and_clients_come_again) {
  Scenario scenario = small_pool();
  scenario.costs.workers.value = 1;
  scenario.costs.inbound_queue.value = 0;
  scenario.faults = {lose("chat-2", 1min)};
  const ReplicationResult result = play(scenario);
  EXPECT_GT(total(result, Metric::refusals, "", "sign_in"), 100);
  EXPECT_EQ(value(result, Metric::users_back, "back", "lose chat-2"), 300);
}

TEST(Operations, when_no_server_is_left_everybody_waits_and_comes_back_with_the_first) {
  Scenario scenario = small_pool();
  for (const char* server : {"chat-1", "chat-2", "chat-3", "chat-4"}) scenario.faults.push_back(lose(server, 1min));
  scenario.faults.front().duration = 3min;
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(level_at(result, Metric::users_waiting, 3), 1200);
  EXPECT_EQ(level_at(result, Metric::users_connected, last_minute, "chat-1"), 1200);
  EXPECT_GE(value(result, Metric::user_minutes_lost), 1200 * 3);
}

TEST(Operations, an_activation_that_is_called_off_before_the_start_changes_nothing) {
  Scenario scenario = small_pool();
  scenario.workload.restarts_per_user = Rate{20.0 / 3600};
  Fault activate;
  activate.at = 1min;
  activate.activate = NodeId{"chat-5"};
  activate.duration = 30s;  // start_time is 60 s
  scenario.faults = {activate};
  EXPECT_EQ(level_at(play(scenario), Metric::users_connected, last_minute, "chat-5"), 0);
}

TEST(Operations, a_standby_that_is_drained_does_not_become_active_at_the_end_of_it) {
  Scenario scenario = small_pool();
  scenario.workload.restarts_per_user = Rate{20.0 / 3600};
  Fault drain;
  drain.at = 1min;
  drain.drain = NodeId{"chat-5"};
  drain.duration = 1min;
  scenario.faults = {drain};
  EXPECT_EQ(level_at(play(scenario), Metric::users_connected, last_minute, "chat-5"), 0);
}

TEST(Operations, a_second_loss_of_a_server_is_told_from_the_first) {
  Scenario scenario = small_pool();
  scenario.workload.restarts_per_user = Rate{60.0 / 3600};  // brings users to the returned server
  scenario.faults = {lose("chat-2", 1min, 1min), lose("chat-2", 6min, 1min)};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(value(result, Metric::users_back, "displaced", "lose chat-2"), 300, 10);
  EXPECT_GT(value(result, Metric::users_back, "displaced", "lose chat-2 (2)"), 0);
}

TEST(Operations, a_slow_link_to_a_synchronous_mirror_slows_commits) {
  Scenario scenario = small_pool();
  scenario.topology.databases.front().mirror = NodeId{"sql-3"};
  scenario.topology.databases.front().mode = AvailabilityMode::high_safety;
  scenario.topology.sql_instances = {{.name = NodeId{"sql-3"}, .site = SiteId{"south"}, .also_holds = {}, .domain = {}}};
  scenario.topology.links = {{.within = {}, .between = {SiteId{"north"}, SiteId{"south"}}, .latency = Seconds{0.001}}};
  const double usual = latencies(play(scenario), Metric::post_latency).mean();
  Fault slow;
  slow.slow_link = {SiteId{"north"}, SiteId{"south"}};
  slow.factor = 51;
  scenario.faults = {slow};
  EXPECT_NEAR(latencies(play(scenario), Metric::post_latency).mean() - usual, 0.1, 0.03);
}

}  // namespace
}  // namespace poolcast::sim
