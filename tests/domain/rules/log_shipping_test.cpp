#include "domain/rules/log_shipping.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace poolcast::rules {
namespace {

constexpr Seconds minutes(double count) { return Seconds{60 * count}; }

// 1 MB of log a second; a quarter of an hour of it (900 MB) takes 1 min to back up, 3 min to copy and 2 min to restore.
const LogWritten log = steady_log({1e6});
LogShippingPlan quarter_hours() {
  return {.backup = {minutes(0), minutes(15)},
          .copy = {minutes(0), minutes(15)},
          .restore = {minutes(0), minutes(15)},
          .backup_speed = {15e6},
          .copy_speed = {5e6},
          .restore_speed = {7.5e6}};
}

TEST(LogShipping, each_job_takes_what_the_one_before_had_finished_when_it_starts) {
  const auto backups = ship(quarter_hours(), log, minutes(46));
  ASSERT_EQ(backups.size(), 4U);
  EXPECT_EQ(backups[0].size, Bytes{0});
  EXPECT_EQ(backups[1].covers, minutes(15));
  EXPECT_EQ(backups[1].size, Bytes{900e6});
  EXPECT_EQ(backups[1].backed_up, minutes(16));
  EXPECT_EQ(backups[1].copied, minutes(33));    // the copy of 15 min came before the backup was complete
  EXPECT_EQ(backups[1].restored, minutes(47));  // and the restore of 30 min before the copy
  EXPECT_EQ(backups[2].copied, minutes(48));
}

TEST(LogShipping, tells_up_to_where_the_log_is_backed_up_copied_and_restored) {
  const auto backups = ship(quarter_hours(), log, minutes(120));
  struct Row {
    double at, backed_up, copied, restored;  // minutes
  };
  for (const Row& row : {Row{15.9, 0, 0, 0},
                         {16, 15, 0, 0},
                         {32.9, 30, 0, 0},
                         {33, 30, 15, 0},
                         {46.9, 45, 15, 0},
                         {47, 45, 15, 15},
                         {48, 45, 30, 15},
                         {62, 60, 30, 30}}) {
    const ShippedUntil until = shipped_until(backups, minutes(row.at));
    EXPECT_EQ(until.backed_up, minutes(row.backed_up)) << row.at;
    EXPECT_EQ(until.copied, minutes(row.copied)) << row.at;
    EXPECT_EQ(until.restored, minutes(row.restored)) << row.at;
  }
}

TEST(LogShipping, the_loss_of_the_site_costs_what_no_surviving_backup_holds) {
  const LogShippingPlan plan = quarter_hours();
  const auto backups = ship(plan, log, minutes(120));
  const SiteLoss kept = lose_primary_site(plan, log, backups, minutes(62), true);
  EXPECT_EQ(kept.lost, minutes(2));  // backed up to 60 min
  EXPECT_EQ(kept.lost_log, Bytes{120e6});
  EXPECT_EQ(kept.to_copy, Bytes{1800e6});  // the backups of 45 and 60 min
  EXPECT_EQ(kept.to_apply, Bytes{1800e6});
  EXPECT_EQ(kept.copying, minutes(6));
  EXPECT_EQ(kept.applying, minutes(4));
  const SiteLoss gone = lose_primary_site(plan, log, backups, minutes(62), false);
  EXPECT_EQ(gone.lost, minutes(32));  // copied up to 30 min
  EXPECT_EQ(gone.to_copy, Bytes{0});
  EXPECT_EQ(gone.to_apply, Bytes{0});
}

TEST(LogShipping, a_job_that_is_still_at_work_leaves_out_its_next_start) {
  LogShippingPlan plan = quarter_hours();
  plan.copy_speed = {900e6 / (20 * 60)};  // 20 min for one file
  const auto backups = ship(plan, log, minutes(60));
  EXPECT_EQ(backups[1].copied, minutes(50));  // from 30 min on; the start of 45 min is left out
  EXPECT_EQ(backups[2].copied, minutes(80));
  EXPECT_EQ(backups[3].copied, minutes(100));
}

TEST(LogShipping, a_restore_delay_keeps_backups_back) {
  LogShippingPlan plan = quarter_hours();
  plan.restore_delay = minutes(60);
  const auto backups = ship(plan, log, minutes(120));
  EXPECT_EQ(backups[1].restored, minutes(92));  // old enough at 76 min
}

TEST(LogShipping, without_a_way_to_copy_nothing_arrives) {
  LogShippingPlan plan = quarter_hours();
  plan.copy_speed = {0};
  const auto backups = ship(plan, log, minutes(60));
  EXPECT_EQ(backups[1].copied, never);
  EXPECT_EQ(backups[1].restored, never);
}

TEST(LogShipping, the_worst_loss_is_the_documented_formula) {
  const auto backups = ship(quarter_hours(), log, minutes(600));
  const RecoveryPoint kept(backups, minutes(120), minutes(480), true);
  EXPECT_NEAR(kept.worst().count(), minutes(16).count(), 1e-6);  // backup interval and backup time
  EXPECT_NEAR(kept.quantile(0.5).count(), minutes(8.5).count(), 1e-6);
  EXPECT_NEAR(kept.mean().count(), minutes(8.5).count(), 1e-6);
  const RecoveryPoint gone(backups, minutes(120), minutes(480), false);
  EXPECT_NEAR(gone.worst().count(), minutes(33).count(), 1e-6);  // and copy interval and transfer, less the lucky phase
  EXPECT_NEAR(gone.quantile(0).count(), minutes(18).count(), 1e-6);
}

TEST(LogShipping, the_chain_survives_a_synchronous_mirror_that_is_a_dormant_primary) {
  const auto backups = ship(quarter_hours(), log, minutes(60));
  EXPECT_EQ(chain_after({minutes(40), true}, backups, minutes(40)), LogChain::intact);
  EXPECT_EQ(chain_after({minutes(40), false}, backups, minutes(40)), LogChain::stopped);
  EXPECT_EQ(chain_after({minutes(20), true}, backups, minutes(40)), LogChain::broken);  // 30 min was shipped, 20 min mirrored
  EXPECT_EQ(chain_after({minutes(35), true}, backups, minutes(40)), LogChain::intact);  // behind, but beyond the last backup
}

TEST(LogShipping, a_failover_between_two_backups_lengthens_one_backup_and_loses_none) {
  const auto through = ship(quarter_hours(), log, minutes(120), {{minutes(29), minutes(31)}});
  const auto undisturbed = ship(quarter_hours(), log, minutes(120));
  EXPECT_EQ(through.size() + 1, undisturbed.size());
  EXPECT_EQ(through[2].covers, minutes(45));
  EXPECT_EQ(through[2].size, Bytes{1800e6});
}

TEST(LogShipping, a_backup_that_is_cut_short_does_not_count) {
  const auto backups = ship(quarter_hours(), log, minutes(60), {{minutes(15.5), minutes(15.6)}});
  EXPECT_EQ(backups[1].covers, minutes(30));
}

TEST(LogShipping, after_a_stop_the_loss_grows_without_end) {
  const LogShippingPlan plan = quarter_hours();
  const auto backups = ship(plan, log, minutes(600), {{minutes(100), never}});
  EXPECT_EQ(lose_primary_site(plan, log, backups, minutes(500), true).lost, minutes(410));
}

// Plans whose jobs end before they start again; steps of whole seconds.
LogShippingPlan any_plan() {
  const auto schedule = [] {
    const double every = *rc::gen::inRange(60, 7200);
    return Schedule{Seconds{every * *rc::gen::inRange(0, 100) / 100}, Seconds{every}};
  };
  const auto speed = [] { return Bandwidth{1e6 * *rc::gen::inRange(3, 200)}; };
  return {.backup = schedule(),
          .copy = schedule(),
          .restore = schedule(),
          .backup_speed = speed(),
          .copy_speed = speed(),
          .restore_speed = speed()};
}

Seconds steady(const LogShippingPlan& plan) {
  return 6 * (plan.backup.every + plan.copy.every + plan.restore.every) + plan.restore_delay;
}

// How long it takes to handle this many backups of the log of one interval.
Seconds handling(double backups, const LogShippingPlan& plan, Bandwidth speed) {
  return Seconds{1e6 * plan.backup.every.count() * backups / speed.bytes_per_s};
}

RC_GTEST_PROP(LogShippingProperties, if_the_share_survives_no_more_is_lost_than_an_interval_and_the_time_of_a_backup, ()) {
  const LogShippingPlan plan = any_plan();
  const Seconds end = 3 * steady(plan);
  const auto backups = ship(plan, log, end);
  const RecoveryPoint point(backups, steady(plan), 2 * steady(plan), true);
  const Seconds bound = plan.backup.every + handling(1, plan, plan.backup_speed);
  RC_ASSERT(point.worst() <= bound + Seconds{1e-6});
}

RC_GTEST_PROP(LogShippingProperties, if_the_share_is_lost_too_a_copy_interval_and_the_transfer_are_added_at_most, ()) {
  LogShippingPlan plan = any_plan();
  const Seconds end = 3 * steady(plan);
  const auto backups = ship(plan, log, end);
  // A run may find one backup more than the intervals' ratio.
  const double files = std::ceil(plan.copy.every / plan.backup.every) + 1;
  const Seconds transfer = handling(files, plan, plan.copy_speed);
  RC_PRE(transfer <= plan.copy.every);
  const RecoveryPoint point(backups, steady(plan), 2 * steady(plan), false);
  const Seconds backup_time = handling(1, plan, plan.backup_speed);
  RC_ASSERT(point.worst() <= plan.backup.every + backup_time + plan.copy.every + transfer + Seconds{1e-6});
}

RC_GTEST_PROP(LogShippingProperties, a_lost_share_never_loses_less_and_never_leaves_more_to_do, ()) {
  const LogShippingPlan plan = any_plan();
  const auto backups = ship(plan, log, 3 * steady(plan));
  const Seconds at = steady(plan) + Seconds{static_cast<double>(*rc::gen::inRange(0, 100'000))};
  const SiteLoss kept = lose_primary_site(plan, log, backups, at, true);
  const SiteLoss gone = lose_primary_site(plan, log, backups, at, false);
  RC_ASSERT(gone.lost >= kept.lost);
  RC_ASSERT(gone.to_copy == Bytes{0});
  RC_ASSERT(gone.to_apply <= kept.to_apply);
}

RC_GTEST_PROP(LogShippingProperties, nothing_is_restored_before_it_is_copied_nor_copied_before_it_is_backed_up, ()) {
  LogShippingPlan plan = any_plan();
  plan.restore_delay = Seconds{static_cast<double>(*rc::gen::inRange(0, 7200))};
  const auto backups = ship(plan, log, 3 * steady(plan));
  double written = 0;
  for (const LogBackup& backup : backups) {
    RC_ASSERT(backup.covers <= backup.backed_up);
    RC_ASSERT(backup.backed_up <= backup.copied);
    RC_ASSERT(backup.copied <= backup.restored);
    RC_ASSERT(backup.restored >= backup.backed_up + plan.restore_delay);
    written += backup.size.count;
  }
  RC_ASSERT(backups.empty() || std::abs(written - log(backups.back().covers).count) <= 1e-6 * written + 1e-3);
}

RC_GTEST_PROP(LogShippingProperties, a_slower_line_never_loses_less, ()) {
  LogShippingPlan plan = any_plan();
  plan.copy_speed = {200e6};
  const Seconds at = steady(plan) + Seconds{static_cast<double>(*rc::gen::inRange(0, 100'000))};
  const auto fast = lose_primary_site(plan, log, ship(plan, log, 3 * steady(plan)), at, false);
  plan.copy_speed = {*rc::gen::inRange(3, 200) * 1e6};
  const auto slow = lose_primary_site(plan, log, ship(plan, log, 3 * steady(plan)), at, false);
  RC_ASSERT(slow.lost >= fast.lost);
}

RC_GTEST_PROP(LogShippingProperties, the_quantiles_of_the_recovery_point_rise_from_its_least_to_its_worst, ()) {
  const LogShippingPlan plan = any_plan();
  const RecoveryPoint point(ship(plan, log, 3 * steady(plan)), steady(plan), 2 * steady(plan), *rc::gen::arbitrary<bool>());
  Seconds before{0};
  for (const double probability : {0.0, 0.05, 0.5, 0.95, 1.0}) {
    const Seconds value = point.quantile(probability);
    RC_ASSERT(value >= before);
    before = value;
  }
  RC_ASSERT(before <= point.worst() + Seconds{1e-6});
  RC_ASSERT(point.mean() <= point.worst());
}

}  // namespace
}  // namespace poolcast::rules
