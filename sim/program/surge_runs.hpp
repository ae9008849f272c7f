// What a loss costs users who reconnect, from runs of the full simulation: the request plane's part of an availability, beside or
// instead of its fluid model.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/scenario.hpp"
#include "sim/analytic/control_plane.hpp"
#include "sim/program/flags.hpp"
#include "sim/worker.hpp"

namespace poolcast::sim {

// One designed run at the scenario's load: of so many active servers so many survive; none: all return at once and everybody
// signs in again.
struct SurgeRun {
  std::size_t pool = 0;
  std::size_t servers = 0;
  std::size_t survivors = 0;
  double fluid_s = 0;              // user-seconds away per user of the pool
  std::optional<double> played_s;  // the same; none when it was not played
};

// Those that an availability rests on, with what the fluid model says.
std::vector<SurgeRun> surge_runs(const analytic::ControlPlane& plane);

// Plays each, twice, in processes of their own. False when it was stopped or a worker died; `failure` then says how.
bool play(std::vector<SurgeRun>& runs, const Scenario& scenario, const RunFunction& run, const Flags& flags,
          const std::function<bool()>& stop_wished, std::string& failure);

// Puts what was played where the fluid model's numbers are.
void use(const std::vector<SurgeRun>& runs, analytic::ControlPlane& plane);

}  // namespace poolcast::sim
