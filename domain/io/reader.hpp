// A resolved tree becomes a Scenario: every key checked, every problem collected.
#pragma once

#include <vector>

#include "domain/io/scenario_file.hpp"
#include "domain/io/tree.hpp"

namespace poolcast::io {

LoadedScenario read_tree(const Tree& tree, std::vector<Problem>& problems);

// The place of a key, or of the nearest part above it that stands in a file.
Place place_of(const Positions& positions, std::string key);

}  // namespace poolcast::io
