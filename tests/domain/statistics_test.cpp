#include "domain/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace poolcast {
namespace {

TEST(Quantiles, of_a_sample_lie_between_its_nearest_values) {
  const std::vector<double> sample{1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(sample_quantile(sample, 0), 1);
  EXPECT_DOUBLE_EQ(sample_quantile(sample, 0.5), 3);
  EXPECT_DOUBLE_EQ(sample_quantile(sample, 0.9), 6.8);
  EXPECT_DOUBLE_EQ(sample_quantile(sample, 1), 8);
  EXPECT_DOUBLE_EQ(sample_quantile({5}, 0.3), 5);
}

TEST(Quantiles, of_the_normal_distribution_are_those_of_its_tables) {
  EXPECT_NEAR(normal_quantile(0.5), 0, 1e-15);
  EXPECT_NEAR(normal_quantile(0.9), 1.281551565544601, 1e-12);
  EXPECT_NEAR(normal_quantile(0.025), -1.959963984540054, 1e-12);
}

TEST(Statistics, quantiles_of_student_are_those_of_the_table) {
  // Two-sided 95 %, NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
  EXPECT_NEAR(student_t_quantile(0.975, 1), 12.706, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.975, 11), 2.201, 5e-4);
  EXPECT_NEAR(student_t_quantile(0.975, 100), 1.984, 5e-4);
}

TEST(Statistics, a_figure_is_the_mean_with_students_interval) {
  const auto figure = estimate({1.0, 2.0, 3.0});
  ASSERT_TRUE(figure);
  EXPECT_DOUBLE_EQ(figure->value, 2);
  const double half_width = 4.30265 * 1 / std::numbers::sqrt3;  // t of two degrees of freedom, standard deviation 1
  EXPECT_NEAR(*figure->high - 2, half_width, 1e-4);
  EXPECT_NEAR(2 - *figure->low, half_width, 1e-4);
}

TEST(Statistics, one_observation_has_no_interval) {
  const auto figure = estimate({4.0});
  ASSERT_TRUE(figure);
  EXPECT_EQ(*figure, (Figure{4, std::nullopt, std::nullopt}));
}

TEST(Statistics, nothing_observed_is_no_figure) {
  EXPECT_FALSE(estimate({}));
  EXPECT_FALSE(estimate({std::nullopt, std::nullopt}));
}

TEST(Statistics, equal_observations_have_an_interval_of_no_width) { EXPECT_EQ(estimate({0.0, 0.0}), (Figure{0, 0.0, 0.0})); }

TEST(Statistics, antithetic_twins_make_one_observation) {
  // The pairs' means are 2 and 4: two observations, one degree of freedom.
  const auto figure = estimate({1.0, 3.0, 0.0, 8.0}, true);
  ASSERT_TRUE(figure);
  EXPECT_DOUBLE_EQ(figure->value, 3);
  EXPECT_NEAR(*figure->high - 3, 12.706 * 1, 1e-2);
}

TEST(Statistics, a_twin_left_alone_stands_for_itself) { EXPECT_EQ(estimate({1.0, 3.0, 5.0}, true)->value, (2.0 + 5.0) / 2); }

TEST(Mser5, a_series_that_is_steady_loses_nothing) {
  EXPECT_EQ(mser5(std::vector<double>(60, 1.0)), 0u);
  EXPECT_EQ(mser5({}), 0u);
  EXPECT_EQ(mser5({1, 2, 3}), 0u);
}

TEST(Mser5, a_transient_is_cut_off) {
  std::vector<double> series(60, 1.0);
  for (std::size_t i = 0; i < series.size(); ++i) series[i] += 0.01 * static_cast<double>(i % 3);
  for (std::size_t i = 0; i < 12; ++i) series[i] += 10 * std::exp(-static_cast<double>(i) / 4);
  EXPECT_GE(mser5(series), 10u);
  EXPECT_LE(mser5(series), 20u);
}

TEST(Mser5, at_most_half_is_cut_off) {
  std::vector<double> rising;
  for (int i = 0; i < 100; ++i) rising.push_back(std::exp(i));
  EXPECT_LE(mser5(rising), 50u);
  std::vector<double> falling;
  for (int i = 0; i < 100; ++i) falling.push_back(std::exp(-i / 50.0));
  EXPECT_EQ(mser5(falling), 50u);
}

}  // namespace
}  // namespace poolcast
