// What the server measures of itself while it works, one record per thing that happened: figures for /metrics, and for a run with
// `--out` the rows of the shared fold and the raw tables that a calibration reads. All calls come from the io thread; what a
// worker measured travels with its completion. bench/measurements.cpp shows the cost of a record.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "reference-server/ops/records.hpp"
#include "reference-server/ops/registry.hpp"

namespace poolcast::ops {

// Where records go besides /metrics: see ops/recording.hpp.
class Recording;

class Measurements {
public:
  static constexpr std::uint32_t cpu_sample_every = 16;

  // Both outlive it; `recording` is null without --out.
  explicit Measurements(Registry& registry, Recording* recording = nullptr);
  Measurements(const Measurements&) = delete;
  Measurements& operator=(const Measurements&) = delete;
  ~Measurements();

  void operation(const OperationRecord& record);
  void commit(const CommitRecord& record);
  void read(const ReadRecord& record);
  void fan_out(const FanOutRecord& record);

  // Whether the next request's processor time is to be measured: one in cpu_sample_every, beginning with the first.
  bool take_cpu_now() { return cpu_turn_++ % cpu_sample_every == 0; }

  Registry& registry() { return registry_; }

private:
  // One latency metric: the live histogram and, in a run, its series of the fold.
  struct Latency {
    Histogram* live = nullptr;
    SeriesId series{};
  };
  struct OfCommand;
  struct Shared;
  Latency add(Metric metric, const std::string& part);
  void note(const Latency& latency, Instant at, Nanoseconds value, std::uint64_t times = 1);
  OfCommand& of(Command command);

  Registry& registry_;
  Recording* recording_;
  std::uint32_t cpu_turn_ = 0;
  std::array<std::unique_ptr<OfCommand>, command_count> commands_;  // made when a command comes for the first time
  struct OfCall {
    Latency worked, cpu;
  };
  std::map<std::string, OfCall, std::less<>> calls_;    // by the store's word
  std::map<std::string, Latency, std::less<>> queues_;  // by name: the store's and the disk's
  std::unique_ptr<Shared> shared_;
};

// Processor time of the calling thread. A system call of some 200 ns: sample it.
Nanoseconds thread_cpu_time();

}  // namespace poolcast::ops
