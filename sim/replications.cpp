#include "sim/replications.hpp"

#include <poll.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <list>
#include <system_error>

#include "domain/precision.hpp"

namespace poolcast::sim {

namespace {

constexpr int patience_ms = 20;  // how long a wish to cancel may go unheard

unsigned cores() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
  return std::max(1, CPU_COUNT(&allowed));
}

// Starts workers, keeps results in order and decides when there are enough. What it returns depends on the results alone: those
// after the last that is wanted, or after one that failed, are dropped whether they were finished or not.
class Crew {
public:
  Crew(const Scenario& scenario, const ReplicationOptions& options, const RunFunction& run)
      : scenario_(scenario),
        options_(options),
        run_(run),
        limit_(options.precision ? options.most_replications : options.replications) {
    if (options.antithetic_pairs) limit_ += limit_ % 2;
    if (options.precision) rule_.emplace(scenario, *options.precision, options.antithetic_pairs);
    slots_.resize(static_cast<std::size_t>(std::max<Count>(limit_, 0)));
  }

  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() {
    for (Worker& worker : workers_) worker.kill();  // all at once; then each is waited for
  }

  bool done() const { return workers_.empty() && next_ >= limit_; }
  void start_workers();
  bool wait_and_read();  // whether something was heard
  Progress progress() const;
  ReplicationRun take(bool interrupted) &&;

private:
  RunOptions options_of(Count replication) const;
  void finish(Worker& worker);
  void accept_prefix();
  void stop_at(Count limit);

  const Scenario& scenario_;
  const ReplicationOptions& options_;
  const RunFunction& run_;
  std::optional<PrecisionRule> rule_;
  std::list<Worker> workers_;
  std::vector<std::optional<ReplicationResult>> slots_;
  Count limit_;       // no replication from this one on is wanted
  Count next_ = 0;    // to be started
  Count prefix_ = 0;  // finished without a gap
  std::optional<std::string> failure_;
};

// An antithetic twin draws from the streams of its sibling, mirrored: it has the sibling's number.
RunOptions Crew::options_of(Count replication) const {
  RunOptions options = options_.run;
  options.replication = options_.antithetic_pairs ? replication / 2 : replication;
  options.antithetic = options_.antithetic_pairs && replication % 2 == 1;
  return options;
}

void Crew::start_workers() {
  const unsigned most = options_.workers == 0 ? cores() : options_.workers;
  while (workers_.size() < most && next_ < limit_) {
    try {
      workers_.emplace_back(run_, scenario_, options_of(next_), next_);
      ++next_;
    } catch (const std::system_error& error) {
      if (!workers_.empty()) return;  // a machine that is full: one of ours ends sooner or later
      failure_ = error.what();
      stop_at(next_);
    }
  }
}

bool Crew::wait_and_read() {
  std::vector<pollfd> descriptors;
  for (const Worker& worker : workers_) descriptors.push_back({worker.descriptor(), POLLIN, 0});
  if (::poll(descriptors.data(), descriptors.size(), patience_ms) <= 0) return false;  // also when a signal came
  auto descriptor = descriptors.begin();
  bool ended = false;
  for (auto worker = workers_.begin(); worker != workers_.end(); ++descriptor) {
    if (descriptor->revents != 0 && worker->read()) {
      finish(*worker);
      worker = workers_.erase(worker);
      ended = true;
    } else {
      ++worker;
    }
  }
  if (ended) accept_prefix();
  return true;
}

void Crew::finish(Worker& worker) {
  if (worker.replication() >= limit_) return;
  if (worker.result()) {
    slots_[static_cast<std::size_t>(worker.replication())] = std::move(worker.result());
    return;
  }
  failure_ = worker.failure();
  stop_at(worker.replication());
}

void Crew::accept_prefix() {
  while (prefix_ < limit_ && slots_[static_cast<std::size_t>(prefix_)]) {
    const ReplicationResult& result = *slots_[static_cast<std::size_t>(prefix_++)];
    if (rule_ && rule_->enough_after(result)) {
      failure_.reset();  // of a later one, which was not needed
      stop_at(prefix_);
    }
  }
  workers_.remove_if([this](const Worker& worker) { return worker.replication() >= limit_; });
}

void Crew::stop_at(Count limit) {
  limit_ = std::min(limit_, limit);
  next_ = std::max(next_, limit_);
  for (Worker& worker : workers_)
    if (worker.replication() >= limit_) worker.kill();
}

Progress Crew::progress() const {
  const Count in_sight = std::min(limit_, std::max<Count>(next_, 3));  // of a precision: what was started, and at least three
  Progress progress{prefix_, rule_ ? in_sight : limit_, 0};
  double done = 0;
  for (Count i = 0; i < limit_; ++i) done += slots_[static_cast<std::size_t>(i)] ? 1 : 0;
  for (const Worker& worker : workers_) done += std::min(1.0, worker.simulated_seconds() / scenario_.horizon.count());
  progress.share = progress.wanted > 0 ? std::min(1.0, done / static_cast<double>(progress.wanted)) : 1;
  return progress;
}

ReplicationRun Crew::take(bool interrupted) && {
  ReplicationRun run;
  run.interrupted = interrupted;
  run.failure = failure_;
  for (Count i = 0; i < prefix_; ++i) run.results.push_back(std::move(*slots_[static_cast<std::size_t>(i)]));
  return run;
}

}  // namespace

ReplicationRun run_replications(const Scenario& scenario, const ReplicationOptions& options, const RunFunction& run,
                                const std::function<void(const Progress&)>& on_progress, const std::function<bool()>& cancelled) {
  Crew crew(scenario, options, run);
  if (on_progress) on_progress(crew.progress());
  while (!crew.done()) {
    if (cancelled && cancelled()) return std::move(crew).take(true);
    crew.start_workers();
    if (crew.wait_and_read() && on_progress) on_progress(crew.progress());
  }
  return std::move(crew).take(false);
}

}  // namespace poolcast::sim
