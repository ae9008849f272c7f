// `--set path=value`: changes to a scenario's tree before it is checked.
#pragma once

#include <string>
#include <vector>

#include "domain/io/include.hpp"
#include "domain/io/tree.hpp"

namespace poolcast::io {

// Applies the changes in order and resolves the includes. Changes that name what is included (`costs=measured-peers`,
// `workload.model=model-1`) come first, so that the others change what was included.
void apply_overrides(Tree& scenario, const std::vector<std::string>& overrides, const Search& search,
                     std::vector<Problem>& problems);

// The same for a tree without includes, such as a runbook's.
void apply_changes(Tree& tree, const std::vector<std::string>& overrides, std::vector<Problem>& problems);

}  // namespace poolcast::io
