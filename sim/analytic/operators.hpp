// How long people take, from the runbooks that they work through.
#pragma once

#include <cstdint>

#include "domain/runbook.hpp"
#include "sim/analytic/control_plane.hpp"

namespace poolcast::sim::analytic {

// Samples of the outages of both runbooks. The first step of the failover is taken as the decision; whatever else operators do
// (force a mirror into service, fail a Front End pool over, fail back) waits for one that takes as long.
Operators operators_of(const Runbook& failover, const Runbook& failback, std::uint64_t seed);

}  // namespace poolcast::sim::analytic
