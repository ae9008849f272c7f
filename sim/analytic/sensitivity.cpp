#include "sim/analytic/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/analytic/methods.hpp"

namespace poolcast::sim::analytic {
namespace {

const std::optional<Parameter<Seconds>>& parameter(const Fault& fault, bool rate) {
  return rate ? fault.about_every : fault.for_about;
}

Swing::End end_of(const ControlPlane& plane, const AvailabilityOptions& options, double value) {
  const bool is_stopped = options.stop_wished && options.stop_wished();
  if (is_stopped || well_share(plane) < least_well_share) return {value, std::nullopt, false};
  const Availability found = estimate_availability(plane, options);
  if (found.interrupted || found.cycles == 0) return {value, std::nullopt, false};
  return {value, found.unavailable, found.precise};
}

// The faults whose parameter equals that of the first of them.
Swing swing_of(const std::vector<Fault>& faults, const ControlPlane& plane, const AvailabilityOptions& options, std::size_t first,
               bool rate) {
  const Parameter<Seconds>& assumed = *parameter(faults[first], rate);
  Swing swing{.key = rate ? "about_every" : "for_about", .faults = {}, .low = {}, .high = {}};
  const auto at = [&](Seconds value) {
    ControlPlane other = plane;
    swing.faults.clear();
    for (std::size_t number = first; number < faults.size(); ++number) {
      if (parameter(faults[number], rate) != assumed) continue;
      swing.faults.push_back(label(faults[number]));
      (rate ? other.risks[number].failures_per_s : other.risks[number].repairs_per_s) = 1 / value.count();
    }
    return end_of(other, options, value.count());
  };
  swing.low = at(*assumed.low);
  swing.high = at(*assumed.high);
  return swing;
}

Swing swing_of_operators(const ControlPlane& plane, const AvailabilityOptions& options) {
  const auto at = [&](double factor) {
    ControlPlane other = plane;
    for (PoolPlane& pool : other.pools)
      for (auto* times :
           {&pool.operators.decision, &pool.operators.failover, &pool.operators.front_end_failover, &pool.operators.failback})
        for (double& time : *times) time *= factor;
    return end_of(other, options, factor);
  };
  return {.key = "operators", .faults = {}, .low = at(0.5), .high = at(2)};
}

}  // namespace

double Swing::width() const {
  return low.unavailable && high.unavailable ? std::abs(high.unavailable->value - low.unavailable->value) : 0;
}

std::vector<Swing> sensitivity(const Scenario& scenario, const ControlPlane& plane, const AvailabilityOptions& options) {
  const std::vector<Fault> faults = losses_at_random(scenario);
  std::vector<Swing> swings;
  for (const bool rate : {true, false})
    for (std::size_t number = 0; number < faults.size(); ++number) {
      const auto& assumed = parameter(faults[number], rate);
      if (!assumed || !assumed->low || !assumed->high) continue;
      const auto before = faults.begin() + static_cast<std::ptrdiff_t>(number);
      const auto has_same = [&](const Fault& fault) { return parameter(fault, rate) == assumed; };
      if (std::none_of(faults.begin(), before, has_same)) swings.push_back(swing_of(faults, plane, options, number, rate));
    }
  swings.push_back(swing_of_operators(plane, options));
  std::ranges::stable_sort(swings, std::ranges::greater{}, &Swing::width);
  return swings;
}

}  // namespace poolcast::sim::analytic
