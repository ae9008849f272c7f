// What users and databases see when a partner or the witness of a mirrored content database is lost.
#include <gtest/gtest.h>

#include "domain/rules/commit.hpp"
#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

enum class Witness { none, set };

// The small pool with a mirrored content database; sql-m is the mirror and sql-w the witness.
Scenario mirrored_pool(Witness witness = Witness::set, AvailabilityMode mode = AvailabilityMode::high_safety) {
  Scenario scenario = small_pool();
  Database& content = scenario.topology.databases.front();
  content.mirror = NodeId{"sql-m"};
  if (witness == Witness::set) content.witness = NodeId{"sql-w"};
  content.mode = mode;
  scenario.costs.database_notice_time.value = 2s;
  return scenario;
}

Fault lose_silently(const std::string& node, Seconds at, std::optional<Seconds> duration = std::nullopt) {
  Fault fault = lose(node, at, duration);
  fault.kind = LossKind::silent;
  return fault;
}

TEST(Databases, a_killed_principal_with_a_witness_costs_the_opening_and_a_moment_of_redirection) {
  Scenario scenario = mirrored_pool();
  scenario.faults = {lose("sql-1", 2min)};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), 3, 0.001);  // an error that is reported is noticed at once; nothing to redo; 3 s to open
  EXPECT_GT(stall(result), 3);
  EXPECT_LT(stall(result), 4.1);  // the longest pause between two rounds is 1 s
  EXPECT_GT(posts_refused(result), 0);
  EXPECT_EQ(total(result, Metric::messages_lost), 0);
  EXPECT_EQ(level_at(result, Metric::users_connected, 9), 1200);  // sessions stay
}

TEST(Databases, a_silent_principal_costs_the_time_out_too) {
  Scenario scenario = mirrored_pool();
  scenario.faults = {lose_silently("sql-1", 2min + 500ms)};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), 10.5 + 3, 0.001);  // the last ping came half a second before
  EXPECT_GT(stall(result), 13.5);                  // servers notice after 2 s and look for a partner that serves
  EXPECT_LT(stall(result), 13.5 + 3.6 + 1);        // an attempt at a silent partner takes up to 3.6 s
  EXPECT_EQ(total(result, Metric::messages_lost), 0);
}

TEST(Databases, a_longer_time_out_between_the_partners_is_waited_for_and_high_performance_mode_has_its_own) {
  Scenario scenario = mirrored_pool();
  scenario.topology.databases.front().partner_timeout = 30s;
  scenario.faults = {lose_silently("sql-1", 2min + 500ms)};
  EXPECT_NEAR(downtime(play(scenario)), 30.5 + 3, 0.001);
  EXPECT_EQ(rules::partner_timeout(scenario.topology.databases.front()), Seconds{30});
  scenario.topology.databases.front().mode = AvailabilityMode::high_performance;
  EXPECT_EQ(rules::partner_timeout(scenario.topology.databases.front()), Seconds{10});
}

TEST(Databases, without_a_witness_a_lost_principal_stops_posts_until_somebody_acts) {
  Scenario scenario = mirrored_pool(Witness::none);
  scenario.faults = {lose("sql-1", 2min)};
  EXPECT_NEAR(downtime(play(scenario)), 480, 0.001);
  Fault force;
  force.at = 5min;
  force.force_service = NodeId{"sql-m"};
  scenario.faults.push_back(force);
  const ReplicationResult forced = play(scenario);
  EXPECT_NEAR(downtime(forced), 183, 0.001);
  EXPECT_EQ(total(forced, Metric::messages_lost), 0);  // it was synchronized
}

TEST(Databases, a_principal_that_returns_before_anybody_acts_serves_again) {
  Scenario scenario = mirrored_pool(Witness::none);
  scenario.faults = {lose("sql-1", 2min, 1min)};
  EXPECT_NEAR(downtime(play(scenario)), 63, 0.001);
}

TEST(Databases, a_lost_witness_and_then_a_lost_principal_stop_the_database_although_the_mirror_lives) {
  Scenario scenario = mirrored_pool();
  scenario.faults = {lose("sql-w", 1min), lose("sql-1", 2min)};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), 480, 0.001);
  EXPECT_EQ(value(result, Metric::database_downtime, "", "compliance"), 0);
}

TEST(Databases, a_silent_mirror_stalls_commits_until_its_time_out_and_then_leaves_the_principal_exposed) {
  Scenario scenario = mirrored_pool();
  scenario.costs.database_notice_time.value = 30s;  // of a command, too: posts wait longer than for the mirror
  scenario.faults = {lose_silently("sql-m", 2min, 4min)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(downtime(result), 0);
  EXPECT_GT(latencies(result, Metric::post_latency).max(), 10);  // 10 to 11 s after the last ping
  EXPECT_LT(latencies(result, Metric::post_latency).max(), 11.1);
  EXPECT_EQ(total(result, Metric::messages_lost), 0);
  const auto exposed = [&](std::size_t minute) {
    return series(result, Metric::database_exposed, "", "content").windows.at(minute).mean;
  };
  EXPECT_EQ(exposed(1), 0);
  EXPECT_EQ(exposed(3), 1);
  EXPECT_EQ(exposed(7), 0);  // caught up
  EXPECT_GT(series(result, Metric::send_queue, "", "content").windows.at(5).max, 0);
}

TEST(Databases, a_killed_mirror_stalls_nobody) {
  Scenario scenario = mirrored_pool();
  scenario.faults = {lose("sql-m", 2min)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(downtime(result), 0);
  EXPECT_LT(latencies(result, Metric::post_latency).max(), 1);
  EXPECT_EQ(posts_refused(result), 0);
}

TEST(Databases, a_loss_while_exposed_stops_the_database_and_a_force_then_loses_what_the_mirror_lacks) {
  Scenario scenario = mirrored_pool();
  scenario.faults = {lose("sql-m", 1min, 3min), lose("sql-1", 3min)};
  Fault force;
  force.at = 5min;
  force.force_service = NodeId{"sql-m"};
  scenario.faults.push_back(force);
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), 123, 0.001);
  EXPECT_NEAR(total(result, Metric::messages_lost), 2.5 * 120, 60);  // two minutes of 2.5 posts a second
}

// 2.5 posts a second of 1,200 bytes, times 1.5 of log, are 4.5 KB/s; 270 KB are full a minute after the suspension.
TEST(Databases, the_log_grows_while_mirroring_is_suspended_until_its_disk_is_full_and_is_sent_when_it_resumes) {
  Scenario scenario = mirrored_pool();
  SqlInstance& tight = scenario.topology.sql_instances.emplace_back();
  tight.name = NodeId{"sql-1"};
  tight.log_disk = Bytes{270e3};
  Fault suspended;
  suspended.at = 2min;
  suspended.suspend_mirroring = NodeId{"sql-1"};
  suspended.duration = 4min;
  scenario.faults = {suspended};
  const ReplicationResult result = play(scenario);
  const Series& log = series(result, Metric::send_queue, "", "content");
  EXPECT_NEAR(log.windows[2].max, 4'500 * 60, 0.2 * 4'500 * 60);  // a minute of log
  EXPECT_NEAR(log.windows[5].max, 270e3, 40e3);                   // full: a group of commits may go over it
  EXPECT_EQ(log.windows[8].max, 0);                               // sent
  const Series& stored = series(result, Metric::messages_stored);
  EXPECT_GT(stored.windows[2].count, 100);
  EXPECT_EQ(stored.windows[4].count, 0);
  EXPECT_GT(stored.windows[7].count, 100);
  EXPECT_EQ(series(result, Metric::refusals, "", "search").windows[4].count, 0);  // reading goes on
  EXPECT_EQ(series(result, Metric::database_exposed, "", "content").windows[4].mean, 1);
  EXPECT_EQ(series(result, Metric::database_exposed, "", "content").windows[8].mean, 0);
  EXPECT_EQ(downtime(result), 0);
  EXPECT_EQ(total(result, Metric::messages_lost), 0);
}

// A partner may have more room than the other.
TEST(Databases, the_log_disk_is_that_of_the_partner_which_serves) {
  Scenario scenario = mirrored_pool();
  SqlInstance& tight = scenario.topology.sql_instances.emplace_back();
  tight.name = NodeId{"sql-1"};
  tight.log_disk = Bytes{270e3};
  scenario.faults = {lose("sql-1", 1min)};
  const ReplicationResult result = play(scenario);
  EXPECT_GT(series(result, Metric::send_queue, "", "content").windows[9].max, 1e6);
  EXPECT_GT(series(result, Metric::messages_stored).windows[9].count, 100);
}

TEST(Databases, high_performance_loses_its_send_queue_when_the_link_is_too_narrow_for_the_log) {
  Scenario scenario = mirrored_pool(Witness::none, AvailabilityMode::high_performance);
  SqlInstance& mirror = scenario.topology.sql_instances.emplace_back();
  mirror.name = NodeId{"sql-m"};
  mirror.site = SiteId{"south"};
  Link& narrow = scenario.topology.links.emplace_back();
  narrow.between = {SiteId{"north"}, SiteId{"south"}};
  narrow.bandwidth = Bandwidth{1'500};  // a third of the log
  Fault force;
  force.at = 8min;
  force.force_service = NodeId{"sql-m"};
  scenario.faults = {lose("sql-1", 6min), force};
  const ReplicationResult result = play(scenario);
  EXPECT_LT(latencies(result, Metric::post_latency).quantile(0.9), 1);  // nobody waits for the mirror
  const double queue = series(result, Metric::send_queue, "", "content").windows[6].max;
  EXPECT_NEAR(queue, 3'000 * 360, 0.1 * 3'000 * 360);
  EXPECT_NEAR(total(result, Metric::messages_lost), queue / 1'800, 3);  // and it is what is lost
}

TEST(Databases, high_performance_loses_what_was_on_its_way) {
  Scenario scenario = mirrored_pool(Witness::none, AvailabilityMode::high_performance);
  SqlInstance mirror;
  mirror.name = NodeId{"sql-m"};
  mirror.site = SiteId{"south"};
  scenario.topology.sql_instances = {mirror};
  Link far;
  far.between = {SiteId{"north"}, SiteId{"south"}};
  far.latency = 20s;
  scenario.topology.links = {far};
  Fault force;
  force.at = 3min;
  force.force_service = NodeId{"sql-m"};
  scenario.faults = {lose("sql-1", 2min), force};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(total(result, Metric::messages_lost), 2.5 * 20, 25);
}

TEST(Databases, a_manual_failover_takes_no_longer_than_opening_and_loses_nothing) {
  Scenario scenario = mirrored_pool(Witness::none);
  Fault there;
  there.at = 2min;
  there.make_principal = NodeId{"sql-m"};
  Fault back;
  back.at = 4min;
  back.make_principal = NodeId{"sql-1"};
  scenario.faults = {there, back};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), 6, 0.001);
  EXPECT_EQ(total(result, Metric::messages_lost), 0);
  EXPECT_GT(level_at(result, Metric::utilisation, 3, "sql-m"), 0);
  EXPECT_EQ(level_at(result, Metric::utilisation, 5, "sql-m"), 0);
}

TEST(Databases, an_isolated_principal_steps_down_and_the_mirror_takes_over) {
  Scenario scenario = mirrored_pool();
  Fault cut;
  cut.at = 2min;
  cut.cut = Names{{"sql-1"}};
  cut.duration = 2min;
  scenario.faults = {cut};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), 3, 0.001);  // it believed that it served until its own time-out, and acknowledged nothing
  EXPECT_GT(stall(result), 11);
  EXPECT_EQ(total(result, Metric::messages_lost), 0);
}

// No reset crosses the cut: chat servers wait for a command's time-out and then lose 1.2 s to the partner that is silent.
TEST(Databases, chat_servers_notice_a_principal_that_is_cut_off_as_late_as_one_that_fell_silent) {
  Scenario scenario = mirrored_pool();
  scenario.costs.database_notice_time.value = 30s;
  Fault cut;
  cut.at = 2min;
  cut.cut = Names{{"sql-1"}};
  scenario.faults = {cut};
  EXPECT_NEAR(stall(play(scenario)), 31.2, 0.1);
  scenario.faults.front().duration = 20s;  // the old principal answers again, and does not serve
  const ReplicationResult healed = play(scenario);
  EXPECT_NEAR(stall(healed), 20, 0.2);
  EXPECT_EQ(level_at(healed, Metric::utilisation, 8, "sql-1"), 0);
}

// Isolated on a whole second, it is missed 11 s later, and the mirror serves after 14 s.
TEST(Databases, a_second_reason_for_silence_does_not_start_the_time_out_anew) {
  Scenario scenario = mirrored_pool();
  Fault cut;
  cut.at = 2min;
  cut.cut = Names{{"sql-1"}};
  scenario.faults = {cut, lose_silently("sql-1", 2min + 9s)};
  EXPECT_NEAR(downtime(play(scenario)), 14 - 9, 0.001);
  scenario.faults = {cut, lose("sql-1", 2min + 2s)};  // nobody beyond the cut sees that its connections are reset
  EXPECT_NEAR(downtime(play(scenario)), 14 - 2, 0.001);
  scenario.faults = {cut, lose_silently("sql-1", 2min + 9s)};
  scenario.faults.front().duration = 5s;  // it answered again in between
  EXPECT_NEAR(downtime(play(scenario)), 14, 0.001);
}

TEST(Databases, a_disk_without_free_space_takes_posts_as_long_as_no_log_waits) {
  Scenario scenario = small_pool();
  scenario.topology.hardware.emplace_back().name = HardwareId{"tight"};
  scenario.topology.hardware.back().free_disk = Bytes{0};
  SqlInstance& tight = scenario.topology.sql_instances.emplace_back();
  tight.name = NodeId{"sql-1"};
  tight.hardware = HardwareId{"tight"};
  EXPECT_EQ(posts_refused(play(scenario)), 0);
}

// Not supported for chat, and run all the same: its cluster has quorum whatever becomes of one instance.
TEST(Databases, an_availability_group_fails_over_like_a_mirror_with_a_witness) {
  Scenario scenario = mirrored_pool(Witness::none, AvailabilityMode::always_on);
  scenario.faults = {lose_silently("sql-1", 2min + 500ms)};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), 10.5 + 3, 0.001);
  EXPECT_EQ(total(result, Metric::messages_lost), 0);
}

TEST(Databases, a_principal_that_is_too_slow_to_answer_pings_is_taken_for_lost) {
  Scenario scenario = mirrored_pool();
  Fault slow;
  slow.at = 2min;
  slow.slow = NodeId{"sql-1"};
  slow.factor = 20'000;
  slow.duration = 1min;
  scenario.faults = {slow};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), 3, 0.001);
  EXPECT_GT(stall(result), 3);
  EXPECT_EQ(total(result, Metric::messages_lost), 0);
  EXPECT_GT(level_at(result, Metric::utilisation, 8, "sql-m"), 0);
  EXPECT_EQ(level_at(result, Metric::utilisation, 8, "sql-1"), 0);
}

TEST(Databases, a_mirror_that_lost_its_disks_does_not_come_back_by_itself) {
  Scenario scenario = mirrored_pool();
  scenario.faults = {lose("sql-m", 2min, 1min)};
  scenario.faults.front().kind = LossKind::destroyed;
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(series(result, Metric::database_exposed, "", "content").windows.at(9).mean, 1);
}

TEST(Databases, compliance_events_wait_in_their_queues_while_their_database_is_away) {
  Scenario scenario = small_pool();
  scenario.faults = {lose("sql-2", 2min, 2min)};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result, "compliance"), 123, 0.001);
  EXPECT_EQ(downtime(result), 0);
  EXPECT_GT(series(result, Metric::compliance_backlog, "chat-1").windows.at(3).max, 20);
  EXPECT_LT(level_at(result, Metric::compliance_backlog, 9, "chat-1"), 1);
  EXPECT_EQ(posts_refused(result), 0);
}

TEST(Databases, every_request_is_accounted_for_and_the_modes_of_the_plane_give_the_same_bits) {
  Scenario scenario = mirrored_pool();
  scenario.workload.restarts_per_user = Rate{2.0 / 3600};
  scenario.faults = {lose_silently("sql-1", 2min, 2min), lose("chat-2", 2min + 5s, 1min), lose("sql-m", 6min, 1min),
                     lose_silently("sql-w", 6min + 30s)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(total(result, Metric::arrivals), total(result, Metric::completions) + total(result, Metric::refusals) +
                                                 total(result, Metric::requests_lost) +
                                                 value(result, Metric::requests_in_flight));
  EXPECT_TRUE(result == play(scenario, {.mode = PlaneMode::step}));
  EXPECT_TRUE(result == play(scenario, {.mode = PlaneMode::timer}));
}

}  // namespace
}  // namespace poolcast::sim
