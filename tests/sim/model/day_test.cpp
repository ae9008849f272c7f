// A working day: arrivals follow its curve, who comes leaves, and nothing is lost on the way.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "domain/day_curve.hpp"
#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

DayPoint point(double hours, double present, double activity) { return {Seconds{hours * 3600}, Share{present}, activity}; }

// 300 users; comes and leaves within hours of their own, so that in between the curve alone decides.
Scenario small_day() {
  Scenario scenario = small_pool();
  scenario.workload.users = 300;
  scenario.workload.reference_users = 300;
  scenario.workload.room_classes.back().users_per_room = 100;
  scenario.workload.day_curve = {point(7, 0, 0.5),  point(8, 1, 0.5),  point(10, 1, 1.5), point(12, 1, 0),
                                 point(13, 1, 0.5), point(15, 1, 1.5), point(17, 1, 0.5), point(18, 0, 0.5)};
  scenario.horizon = 24h;
  return scenario;
}

RunOptions in_quarters_of_an_hour() {
  RunOptions options;
  options.window = 15min;
  return options;
}

std::size_t window_at(double hours) { return static_cast<std::size_t>(hours * 4); }

double requests(const ReplicationResult& result, Metric metric) {
  double all = 0;
  for (const char* operation : {"sign_in", "open_room", "search", "post", "sign_out"})
    all += total(result, metric, "", operation);
  return all;
}

void expect_nothing_vanished(const ReplicationResult& result) {
  EXPECT_EQ(requests(result, Metric::arrivals), requests(result, Metric::completions) + requests(result, Metric::refusals) +
                                                    requests(result, Metric::requests_lost) +
                                                    value(result, Metric::requests_in_flight));
}

TEST(Day, posts_follow_the_curve_in_every_quarter_of_an_hour) {
  const Scenario scenario = small_day();
  const ReplicationResult result = play(scenario, in_quarters_of_an_hour());
  const DayCurve curve(scenario.workload.day_curve);
  const double per_s = posts_per_s(scenario.workload);
  double squares = 0;
  for (std::size_t window = window_at(8.25); window < window_at(17); ++window) {
    const double middle = (static_cast<double>(window) + 0.5) * 900;
    const double expected = curve.activity(middle) * 900 * per_s;  // no corner of the curve lies inside a window
    const double arrived = static_cast<double>(series(result, Metric::arrivals, "", "post").windows[window].count);
    squares += (arrived - expected) * (arrived - expected) / expected;
  }
  EXPECT_LT(squares, 65);  // chi square of 35 windows: above 65 once in 700 times, and the seed is fixed
  EXPECT_GT(squares, 14);
}

TEST(Day, who_signs_in_in_the_morning_is_out_again_in_the_evening) {
  Scenario scenario = small_day();
  scenario.workload.restarts_per_user = Rate{1.0 / 3600};
  const ReplicationResult result = play(scenario, in_quarters_of_an_hour());
  EXPECT_EQ(level_at(result, Metric::users_connected, window_at(6)), 0);
  EXPECT_NEAR(level_at(result, Metric::users_connected, window_at(7.5)), 300 * 0.625, 25);
  EXPECT_NEAR(level_at(result, Metric::users_connected, window_at(12)), 300, 1);  // a restart takes a moment
  EXPECT_NEAR(level_at(result, Metric::users_connected, window_at(17.5)), 300 * 0.375, 25);
  EXPECT_EQ(level_at(result, Metric::users_connected, window_at(18.5)), 0);
  EXPECT_EQ(level_at(result, Metric::users_waiting, window_at(18.5)), 0);
  EXPECT_GT(total(result, Metric::completions, "", "sign_out"), 2 * 300);
  expect_nothing_vanished(result);
}

TEST(Day, the_next_one_is_like_it) {
  Scenario scenario = small_day();
  scenario.horizon = 48h;
  const ReplicationResult result = play(scenario, in_quarters_of_an_hour());
  EXPECT_EQ(level_at(result, Metric::users_connected, window_at(24)), 0);
  EXPECT_EQ(level_at(result, Metric::users_connected, window_at(36)), 300);
  EXPECT_EQ(total(result, Metric::completions, "", "sign_out"), 2 * 300);
  expect_nothing_vanished(result);
}

TEST(Day, begins_with_those_who_are_there_at_night) {
  Scenario scenario = small_day();
  scenario.workload.day_curve = {point(8, 0.2, 0.5), point(9, 1, 1), point(17, 1, 1), point(18, 0.2, 0.5)};
  const ReplicationResult result = play(scenario, in_quarters_of_an_hour());
  EXPECT_EQ(level_at(result, Metric::users_connected, 0), 60);
  EXPECT_EQ(level_at(result, Metric::users_connected, window_at(12)), 300);
  EXPECT_EQ(level_at(result, Metric::users_connected, window_at(20)), 60);
}

// The gate admits 18 an hour: 90 until noon.
TEST(Day, who_never_got_in_gives_up_in_the_evening) {
  Scenario scenario = small_day();
  scenario.costs.join_rate.value = Rate{0.005};
  const ReplicationResult result = play(scenario, in_quarters_of_an_hour());
  EXPECT_NEAR(level_at(result, Metric::users_waiting, window_at(12)), 300 - 5 * 18, 10);
  EXPECT_EQ(level_at(result, Metric::users_waiting, window_at(19)), 0);
  EXPECT_EQ(level_at(result, Metric::users_connected, window_at(19)), 0);
  expect_nothing_vanished(result);
}

TEST(Day, whom_a_loss_displaced_does_not_count_for_it_any_more_once_gone_home) {
  Scenario scenario = small_day();
  scenario.costs.join_rate.value = Rate{0.1};
  scenario.faults = {lose("chat-2", 16.95h)};
  const ReplicationResult result = play(scenario, in_quarters_of_an_hour());
  const double displaced = value(result, Metric::users_back, "displaced", "lose chat-2");
  EXPECT_LT(displaced, 75);
  EXPECT_EQ(value(result, Metric::users_back, "back", "lose chat-2"), displaced);
  EXPECT_EQ(level_at(result, Metric::users_connected, window_at(19)), 0);
}

TEST(Day, of_always_the_same_is_no_day) {
  Scenario scenario = small_pool();
  const ReplicationResult without = play(scenario);
  scenario.workload.day_curve = {point(8, 1, 1), point(17, 1, 1)};
  const ReplicationResult with = play(scenario);
  for (const char* operation : {"open_room", "search", "post"})
    EXPECT_EQ(total(with, Metric::completions, "", operation), total(without, Metric::completions, "", operation)) << operation;
  EXPECT_EQ(level_at(with, Metric::users_connected, 5), 1200);
}

double busy_front_end(const ReplicationResult& result) {
  const auto found = std::ranges::find_if(
      result.series, [](const Series& each) { return each.metric == Metric::utilisation && each.place.pool == "front"; });
  return found->windows[5].mean;
}

// 1,800 endpoints / 30 s × 0.5 ms on 4 cores.
TEST(Heartbeats, of_clients_take_processor_time_of_their_front_end_pool) {
  Scenario scenario = small_pool();
  scenario.costs.keep_alive_cpu.value = Seconds{0.0005};
  const double without = busy_front_end(play(scenario));
  scenario.workload.client.keep_alive = 30s;
  EXPECT_NEAR(busy_front_end(play(scenario)) - without, 1800 / 30.0 * 0.0005 / 4, 0.0005);
}

// Notices are in proportion to posts, polls and keep-alives are not.
TEST(Heartbeats, go_on_while_nobody_writes) {
  Scenario scenario = small_pool();
  scenario.workload.day_curve = {point(8, 1, 0), point(17, 1, 0)};
  scenario.workload.client.keep_alive = 30s;
  const double polls = 1800 * 1.5 * 25 / 300 * 0.0005;
  const double pings = 1800 / 30.0 * scenario.costs.keep_alive_cpu.value.count();
  EXPECT_NEAR(busy_front_end(play(scenario)), (polls + pings) / 4, 1e-9);
}

}  // namespace
}  // namespace poolcast::sim
