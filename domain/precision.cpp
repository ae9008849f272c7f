#include "domain/precision.hpp"

#include <algorithm>
#include <cmath>

#include "domain/objective.hpp"
#include "domain/report.hpp"

namespace poolcast {

namespace {

constexpr std::size_t fewest_observations = 3;  // an interval from two has one degree of freedom: t = 12.7

}  // namespace

PrecisionRule::PrecisionRule(Scenario scenario, double precision, bool antithetic_pairs)
    : scenario_(std::move(scenario)), precision_(precision), pairs_(antithetic_pairs) {
  if (scenario_.objectives.empty()) {
    Objective stand_in;
    stand_in.metric = row_of(Metric::delivery_latency).name;
    stand_in.statistic = Statistic::p95;
    stand_in.at_most = Quantity{};
    scenario_.objectives.push_back(stand_in);
  }
  values_.resize(scenario_.objectives.size());
}

bool PrecisionRule::enough_after(const ReplicationResult& result) {
  const std::size_t per_observation = pairs_ ? 2 : 1;
  const std::size_t fewest = fewest_observations * per_observation;
  const auto take = [this](const ReplicationResult& one) {
    for (std::size_t i = 0; i < values_.size(); ++i)
      values_[i].push_back(observe(scenario_.objectives[i], scenario_, one, *warm_up_).value);
  };
  ++taken_;
  if (warm_up_) {
    take(result);
  } else {
    first_.push_back(result);
    if (taken_ < fewest) return false;
    warm_up_ = warm_up_windows(scenario_, first_);
    std::ranges::for_each(first_, take);
    first_.clear();
  }
  if (taken_ % per_observation != 0) return false;
  return std::ranges::all_of(values_, [this](const auto& values) { return figure_is_precise(values); });
}

bool PrecisionRule::figure_is_precise(const std::vector<std::optional<double>>& values) const {
  if (!std::ranges::all_of(values, [](const auto& value) { return value.has_value(); })) return true;
  const auto figure = estimate(values, pairs_);
  return figure && figure->high && *figure->high - figure->value <= precision_ * std::abs(figure->value);
}

}  // namespace poolcast
