// poolcast-sim: reads a scenario, refuses what is unsupported, runs it and its variants, prints the answer as JSON.
#pragma once

#include <functional>
#include <vector>

#include "sim/program/flags.hpp"
#include "sim/worker.hpp"

namespace poolcast::sim {

// What plays a scenario; tests put a stand-in here.
struct Simulator {
  RunFunction run;
  std::function<std::vector<Inconsistency>(const Scenario&)> not_modelled;
};

// The ways to answer a scenario; all record the same metrics at the same places.
struct Methods {
  Simulator simulate;
  Simulator analytic;
  Simulator fluid;
  const Simulator& operator[](Method method) const;
};

int run_program(int argc, const char* const* argv, const Methods& methods);

}  // namespace poolcast::sim
