// `poolcast-sim SCENARIO --availability`: how much of their time users have the service, and what takes the rest.
#pragma once

#include "sim/program/flags.hpp"

namespace poolcast::sim {

// Prints one JSON object (docs/run-format.md). Throws io::ConfigError like a run.
ExitCode answer_availability(const Flags& flags);

}  // namespace poolcast::sim
