#include "domain/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "domain/ensure.hpp"

namespace poolcast {

namespace {

// Averages over what a pair observed: both, one of them, or none.
std::vector<std::optional<double>> pairs_of(const std::vector<std::optional<double>>& observations) {
  std::vector<std::optional<double>> pairs;
  for (std::size_t i = 0; i < observations.size(); i += 2) {
    const auto& one = observations[i];
    const auto twin = i + 1 < observations.size() ? observations[i + 1] : std::nullopt;
    if (one && twin)
      pairs.emplace_back((*one + *twin) / 2);
    else
      pairs.push_back(one ? one : twin);
  }
  return pairs;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

double student_t_quantile(double probability, double degrees_of_freedom) {
  return boost::math::quantile(boost::math::students_t(degrees_of_freedom), probability);
}

double normal_quantile(double probability) { return boost::math::quantile(boost::math::normal{}, probability); }

double sample_quantile(const std::vector<double>& sorted, double probability) {
  ensure(!sorted.empty(), "a sample has a value");
  const double position = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  if (sorted[above] == sorted[below] || position == static_cast<double>(below)) return sorted[below];  // one may be infinite
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::optional<Figure> estimate(const std::vector<std::optional<double>>& observations, bool antithetic_pairs) {
  std::vector<double> values;
  for (const auto& observation : antithetic_pairs ? pairs_of(observations) : observations)
    if (observation) values.push_back(*observation);
  if (values.empty()) return std::nullopt;
  Figure figure{mean_of(values), std::nullopt, std::nullopt};
  if (values.size() < 2) return figure;
  double squares = 0;
  for (const double value : values) squares += (value - figure.value) * (value - figure.value);
  const auto count = static_cast<double>(values.size());
  const double error = std::sqrt(squares / (count - 1) / count);
  const double half_width = error > 0 ? student_t_quantile(0.975, count - 1) * error : 0;
  figure.low = figure.value - half_width;
  figure.high = figure.value + half_width;
  return figure;
}

std::size_t mser5(const std::vector<double>& series) {
  constexpr std::size_t batch = 5;
  const std::size_t batches = series.size() / batch;
  std::vector<double> means;
  for (std::size_t i = 0; i < batches; ++i) {
    const auto begin = series.begin() + static_cast<std::ptrdiff_t>(i * batch);
    means.push_back(mean_of({begin, begin + batch}));
  }
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t cut = 0; cut <= batches / 2 && cut < batches; ++cut) {
    const std::vector<double> rest(means.begin() + static_cast<std::ptrdiff_t>(cut), means.end());
    const double mean = mean_of(rest);
    double squares = 0;
    for (const double value : rest) squares += (value - mean) * (value - mean);
    const auto count = static_cast<double>(rest.size());
    const double error = squares / (count * count);
    if (error < least) {  // of equals the earliest: what is steady from the start loses nothing
      least = error;
      best = cut;
    }
  }
  return best * batch;
}

}  // namespace poolcast
