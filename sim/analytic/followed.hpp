// The runbooks that a scenario follows (`follow`), for the control plane: how operators of a chat pool fail it over when its site
// is lost, and back. There a runbook counts whenever it is needed, at whatever date it stands in the scenario.
#pragma once

#include <optional>
#include <vector>

#include "domain/inconsistency.hpp"
#include "domain/scenario.hpp"

namespace poolcast::sim::analytic {

// What a runbook leaves open of its situation is the scenario's, as in the simulator.
struct FollowedRunbooks {
  std::optional<Runbook> failover;
  std::optional<Runbook> failback;
};
std::vector<FollowedRunbooks> followed_runbooks(const Scenario& scenario);  // by chat pool

// Why the control plane cannot play a runbook: what its steps bring about is not what it knows of a failover or of the way back.
// Those of a way that is given otherwise (`has_failover`, `has_failback`) are not used, and nothing is said of them.
std::vector<Inconsistency> followed_refusals(const Scenario& scenario, bool has_failover, bool has_failback);

}  // namespace poolcast::sim::analytic
