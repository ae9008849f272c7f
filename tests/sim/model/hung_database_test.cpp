// SQL Server instances that accept everything and answer nothing, while their pings go on.
#include <gtest/gtest.h>

#include "domain/failure_recovery.hpp"
#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

Fault hang(const std::string& node, Seconds at, std::optional<Seconds> duration = std::nullopt) {
  Fault fault;
  fault.at = at;
  fault.hang = NodeId{node};
  fault.duration = duration;
  return fault;
}

TEST(HungDatabases, nobody_takes_over_from_a_principal_that_hangs_and_posts_are_refused_until_it_goes_on) {
  Scenario scenario = mirrored_pool(2s);
  scenario.faults = {hang("sql-1", 2min, 2min)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(downtime(result), 0);  // as far as mirroring knows
  EXPECT_EQ(level_at(result, Metric::utilisation, 9, "sql-m"), 0);
  EXPECT_GT(stall(result), 120);
  EXPECT_LT(stall(result), 120 + 3.6 + 1);  // a login that has begun at it takes up to 3.6 s
  EXPECT_EQ(series(result, Metric::messages_stored).windows[3].count, 0);
  EXPECT_GT(series(result, Metric::messages_stored).windows[5].count, 0);
  EXPECT_GT(posts_refused(result), 2.5 * 60);
  EXPECT_EQ(total(result, Metric::messages_lost), 0);
  EXPECT_EQ(level_at(result, Metric::users_connected, 9), 1200);
  expect_requests_to_be_conserved(result);
}

TEST(HungDatabases, who_goes_on_before_a_command_times_out_refuses_nobody) {
  Scenario scenario = mirrored_pool(2s);
  scenario.faults = {hang("sql-1", 2min, 1s + 500ms)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(posts_refused(result), 0);
  EXPECT_EQ(total(result, Metric::refusals), 0);
  EXPECT_EQ(total(result, Metric::messages_in_doubt), 0);
  EXPECT_GT(latencies(result, Metric::post_latency).max(), 0.5);
  EXPECT_LT(latencies(result, Metric::post_latency).max(), 2);
  EXPECT_NEAR(stall(result), 1.5, 0.001);
  expect_requests_to_be_conserved(result);
}

TEST(HungDatabases, operators_end_a_hang_by_ending_the_instance_and_not_by_a_failover) {
  Scenario scenario = mirrored_pool(2s);
  Fault failover;
  failover.at = 3min;
  failover.make_principal = NodeId{"sql-m"};
  scenario.faults = {hang("sql-1", 2min), failover};
  EXPECT_GT(stall(play(scenario)), 479);
  scenario.faults.push_back(lose("sql-1", 4min));
  const ReplicationResult ended = play(scenario);
  EXPECT_NEAR(downtime(ended), 3, 0.001);
  EXPECT_GT(stall(ended), 123);
  EXPECT_LT(stall(ended), 123 + 3.6 + 1);
  EXPECT_GT(level_at(ended, Metric::utilisation, 8, "sql-m"), 0);
  EXPECT_EQ(total(ended, Metric::messages_lost), 0);
  expect_requests_to_be_conserved(ended);
}

TEST(HungDatabases, an_instance_that_was_restarted_hangs_no_more) {
  Scenario scenario = mirrored_pool(2s);
  scenario.topology.databases.front().mirror.reset();
  scenario.topology.databases.front().witness.reset();
  scenario.faults = {hang("sql-1", 2min), lose("sql-1", 3min, 10s)};
  const ReplicationResult result = play(scenario);
  EXPECT_GT(stall(result), 73);
  EXPECT_LT(stall(result), 73 + 3.6 + 1);
  EXPECT_GT(series(result, Metric::messages_stored).windows[6].count, 0);
}

TEST(HungDatabases, a_mirror_that_hangs_keeps_posts_from_being_stored_until_operators_suspend_it) {
  Scenario scenario = mirrored_pool(2s);
  scenario.faults = {hang("sql-m", 2min)};
  const ReplicationResult alone = play(scenario);
  EXPECT_EQ(series(alone, Metric::messages_stored).windows[5].count, 0);
  EXPECT_EQ(downtime(alone), 0);
  EXPECT_EQ(stall(alone), 0);  // connections work, and what only reads is answered
  EXPECT_GT(posts_refused(alone), 2.5 * 60);
  // Until the posts that try again hold all workers.
  EXPECT_EQ(series(alone, Metric::refusals, "", "search").windows[3].count, 0);
  EXPECT_GT(total(alone, Metric::messages_in_doubt), 0);
  expect_requests_to_be_conserved(alone);

  Fault suspended;
  suspended.at = 3min;
  suspended.suspend_mirroring = NodeId{"sql-m"};
  scenario.faults.push_back(suspended);
  const ReplicationResult result = play(scenario);
  EXPECT_GT(series(result, Metric::messages_stored).windows[5].count, 0);
  EXPECT_GT(series(result, Metric::send_queue, "", "content").windows[9].mean, 0);
  expect_requests_to_be_conserved(result);
}

TEST(HungDatabases, are_away_as_long_as_they_hang_and_every_doubt_belongs_to_a_failure) {
  Scenario scenario = mirrored_pool(2s);
  const auto recovery = [&](const std::string& failure) {
    const ReplicationResult result = play(scenario);
    FailureRecovery found;
    double in_doubt = 0;
    for (const FailureRecovery& one : failure_recoveries({result})) {
      if (one.messages_in_doubt) in_doubt += one.messages_in_doubt->value;
      if (one.failure == failure) found = one;
    }
    EXPECT_EQ(in_doubt, total(result, Metric::messages_in_doubt)) << failure;
    return found;
  };
  scenario.faults = {hang("sql-1", 2min, 2min)};
  EXPECT_NEAR(recovery("hang sql-1").database_back.p50.value(), 120, 1e-9);
  // Operators end the instance, and the mirror takes over: one outage.
  scenario.faults = {hang("sql-1", 2min), lose("sql-1", 4min)};
  EXPECT_NEAR(recovery("hang sql-1").database_back.p50.value(), 123, 0.001);
  // The principal answers all the time, commits do not come back.
  scenario.faults = {hang("sql-m", 2min)};
  const FailureRecovery of_mirror = recovery("hang sql-m");
  EXPECT_EQ(of_mirror.database_back.p50, 0.0);
  EXPECT_GT(of_mirror.messages_in_doubt.value().value, 0);
}

TEST(HungDatabases, compliance_events_wait_for_their_instance) {
  Scenario scenario = mirrored_pool(2s);
  scenario.faults = {hang("sql-2", 2min, 2min)};
  const ReplicationResult result = play(scenario);
  EXPECT_GT(series(result, Metric::compliance_backlog, "chat-1").windows.at(3).max, 20);
  EXPECT_LT(level_at(result, Metric::compliance_backlog, 9, "chat-1"), 1);
  EXPECT_EQ(posts_refused(result), 0);
}

// A principal whose requests wait longer than the time-out misses pings; one that hangs does not.
TEST(HungDatabases, requests_that_wait_at_a_hung_principal_are_no_load) {
  Scenario scenario = mirrored_pool(2s);
  scenario.costs.database_notice_time.value = 30s;
  scenario.faults = {hang("sql-1", 2min, 1min)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(downtime(result), 0);
  EXPECT_EQ(level_at(result, Metric::utilisation, 9, "sql-m"), 0);
}

TEST(HungDatabases, the_modes_of_the_plane_give_the_same_bits) {
  Scenario scenario = mirrored_pool(2s);
  scenario.workload.restarts_per_user = Rate{2.0 / 3600};
  scenario.faults = {hang("sql-1", 2min, 30s), hang("sql-m", 4min, 30s), lose("chat-2", 4min + 10s, 1min), hang("sql-1", 6min),
                     lose("sql-1", 7min, 1min)};
  const ReplicationResult result = play(scenario);
  expect_requests_to_be_conserved(result);
  EXPECT_TRUE(result == play(scenario, {.mode = PlaneMode::step}));
  EXPECT_TRUE(result == play(scenario, {.mode = PlaneMode::timer}));
}

}  // namespace
}  // namespace poolcast::sim
