// Where the library of scenarios is found.
#pragma once

#include <filesystem>
#include <vector>

namespace poolcast::io {

// The given folders first, then those of POOLCAST_LIBRARY (separated by colons), then the one installed with the program:
// `scenarios` beside the program's folder, as in the Python package, or `share/poolcast/scenarios` beside it, and at last
// `scenarios` in the working directory, as in a checkout. Only folders that exist.
std::vector<std::filesystem::path> library_folders(const std::vector<std::filesystem::path>& given);

}  // namespace poolcast::io
