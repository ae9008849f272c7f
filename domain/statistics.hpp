// Means over replications with confidence intervals, and the removal of a warm-up.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace poolcast {

// A figure with its 95 % confidence interval over replications (Student's t); no interval from one observation.
struct Figure {
  double value = 0;
  std::optional<double> low;
  std::optional<double> high;
  bool operator==(const Figure&) const = default;
};

// The quantile of Student's t distribution, such as 0.975 for a two-sided 95 % interval.
double student_t_quantile(double probability, double degrees_of_freedom);

// The quantile of the standard normal distribution: 0.9 gives 1.2816.
double normal_quantile(double probability);

// The quantile of a sample in rising order, between its two nearest values by their distance (Hyndman and Fan, "Sample Quantiles
// in Statistical Packages", American Statistician 50, 1996: type 7, as numpy and R have it).
double sample_quantile(const std::vector<double>& sorted, double probability);

// One observation per replication, in their order; none where a replication saw nothing. With antithetic pairs, replications 2k
// and 2k+1 are averaged into one observation first, because they are not independent; a last one without its twin stands for
// itself. No figure from no observation.
std::optional<Figure> estimate(const std::vector<std::optional<double>>& observations, bool antithetic_pairs = false);

// MSER-5 (White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69, 1997; White, Cobb
// and Spratt 2000 for the batches of five): how many values from the start to leave out, so that the squared standard error of
// the mean of the rest is smallest. A multiple of five, at most half of the series.
std::size_t mser5(const std::vector<double>& series);

}  // namespace poolcast
