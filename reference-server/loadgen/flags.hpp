// The command lines of poolcast-load.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "reference-server/loadgen/program.hpp"

namespace poolcast::loadgen {

enum class Verb { play, prepare, drive };

struct Flags {
  Verb verb = Verb::play;
  std::string scenario;
  std::vector<std::filesystem::path> library;
  std::vector<std::string> overrides;
  std::uint64_t seed = 1;
  std::vector<std::string> servers;
  bool tls = false;
  std::string ca;
  std::string domain;  // empty: that of the scenario's site
  std::filesystem::path password_file;
  std::optional<std::filesystem::path> out;
  std::vector<int> server_pids;
  int database_pid = 0;
  bool allow_unsupported = false;
  bool progress = false;
  bool json = false;
};

// The flags, or the code to end with: help and version were printed, or what is wrong was said on standard error.
std::variant<Flags, ExitCode> read_flags(int argc, const char* const* argv);

}  // namespace poolcast::loadgen
