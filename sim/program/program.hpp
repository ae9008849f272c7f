// poolcast-sim: reads a scenario, refuses what is unsupported, runs it and its variants, prints the answer as JSON.
#pragma once

#include <functional>
#include <vector>

#include "sim/worker.hpp"

namespace poolcast::sim {

// What plays a scenario; tests put a stand-in here.
struct Simulator {
  RunFunction run;
  std::function<std::vector<Inconsistency>(const Scenario&)> not_modelled;
};

int run_program(int argc, const char* const* argv, const Simulator& simulator);

}  // namespace poolcast::sim
