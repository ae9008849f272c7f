// A finished run as files: the JSON object that poolcast-sim prints, and the run folder. docs/run-format.md describes both; a
// host of another kind (the reference server) writes the same.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "domain/report.hpp"
#include "domain/scenario.hpp"

namespace poolcast::io {

// A finding of the documented rules, as text.
struct RunFinding {
  std::string rule;      // PC-USERS-N1
  std::string severity;  // "error", "warning", "note"
  std::string key;
  std::string sentence;
  std::string source;
};

// The answer to one scenario.
struct Answer {
  Scenario scenario;
  std::vector<RunFinding> findings;
  Report report;
  std::vector<MergedSeries> histograms;
};

struct VariantAnswer {
  std::string name;
  std::vector<std::string> set;
  Answer answer;
};

// What of the caller's wishes changes the figures or what they are worth, beside the seed and the replications.
struct AskedFor {
  bool antithetic = false;
  std::optional<double> precision;  // a share: 0.05
  bool allow_unsupported = false;
};

// Of a real run: where it was measured and how the load generator fared. Nothing here names a machine, a person or a day.
struct Measured {
  std::string processor;  // model name
  Count cores = 0;
  Bytes memory;
  std::string system;     // kernel and its version
  std::string transport;  // "tcp" or "tls"
  // How late the load generator sent what was due, and what it needed itself: it shares the machine with the server.
  Seconds lag_p99{0};
  Seconds lag_max{0};
  Seconds load_cpu{0};
  std::optional<std::string> invalid;  // why the figures say nothing about the server
};

struct Run {
  std::string source;  // "sim" or "real"
  std::string method;  // "simulate", "analytic" or "fluid"; empty of a real run
  std::string version;
  std::uint64_t seed = 0;
  AskedFor options;
  bool interrupted = false;
  std::optional<std::string> failure;
  Answer answer;
  std::vector<VariantAnswer> variants;
  std::optional<Measured> measured;  // of a real run
};

// One line: the whole object. The same run gives the same bytes; there is no date, path or machine in it.
std::string run_json(const Run& run);

// Throws ConfigError when the path is something that write_run_folder would not replace or a place where it may not write: ask
// before a long run. Folders above the path are made.
void check_run_folder(const std::filesystem::path& folder);

// Writes the folder beside its place and then moves it there, so that it is complete or not there. A run folder that is already
// there is replaced; files in it that are not of a run stay. Anything else than a run folder or an empty folder is refused with
// ConfigError; what the system refuses is a std::filesystem::filesystem_error.
void write_run_folder(const Run& run, const std::filesystem::path& folder);

}  // namespace poolcast::io
