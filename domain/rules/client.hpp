// When a client tries again. Pure decisions: the caller draws the randomness (`chance` in 0 … 1) and keeps the clock.
#pragma once

#include "domain/fault.hpp"
#include "domain/units.hpp"
#include "domain/workload.hpp"

namespace poolcast::rules {

// From the loss of a server to the client's first attempt elsewhere: it notices, then waits.
Seconds first_attempt(const ClientBehaviour& client, LossKind kind, double detection_chance, double wait_chance);

// The wait after a refusal (503). `refusals` counts from 1: first wait × factor^(refusals - 1), at most the longest wait,
// spread by the jitter.
Seconds after_refusal(const ClientBehaviour& client, unsigned refusals, double chance);

}  // namespace poolcast::rules
