#include "reference-server/ops/measurements.hpp"

#include <ctime>

#include "reference-server/ops/recording.hpp"

namespace poolcast::ops {

struct Measurements::OfCommand {
  Latency service, database, cpu;
  Counter *completions = nullptr, *refusals = nullptr;  // of its operation
};

struct Measurements::Shared {
  Latency inbound, posts, commit;  // waits, by queue
  Latency whole_commit, flush, mirror, cpu, fan_out;
  Counter& completions;
  Counter& refusals;
  Counter& commits;
  Counter& stored;
  Counter& copies;
};

Measurements::Measurements(Registry& registry, Recording* recording) : registry_(registry), recording_(recording) {
  shared_ = std::make_unique<Shared>(Shared{.inbound = add(Metric::queue_time, "inbound"),
                                            .posts = add(Metric::queue_time, "posts"),
                                            .commit = add(Metric::queue_time, "commit"),
                                            .whole_commit = add(Metric::commit_time, ""),
                                            .flush = add(Metric::flush_time, ""),
                                            .mirror = add(Metric::mirror_time, ""),
                                            .cpu = add(Metric::store_cpu_time, "commit"),
                                            .fan_out = add(Metric::fan_out_time, ""),
                                            .completions = registry.counter(Metric::completions),
                                            .refusals = registry.counter(Metric::refusals),
                                            .commits = registry.counter(Metric::commits),
                                            .stored = registry.counter(Metric::messages_stored),
                                            .copies = registry.counter(Metric::copies_sent)});
}

Measurements::~Measurements() = default;

Measurements::Latency Measurements::add(Metric metric, const std::string& part) {
  return {&registry_.latencies(metric, part), recording_ == nullptr ? SeriesId{} : recording_->series(metric, part)};
}

void Measurements::note(const Latency& latency, Instant at, Nanoseconds value, std::uint64_t times) {
  const double seconds = std::chrono::duration<double>(value).count();
  latency.live->record(seconds, times);
  if (recording_ != nullptr) recording_->latency(latency.series, at, seconds, times);
}

Measurements::OfCommand& Measurements::of(Command command) {
  auto& place = commands_.at(static_cast<std::size_t>(command));
  if (place == nullptr) {
    const std::string name(command_names.at(static_cast<std::size_t>(command)));
    const std::string operation(operation_of(command));
    place = std::make_unique<OfCommand>(OfCommand{.service = add(Metric::service_time, name),
                                                  .database = add(Metric::database_time, name),
                                                  .cpu = add(Metric::cpu_time, name),
                                                  .completions = &registry_.counter(Metric::completions, operation),
                                                  .refusals = &registry_.counter(Metric::refusals, operation)});
  }
  return *place;
}

void Measurements::operation(const OperationRecord& record) {
  OfCommand& command = of(record.command);
  const Instant answered = record.arrived + record.inbound_wait + record.service + record.store;
  if (record.ending == Ending::refused) {
    shared_->refusals.add();
    command.refusals->add();
  } else if (record.ending != Ending::lost) {
    shared_->completions.add();
    command.completions->add();
  }
  note(command.service, answered, record.service);
  note(shared_->inbound, answered, record.inbound_wait);
  if (record.store.count() > 0) note(command.database, answered, record.store);
  if (record.cpu != not_measured) note(command.cpu, answered, record.cpu);
  if (recording_ != nullptr) recording_->operation(record);
}

void Measurements::commit(const CommitRecord& record) {
  const Nanoseconds whole = record.statements + record.flush;
  const Instant ended = record.began + whole;
  if (record.committed) {
    shared_->commits.add();
    shared_->stored.add(record.posts - record.duplicates);
    note(shared_->posts, ended, record.queue_wait_mean, record.posts);
    note(shared_->commit, ended, whole, record.posts);
    note(shared_->whole_commit, ended, whole);
    note(shared_->flush, ended, record.flush);
    if (record.mirror != not_measured) note(shared_->mirror, ended, record.mirror);
    if (record.cpu != not_measured) note(shared_->cpu, ended, record.cpu);
  }
  if (recording_ != nullptr) recording_->commit(record);
}

void Measurements::read(const ReadRecord& record) {
  auto call = calls_.find(record.operation);
  if (call == calls_.end()) {
    const std::string word(record.operation);
    call = calls_.emplace(word, OfCall{.worked = add(Metric::store_time, word), .cpu = add(Metric::store_cpu_time, word)}).first;
  }
  auto queue = queues_.find(record.queue);
  if (queue == queues_.end()) {
    const std::string name(record.queue);
    queue = queues_.emplace(name, add(Metric::queue_time, name)).first;
  }
  const Instant ended = record.began + record.worked;
  note(queue->second, ended, record.queue_wait);
  note(call->second.worked, ended, record.worked);
  if (record.cpu != not_measured) note(call->second.cpu, ended, record.cpu);
  if (recording_ != nullptr) recording_->read(record);
}

void Measurements::fan_out(const FanOutRecord& record) {
  shared_->copies.add(record.recipients);
  note(shared_->fan_out, record.began + record.took, record.took);
  if (recording_ != nullptr) recording_->fan_out(record);
}

Nanoseconds thread_cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

}  // namespace poolcast::ops
