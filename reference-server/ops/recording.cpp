#include "reference-server/ops/recording.hpp"

#include <sys/utsname.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "domain/io/run_folder.hpp"
#include "domain/report.hpp"
#include "reference-server/ops/raw_tables.hpp"

namespace poolcast::ops {

namespace fs = std::filesystem;

namespace {

constexpr const char* tables_folder = "measurements";

// `out/run` -> `out/.run.measuring`; made anew.
fs::path fresh_folder_beside(const fs::path& folder) {
  fs::path path = fs::absolute(folder).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  fs::path beside = path.parent_path() / ("." + path.filename().string() + ".measuring");
  fs::remove_all(beside);
  return beside;
}

// On what the run was made: the figures mean little without it.
void write_machine(const fs::path& file, const HostSample& sample) {
  utsname kernel{};
  ::uname(&kernel);
  std::string model;
  std::ifstream processors("/proc/cpuinfo");
  for (std::string line; std::getline(processors, line);)
    if (line.starts_with("model name") && line.find(": ") != std::string::npos) {
      model = line.substr(line.find(": ") + 2);
      break;
    }
  const nlohmann::ordered_json machine{{"cores", sample.cores},
                                       {"memory_bytes", sample.memory_bytes},
                                       {"processor", model},
                                       {"kernel", std::string(kernel.sysname) + " " + kernel.release},
                                       {"architecture", kernel.machine}};
  std::ofstream(file, std::ios::binary) << machine.dump(2) << '\n';
}

}  // namespace

class Recording::Impl {
public:
  explicit Impl(const RecordingSettings& settings)
      : settings_(settings),
        horizon_s_(settings.scenario.horizon.count()),
        fold_(settings.scenario.horizon, fitting_window(settings.scenario.horizon)) {
    io::check_run_folder(settings.folder);
    beside_ = fresh_folder_beside(settings.folder);
    tables_ = std::make_unique<RawTables>(beside_, settings.start);
    write_machine(beside_ / "machine.json", Sampler({}).take());
  }

  SeriesId series(Metric metric, const std::string& part) {
    const auto [found, is_new] = series_.try_emplace({metric, part});
    if (is_new) {
      Place place = settings_.here;
      place.part = part;
      found->second = fold_.add(metric, std::move(place));
    }
    return found->second;
  }

  void latency(SeriesId series, Instant at, double seconds, std::uint64_t times) {
    const double moment_s = moment(at);
    if (!is_over()) fold_.latency(series, moment_s, seconds, times);
  }

  void operation(const OperationRecord& record) { keep(records_.operations, record); }
  void commit(const CommitRecord& record) { keep(records_.commits, record); }
  void read(const ReadRecord& record) { keep(records_.reads, record); }
  void fan_out(const FanOutRecord& record) { keep(records_.fan_outs, record); }
  std::uint64_t dropped() const { return dropped_; }
  std::optional<std::string> trouble() const { return tables_->trouble(); }

  void tick(Instant at, const Registry& registry, const HostSample& sample) {
    const double moment_s = moment(at);
    if (!is_over()) {
      registry.each_counter([&](Metric metric, const std::string& part, std::uint64_t value) {
        std::uint64_t& before = counted_[{metric, part}];
        fold_.count(series(metric, part), moment_s, value - before);
        before = value;
      });
      registry.each_gauge([&](Metric metric, const std::string& part, double value) {
        if (row_of(metric).kind == MetricKind::level) fold_.level(series(metric, part), moment_s, value);
      });
      records_.samples.push_back({at, sample});
    }
    hand_over();
  }

  void finish(Instant now) {
    hand_over();
    tables_->finish();
    const double end_s = std::min(horizon_s_, std::max(1e-3, std::chrono::duration<double>(now - settings_.start).count()));
    const std::vector<ReplicationResult> results{std::move(fold_).finish_at(Seconds{end_s})};
    io::Run run;
    run.source = "real";
    run.version = POOLCAST_VERSION;
    run.seed = settings_.seed;
    run.interrupted = end_s < horizon_s_;
    run.answer.scenario = settings_.scenario;
    run.answer.report = make_report(settings_.scenario, results);
    run.answer.histograms = merged_histograms(settings_.scenario, results);
    io::write_run_folder(run, settings_.folder);
    const fs::path place = settings_.folder / tables_folder;
    fs::remove_all(place);  // of an earlier run
    fs::rename(beside_, place);
  }

private:
  // Records of one moment come in any order, but a series never goes back: what is a little late counts as now.
  double moment(Instant at) {
    last_s_ = std::max(last_s_, std::chrono::duration<double>(at - settings_.start).count());
    return last_s_;
  }
  bool is_over() const { return last_s_ >= horizon_s_; }

  template <class Record>
  void keep(std::vector<Record>& records, const Record& record) {
    if (is_over()) return;
    if (records_.size() + waiting_ >= settings_.most_waiting)
      ++dropped_;
    else
      records.push_back(record);
  }

  void hand_over() {
    tables_->hand_over(std::exchange(records_, {}));
    waiting_ = tables_->waiting();
  }

  RecordingSettings settings_;
  double horizon_s_;
  Fold fold_;
  std::map<std::pair<Metric, std::string>, SeriesId> series_;
  std::map<std::pair<Metric, std::string>, std::uint64_t> counted_;
  fs::path beside_;
  std::unique_ptr<RawTables> tables_;
  RawRecords records_;       // since the last tick
  std::size_t waiting_ = 0;  // at the last tick, with the writer
  std::uint64_t dropped_ = 0;
  double last_s_ = 0;
};

Recording::Recording(const RecordingSettings& settings) : impl_(std::make_unique<Impl>(settings)) {}
Recording::~Recording() = default;

SeriesId Recording::series(Metric metric, const std::string& part) { return impl_->series(metric, part); }
void Recording::latency(SeriesId series, Instant at, double seconds, std::uint64_t times) {
  impl_->latency(series, at, seconds, times);
}
void Recording::operation(const OperationRecord& record) { impl_->operation(record); }
void Recording::commit(const CommitRecord& record) { impl_->commit(record); }
void Recording::read(const ReadRecord& record) { impl_->read(record); }
void Recording::fan_out(const FanOutRecord& record) { impl_->fan_out(record); }
void Recording::tick(Instant at, const Registry& registry, const HostSample& sample) { impl_->tick(at, registry, sample); }
std::uint64_t Recording::dropped() const { return impl_->dropped(); }
std::optional<std::string> Recording::trouble() const { return impl_->trouble(); }
void Recording::finish(Instant now) { impl_->finish(now); }

}  // namespace poolcast::ops
