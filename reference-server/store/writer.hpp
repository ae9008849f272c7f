// The work of the lane that stores posts and events: everything that waits, at most a batch, in one commit.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "reference-server/store/lane.hpp"
#include "reference-server/store/message.hpp"
#include "reference-server/store/store.hpp"

namespace poolcast::store {

struct PostTask : Task {
  Post post;
  std::optional<Uuid> event;
  Completion<Appended> done;
  void fail(const Error& error) override { done(error); }
};

struct EventTask : Task {
  Event event;
  Uuid id;
  Completion<Done> done;
  void fail(const Error& error) override { done(error); }
};

// SQLite has one writer at a time, and its own waiting is a pause that grows: inside the process the lanes take turns here.
// PostgreSQL needs no turns.
class WriteGate {
public:
  bool enter(std::chrono::milliseconds limit);
  void leave();

private:
  std::mutex mutex_;
  std::condition_variable free_;
  bool taken_ = false;
};

// A turn, kept for as long as this lives. Throws Fault::busy when it does not come within a second.
class Turn {
public:
  Turn(WriteGate& gate, const odbc::Connection& connection);
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  Turn(Turn&&) = delete;
  Turn& operator=(Turn&&) = delete;
  ~Turn();

private:
  WriteGate* gate_ = nullptr;
};

// Whether a synchronous mirror was there, and told of itself, when PostgreSQL was last asked.
using Mirrored = std::atomic<bool>;

struct Writing {
  WriteGate& gate;
  const Mirrored& mirrored;
  const std::function<void(const CommitMeasured&)>& told;
  bool sampled = false;  // this commit's processor time and its mirror's part are measured
};
std::function<void()> write_batch(odbc::Connection& connection, std::span<const std::shared_ptr<Task>> batch,
                                  const Writing& writing);

// How long the slowest synchronous mirror took to flush what was written last; none where nobody tells. Only a superuser or a
// member of pg_monitor is told.
std::optional<std::chrono::duration<double>> slowest_mirror(odbc::Connection& connection);

}  // namespace poolcast::store
