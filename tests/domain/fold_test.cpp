#include "domain/fold.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <stdexcept>

namespace poolcast {
namespace {

TEST(Fold, windows_fit_the_horizon) {
  EXPECT_EQ(fitting_window(Seconds{120}), Seconds{2});
  EXPECT_EQ(fitting_window(Seconds{3600}), Seconds{60});
  EXPECT_EQ(fitting_window(Seconds{36'000}), Seconds{600});
  EXPECT_EQ(fitting_window(Seconds{366 * 86'400.0}), Seconds{366 * 864.0});
}

TEST(Fold, a_last_window_that_is_shorter_is_kept) {
  Fold fold(Seconds{150}, Seconds{60});
  fold.add(Metric::arrivals, {});
  const ReplicationResult result = std::move(fold).finish();
  EXPECT_EQ(result.series.at(0).windows.size(), 3u);
  EXPECT_EQ(result.horizon, Seconds{150});
  EXPECT_EQ(result.window, Seconds{60});
}

TEST(Fold, rounding_adds_no_window) {
  Fold fold(Seconds{3600}, Seconds{0.1});
  fold.add(Metric::arrivals, {});
  EXPECT_EQ(std::move(fold).finish().series.at(0).windows.size(), 36'000u);
}

TEST(Fold, a_horizon_or_window_of_nothing_is_refused) {
  EXPECT_THROW(Fold(Seconds{0}, Seconds{60}), std::invalid_argument);
  EXPECT_THROW(Fold(Seconds{60}, Seconds{0}), std::invalid_argument);
  EXPECT_THROW(Fold(Seconds{60}, Seconds{NAN}), std::invalid_argument);
  EXPECT_THROW(Fold(Seconds{1e9}, Seconds{1e-6}), std::invalid_argument);
}

TEST(Fold, counts_fall_into_the_window_of_their_time) {
  Fold fold(Seconds{180}, Seconds{60});
  const SeriesId id = fold.add(Metric::arrivals, {.pool = "chat"});
  fold.count(id, 0);
  fold.count(id, 59.999, 2);
  fold.count(id, 60, 10);
  fold.count(id, 180, 5);  // at the horizon: the last window
  const ReplicationResult result = std::move(fold).finish();
  const Series& series = result.series.at(0);
  EXPECT_EQ(series.place.pool, "chat");
  EXPECT_EQ(series.windows[0].count, 3u);
  EXPECT_EQ(series.windows[1].count, 10u);
  EXPECT_EQ(series.windows[2].count, 5u);
}

TEST(Fold, a_level_is_weighted_by_the_time_that_it_held) {
  Fold fold(Seconds{100}, Seconds{10});
  const SeriesId id = fold.add(Metric::queue_length, {});
  fold.level(id, 5, 4);    // half of the first window
  fold.level(id, 25, 10);  // over a window's edge
  fold.level(id, 26, 0);
  const ReplicationResult result = std::move(fold).finish();
  const std::vector<Window>& windows = result.series.at(0).windows;
  EXPECT_DOUBLE_EQ(windows[0].mean, 2);
  EXPECT_DOUBLE_EQ(windows[0].max, 4);
  EXPECT_DOUBLE_EQ(windows[1].mean, 4);
  EXPECT_DOUBLE_EQ(windows[1].max, 4);
  EXPECT_DOUBLE_EQ(windows[2].mean, (5 * 4 + 1 * 10) / 10.0);
  EXPECT_DOUBLE_EQ(windows[2].max, 10);
  EXPECT_EQ(windows[3].mean, 0);
  EXPECT_EQ(windows[3].max, 0);
}

TEST(Fold, a_level_holds_to_the_horizon) {
  Fold fold(Seconds{25}, Seconds{10});
  const SeriesId id = fold.add(Metric::users_connected, {});
  fold.level(id, 0, 7);
  const ReplicationResult result = std::move(fold).finish();
  for (const Window& window : result.series.at(0).windows) {
    EXPECT_DOUBLE_EQ(window.mean, 7);
    EXPECT_DOUBLE_EQ(window.max, 7);
  }
}

TEST(Fold, a_level_that_was_never_set_is_zero) {
  Fold fold(Seconds{20}, Seconds{10});
  fold.add(Metric::users_waiting, {});
  const ReplicationResult result = std::move(fold).finish();
  for (const Window& window : result.series.at(0).windows) EXPECT_EQ(window.mean, 0);
}

TEST(Fold, latencies_carry_count_mean_and_maximum_of_their_window) {
  Fold fold(Seconds{120}, Seconds{60});
  const SeriesId id = fold.add(Metric::delivery_latency, {});
  fold.latency(id, 1, 0.5, 3);
  fold.latency_ramp(id, 61, 1, 1, 3);
  const ReplicationResult result = std::move(fold).finish();
  const std::vector<Window>& windows = result.series.at(0).windows;
  EXPECT_EQ(windows[0].count, 3u);
  EXPECT_DOUBLE_EQ(windows[0].mean, 0.5);
  EXPECT_EQ(windows[1].count, 3u);
  EXPECT_DOUBLE_EQ(windows[1].mean, 2);
  EXPECT_DOUBLE_EQ(windows[1].max, 3);
}

TEST(Fold, values_of_a_run_keep_their_names) {
  Fold fold(Seconds{60}, Seconds{60});
  const SeriesId id = fold.add(Metric::users_back, {.part = "lose chat-2"});
  fold.once(id, "p50", 12);
  fold.once(id, "displaced", 20'000);
  const ReplicationResult result = std::move(fold).finish();
  const Series& series = result.series.at(0);
  EXPECT_TRUE(series.windows.empty());
  EXPECT_EQ(series.value_names, (std::vector<std::string>{"p50", "displaced"}));
  EXPECT_EQ(series.values, (std::vector<double>{12, 20'000}));
}

TEST(Fold, series_added_later_do_not_disturb_earlier_ones) {
  Fold fold(Seconds{60}, Seconds{60});
  const SeriesId first = fold.add(Metric::arrivals, {.node = "chat-1"});
  fold.count(first, 1);
  for (int i = 0; i < 100; ++i) fold.add(Metric::arrivals, {.node = "other-" + std::to_string(i)});
  fold.count(first, 2);
  EXPECT_EQ(std::move(fold).finish().series.at(0).windows[0].count, 2u);
}

TEST(Fold, of_a_run_that_ended_early_has_the_windows_that_had_begun) {
  Fold fold(Seconds{3600}, Seconds{60});
  const SeriesId users = fold.add(Metric::users_connected, {});
  const SeriesId posts = fold.add(Metric::arrivals, {});
  fold.level(users, 60, 10);
  fold.count(posts, 61);
  const ReplicationResult result = std::move(fold).finish_at(Seconds{90});
  EXPECT_EQ(result.horizon, Seconds{90});
  ASSERT_EQ(result.series.at(0).windows.size(), 2u);
  EXPECT_EQ(result.series[0].windows[1].mean, 10);
  EXPECT_EQ(result.series[0].windows[0].mean, 0);
  EXPECT_EQ(result.series[1].windows.at(1).count, 1u);
}

TEST(Fold, of_a_run_that_ended_at_the_end_of_a_window_has_no_empty_one) {
  Fold fold(Seconds{3600}, Seconds{60});
  const SeriesId users = fold.add(Metric::users_connected, {});
  fold.level(users, 30, 10);
  const ReplicationResult result = std::move(fold).finish_at(Seconds{120});
  ASSERT_EQ(result.series.at(0).windows.size(), 2u);
  EXPECT_EQ(result.series[0].windows[0].mean, 5);
  EXPECT_EQ(result.series[0].windows[1].mean, 10);
}

RC_GTEST_PROP(Fold, a_level_has_the_same_area_whatever_the_window, ()) {
  const auto changes = *rc::gen::container<std::vector<std::pair<double, double>>>(
      rc::gen::pair(rc::gen::map(rc::gen::inRange(0, 2000), [](int tenths) { return tenths / 10.0; }),
                    rc::gen::map(rc::gen::inRange(0, 50), [](int value) { return static_cast<double>(value); })));
  const double window = *rc::gen::elementOf(std::vector<double>{1, 7, 60, 100, 1000});
  constexpr double horizon = 1000;
  Fold fold(Seconds{horizon}, Seconds{window});
  const SeriesId id = fold.add(Metric::queue_length, {});
  double at = 0, level = 0, area = 0;
  for (const auto& [pause, value] : changes) {
    if (at + pause > horizon) break;
    area += level * pause;
    fold.level(id, at += pause, level = value);
  }
  area += level * (horizon - at);
  const ReplicationResult result = std::move(fold).finish();
  const std::vector<Window>& windows = result.series.at(0).windows;
  double folded = 0;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const double begin = static_cast<double>(i) * window;
    folded += windows[i].mean * (std::min(begin + window, horizon) - begin);
    RC_ASSERT(windows[i].mean <= windows[i].max + 1e-9);
  }
  RC_ASSERT(std::abs(folded - area) <= 1e-9 * (1 + area));
}

}  // namespace
}  // namespace poolcast
