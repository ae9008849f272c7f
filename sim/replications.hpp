// Replications in processes of their own: as many workers as asked for, results in the order of replications, the same bytes
// whatever their number.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/run.hpp"

namespace poolcast::sim {

struct ReplicationOptions {
  RunOptions run;
  Count replications = 12;          // when `precision` is not given
  std::optional<double> precision;  // stop when every objective's figure has a relative half-width of at most this
  Count most_replications = 1000;   // limit of `precision`
  bool antithetic_pairs = false;    // replication 2k+1 is the antithetic twin of 2k
  unsigned workers = 0;             // 0: as many as cores
};

struct Progress {
  Count finished = 0;
  Count wanted = 0;  // grows when `precision` needs more
  double share = 0;  // 0 … 1, with the running ones
};

struct ReplicationRun {
  std::vector<ReplicationResult> results;  // a gapless prefix of the replications
  bool interrupted = false;                // SIGINT or SIGTERM; what was finished is kept
  std::optional<std::string> failure;      // a worker died: which replication, how
};

// `cancelled()` is asked at least every 50 ms.
ReplicationRun run_replications(const Scenario& scenario, const ReplicationOptions& options,
                                const std::function<void(const Progress&)>& on_progress = {},
                                const std::function<bool()>& cancelled = {});

}  // namespace poolcast::sim
