#include "reference-server/store/writer.hpp"

#include <algorithm>
#include <utility>

#include "reference-server/store/content.hpp"
#include "reference-server/store/cpu_sample.hpp"

namespace poolcast::store {

namespace {

constexpr std::chrono::seconds longest_turn{1};

// The batch by its two kinds, in their order.
struct Sorted {
  std::vector<std::shared_ptr<PostTask>> posts;
  std::vector<std::shared_ptr<EventTask>> events;
  std::vector<AppendItem> post_items;
  std::vector<EventItem> event_items;
};

Sorted sort(std::span<const std::shared_ptr<Task>> batch) {
  Sorted sorted;
  for (const auto& task : batch) {
    if (auto post = std::dynamic_pointer_cast<PostTask>(task)) {
      sorted.post_items.push_back({&post->post, post->event});
      sorted.posts.push_back(std::move(post));
    } else if (auto event = std::dynamic_pointer_cast<EventTask>(task)) {
      sorted.event_items.push_back({&event->event, event->id});
      sorted.events.push_back(std::move(event));
    }
  }
  return sorted;
}

CommitMeasured waits_of(std::span<const std::shared_ptr<Task>> batch, Steady::time_point now) {
  CommitMeasured measured;
  std::chrono::duration<double> sum{};
  for (const auto& task : batch) {
    const std::chrono::duration<double> waited = now - task->queued;
    sum += waited;
    measured.queue_wait_max = std::max(measured.queue_wait_max, waited);
  }
  measured.queue_wait_mean = sum / static_cast<double>(std::max<std::size_t>(batch.size(), 1));
  return measured;
}

}  // namespace

bool WriteGate::enter(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  if (!free_.wait_for(lock, limit, [this] { return !taken_; })) return false;
  taken_ = true;
  return true;
}

void WriteGate::leave() {
  const std::scoped_lock lock(mutex_);
  taken_ = false;
  free_.notify_one();
}

Turn::Turn(WriteGate& gate, const odbc::Connection& connection) {
  if (connection.dialect() != Dialect::sqlite) return;
  if (!gate.enter(longest_turn)) throw odbc::Failure(odbc::Fault::busy, "another change takes too long");
  gate_ = &gate;
}

Turn::~Turn() {
  if (gate_ != nullptr) gate_->leave();
}

namespace {

// On PostgreSQL a batch of posts alone is one statement and its own transaction: two round trips less, and the function tells its
// time, so that what is left is the flush.
AppendedBatch store_batch(odbc::Connection& connection, const Sorted& sorted, WriteGate& gate, CommitMeasured& measured) {
  const auto begun = Steady::now();
  if (connection.dialect() == Dialect::postgresql && sorted.event_items.empty()) {
    AppendedBatch batch = append_posts(connection, sorted.post_items);
    measured.execute = batch.in_database;
    measured.flush = std::max<std::chrono::duration<double>>(Steady::now() - begun - batch.in_database, {});
    return batch;
  }
  const Turn turn(gate, connection);
  odbc::Transaction transaction(connection);
  AppendedBatch batch = append_posts(connection, sorted.post_items);
  record_events(connection, sorted.event_items);
  const auto executed = Steady::now();
  transaction.commit();
  measured.execute = executed - begun;
  measured.flush = Steady::now() - executed;
  return batch;
}

// Asked right after the commit, so that what was written last is that commit. What is committed is not lost with the question.
std::optional<std::chrono::duration<double>> mirrors_part(odbc::Connection& connection, std::chrono::duration<double> flush) {
  try {
    const auto lag = slowest_mirror(connection);
    return lag ? std::optional(std::min(*lag, flush)) : std::nullopt;
  } catch (const odbc::Failure&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<std::chrono::duration<double>> slowest_mirror(odbc::Connection& connection) {
  const auto rows = connection.select(
      "SELECT CAST(max(extract(epoch FROM flush_lag)) * 1000000 AS bigint) FROM pg_stat_replication WHERE sync_state IN ('sync', "
      "'quorum')",
      {}, {odbc::Column::integer});
  if (rows.empty() || rows.is_null(0, 0)) return std::nullopt;
  return std::chrono::microseconds(rows.integer(0, 0));
}

std::function<void()> write_batch(odbc::Connection& connection, std::span<const std::shared_ptr<Task>> batch,
                                  const Writing& writing) {
  Sorted sorted = sort(batch);
  CommitMeasured measured = waits_of(batch, Steady::now());
  const CpuSample cpu(writing.sampled);
  std::vector<std::optional<Appended>> answers = store_batch(connection, sorted, writing.gate, measured).answers;
  measured.cpu = cpu.taken();
  if (writing.sampled && writing.mirrored) measured.mirror = mirrors_part(connection, measured.flush);
  measured.stored = true;
  measured.posts = sorted.posts.size();
  measured.events = sorted.events.size();
  for (const auto& answer : answers) measured.duplicates += answer && answer->duplicate ? 1U : 0U;
  return [posts = std::move(sorted.posts), events = std::move(sorted.events), answers = std::move(answers), measured,
          told = writing.told] {
    for (std::size_t i = 0; i < posts.size(); ++i) {
      if (answers[i])
        posts[i]->done(*answers[i]);
      else
        posts[i]->done(Error{ErrorCode::not_found, "there is no such room", false});
    }
    for (const auto& event : events) event->done(Done{});
    if (told) told(measured);
  };
}

}  // namespace poolcast::store
