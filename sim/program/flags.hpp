// The command line of poolcast-sim.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/units.hpp"
#include "sim/request_plane.hpp"

namespace poolcast::sim {

// What the program tells its caller.
enum ExitCode : int { all_hold = 0, one_fails = 1, bad_input = 2, interrupted = 3, worker_died = 4 };

struct Flags {
  std::string scenario;  // a file, a name of the library, or - for standard input
  std::vector<std::filesystem::path> library;
  std::vector<std::string> overrides;
  std::uint64_t seed = 1;
  std::optional<Count> replications;
  std::optional<double> precision;
  bool antithetic = false;
  unsigned workers = 0;
  std::optional<std::filesystem::path> out;
  PlaneMode mode = PlaneMode::batch;
  bool allow_unsupported = false;
  bool no_variants = false;
  bool progress = false;
};

// The flags, or the code to end with: help and version were printed, or what is wrong was said on standard error.
std::variant<Flags, ExitCode> read_flags(int argc, const char* const* argv);

}  // namespace poolcast::sim
