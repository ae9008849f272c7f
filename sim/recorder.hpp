// Simulated clock -> rows. Latencies go to the fold as they happen; counters and utilisations are handed over once per window,
// which keeps the hot path to an addition.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "domain/fold.hpp"
#include "sim/cost.hpp"

namespace poolcast::sim {

// Counters of one kind per operation, handed to the fold as one series per operation and one over all.
struct OperationCounts {
  std::array<std::uint64_t, operation_names.size()> now{};
  std::array<SeriesId, operation_names.size()> series{};
  SeriesId all{};

  void add(Operation operation, std::uint64_t times = 1) { now[static_cast<std::size_t>(operation)] += times; }
};

struct Counter {
  std::uint64_t now = 0;
  SeriesId series{};
};

// What is recorded of one chat pool.
struct PoolRecord {
  SeriesId sign_in{}, join{}, history{}, search{}, post{};
  SeriesId delivery{};  // over all classes: summed up at the end
  std::vector<SeriesId> delivery_by_class;
  SeriesId users_connected{}, users_waiting{};
  OperationCounts arrivals, completions, refusals, lost;
  Counter deliveries, late, roster, stored, messages_lost, in_doubt;
};

// What is recorded of one machine or pool of machines.
struct StationRecord {
  SeriesId utilisation{};
  SeriesId queue{};
  double busy = 0;        // core-seconds in this window
  double busy_since = 0;  // up to here `busy` is complete
  std::size_t waiting = 0;
};

struct ServerRecord {
  StationRecord station;
  SeriesId users{}, backlog{}, memory{};
};

class Recorder {
public:
  Recorder(Seconds horizon, Seconds window) : fold_(horizon, window), horizon_(horizon.count()), window_(window.count()) {}

  PoolRecord add_pool(const Place& place, const std::vector<std::string>& classes);
  ServerRecord add_server(const Place& place);
  StationRecord add_station(const Place& place);

  Fold& fold() { return fold_; }
  double window() const { return window_; }
  double horizon() const { return horizon_; }

  // End of the window that began at `begin`: hands over counters.
  void close(PoolRecord& pool, double begin);
  void close(Counter& counter, double begin);
  // `busy` cores were in use since the last call; `background` is a share that is always in use.
  static void occupy(StationRecord& station, double now, double busy_cores);
  void queue(StationRecord& station, double now, std::size_t waiting) {
    if (waiting == station.waiting) return;
    station.waiting = waiting;
    fold_.level(station.queue, now, static_cast<double>(waiting));
  }
  void close(StationRecord& station, double begin, double end, double cores, double background = 0);

  ReplicationResult finish() && { return std::move(fold_).finish(); }

  // Makes the latencies of `whole` those of its `parts`; exact, as histograms are.
  static void sum_up(ReplicationResult& result, SeriesId whole, const std::vector<SeriesId>& parts);

private:
  OperationCounts add_counts(Metric metric, const Place& place);
  void close(OperationCounts& counts, double begin);

  Fold fold_;
  double horizon_;
  double window_;
};

}  // namespace poolcast::sim
