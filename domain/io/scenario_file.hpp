// Scenario files: reading with places, the canonical print, the library of named topologies, workloads, cost sets and
// scenarios. The only code that knows YAML.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/io/config_error.hpp"
#include "domain/scenario.hpp"

namespace poolcast::io {

struct Position {
  std::string file;
  int line = 0;
  int column = 0;
};

// Where each key path stands: `topology.databases[0].mode`, also in the library file it was included from.
using Positions = std::map<std::string, Position>;

struct LoadedScenario {
  Scenario scenario;
  Positions positions;
};

struct LoadOptions {
  // Folders that are searched for names, in this order: `NAME.yaml` in them and in their `topologies`, `workloads` and
  // `calibration` folders. The file's own folder is searched first.
  std::vector<std::filesystem::path> library;
  // `workload.users=60_000`, `topology.chat_pools[0].standby=[]`, `topology.chat_pools.chat.compliance=off`: values are YAML,
  // list items are addressed by number or by name. Applied to the file before it is checked, in order; but changes of what is
  // included (`costs=measured-peers`, `workload.model=model-1`) come before all others.
  std::vector<std::string> overrides;
};

// Throws ConfigError with all problems of the file, inconsistencies() included. A path ends in .yaml; anything else is a name
// of the library. Files above 4 MiB, nesting above 64 and includes above 16 are refused.
LoadedScenario load_scenario(const std::string& path_or_name, const LoadOptions& options);
LoadedScenario read_scenario(std::string_view text, const std::string& file_name, const LoadOptions& options);

// The scenario under one of its variants: the same file with the variant's changes applied on top of the overrides.
LoadedScenario load_variant(const std::string& path_or_name, const LoadOptions& options, const Variant& variant);

// Every key, with units, fully resolved, in the order of the schema; reading it back gives an equal scenario.
std::string print(const Scenario& scenario);
std::string print(const CostSet& costs);

// SHA-256 of the canonical print, hexadecimal.
std::string digest(const Scenario& scenario);
std::string digest(const CostSet& costs);

std::string json_schema();
std::string reference_page();  // Markdown: every key, its type and unit, its default, its meaning

struct LibraryEntry {
  std::string name;   // "lose-one-of-four"
  std::string kind;   // "scenario", "topology", "workload", "cost set", "runbook"
  std::string title;  // the file's own name or question
  std::filesystem::path path;
};
std::vector<LibraryEntry> list_library(const std::vector<std::filesystem::path>& library);

}  // namespace poolcast::io
