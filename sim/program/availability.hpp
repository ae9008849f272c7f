// `poolcast-sim SCENARIO --availability`: how much of their time users have the service, and what takes the rest.
#pragma once

#include <functional>

#include "sim/program/flags.hpp"
#include "sim/worker.hpp"

namespace poolcast::sim {

// `run` plays reconnect storms (--fit). Prints one JSON object (docs/run-format.md); with what was found so far when a stop is
// wished. Throws io::ConfigError like a run.
ExitCode answer_availability(const Flags& flags, const RunFunction& run, const std::function<bool()>& stop_wished);

}  // namespace poolcast::sim
