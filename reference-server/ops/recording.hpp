// The run folder of a server that was started with `--out DIR`: the rows of the shared fold (report.csv, histograms/, run.json,
// as docs/run-format.md says) and beneath measurements/ the raw tables that the fold has no word for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "domain/scenario.hpp"
#include "reference-server/ops/measurements.hpp"
#include "reference-server/ops/sampler.hpp"

namespace poolcast::ops {

struct RecordingSettings {
  std::filesystem::path folder;
  Scenario scenario;  // its horizon bounds the recording; what comes later is not recorded
  Place here;
  Instant start;  // t = 0 of every table
  std::uint64_t seed = 0;
  std::size_t buffer_limit_bytes = 16 * 1024 * 1024;  // records not yet written; beyond it they are dropped, and counted
};

// The io thread hands in records; a thread of its own formats and writes them.
class Recording {
public:
  // Throws io::ConfigError when the folder is something that must not be replaced.
  explicit Recording(const RecordingSettings& settings);
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording();  // stops writing; the raw tables stay beside the folder when finish() was not called

  void operation(const OperationRecord& record);
  void commit(const CommitRecord& record);
  void fan_out(const FanOutRecord& record);
  void sample(Instant at, const HostSample& sample);
  // Once a second: counters and gauges of the registry into the fold.
  void tick(Instant at, const Registry& registry);

  // One value of a latency metric of the fold.
  void latency(Metric metric, const std::string& part, Instant at, double seconds);

  std::uint64_t dropped() const;
  // Writes the rest and the run folder; `now` ends the last window. Throws what write_run_folder throws.
  void finish(Instant now);

private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace poolcast::ops
