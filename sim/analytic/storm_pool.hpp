// A chat pool of a scenario as the fluid model sees it.
#pragma once

#include <vector>

#include "sim/analytic/load.hpp"
#include "sim/analytic/reconnect_storm.hpp"

namespace poolcast::sim::analytic {

std::vector<NodeId> servers_of(const ChatPool& pool);  // active, then standby: the order of StormPool::servers

// The load must outlive it.
StormPool storm_pool(const PoolLoad& load);

// User-seconds away per user of the pool until all are back: when everybody signs in again, and when of so many active servers
// (first index) so many survive (second one). What ordinary restarts take of the gate is in it, what they cost those who restart
// is not.
double surge_of_all(const PoolLoad& load);
std::vector<std::vector<double>> surges(const PoolLoad& load);

}  // namespace poolcast::sim::analytic
