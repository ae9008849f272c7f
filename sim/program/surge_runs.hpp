// What a loss costs users who reconnect, from runs of the full simulation: the request plane's part of an availability, beside or
// instead of its fluid model.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "domain/scenario.hpp"
#include "sim/analytic/surges.hpp"
#include "sim/program/flags.hpp"
#include "sim/worker.hpp"

namespace poolcast::sim {

// Plays each at each of its loads, twice, in processes of their own. False when it was stopped or a worker died; `failure` then
// says how.
bool play(std::vector<analytic::Surge>& surges, const Scenario& scenario, const RunFunction& run, const Flags& flags,
          const std::function<bool()>& stop_wished, std::string& failure);

}  // namespace poolcast::sim
