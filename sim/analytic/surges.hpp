// Losses of chat servers that an availability rests on, and what each costs users who reconnect: runs at some loads.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "domain/scenario.hpp"
#include "sim/analytic/day_loads.hpp"
#include "sim/analytic/surge_surrogate.hpp"

namespace poolcast::sim::analytic {

struct SurgeRun {
  DayLoad at;
  double fluid_s = 0;              // user-seconds away per user of the pool
  std::optional<double> played_s;  // the same by the full simulation; none when it was not played
  double away_s() const { return played_s.value_or(fluid_s); }
};

// Of so many active servers so many survive; none: all return at once and everybody signs in again.
struct Surge {
  std::size_t pool = 0;
  std::size_t servers = 0;
  std::size_t survivors = 0;
  std::vector<SurgeRun> runs;  // by load

  SurgeSurrogate surrogate() const;
};

// Those of every pool, by the fluid model.
std::vector<Surge> fluid_surges(const Scenario& scenario);

}  // namespace poolcast::sim::analytic
