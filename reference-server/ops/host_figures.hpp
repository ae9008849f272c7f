// Samples of the machine and its processes as metrics: utilisation, resident_memory, disk_read and disk_written. The server's own
// have no part, those of others the process's name, the whole machine's the part "host".
#pragma once

#include <map>
#include <optional>
#include <string>

#include "reference-server/ops/records.hpp"
#include "reference-server/ops/registry.hpp"
#include "reference-server/ops/sampler.hpp"

namespace poolcast::ops {

class HostFigures {
public:
  // `own` is the name under which the sampler watches this process.
  HostFigures(Registry& registry, std::string own);
  // Utilisation is that of the time since the last call: shares of all cores.
  void take(const HostSample& sample, Instant at);

private:
  struct Before {
    double cpu_s = 0;
    std::uint64_t read_bytes = 0, written_bytes = 0;
  };
  struct Totals {
    double cpu_s = 0;
    std::uint64_t read_bytes = 0, written_bytes = 0, resident_bytes = 0;
  };
  void show(const std::string& part, const Totals& totals, double core_s);

  Registry& registry_;
  std::string own_;
  std::optional<Instant> last_;
  std::map<std::string, Before> before_;
};

}  // namespace poolcast::ops
