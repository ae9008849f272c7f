// One replication of one scenario: the only place that makes a SimGrid engine.
#pragma once

#include <cstdint>
#include <functional>

#include "domain/fold.hpp"
#include "domain/scenario.hpp"
#include "sim/request_plane.hpp"

namespace poolcast::sim {

// How fan-out is simulated: one job per post and server, or one event per recipient (the oracle, in tests).
enum class FanOut { job, exact };

struct RunOptions {
  std::uint64_t seed = 1;
  Count replication = 0;
  bool antithetic = false;
  PlaneMode mode = PlaneMode::batch;
  FanOut fan_out = FanOut::job;
  Seconds window{60};
  std::function<void(double simulated_seconds)> on_progress{};  // called once per window
};

// What of the scenario this simulator cannot play yet; run() expects nothing of it.
std::vector<Inconsistency> not_modelled(const Scenario& scenario);

// Needs a process in which no SimGrid engine has run before (its clock starts at 0): `replications.hpp` forks one for each.
ReplicationResult run(const Scenario& scenario, const RunOptions& options);

}  // namespace poolcast::sim
