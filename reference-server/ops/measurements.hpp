// What the server measures of itself while it works, one record per thing that happened: figures for /metrics, and for a run with
// `--out` the rows of the shared fold and the raw tables that a calibration reads. All calls come from the io thread; what a
// worker measured travels with its completion. A record costs well under a microsecond (reference-server/bench).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "domain/fold.hpp"
#include "reference-server/ops/command.hpp"
#include "reference-server/ops/registry.hpp"

namespace poolcast::ops {

using Nanoseconds = std::chrono::nanoseconds;
using Instant = std::chrono::steady_clock::time_point;

// How a request ended, as rows say it.
enum class Ending : std::uint8_t { completed, refused, rejected, lost };
// completed: 2xx. refused: 503, the client comes again. rejected: another final error; it was answered all the same. lost: the
// connection went before the answer.

// One request from its arrival to its answer. What did not happen (a request that needs no database) stays 0.
struct OperationRecord {
  Command command{};
  Ending ending = Ending::completed;
  Instant arrived;               // the read that completed the request returned
  Nanoseconds inbound_wait{0};   // behind earlier requests of the same dialog, and of the loop's turn
  Nanoseconds service{0};        // worked on by the io thread
  Nanoseconds store_wait{0};     // in the queue for a database worker
  Nanoseconds store_service{0};  // worked on by the database worker and the database, the commit apart
  Nanoseconds commit_wait{0};    // from the worker's start of the group's commit to its end
  Nanoseconds reply_wait{0};     // from the database's answer to the io thread taking it up
  Nanoseconds cpu{-1};           // processor time of the io thread for it; -1: not measured (one in `cpu_sample_every` is)
  Nanoseconds store_cpu{-1};     // of the database worker; -1: not measured
};

struct CommitRecord {
  Instant began;
  std::uint32_t batch = 0;    // posts and events in it
  Nanoseconds statements{0};  // inserting
  Nanoseconds flush{0};       // the COMMIT itself: what the log's disk takes
  Nanoseconds mirror{0};      // the part of it that waited for a mirror; 0 without one
  bool committed = true;
};

struct FanOutRecord {
  Instant began;
  std::uint32_t recipients = 0;
  std::uint32_t bytes = 0;  // of one copy
  Nanoseconds took{0};      // until the last copy lay in its connection's queue
  Nanoseconds cpu{-1};      // -1: not measured
};

// Where records go besides /metrics: see ops/recording.hpp. nullptr when there is no --out.
class Recording;

class Measurements {
public:
  static constexpr std::uint32_t cpu_sample_every = 16;

  // `registry` and `recording` outlive it.
  Measurements(Registry& registry, Recording* recording);
  Measurements(const Measurements&) = delete;
  Measurements& operator=(const Measurements&) = delete;

  void operation(const OperationRecord& record);
  void commit(const CommitRecord& record);
  void fan_out(const FanOutRecord& record);

  // Whether the next request's processor time is to be measured: one in cpu_sample_every, beginning with the first.
  bool take_cpu_now() { return cpu_turn_++ % cpu_sample_every == 0; }

  Registry& registry() { return registry_; }

private:
  struct CommandSeries;
  Registry& registry_;
  Recording* recording_;
  std::uint32_t cpu_turn_ = 0;
  std::array<std::unique_ptr<CommandSeries>, command_count> commands_;
  struct Shared;
  std::unique_ptr<Shared> shared_;

public:
  ~Measurements();
};

// Processor time of the calling thread. A system call of some 200 ns: sample it.
Nanoseconds thread_cpu_time();

}  // namespace poolcast::ops
