// The run folder of a server that was started with `--out DIR`: the rows of the shared fold (report.csv, histograms/, run.json)
// and beneath measurements/ the raw tables that the fold has no word for. docs/run-format.md describes both.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "domain/fold.hpp"
#include "domain/scenario.hpp"
#include "reference-server/ops/records.hpp"
#include "reference-server/ops/registry.hpp"
#include "reference-server/ops/sampler.hpp"

namespace poolcast::ops {

struct RecordingSettings {
  std::filesystem::path folder;
  Scenario scenario;  // its horizon bounds the recording; what comes later is not recorded
  Place here;
  Instant start;  // t = 0 of every table
  std::uint64_t seed = 0;
  // Records not yet written, of all kinds; beyond it they are dropped, and counted.
  std::size_t most_waiting = 200'000;
};

// The io thread hands in records; a thread of its own formats and writes them about once a second.
class Recording {
public:
  // Throws io::ConfigError when the folder is something that must not be replaced. Raw tables are written beside it, in
  // `.NAME.measuring`, until finish() moves them in: a run that is killed leaves them there.
  explicit Recording(const RecordingSettings& settings);
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording();

  // Series of the fold; the place is the node with this part. Asking again gives the same one.
  SeriesId series(Metric metric, const std::string& part);
  void latency(SeriesId series, Instant at, double seconds, std::uint64_t times = 1);

  void operation(const OperationRecord& record);
  void commit(const CommitRecord& record);
  void read(const ReadRecord& record);
  void fan_out(const FanOutRecord& record);
  // Once a second: counters and gauges of the registry into the fold, the sample into its table, all records to the writer.
  void tick(Instant at, const Registry& registry, const HostSample& sample);

  std::uint64_t dropped() const;               // records, because the writer was too slow
  std::optional<std::string> trouble() const;  // why tables are no longer written, in a sentence
  // Writes the rest and the run folder; the run ends at `now`, or at the horizon if that is earlier. Throws what
  // io::write_run_folder throws.
  void finish(Instant now);

private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace poolcast::ops
