// The arithmetic of a working day, against sums that are taken another way.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "domain/day_curve.hpp"

namespace poolcast {
namespace {

DayPoint point(double hours, double present, double activity) { return {Seconds{hours * 3600}, Share{present}, activity}; }

const std::vector<DayPoint> office{point(7, 0, 0),    point(9, 1, 1.5),  point(12, 1, 1), point(13, 0.9, 0),
                                   point(14, 0.9, 0), point(15, 1, 1.2), point(18, 0, 0)};

std::vector<DayPoint> random_day(std::uint64_t seed) {
  RandomStream random(seed, 0, "a day");
  std::vector<DayPoint> points(2 + random.below(6));
  for (DayPoint& each : points)
    each = {Seconds{std::floor(random.uniform(0, day_s))}, Share{random.below(11) / 10.0},
            random.chance(0.3) ? 0 : random.uniform(0, 3)};
  std::ranges::sort(points, {}, &DayPoint::at);
  const auto same = [](const DayPoint& left, const DayPoint& right) { return left.at == right.at; };
  points.erase(std::ranges::unique(points, same).begin(), points.end());
  points.back().present = points.front().present;
  points.back().activity = points.front().activity;
  return points;
}

// Between two corners of the curve the trapezium is exact.
double area_between(const DayCurve& curve, const std::vector<DayPoint>& points, double from, double until) {
  std::vector<double> corners{from, until};
  for (double midnight = 0; midnight < until; midnight += day_s)
    for (const DayPoint& each : points) corners.push_back(std::clamp(midnight + each.at.count(), from, until));
  std::ranges::sort(corners);
  double area = 0;
  for (std::size_t number = 1; number < corners.size(); ++number)
    area += (curve.activity(corners[number - 1]) + curve.activity(corners[number])) / 2 * (corners[number] - corners[number - 1]);
  return area;
}

RC_GTEST_PROP(DayCurve, as_much_activity_passes_until_later_as_was_asked_for, ()) {
  const auto points = random_day(*rc::gen::arbitrary<std::uint64_t>());
  const DayCurve curve(points);
  RC_PRE(curve.area_of_day() > 1);
  RandomStream random(*rc::gen::arbitrary<std::uint64_t>(), 0, "dates");
  const double from = random.uniform(0, 2 * day_s);
  const double effort = random.uniform(0, 2.5) * curve.area_of_day();
  const double until = curve.later(from, effort);
  RC_ASSERT(until >= from);
  const double area = area_between(curve, points, from, until);
  RC_LOG() << from << " s, " << effort << " s: until " << until << " s, " << area << " s\n";
  RC_ASSERT(std::abs(area - effort) <= 1e-6 * (effort + 1));
}

TEST(DayCurve, arrivals_jump_over_the_hours_in_which_nobody_does_anything) {
  const DayCurve curve(office);
  EXPECT_GT(curve.later(13 * 3600, 1e-3), 14 * 3600);
  EXPECT_GT(curve.later(19 * 3600, 1e-3), (24 + 7) * 3600);
  EXPECT_LT(curve.later(19 * 3600, 1e-3), (24 + 7.1) * 3600);
}

TEST(DayCurve, without_activity_nothing_ever_arrives) {
  const DayCurve curve({point(8, 1, 0), point(17, 1, 0)});
  EXPECT_EQ(curve.later(100, 1e-9), std::numeric_limits<double>::infinity());
}

TEST(DayCurve, a_flat_curve_of_activity_1_changes_no_date) {
  const DayCurve curve({point(8, 1, 1), point(17, 1, 1)});
  for (const double effort : {1e-6, 1.0, 5000.0, 100'000.0, 1e6}) EXPECT_DOUBLE_EQ(curve.later(30'000, effort), 30'000 + effort);
}

// The next points of the curve are checked when the changes between them have all been drawn.
RC_GTEST_PROP(ComingsAndGoings, make_present_what_every_point_says_and_come_in_their_order, ()) {
  const auto points = random_day(*rc::gen::arbitrary<std::uint64_t>());
  const Count users = *rc::gen::inRange<Count>(1, 300);
  RandomStream random(*rc::gen::arbitrary<std::uint64_t>(), 0, "day");
  ComingsAndGoings all(points, users);
  Count present = all.present_at_start();
  std::vector<std::pair<double, Count>> steps{{0, present}};
  for (auto change = all.next(random); change && change->at < 3 * day_s; change = all.next(random)) {
    RC_ASSERT(change->at >= steps.back().first);
    present += change->comes ? 1 : -1;
    RC_ASSERT(present >= 0 && present <= users);
    steps.emplace_back(change->at, present);
  }
  for (const double midnight : {0.0, day_s, 2 * day_s})
    for (const DayPoint& each : points) {
      const auto behind = std::ranges::upper_bound(steps, midnight + each.at.count(), {}, &std::pair<double, Count>::first);
      RC_ASSERT((behind - 1)->second == std::llround(each.present.of_one * static_cast<double>(users)));
    }
}

// Kolmogorov–Smirnov: of n uniform dates the largest distance to the straight line exceeds 1.95 / √n once in a thousand times.
TEST(ComingsAndGoings, fall_evenly_between_two_points) {
  constexpr Count users = 10'000;
  ComingsAndGoings all({point(8, 0, 1), point(10, 1, 1), point(17, 1, 1), point(18, 0, 1)}, users);
  RandomStream random(1, 0, "day");
  double furthest = 0;
  for (Count come = 1; come <= users; ++come) {
    const auto change = all.next(random);
    ASSERT_TRUE(change && change->comes);
    furthest = std::max(furthest, std::abs((change->at - 8 * 3600) / 7200 - static_cast<double>(come) / users));
  }
  EXPECT_LT(furthest, 1.95 / std::sqrt(users));
  EXPECT_GT(furthest, 0.2 / std::sqrt(users)) << "chance makes them bunch";
  const auto first_to_leave = all.next(random);
  EXPECT_FALSE(first_to_leave->comes);
  EXPECT_GE(first_to_leave->at, 17 * 3600);
}

TEST(ComingsAndGoings, never_happen_where_everybody_stays) {
  RandomStream random(1, 0, "day");
  EXPECT_FALSE(ComingsAndGoings({point(8, 0.5, 1), point(17, 0.5, 2)}, 100).next(random).has_value());
}

TEST(SignInRush, is_the_steepest_rise_of_the_curve_or_the_window) {
  Workload workload;
  EXPECT_FALSE(sign_in_rush(workload).has_value());
  workload.day_curve = {point(6, 0, 1), point(7, 0.1, 1), point(9, 0.9, 1), point(10, 1, 1), point(18, 0, 1)};
  EXPECT_EQ(sign_in_rush(workload)->key, "workload.day_curve[2].present");
  EXPECT_DOUBLE_EQ(sign_in_rush(workload)->share, 0.8);
  EXPECT_EQ(sign_in_rush(workload)->within, Seconds{7200});
  workload.sign_in_window = Seconds{600};
  EXPECT_EQ(sign_in_rush(workload)->key, "workload.sign_in_window");
}

}  // namespace
}  // namespace poolcast
