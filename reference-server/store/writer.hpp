// The work of the lane that stores posts and events: everything that waits, at most a batch, in one commit.
#pragma once

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

// SQLite has one writer at a time, and its own waiting is a pause that grows: inside the process the lanes take turns by this
// lock. PostgreSQL needs none.
using WriteGate = std::timed_mutex;
std::unique_lock<WriteGate> pass(WriteGate& gate, const odbc::Connection& connection);  // Fault::busy after a second

// How late the slowest synchronous mirror was when it was last asked; below zero: there is none, or it does not tell.
using MirrorLag = std::atomic<double>;

std::function<void()> write_batch(odbc::Connection& connection, std::span<const std::shared_ptr<Task>> batch, WriteGate& gate,
                                  const MirrorLag& mirror_lag, const std::function<void(const CommitMeasured&)>& on_commit);

}  // namespace poolcast::store
