// The work of the lane that stores posts and events: everything that waits, at most a batch, in one commit.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

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

// How late the slowest synchronous mirror was when it was last asked; below zero: there is none, or it does not tell.
using MirrorLag = std::atomic<double>;

std::function<void()> write_batch(odbc::Connection& connection, std::span<const std::shared_ptr<Task>> batch, WriteGate& gate,
                                  const MirrorLag& mirror_lag, const std::function<void(const CommitMeasured&)>& on_commit);

}  // namespace poolcast::store
