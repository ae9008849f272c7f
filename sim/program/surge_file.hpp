// Reconnect storms that were played, kept in a file: another question about the same pools need not play them again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "domain/scenario.hpp"
#include "sim/analytic/surges.hpp"

namespace poolcast::sim {

class SurgeFile {
public:
  // What the runs depend on: topology, workload and costs of the scenario, the seed and this version of the program; neither what
  // is lost nor how often, nor how long operators take.
  SurgeFile(std::filesystem::path path, const Scenario& scenario, std::uint64_t seed);

  bool exists() const { return std::filesystem::exists(path_); }

  // Throws io::ConfigError when it is no such file, or its runs depend on something else or are not all there.
  void read(std::vector<analytic::Surge>& surges) const;

  void require_writable() const;  // before minutes of playing; throws io::ConfigError like write()
  void write(const std::vector<analytic::Surge>& surges) const;

private:
  std::filesystem::path fresh_path() const;

  std::filesystem::path path_;
  std::vector<std::string> pools_;
  std::string digest_;
  std::uint64_t seed_;
};

}  // namespace poolcast::sim
