// Losses of chat servers that an availability rests on, and what each costs users who reconnect: runs at some loads.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "domain/scenario.hpp"
#include "sim/analytic/day_loads.hpp"
#include "sim/analytic/surge_surrogate.hpp"

namespace poolcast::sim::analytic {

struct SurgeRun {
  DayLoad at;
  double fluid_s = 0;              // user-seconds away per user of the pool
  std::optional<double> played_s;  // the same by the full simulation; none when it was not played
  double weight = 1;               // as in DesignedRun
  double lasts = 1;
  double fluid_back_s = 0;  // until all are back, by the fluid model; a day when they never are
  bool all_back = true;     // at the end of the full simulation
  double away_s() const { return played_s.value_or(fluid_s); }
};

// Of so many active servers so many survive; none: all return at once and everybody signs in again.
struct Surge {
  std::size_t pool = 0;
  std::size_t servers = 0;
  std::size_t survivors = 0;
  std::vector<SurgeRun> runs;  // by load, then by activity

  SurgeSurrogate surrogate() const;  // of the weighted mean at each load

  // Those of the surrogate, and of each load with several activities: its mean without the run at the mean activity. None where
  // neither varies.
  std::vector<FitMiss> misses() const;

private:
  // Runs at one load.
  std::vector<std::span<const SurgeRun>> by_load() const;
};

// Those of every pool, by the fluid model.
std::vector<Surge> fluid_surges(const Scenario& scenario);

}  // namespace poolcast::sim::analytic
