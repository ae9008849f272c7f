#include "domain/report.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "domain/precision.hpp"
#include "tests/domain/results.hpp"

namespace poolcast {
namespace {

TEST(Report, each_series_has_a_row_for_the_run_and_one_for_every_window) {
  const Report report = make_report(ten_minutes(), {with_delivery_latency({1, 2, 3, 4, 5, 6, 7, 8, 9, 10})});
  ASSERT_EQ(report.rows.size(), 11u);
  EXPECT_TRUE(report.rows[0].whole_run);
  EXPECT_EQ(report.rows[0].window, Seconds{600});
  EXPECT_DOUBLE_EQ(report.rows[0].mean.value().value, 5.5);
  EXPECT_EQ(report.rows[0].max.value().value, 10);
  EXPECT_EQ(report.rows[0].count.value().value, 10);
  EXPECT_FALSE(report.rows[3].whole_run);
  EXPECT_EQ(report.rows[3].window_start, Seconds{120});
  EXPECT_EQ(report.rows[3].mean.value().value, 3);
}

TEST(Report, the_warm_up_is_rounded_up_to_a_window_and_left_out_of_the_run) {
  Scenario scenario = ten_minutes();
  scenario.warm_up = Seconds{61};
  const Report report = make_report(scenario, {with_delivery_latency({100, 100, 3, 4, 5, 6, 7, 8, 9, 10})});
  EXPECT_EQ(report.warm_up, Seconds{120});
  EXPECT_EQ(report.rows[0].window_start, Seconds{120});
  EXPECT_EQ(report.rows[0].window, Seconds{480});
  EXPECT_EQ(report.rows[0].max.value().value, 10);
  EXPECT_EQ(report.rows[1].max.value().value, 100);  // its window keeps it
}

TEST(Report, a_warm_up_as_long_as_the_run_leaves_one_window) {
  Scenario scenario = ten_minutes();
  scenario.warm_up = Seconds{6000};
  EXPECT_EQ(make_report(scenario, {with_delivery_latency({1, 2, 3})}).warm_up, Seconds{120});
}

TEST(Report, without_a_warm_up_a_steady_run_finds_it_and_a_fault_has_none) {
  Scenario scenario = ten_minutes();
  scenario.warm_up.reset();
  const std::vector<ReplicationResult> results{
      with_delivery_latency({9, 8, 7, 5, 3, 1, 1.01, 1, 1.01, 1, 1, 1.01, 1, 1, 1.01, 1, 1, 1.01, 1, 1})};
  EXPECT_EQ(make_report(scenario, results).warm_up, Seconds{300});
  scenario.workload.sign_in_window = Seconds{7200};
  EXPECT_EQ(make_report(scenario, results).warm_up, Seconds{0});
  scenario.workload.sign_in_window.reset();
  scenario.faults.push_back(loss("chat-2", 120));
  EXPECT_EQ(make_report(scenario, results).warm_up, Seconds{0});
}

TEST(Report, figures_are_means_over_replications_with_an_interval) {
  const Report report = make_report(ten_minutes(), {with_delivery_latency({1.0}), with_delivery_latency({3.0}, 1)});
  const Figure mean = report.rows[0].mean.value();
  EXPECT_DOUBLE_EQ(mean.value, 2);
  EXPECT_NEAR(mean.high.value() - mean.value, 12.706, 1e-3);  // t of one degree of freedom, standard error 1
  EXPECT_EQ(report.replications, 2);
}

TEST(Report, levels_have_no_count_and_counts_no_mean) {
  Fold fold(Seconds{90}, Seconds{60});
  fold.level(fold.add(Metric::queue_length, {}), 60, 30);
  fold.count(fold.add(Metric::arrivals, {}), 1, 5);
  const Report report = make_report(ten_minutes(), {finished(std::move(fold))});
  EXPECT_FALSE(report.rows[0].count);
  EXPECT_DOUBLE_EQ(report.rows[0].mean.value().value, 10);  // 30 for the 30 s of the shorter last window, of 90 s
  EXPECT_EQ(report.rows[0].max.value().value, 30);
  EXPECT_DOUBLE_EQ(report.rows[2].window.count(), 30);
  EXPECT_EQ(report.rows[3].count.value().value, 5);
  EXPECT_FALSE(report.rows[3].mean);
}

TEST(Report, a_window_without_latencies_has_a_count_of_zero_and_no_figures) {
  Fold fold(Seconds{120}, Seconds{60});
  fold.latency(fold.add(Metric::join_latency, {}), 1, 2);
  const Report report = make_report(ten_minutes(), {finished(std::move(fold))});
  EXPECT_EQ(report.rows[2].count.value().value, 0);
  EXPECT_FALSE(report.rows[2].p95);
}

TEST(Report, times_until_users_are_back_are_listed_by_replication) {
  const Report report = make_report(ten_minutes(), {with_users_back("lose chat-2", 30), with_users_back("lose chat-2", -1, 1)});
  ASSERT_EQ(report.users_back.size(), 2u);
  EXPECT_EQ(report.users_back[1].replication, 1);
  EXPECT_EQ(report.users_back[1].after, "lose chat-2");
  EXPECT_EQ(report.users_back[1].displaced, 20'000);
  EXPECT_EQ(report.users_back[1].t50.value(), 10);
  EXPECT_FALSE(report.users_back[1].t95);
  const auto row = std::ranges::find(report.rows, Metric::users_back, &ReportRow::metric);
  EXPECT_EQ(row->p50.value().value, 10);
  EXPECT_FALSE(row->p95);  // one replication has no time: no mean over replications
  EXPECT_EQ(row->count.value().value, 20'000);
}

TEST(Report, times_keep_their_mean_beside_a_replication_without_such_a_loss) {
  const auto row = [](double second) {
    const std::vector<ReplicationResult> results{with_users_back("lose chat-2", 30), with_users_back("lose chat-9", 1, 1),
                                                 with_users_back("lose chat-2", second, 2)};
    const Report report = make_report(ten_minutes(), results);
    return *std::ranges::find(report.rows, Metric::users_back, &ReportRow::metric);
  };
  EXPECT_EQ(row(50).p95.value().value, 40);
  EXPECT_FALSE(row(-1).p95);  // not back in one that had it
}

TEST(Report, histograms_of_replications_merge_from_the_warm_up_on) {
  Scenario scenario = ten_minutes();
  scenario.warm_up = Seconds{60};
  const auto merged = merged_histograms(scenario, {with_delivery_latency({1, 2, 3}), with_delivery_latency({4, 5, 6}, 1)});
  ASSERT_EQ(merged.size(), 1u);
  EXPECT_EQ(merged[0].histogram.count(), 4u);
  EXPECT_EQ(merged[0].histogram.sum(), 2 + 3 + 5 + 6);
}

TEST(Report, no_replication_gives_no_rows) {
  const Report report = make_report(ten_minutes(), {});
  EXPECT_TRUE(report.rows.empty());
  EXPECT_EQ(report.warm_up, Seconds{0});
}

TEST(PrecisionRule, is_kept_as_soon_as_the_interval_is_narrow_enough) {
  Scenario scenario = ten_minutes();
  scenario.objectives.push_back(objective("delivery_latency", Statistic::mean, seconds(5)));
  PrecisionRule rule(scenario, 0.05, false);
  EXPECT_FALSE(rule.enough_after(with_delivery_latency({1.0})));
  EXPECT_FALSE(rule.enough_after(with_delivery_latency({1.0})));   // two are never enough
  EXPECT_FALSE(rule.enough_after(with_delivery_latency({1.25})));  // 1.08 ± 0.36
  bool enough = false;
  int more = 0;
  for (; !enough && more < 100; ++more) enough = rule.enough_after(with_delivery_latency({1.0}));
  EXPECT_TRUE(enough);
  EXPECT_GT(more, 1);
  EXPECT_LT(more, 30);
}

TEST(Report, two_losses_of_one_server_keep_a_row_each) {
  Fold fold(Seconds{600}, Seconds{60});
  for (const auto& [part, time] : {std::pair{"lose chat-2", 20.0}, std::pair{"lose chat-2 (2)", 50.0}}) {
    const SeriesId id = fold.add(Metric::users_back, {.pool = "chat", .part = part});
    fold.once(id, "p95", time);
  }
  const Report report = make_report(ten_minutes(), {finished(std::move(fold))});
  ASSERT_EQ(report.rows.size(), 2u);
  EXPECT_EQ(report.rows[0].p95.value().value, 20);
  EXPECT_EQ(report.rows[1].p95.value().value, 50);
  EXPECT_EQ(report.users_back[1].after, "lose chat-2 (2)");
}

TEST(PrecisionRule, counts_pairs_and_not_twins) {
  Scenario scenario = ten_minutes();
  PrecisionRule rule(scenario, 0.05, true);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(rule.enough_after(with_delivery_latency({1.0})));
  EXPECT_TRUE(rule.enough_after(with_delivery_latency({1.0})));
}

TEST(PrecisionRule, users_who_do_not_come_back_hold_nothing_up) {
  Scenario scenario = ten_minutes();
  scenario.faults.push_back(loss("chat-2", 120));
  scenario.objectives.push_back(objective("users_back", Statistic::p95, seconds(5)));
  PrecisionRule rule(scenario, 0.05, false);
  EXPECT_FALSE(rule.enough_after(with_users_back("lose chat-2", -1)));
  EXPECT_FALSE(rule.enough_after(with_users_back("lose chat-2", 30)));
  EXPECT_TRUE(rule.enough_after(with_users_back("lose chat-2", -1)));
}

}  // namespace
}  // namespace poolcast
