// The command line of poolcast-sim.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/units.hpp"
#include "sim/request_plane.hpp"

namespace poolcast::sim {

// What the program tells its caller.
enum ExitCode : int { all_hold = 0, one_fails = 1, bad_input = 2, interrupted = 3, worker_died = 4 };

// How a scenario is answered: by playing it, by the formulas of a steady state, or by the fluid model of a reconnect storm.
enum class Method { simulate, analytic, fluid };
inline constexpr std::array<std::string_view, 3> method_names{"simulate", "analytic", "fluid"};

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
  Method method = Method::simulate;
  PlaneMode mode = PlaneMode::batch;
  bool availability = false;                      // instead of a run
  bool sensitivity = false;                       // of the availability
  bool fit = false;                               // reconnect storms of the availability from runs of the simulator
  std::optional<std::filesystem::path> fit_file;  // the same; the runs are read from there, or written
  // The runbooks that operators work through, files or names of the library; else those that the scenario follows, or the usual.
  std::optional<std::string> failover, failback;
  bool allow_unsupported = false;
  bool no_variants = false;
  bool progress = false;
};

// The flags, or the code to end with: help and version were printed, or what is wrong was said on standard error.
std::variant<Flags, ExitCode> read_flags(int argc, const char* const* argv);

}  // namespace poolcast::sim
