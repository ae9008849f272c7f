// SQL Server instances on failover clusters, and instances that lose their disks while their machine stays up.
#include <gtest/gtest.h>

#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

constexpr double posts_per_s = 2.5;
constexpr double start = 60;   // of an instance on a node of its cluster (O-29)
constexpr double opening = 3;  // of a database (O-10)
constexpr double redo = 0.05;  // of at most a minute's log: 2.5 posts a second of 1.8 KB at 20 MB/s take 14 ms

// The content database on the cluster `sql` of sql-a and sql-b.
Scenario clustered_pool() {
  Scenario scenario = small_pool();
  SqlInstance& instance = scenario.topology.sql_instances.emplace_back();
  instance.name = NodeId{"sql"};
  instance.cluster = {NodeId{"sql-a"}, NodeId{"sql-b"}};
  Database& content = scenario.topology.databases.front();
  content.principal = NodeId{"sql"};
  content.mode = AvailabilityMode::failover_cluster;
  scenario.costs.database_notice_time.value = 2s;
  return scenario;
}

Fault silence(const std::string& node, Seconds at, std::optional<Seconds> duration = std::nullopt) {
  Fault fault = lose(node, at, duration);
  fault.kind = LossKind::silent;
  return fault;
}

Fault lose_disks(const std::string& instance, Seconds when, std::optional<Seconds> duration = std::nullopt,
                 LossKind kind = LossKind::reset) {
  Fault fault = at(when);
  fault.lose_disks = NodeId{instance};
  fault.duration = duration;
  fault.kind = kind;
  return fault;
}

double exposed_at_the_end(const ReplicationResult& result) {
  return series(result, Metric::database_exposed, "", "content").windows.back().mean;
}

TEST(Clusters, the_passive_node_takes_over_and_nothing_that_was_acknowledged_is_lost) {
  Scenario scenario = clustered_pool();
  scenario.faults = {silence("sql-a", 2min + 30s)};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), 5 + start + opening, redo);  // five heartbeats missed
  EXPECT_GT(downtime(result), 5 + start + opening);          // something was redone
  EXPECT_LT(stall(result), 5 + start + opening + 3.6 + redo);
  EXPECT_EQ(messages_lost(result), 0);
  EXPECT_GT(posts_refused(result), 0);
  EXPECT_GT(series(result, Metric::messages_stored).windows[9].count, 0U);
  EXPECT_EQ(level_at(result, Metric::users_connected, 9), 1200);
  EXPECT_EQ(exposed_at_the_end(result), 1);
  expect_requests_to_be_conserved(result);
}

TEST(Clusters, a_silent_node_is_missed_five_heartbeats_after_its_last_one) {
  Scenario scenario = clustered_pool();
  scenario.faults = {silence("sql-a", 2min + 500ms)};
  EXPECT_NEAR(downtime(play(scenario)), 4.5 + start + opening, redo);
}

TEST(Clusters, what_was_written_before_a_checkpoint_or_a_recovery_is_not_redone) {
  Scenario scenario = clustered_pool();
  scenario.costs.cluster_start_time.value = 5s;
  const double without_redo = 5 + 5 + opening;
  scenario.faults = {silence("sql-a", 2min)};  // at a checkpoint
  EXPECT_NEAR(downtime(play(scenario)), without_redo, 1e-6);
  scenario.faults = {silence("sql-a", 2min + 30s, 5s)};
  const double redone = downtime(play(scenario)) - without_redo;
  scenario.faults.push_back(silence("sql-b", 2min + 45s));  // a second after the recovery, in the same minute
  const double again = downtime(play(scenario)) - redone - 2 * without_redo;
  EXPECT_GT(redone, 1e-3);
  EXPECT_LT(again, redone / 3);
}

TEST(Clusters, of_two_partners_the_one_on_a_cluster_restarts_with_redo) {
  for (const bool clustered : {true, false}) {  // the mirror is it
    Scenario scenario = clustered ? mirrored_pool(2s) : clustered_pool();
    if (clustered) {
      SqlInstance& instance = scenario.topology.sql_instances.emplace_back();
      instance.name = NodeId{"sql-m"};
      instance.cluster = {NodeId{"sql-ma"}, NodeId{"sql-mb"}};
    }
    Database& content = scenario.topology.databases.front();
    content.mirror = NodeId{"sql-m"};
    content.witness.reset();
    content.mode = AvailabilityMode::high_safety;
    Fault swap = at(1min);
    swap.make_principal = NodeId{"sql-m"};
    scenario.faults = {swap};
    const double swapped = downtime(play(scenario));
    scenario.faults.push_back(lose("sql-m", 3min + 30s, 10s));  // no witness: it comes back as principal
    const double restart = downtime(play(scenario)) - swapped - 10 - opening;
    if (clustered)
      EXPECT_GT(restart, start + 1e-3);
    else
      EXPECT_NEAR(restart, 0, 1e-6);
  }
}

TEST(Clusters, a_service_that_ends_on_a_node_that_runs_is_seen_at_the_next_look_every_5_s) {
  Scenario scenario = clustered_pool();
  scenario.faults = {lose("sql-a", 2min + 4s)};
  EXPECT_NEAR(downtime(play(scenario)), 1 + start + opening, redo);
}

TEST(Clusters, the_loss_of_the_passive_node_is_nothing_but_exposure) {
  Scenario scenario = clustered_pool();
  scenario.faults = {silence("sql-b", 2min)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(downtime(result), 0);
  EXPECT_EQ(posts_refused(result), 0);
  EXPECT_EQ(series(result, Metric::database_exposed, "", "content").windows[0].mean, 0);
  EXPECT_EQ(exposed_at_the_end(result), 1);
}

TEST(Clusters, who_returns_takes_nothing_back_and_takes_over_next_time) {
  Scenario scenario = clustered_pool();
  scenario.faults = {silence("sql-a", 1min, 2min), silence("sql-b", 5min)};
  const ReplicationResult once = play([&] {
    Scenario first = scenario;
    first.faults.pop_back();
    return first;
  }());
  EXPECT_NEAR(downtime(once), 5 + start + opening, redo);
  EXPECT_EQ(exposed_at_the_end(once), 0);
  EXPECT_NEAR(downtime(play(scenario)), 2 * (5 + start + opening), 2 * redo);
}

TEST(Clusters, without_both_nodes_the_database_is_away_until_one_of_them_has_returned_and_started_it) {
  Scenario scenario = clustered_pool();
  scenario.faults = {silence("sql", 2min, 1min)};
  EXPECT_NEAR(downtime(play(scenario)), 60 + start + opening, redo);
  scenario.faults = {silence("sql-a", 2min), silence("sql-b", 2min + 30s, 2min)};  // while it was starting the instance
  EXPECT_NEAR(downtime(play(scenario)), 150 + start + opening, redo);
}

TEST(Clusters, nothing_takes_over_from_their_storage) {
  Scenario scenario = clustered_pool();
  scenario.faults = {lose_disks("sql", 2min, 3min)};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), 180 + start + opening, redo);
  EXPECT_EQ(messages_lost(result), 0);
  EXPECT_EQ(level_at(result, Metric::users_connected, 9), 1200);
  expect_requests_to_be_conserved(result);
}

TEST(Clusters, the_return_of_the_storage_moves_the_instance_back_to_nobody) {
  Scenario scenario = clustered_pool();
  scenario.faults = {silence("sql-a", 1min, 1min), lose_disks("sql", 4min, 1min)};
  const double once = downtime(play(scenario));
  scenario.faults.push_back(silence("sql-a", 7min));  // passive by then
  EXPECT_NEAR(downtime(play(scenario)), once, 1e-9);
}

TEST(Clusters, what_was_on_a_storage_that_is_destroyed_comes_from_the_last_backup_or_not_at_all) {
  Scenario scenario = clustered_pool();
  scenario.topology.databases.front().backup_interval = 1min;
  Fault restore = at(5min);
  restore.restore = PoolId{"chat"};
  restore.takes = SecondsRange{30s, 30s};
  scenario.faults = {lose_disks("sql", 2min + 20s, 1min, LossKind::destroyed), restore};
  const ReplicationResult restored = play(scenario);
  EXPECT_NEAR(downtime(restored), 3 * 60 + 10, 0.01);
  EXPECT_NEAR(messages_lost(restored), 20 * posts_per_s, 25);
  scenario.faults.pop_back();
  const ReplicationResult gone = play(scenario);  // the nodes and new disks alone bring nothing back
  EXPECT_NEAR(downtime(gone), 10 * 60 - 140, 0.01);
}

TEST(Clusters, a_refused_restore_says_what_is_missing) {
  const auto why = [](std::vector<Fault> faults, Seconds when) {
    Scenario scenario = clustered_pool();
    Fault restore = at(when);
    restore.restore = PoolId{"chat"};
    restore.takes = SecondsRange{1s, 1s};
    faults.push_back(restore);
    scenario.faults = std::move(faults);
    const auto refused = entries(play(scenario), EntryKind::refused);
    return refused.size() == 1 ? refused.front().why : "not refused";
  };
  EXPECT_EQ(why({lose_disks("sql", 2min)}, 3min), "its principal sql has no disks");
  EXPECT_EQ(why({silence("sql-a", 2min)}, 2min + 30s), "its principal sql is being started by its cluster");
  EXPECT_EQ(why({silence("sql", 2min)}, 3min), "its principal sql is lost");
}

TEST(Clusters, a_fault_that_destroys_both_nodes_destroys_their_storage_and_one_node_takes_nothing_along) {
  Scenario scenario = clustered_pool();
  scenario.faults = {destroy("sql", 4min, 1min)};
  EXPECT_NEAR(downtime(play(scenario)), 6 * 60, 0.01);
  EXPECT_NEAR(messages_lost(play(scenario)), 240 * posts_per_s, 100);
  scenario.faults = {silence("sql-a", 3min, 4min), silence("sql-b", 3min, 4min), destroy("sql", 4min, 1min)};
  EXPECT_NEAR(downtime(play(scenario)), 7 * 60, 0.01) << "nodes that are lost already take their storage along, too";
  scenario.faults = {destroy("sql-a", 4min)};
  EXPECT_NEAR(downtime(play(scenario)), 5 + start + opening, redo);
  EXPECT_EQ(messages_lost(play(scenario)), 0);
}

TEST(Clusters, an_instance_that_hangs_is_ended_after_60_s_and_started_where_it_was) {
  Scenario scenario = clustered_pool();
  Fault hang = at(2min);
  hang.hang = NodeId{"sql"};
  scenario.faults = {hang};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), start + opening, redo);  // the cluster did not know of it before
  EXPECT_GT(stall(result), 60 + start + opening);
  EXPECT_LT(stall(result), 60 + start + opening + 3.6 + redo);
  EXPECT_GT(series(result, Metric::messages_stored).windows[9].count, 0U);
  EXPECT_EQ(exposed_at_the_end(result), 0);
  expect_requests_to_be_conserved(result);
}

TEST(Clusters, an_instance_that_does_not_run_does_not_hang) {
  Scenario scenario = clustered_pool();
  Fault hang = at(2min + 30s);
  hang.hang = NodeId{"sql"};
  scenario.faults = {silence("sql-a", 2min)};
  const double without = stall(play(scenario));
  scenario.faults.push_back(hang);  // while sql-b starts it
  EXPECT_EQ(stall(play(scenario)), without);
}

TEST(Clusters, a_cut_between_two_nodes_that_run_moves_nothing) {
  Scenario scenario = clustered_pool();
  Fault cut = at(2min);
  cut.cut = Names({"sql-a"});
  cut.away_from = Names({"sql-b"});
  scenario.faults = {cut};
  EXPECT_EQ(downtime(play(scenario)), 0);
  EXPECT_EQ(stall(play(scenario)), 0);
}

// The name leads to another machine: chat servers that do not reach the passive node have lost their database with the failover.
TEST(Clusters, after_a_failover_chat_servers_talk_to_the_other_machine) {
  Scenario scenario = clustered_pool();
  Fault cut = at(1min);
  cut.cut = Names({"sql-b"});
  cut.away_from = Names({"chat"});
  scenario.faults = {cut};
  EXPECT_EQ(stall(play(scenario)), 0);
  scenario.faults = {cut, silence("sql-a", 2min)};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), 5 + start + opening, redo);
  EXPECT_NEAR(stall(result), 8 * 60, 0.01);
}

TEST(Clusters, a_mirror_takes_over_before_the_cluster_of_its_principal_has_started) {
  Scenario scenario = clustered_pool();
  Database& content = scenario.topology.databases.front();
  content.mirror = NodeId{"sql-m"};
  content.witness = NodeId{"sql-w"};
  content.mode = AvailabilityMode::high_safety;
  scenario.faults = {silence("sql-a", 2min)};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), 11 + opening, redo);
  EXPECT_EQ(exposed_at_the_end(result), 0);  // the cluster is the mirror now
  EXPECT_EQ(messages_lost(result), 0);
}

TEST(Clusters, a_witness_and_a_log_shipping_secondary_may_be_clusters_too) {
  Scenario scenario = mirrored_pool(2s);
  for (const char* name : {"sql-w", "sql-s"}) {
    SqlInstance& instance = scenario.topology.sql_instances.emplace_back();
    instance.name = NodeId{name};
    instance.cluster = {NodeId{std::string(name) + "-a"}, NodeId{std::string(name) + "-b"}};
  }
  scenario.faults = {silence("sql-w-a", 1min), silence("sql-1", 3min)};  // the witness is back by then
  EXPECT_NEAR(downtime(play(scenario)), 11 + opening, 0.05);
  scenario.faults.back().at = 1min + 30s;
  EXPECT_GT(downtime(play(scenario)), 8 * 60);
  scenario.topology.databases.front().log_shipping.emplace().secondary = NodeId{"sql-s"};
  Fault fail_over = at(3min);
  fail_over.fail_over = PoolId{"chat"};
  scenario.faults = {silence("sql-s-a", 1min), fail_over};
  EXPECT_EQ(entries(play(scenario), EntryKind::refused).size(), 0U);
  scenario.faults[1].at = 1min + 30s;
  const auto refused = entries(play(scenario), EntryKind::refused);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_NE(refused[0].why.find("sql-s is being started by its cluster"), std::string::npos);
}

TEST(LostDisks, the_mirror_takes_over_from_a_principal_whose_disks_are_lost_as_soon_as_it_knows) {
  Scenario scenario = mirrored_pool(2s);
  scenario.faults = {lose_disks("sql-1", 2min, 2min)};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(downtime(result), opening, 0.05);
  EXPECT_EQ(messages_lost(result), 0);
  EXPECT_EQ(exposed_at_the_end(result), 0);  // with its disks the old principal comes back as the mirror
  expect_requests_to_be_conserved(result);
}

TEST(LostDisks, whose_disks_were_destroyed_is_no_mirror_before_operators_have_filled_it) {
  Scenario scenario = mirrored_pool(2s);
  Fault fill = at(3min);
  fill.new_mirror = NodeId{"sql-1"};
  fill.takes = SecondsRange{1min, 1min};
  scenario.faults = {lose_disks("sql-1", 2min, 4min, LossKind::destroyed), fill};
  const ReplicationResult without_disks = play(scenario);
  ASSERT_EQ(entries(without_disks, EntryKind::refused).size(), 1U);
  EXPECT_NE(entries(without_disks, EntryKind::refused)[0].why.find("sql-1 has no disks"), std::string::npos);
  EXPECT_EQ(exposed_at_the_end(without_disks), 1);
  scenario.faults.back().at = 7min;
  const ReplicationResult filled = play(scenario);
  EXPECT_EQ(entries(filled, EntryKind::refused).size(), 0U);
  EXPECT_NEAR(downtime(filled), opening, 0.05);
  EXPECT_EQ(exposed_at_the_end(filled), 0);
  EXPECT_EQ(messages_lost(filled), 0);
}

TEST(LostDisks, of_a_mirror_leave_the_principal_exposed_and_nobody_waits) {
  Scenario scenario = mirrored_pool(2s);
  scenario.faults = {lose_disks("sql-m", 2min)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(downtime(result), 0);
  EXPECT_LT(latencies(result, Metric::post_latency).max(), 1);
  EXPECT_EQ(exposed_at_the_end(result), 1);
}

TEST(LostDisks, of_the_only_copy_are_the_database_until_they_are_back) {
  Scenario scenario = small_pool();
  scenario.faults = {lose_disks("sql-1", 2min, 1min)};
  EXPECT_NEAR(downtime(play(scenario)), 60 + opening, 0.01);
  EXPECT_EQ(messages_lost(play(scenario)), 0);
  scenario.faults = {lose_disks("sql-1", 2min, 3min), silence("sql-1", 3min, 1min)};  // the machine returns before its disks
  EXPECT_NEAR(downtime(play(scenario)), 180 + opening, 0.01);
  scenario.faults = {lose_disks("sql-1", 2min, 1min), silence("sql-1", 2min + 30s, 2min)};  // and after them
  EXPECT_NEAR(downtime(play(scenario)), 150 + opening, 0.01);
  scenario.faults = {lose_disks("sql-1", 4min, 1min, LossKind::destroyed)};
  EXPECT_NEAR(messages_lost(play(scenario)), 240 * posts_per_s, 100);
  scenario.faults = {silence("sql-1", 4min, 3min), destroy("sql-1", 5min, 1min)};  // of a machine that is lost already
  EXPECT_NEAR(messages_lost(play(scenario)), 240 * posts_per_s, 100);
}

}  // namespace
}  // namespace poolcast::sim
