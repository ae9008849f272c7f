// Runbook files: `runbooks/NAME.yaml` of the library, or a file of one's own; read, checked and printed like scenarios.
#pragma once

#include <string>
#include <string_view>

#include "domain/io/scenario_file.hpp"
#include "domain/runbook.hpp"

namespace poolcast::io {

struct LoadedRunbook {
  Runbook runbook;
  Positions positions;
};

// Throws ConfigError with all problems of the file, inconsistencies() included. Overrides reach into it by name:
// `steps.decide.median=10min`, `situation.database=200 GB`.
LoadedRunbook load_runbook(const std::string& path_or_name, const LoadOptions& options);
LoadedRunbook read_runbook(std::string_view text, const std::string& file_name, const std::vector<std::string>& overrides);

// Every key, with units; reading it back gives an equal runbook.
std::string print(const Runbook& runbook);

}  // namespace poolcast::io
