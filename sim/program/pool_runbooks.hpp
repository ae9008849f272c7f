// The runbooks that operators of each chat pool work through in the control plane, and who named them: a flag, which wins, the
// scenario, which follows them, or nobody, so that it is the library's usual one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/scenario.hpp"
#include "sim/program/flags.hpp"

namespace poolcast::sim {

struct ChosenRunbook {
  std::string name;       // as the flag has it, or of the runbook itself
  std::string_view from;  // flag, scenario or library
  Runbook runbook;
};
struct PoolRunbooks {
  ChosenRunbook failover;
  ChosenRunbook failback;
};

// By chat pool. Throws io::ConfigError when a runbook cannot be read.
std::vector<PoolRunbooks> runbooks_of(const Scenario& scenario, const Flags& flags);

}  // namespace poolcast::sim
