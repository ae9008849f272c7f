// The copies of a content database: which are left after a loss, and what turning to one of them costs.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

constexpr double posts_per_s = 2.5;

Fault fail_over(Seconds when) {
  Fault fault = at(when);
  fault.fail_over = PoolId{"chat"};
  return fault;
}

Fault fail_back(Seconds when) {
  Fault fault = at(when);
  fault.fail_back = PoolId{"chat"};
  return fault;
}

Fault cut_sites(Seconds when, std::optional<Seconds> duration = std::nullopt) {
  Fault fault = at(when);
  fault.cut = Names({"north"});
  fault.away_from = Names({"south"});
  fault.duration = duration;
  return fault;
}

// Every minute the log goes to sql-5 in the other site, which may have sql-6 as its mirror.
Scenario with_a_secondary() {
  Scenario scenario = small_pool();
  for (const char* name : {"sql-5", "sql-6"}) {
    scenario.topology.sql_instances.emplace_back().name = NodeId{name};
    scenario.topology.sql_instances.back().site = SiteId{"south"};
  }
  LogShipping& shipping = scenario.topology.databases[0].log_shipping.emplace();
  shipping.secondary = NodeId{"sql-5"};
  shipping.backup_interval = shipping.copy_interval = shipping.restore_interval = 1min;
  return scenario;
}

TEST(Copies, nothing_comes_back_from_a_secondary_that_is_lost) {
  Scenario scenario = with_a_secondary();
  scenario.faults = {fail_over(1min), lose("sql-5", 4min), fail_back(6min)};
  const ReplicationResult result = play(scenario);
  ASSERT_EQ(entries(result, EntryKind::refused).size(), 1U);
  EXPECT_NE(entries(result, EntryKind::refused)[0].why.find("nobody serves its log-shipping secondary"), std::string::npos);
  EXPECT_EQ(series(result, Metric::messages_stored).windows[9].count, 0U);
}

TEST(Copies, the_tail_of_the_log_crosses_no_cut_line_and_log_backups_neither) {
  Scenario scenario = with_a_secondary();
  scenario.faults = {cut_sites(2min + 10s), fail_over(6min)};
  EXPECT_NEAR(messages_lost(play(scenario)), 300 * posts_per_s, 100);  // the backup of 1 min came with the copy of 2 min
  scenario.faults = {cut_sites(2min + 10s, 3min + 20s), destroy("sql-1", 5min + 40s), fail_over(7min)};
  EXPECT_NEAR(messages_lost(play(scenario)), 280 * posts_per_s, 100);  // no copy since the line is back
  scenario.faults = {cut_sites(2min + 10s, 3min + 20s), fail_over(7min)};
  EXPECT_EQ(messages_lost(play(scenario)), 0);
}

TEST(Copies, a_principal_that_hangs_ships_no_tail) {
  Scenario scenario = with_a_secondary();
  scenario.faults = {at(5min + 40s), fail_over(6min)};
  scenario.faults[0].hang = NodeId{"sql-1"};
  EXPECT_NEAR(messages_lost(play(scenario)), 100 * posts_per_s, 75);  // the backup of 4 min came with the copy of 5 min
}

TEST(Copies, a_pool_does_not_fail_back_across_a_cut_line) {
  Scenario scenario = with_a_secondary();
  scenario.faults = {fail_over(1min), cut_sites(3min), fail_back(4min)};
  ASSERT_EQ(entries(play(scenario), EntryKind::refused).size(), 1U);
}

// The database is away from 3 min 30 s to 7 min, so that the backups of 4 min and 6 min are not taken.
TEST(Copies, no_backup_is_taken_of_a_database_that_nobody_serves) {
  Scenario scenario = with_a_secondary();
  Database& content = scenario.topology.databases[0];
  content.backup_interval = 2min;
  content.log_shipping->copy_interval = 1h;
  scenario.faults = {destroy("sql-1", 3min + 30s), fail_over(7min), destroy("sql-5", 7min + 58s)};
  const ReplicationResult result = play(scenario);
  EXPECT_NEAR(messages_stored(result) - messages_lost(result), 120 * posts_per_s, 60);
  EXPECT_GT(messages_stored(result), 210 * posts_per_s);
  ASSERT_EQ(entries(result, EntryKind::lost).size(), 2U);
  for (const LogbookEntry& entry : entries(result, EntryKind::lost))
    EXPECT_NE(entry.why.find("since the backup at 2 min"), std::string::npos) << entry.why;
  EXPECT_DOUBLE_EQ(value(result, Metric::database_bytes), (messages_stored(result) - messages_lost(result)) * 1200);
}

TEST(Copies, a_mirror_of_the_secondary_whose_disks_were_destroyed_has_no_copy_to_take_over_with) {
  Scenario scenario = with_a_secondary();
  scenario.topology.databases[0].log_shipping->secondary_mirror = NodeId{"sql-6"};
  scenario.topology.databases[0].log_shipping->secondary_witness = NodeId{"sql-w"};
  const auto loses_all = [&](Seconds gone) {
    scenario.faults = {destroy("sql-6", 1min, gone), fail_over(4min), destroy("sql-5", 7min)};
    const ReplicationResult result = play(scenario);
    EXPECT_EQ(series(result, Metric::messages_stored).windows[9].count, 0U);
    EXPECT_EQ(messages_lost(result), messages_stored(result));
  };
  loses_all(1min);  // it is back when the pool fails over
  loses_all(5min);  // and later
}

TEST(Copies, a_secondary_whose_disks_were_destroyed_has_no_log_to_turn_to) {
  Scenario scenario = with_a_secondary();
  scenario.faults = {destroy("sql-5", 1min, 1min), fail_over(4min)};
  ASSERT_EQ(entries(play(scenario), EntryKind::refused).size(), 1U);
}

TEST(Copies, of_what_was_shipped_to_disks_that_were_destroyed_nothing_is_kept) {
  Scenario scenario = with_a_secondary();
  Fault restore = at(8min);
  restore.restore = PoolId{"chat"};
  restore.takes = SecondsRange{0s, 0s};
  const auto kept = [&](Seconds disks_gone) {
    scenario.faults = {destroy("sql-5", disks_gone, 30s), destroy("sql-1", 5min + 40s, 30s), restore};
    const ReplicationResult result = play(scenario);
    EXPECT_EQ(entries(result, EntryKind::done).size(), 1U);
    const double before = static_cast<double>(std::accumulate(
        series(result, Metric::messages_stored).windows.begin(), series(result, Metric::messages_stored).windows.begin() + 6,
        std::uint64_t{0}, [](std::uint64_t sum, const auto& window) { return sum + window.count; }));
    return before - messages_lost(result);
  };
  EXPECT_EQ(kept(2min + 30s), 0);                  // while the log is shipped
  EXPECT_EQ(kept(6min + 30s), 0);                  // when there is nothing else left
  EXPECT_NEAR(kept(9min), 240 * posts_per_s, 75);  // the backup of 4 min came with the copy of 5 min
}

Fault new_secondary(Seconds when, std::optional<Seconds> takes = 1min) {
  Fault fault = at(when);
  fault.new_secondary = NodeId{"sql-5"};
  if (takes) fault.takes = SecondsRange{*takes, *takes};
  return fault;
}

TEST(Copies, a_secondary_that_is_set_up_anew_has_what_its_full_copy_had_and_then_the_log) {
  Scenario scenario = with_a_secondary();
  const auto lost = [&](Seconds gone) {
    scenario.faults = {destroy("sql-5", 1min, 30s), new_secondary(2min + 10s), destroy("sql-1", gone), fail_over(gone + 1min)};
    const ReplicationResult result = play(scenario);
    EXPECT_EQ(entries(result, EntryKind::refused).size(), 0U);
    return messages_lost(result);
  };
  EXPECT_NEAR(lost(3min + 50s), 100 * posts_per_s, 75);  // since the full copy; its own log goes with the copy of 4 min
  EXPECT_NEAR(lost(5min + 40s), 100 * posts_per_s, 75);  // since the backup of 4 min, which came with the copy of 5 min
}

TEST(Copies, every_post_is_at_risk_until_a_secondary_is_filled_anew) {
  Scenario scenario = with_a_secondary();
  scenario.faults = {destroy("sql-5", 3min + 30s, 30s), new_secondary(5min)};
  const ReplicationResult result = play(scenario);
  EXPECT_LT(level_at(result, Metric::messages_at_risk, 2), 150 * posts_per_s);
  EXPECT_GT(level_at(result, Metric::messages_at_risk, 5), 300 * posts_per_s);  // though the machine is there again
  EXPECT_LT(level_at(result, Metric::messages_at_risk, 8), 150 * posts_per_s);
}

TEST(Copies, the_full_copy_of_a_secondary_is_as_long_as_the_database_is_large) {
  Scenario scenario = with_a_secondary();
  scenario.topology.databases[0].size = Bytes{6e9};
  scenario.topology.links.emplace_back().between = {SiteId{"north"}, SiteId{"south"}};
  scenario.topology.links.back().bandwidth = Bandwidth{50e6};
  scenario.faults = {destroy("sql-5", 1min, 30s), new_secondary(2min, std::nullopt)};
  const ReplicationResult result = play(scenario);
  ASSERT_EQ(result.logbook.size(), 1U);
  EXPECT_EQ(result.logbook[0].kind, EntryKind::done);
  EXPECT_NEAR((result.logbook[0].ends - result.logbook[0].begins).count(), 120, 1);
}

TEST(Copies, a_secondary_is_not_set_up_anew_while_it_is_lost_or_nobody_serves_or_when_it_has_its_copy) {
  Scenario scenario = with_a_secondary();
  const auto refusal = [&](std::vector<Fault> faults) {
    scenario.faults = std::move(faults);
    const ReplicationResult result = play(scenario);
    EXPECT_EQ(entries(result, EntryKind::refused).size(), 1U);
    return result.logbook.at(0).why;
  };
  EXPECT_EQ(refusal({new_secondary(1min)}), "sql-5 has what was shipped to it");
  EXPECT_EQ(refusal({destroy("sql-5", 1min), new_secondary(2min)}), "sql-5 is lost");
  EXPECT_EQ(refusal({destroy("sql-5", 1min, 30s), lose("sql-1", 90s), new_secondary(2min)}),
            "nobody serves the content database of chat");
  EXPECT_EQ(refusal({destroy("sql-5", 1min, 30s), cut_sites(90s), new_secondary(2min)}),
            "sql-5 is out of reach of the principal of chat");
  EXPECT_EQ(refusal({destroy("sql-5", 1min, 30s), new_secondary(2min), lose("sql-5", 130s, 10s)}),
            "sql-5 was lost during the full copy");
  EXPECT_EQ(refusal({destroy("sql-5", 1min, 30s), new_secondary(2min), lose("sql-1", 130s, 10s)}),
            "the principal was lost during the full copy");
}

TEST(Copies, a_new_mirror_that_is_destroyed_before_the_failback_is_none) {
  Scenario scenario = with_a_secondary();
  Database& content = scenario.topology.databases[0];
  content.mirror = NodeId{"sql-m"};
  content.witness = NodeId{"sql-w"};
  content.mode = AvailabilityMode::high_safety;
  Fault fill = at(2min);
  fill.new_mirror = NodeId{"sql-m"};
  fill.takes = SecondsRange{10s, 10s};
  scenario.faults = {fail_over(1min), fill, fail_back(4min), destroy("sql-1", 6min)};
  EXPECT_EQ(messages_lost(play(scenario)), 0);
  scenario.faults.insert(scenario.faults.begin() + 2, destroy("sql-m", 3min, 30s));
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(series(result, Metric::messages_stored).windows[9].count, 0U);
  EXPECT_GT(messages_lost(result), 0);
}

TEST(Copies, every_post_is_at_risk_on_a_secondary_without_a_mirror) {
  Scenario scenario = with_a_secondary();
  scenario.faults = {fail_over(5min)};
  const ReplicationResult result = play(scenario);
  EXPECT_GT(level_at(result, Metric::messages_at_risk, 9), 500 * posts_per_s);  // since the start, not since the failover
}

}  // namespace
}  // namespace poolcast::sim
