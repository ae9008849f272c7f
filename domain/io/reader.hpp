// A resolved tree becomes a Scenario or a Runbook: every key checked, every problem collected.
#pragma once

#include <vector>

#include "domain/io/runbook_file.hpp"
#include "domain/io/scenario_file.hpp"
#include "domain/io/tree.hpp"

namespace poolcast::io {

LoadedScenario read_tree(const Tree& tree, std::vector<Problem>& problems);
LoadedRunbook read_runbook_tree(const Tree& tree, std::vector<Problem>& problems);

// The place of a key, or of the nearest part above it that stands in a file.
Place place_of(const Positions& positions, std::string key);

// What is inconsistent, at its place.
void add_inconsistencies(const std::vector<Inconsistency>& found, const Positions& positions, std::vector<Problem>& problems);

// In the order in which the files were met, then by place: as a person works through them.
void sort_by_place(std::vector<Problem>& problems);

}  // namespace poolcast::io
