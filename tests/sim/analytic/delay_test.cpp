// Sums of phases: moments against the formulas, distributions against closed forms.
#include "sim/analytic/delay.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace poolcast::sim::analytic {
namespace {

double mean_of(const Delay::Grid& grid) {
  double sum = 0;
  for (std::size_t i = 0; i < grid.probability.size(); ++i)
    sum += grid.probability[i] * (grid.first + static_cast<double>(i) * grid.step);
  return sum;
}

double above(const Delay::Grid& grid, double value) {
  double sum = 0;
  for (std::size_t i = 0; i < grid.probability.size(); ++i)
    if (grid.first + static_cast<double>(i) * grid.step > value) sum += grid.probability[i];
  return sum;
}

}  // namespace

TEST(Delay, of_three_exponentials_is_erlang_s_distribution) {
  Delay delay;
  delay.add_constant(0.5);
  for (int i = 0; i < 3; ++i) delay.add_exponential(2);
  const Delay::Grid grid = delay.grid();
  for (const double t : {1.0, 4.0, 8.0, 16.0}) {
    const double x = t / 2;
    EXPECT_NEAR(above(grid, 0.5 + t), std::exp(-x) * (1 + x + x * x / 2), 2e-3) << t;
  }
}

TEST(Delay, of_two_equal_uniforms_is_a_triangle) {
  Delay delay;
  delay.add_uniform(2);
  delay.add_uniform(2);
  EXPECT_NEAR(above(delay.grid(), 2), 0.5, 2e-3);
  EXPECT_NEAR(above(delay.grid(), 3), 0.125, 2e-3);
  EXPECT_NEAR(delay.variance(), 2 * 4.0 / 12, 1e-12);
}

TEST(Delay, without_chance_is_one_value) {
  Delay delay;
  delay.add_constant(3);
  EXPECT_EQ(delay.grid().probability.size(), 1U);
  EXPECT_EQ(delay.grid().first, 3);
}

RC_GTEST_PROP(Delay, has_on_its_grid_the_mean_of_its_phases, ()) {
  Delay delay;
  delay.add_constant(*rc::gen::inRange(0, 100) / 10.0);
  const int phases = *rc::gen::inRange(1, 8);
  for (int i = 0; i < phases; ++i) {
    const double size = *rc::gen::inRange(1, 1000) / 10.0;
    const double probability = *rc::gen::inRange(1, 11) / 10.0;
    if (*rc::gen::inRange(0, 2) == 0)
      delay.add_exponential(size, probability);
    else
      delay.add_uniform(size, probability);
  }
  const Delay::Grid grid = delay.grid();
  RC_ASSERT(std::abs(mean_of(grid) / delay.mean() - 1) < 2e-3);
}

RC_GTEST_PROP(Delay, is_dealt_without_losing_a_value, ()) {
  Delay delay;
  delay.add_exponential(1);
  const auto count = *rc::gen::inRange<std::uint64_t>(0, 5000);
  const auto windows = *rc::gen::inRange<std::size_t>(1, 70);
  const std::vector<double> shares(windows, 1.0 / static_cast<double>(windows));
  std::vector<std::uint64_t> taken(windows);
  std::size_t before = 0;
  bool in_order = true;
  deal(delay.grid(), count, shares, [&](std::size_t share, double, std::uint64_t times) {
    in_order = in_order && share >= before;
    before = share;
    taken[share] += times;
  });
  RC_ASSERT(in_order);
  RC_ASSERT(std::accumulate(taken.begin(), taken.end(), std::uint64_t{0}) == count);
  const auto [least, most] = std::ranges::minmax(taken);
  RC_ASSERT(most - least <= 1 + count / 20);
}

}  // namespace poolcast::sim::analytic
