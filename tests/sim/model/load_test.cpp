// What the load does to servers and databases.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "domain/io/scenario_file.hpp"
#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

TEST(Load, posts_arrive_at_the_rate_of_the_workload) {
  const ReplicationResult result = play(small_pool());
  EXPECT_NEAR(total(result, Metric::completions, "", "post"), 2.5 * 600, 4 * std::sqrt(2.5 * 600));
}

TEST(Load, a_post_reaches_every_endpoint_in_its_room) {
  Scenario scenario = small_pool();
  scenario.workload.endpoints_per_user = 1;
  scenario.workload.room_classes.pop_back();
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(total(result, Metric::deliveries) / total(result, Metric::messages_stored), 20, 0.2);
}

TEST(Load, rooms_above_the_participant_limit_send_no_roster_notices) {
  Scenario scenario = small_pool();
  scenario.workload.restarts_per_user = Rate{5.0 / 3600};
  EXPECT_GT(total(play(scenario), Metric::roster_notices), 0);
  scenario.topology.chat_pools.front().participant_update_limit = 10;
  EXPECT_EQ(total(play(scenario), Metric::roster_notices), 0);
}

TEST(Load, a_longer_roster_window_sends_fewer_notices) {
  Scenario scenario = small_pool();
  scenario.workload.restarts_per_user = Rate{20.0 / 3600};
  const double often = total(play(scenario), Metric::roster_notices);
  scenario.workload.roster_window = 30s;
  EXPECT_LT(total(play(scenario), Metric::roster_notices), 0.8 * often);
}

TEST(Load, compliance_events_wait_when_their_database_is_slow) {
  Scenario scenario = small_pool();
  scenario.costs.compliance_db.value = Seconds{2};  // 0.5 events/s for 2.5 posts/s
  const ReplicationResult result = play(scenario);
  double backlog = 0;
  for (const char* server : {"chat-1", "chat-2", "chat-3", "chat-4"})
    backlog += series(result, Metric::compliance_backlog, server).windows.back().max;
  const double posts = total(result, Metric::completions, "", "post");
  EXPECT_GT(backlog, 0.6 * posts);
  EXPECT_LE(backlog, posts);
  scenario.topology.chat_pools.front().compliance = false;
  EXPECT_EQ(level_at(play(scenario), Metric::compliance_backlog, 9, "chat-1"), 0);
}

TEST(Load, posts_that_meet_in_one_flush_are_committed_together) {
  Scenario scenario = small_pool();
  scenario.workload.room_classes.front().posts.value = 20;
  scenario.costs.log_flush.value = Seconds{1};  // one by one it could store only 600 of 12,300
  EXPECT_GT(total(play(scenario), Metric::messages_stored), 11'000);
}

TEST(Load, a_synchronous_mirror_adds_its_round_trip_to_the_commit) {
  Scenario scenario = small_pool();
  const double alone = latencies(play(scenario), Metric::post_latency).mean();
  scenario.topology.databases.front().mirror = NodeId{"sql-3"};
  scenario.topology.databases.front().mode = AvailabilityMode::high_safety;
  scenario.topology.sql_instances = {{.name = NodeId{"sql-3"}, .site = SiteId{"south"}, .also_holds = {}, .domain = {}}};
  scenario.topology.links = {{.within = {}, .between = {SiteId{"north"}, SiteId{"south"}}, .latency = Seconds{0.05}}};
  EXPECT_NEAR(latencies(play(scenario), Metric::post_latency).mean() - alone, 0.1, 0.02);
}

TEST(Load, a_database_that_falls_behind_shows_its_queue) {
  Scenario scenario = small_pool();
  scenario.costs.read_db_cpu.value = Seconds{8};  // more joins than its cores can read for
  const ReplicationResult result = play(scenario);
  double longest = 0;
  for (const Window& window : series(result, Metric::queue_length, "sql-1").windows) longest = std::max(longest, window.max);
  EXPECT_GT(longest, 10);
}

TEST(Load, front_ends_under_polling_are_busy_with_it_and_with_requests) {
  Scenario scenario = small_pool();
  scenario.workload.poll_interval = Seconds{10};
  // 1,800 endpoints × 1.5 rooms × 25 participants / 10 s × 0.5 ms on 4 cores
  const double polling = 1200 * 1.5 * 1.5 * 25 / 10 * 0.0005 / 4;
  const ReplicationResult result = play(scenario);
  for (const Series& each : result.series)
    if (each.metric == Metric::utilisation && each.place.pool == "front") {
      EXPECT_GT(each.windows[5].mean, polling);
      EXPECT_LE(each.windows[5].max, 1);
    }
}

TEST(Load, everybody_signs_in_within_the_window_when_nothing_holds_them_up) {
  Scenario scenario = small_pool();
  scenario.workload.sign_in_window = 5min;
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(level_at(result, Metric::users_connected, 2), 1200 * 2.5 / 5, 30);
  EXPECT_EQ(level_at(result, Metric::users_connected, 9), 1200);
}

// documented-2015 means what it says: 20,000 users per server, with the documented peak of 10 sign-ins per second, are 70 %
// (assumption O-6). The gate is taken away because its rate is the load itself.
TEST(Load, the_documented_costs_keep_a_documented_server_70_percent_busy) {
  const auto loaded = io::read_scenario(
      "name: calibration\n"
      "topology: enterprise-multiple-server\n"
      "workload: {model: performance-user-model, users: 80_000, restarts_per_user: 0.45/h}\n"
      "costs: {model: documented-2015, join_rate: 0/s}\n"
      "horizon: 1h\n",
      "calibration.yaml", {.library = {POOLCAST_SCENARIOS}, .overrides = {}});
  const ReplicationResult result = play(loaded.scenario);
  double busy = 0;
  for (const char* server : {"chat-1", "chat-2", "chat-3", "chat-4"})
    for (std::size_t window = 3; window < 60; ++window) busy += level_at(result, Metric::utilisation, window, server) / 228;
  EXPECT_NEAR(busy, 0.70, 0.025);  // posts to rooms of 16,000 are rare and long: three standard deviations of an hour
}

}  // namespace
}  // namespace poolcast::sim
