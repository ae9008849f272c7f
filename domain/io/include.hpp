// Library names in a tree become what they name: `topology: NAME`, or a mapping with `model: NAME` and what differs from it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "domain/io/scenario_file.hpp"
#include "domain/io/tree.hpp"

namespace poolcast::io {

// What can be included, by the scenario's key.
struct IncludeKind {
  std::string_view key;     // topology
  std::string_view noun;    // topology
  std::string_view folder;  // topologies
  std::string_view usual;   // name when the key is missing; empty: none
};
inline constexpr IncludeKind include_kinds[] = {{"topology", "topology", "topologies", ""},
                                                {"workload", "workload", "workloads", ""},
                                                {"costs", "cost set", "calibration", "documented-2015"}};
// Of a fault; `faults[1].follow`.
inline constexpr IncludeKind runbook_kind{"follow", "runbook", "runbooks", ""};
const IncludeKind* include_kind(std::string_view key);

// Where names are looked up: the including file's own folder first, then the library.
struct Search {
  std::filesystem::path own_folder;
  std::vector<std::filesystem::path> library;
};

// Ends in .yaml or .yml: a path and no name of the library.
bool is_file_name(std::string_view text);

// The file of that name, in each folder and its subfolder; an empty path when there is none.
std::filesystem::path find_named_file(const Search& search, std::string_view subfolder, const std::string& name);

// All names of that kind, for suggestions and lists.
std::vector<std::string> names_in(const Search& search, std::string_view subfolder);

// The whole file; a Problem when it cannot be read.
std::string read_file(const std::filesystem::path& path, std::vector<Problem>& problems);

// Replaces the included parts of a scenario's tree. What fails becomes a `failed` tree with its problem reported.
void resolve_includes(Tree& scenario, const Search& search, std::vector<Problem>& problems);
// The runbooks that faults follow; what is resolved already stays as it is.
void resolve_runbooks(Tree& scenario, const Search& search, std::vector<Problem>& problems);
void resolve_include(Tree& value, const IncludeKind& kind, const Search& search, std::vector<Problem>& problems);

}  // namespace poolcast::io
