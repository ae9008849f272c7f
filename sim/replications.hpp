// Replications in processes of their own: as many workers as asked for, results in the order of replications, the same bytes
// whatever their number.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/run.hpp"
#include "sim/worker.hpp"

namespace poolcast::sim {

struct ReplicationOptions {
  RunOptions run;
  Count replications = 12;          // when `precision` is not given
  std::optional<double> precision;  // stop when every objective's figure has a relative half-width of at most this
  Count most_replications = 1000;   // limit of `precision`
  bool antithetic_pairs = false;    // replication 2k+1 is the antithetic twin of 2k; the number is rounded up to whole pairs
  unsigned workers = 0;             // 0: as many as cores
};

struct Progress {
  Count finished = 0;
  Count wanted = 0;  // grows when `precision` needs more
  double share = 0;  // 0 … 1, with the running ones
};

struct ReplicationRun {
  std::vector<ReplicationResult> results;  // a gapless prefix of the replications
  bool interrupted = false;                // cancelled; what was finished is kept
  std::optional<std::string> failure;      // a worker died: which replication, how; those before it are kept
};

// Runs `run` (the simulator's sim::run, or a stand-in) in one process per replication. Call it from a process with one thread in
// which no SimGrid engine was made. `cancelled()` is asked at least every 20 ms and whenever a signal arrives; the workers are
// then killed at once.
ReplicationRun run_replications(const Scenario& scenario, const ReplicationOptions& options, const RunFunction& run,
                                const std::function<void(const Progress&)>& on_progress = {},
                                const std::function<bool()>& cancelled = {});

}  // namespace poolcast::sim
