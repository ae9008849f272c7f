// What one call of poolcast-sim is to run: the scenario and its variants, read and found fit to run.
#pragma once

#include <string>
#include <vector>

#include "domain/io/run_folder.hpp"
#include "sim/program/flags.hpp"
#include "sim/program/program.hpp"

namespace poolcast::sim {

struct PlannedScenario {
  std::string variant;           // empty: the scenario itself
  std::vector<std::string> set;  // of the variant
  Scenario scenario;
  std::vector<io::RunFinding> findings;
  std::optional<Count> replications;  // of the variant, if it has its own
};

// The scenario first, then its variants. Throws io::ConfigError when something cannot be read or is not modelled, and when a
// documented rule is broken and `--allow-unsupported` was not given: the problem then names the rule.
std::vector<PlannedScenario> make_plan(const Flags& flags, const Simulator& simulator);

}  // namespace poolcast::sim
