// A chat pool of a scenario as the fluid model sees it.
#pragma once

#include <vector>

#include "sim/analytic/load.hpp"
#include "sim/analytic/reconnect_storm.hpp"

namespace poolcast::sim::analytic {

std::vector<NodeId> servers_of(const ChatPool& pool);  // active, then standby: the order of StormPool::servers

// The load must outlive it.
StormPool storm_pool(const PoolLoad& load);

// User-seconds away per user of the pool until all are back: by survivors of the loss of one more server (1, 2, …), and at 0 of
// everybody signing in again. What ordinary restarts take of the gate is in it, what they cost those who restart is not.
std::vector<double> surges(const PoolLoad& load);

}  // namespace poolcast::sim::analytic
