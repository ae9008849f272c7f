// A chat pool of a scenario as the fluid model sees it.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/analytic/day_loads.hpp"
#include "sim/analytic/load.hpp"
#include "sim/analytic/reconnect_storm.hpp"

namespace poolcast::sim::analytic {

std::vector<NodeId> servers_of(const ChatPool& pool);  // active, then standby: the order of StormPool::servers

// The load must outlive it.
StormPool storm_pool(const PoolLoad& load);

struct FluidSurge {
  double away_s = 0;      // user-seconds per user of the pool, until all are back
  double all_back_s = 0;  // fewer than one in a million is away; a day when they never are
};

// When at this load of so many active servers so many survive; none: everybody signs in again. What ordinary restarts take of the
// gate is in it, what they cost those who restart is not.
FluidSurge fluid_surge(const PoolLoad& load, std::size_t servers, std::size_t survivors, const DayLoad& at = {});

}  // namespace poolcast::sim::analytic
