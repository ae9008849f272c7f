// Reconnect storms that were played, kept in a file: another question about the same pools need not play them again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "domain/scenario.hpp"
#include "sim/analytic/surges.hpp"

namespace poolcast::sim {

// Raise it when a run for --fit gives other numbers than before (how it is set up and counted in surge_runs.cpp, or what the
// simulator does in it): files of before are refused then, which the version alone tells only of releases.
inline constexpr int surge_revision = 3;

class SurgeFile {
public:
  // What the runs depend on: topology, workload and costs of the scenario, the seed, this version of the program and the revision
  // of what is played; neither what is lost nor how often, nor how long operators take.
  SurgeFile(std::filesystem::path path, const Scenario& scenario, std::uint64_t seed);

  bool exists() const { return std::filesystem::exists(path_); }

  // Throws io::ConfigError when it cannot be read or is no such file, or its runs depend on something else or are not all there.
  void read(std::vector<analytic::Surge>& surges) const;

  void require_writable() const;  // before minutes of playing; throws io::ConfigError like write()
  void write(const std::vector<analytic::Surge>& surges) const;

private:
  std::filesystem::path fresh_path() const;  // of this process alone

  std::filesystem::path path_;
  std::vector<std::string> pools_;
  std::string digest_;
  std::uint64_t seed_;
};

}  // namespace poolcast::sim
