#include "sim/analytic/cycle_ratio.hpp"

#include <algorithm>
#include <cmath>

namespace poolcast::sim::analytic {

double CycleRatio::Moments::mean(std::size_t of) const { return count > 0 ? sums[of] / static_cast<double>(count) : 0; }

double CycleRatio::Moments::variance_of_mean(const Triple& factors) const {
  if (count < 2) return 0;
  double square = 0, first = 0;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    first += factors[i] * mean(i);
    for (std::size_t j = 0; j < factors.size(); ++j)
      square += factors[i] * factors[j] * products[i][j] / static_cast<double>(count);
  }
  return std::max(0.0, square - first * first) / static_cast<double>(count - 1);
}

void CycleRatio::add(std::size_t start, double lost, double time, double switched) {
  Moments& moments = starts_[start];
  ++moments.count;
  const Triple values{lost, time, switched};
  for (std::size_t i = 0; i < values.size(); ++i) {
    moments.sums[i] += values[i];
    for (std::size_t j = 0; j < values.size(); ++j) moments.products[i][j] += values[i] * values[j];
  }
}

Interval CycleRatio::interval() const {
  const auto& [zero, one] = starts_;
  const double from_zero = ever_switched() ? zero.mean(2) : 0;
  const double from_one = ever_switched() ? one.mean(2) : 1;  // who never leaves state 0 is always there
  const double time = from_one * zero.mean(1) + from_zero * one.mean(1);
  if (time <= 0) return {};
  const double ratio = (from_one * zero.mean(0) + from_zero * one.mean(0)) / time;
  const auto excess = [&](const Moments& of) { return of.mean(0) - ratio * of.mean(1); };
  const double variance = zero.variance_of_mean({from_one, -from_one * ratio, excess(one)}) +
                          one.variance_of_mean({from_zero, -from_zero * ratio, excess(zero)});
  return {ratio, 1.96 * std::sqrt(variance) / time};  // cycles are many
}

}  // namespace poolcast::sim::analytic
