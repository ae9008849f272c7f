// One record per thing that happened in the server, as measured where it happened.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "reference-server/ops/command.hpp"

namespace poolcast::ops {

using Nanoseconds = std::chrono::nanoseconds;
using Instant = std::chrono::steady_clock::time_point;

inline constexpr Nanoseconds not_measured{-1};

// How a request ended. completed: 2xx. refused: 503, the client comes again. rejected: another final error, which is an answer
// all the same. lost: the connection went before the answer.
enum class Ending : std::uint8_t { completed, refused, rejected, lost };
inline constexpr std::array<std::string_view, 4> ending_names{"completed", "refused", "rejected", "lost"};

// One request from its arrival to its answer.
struct OperationRecord {
  Command command{};
  Ending ending = Ending::completed;
  Instant arrived{};               // the read that completed the request returned
  Nanoseconds inbound_wait{0};     // behind earlier requests of the same dialog, and of the loop's turn
  Nanoseconds service{0};          // worked on by the io thread
  Nanoseconds store{0};            // at store and disk: queues, work, the commit, the way back; 0 when they were not needed
  Nanoseconds cpu = not_measured;  // processor time of the io thread; measured for one in Measurements::cpu_sample_every
};

struct CommitRecord {
  Instant began{};
  std::uint32_t posts = 0;         // in it
  std::uint32_t duplicates = 0;    // of them: were there already, and are counted as posts
  std::uint32_t events = 0;        // for compliance, in it
  Nanoseconds queue_wait_mean{0};  // of what is in it, for the writer
  Nanoseconds queue_wait_max{0};
  Nanoseconds statements{0};          // inserting
  Nanoseconds flush{0};               // the COMMIT itself: what the log's disk takes, the mirror included
  Nanoseconds mirror = not_measured;  // the part of it that waited for a mirror; measured for some, where there is one
  Nanoseconds cpu = not_measured;     // of the thread that writes; measured for some
  bool committed = true;
};

// One call of the store that is no post (history, a search, a change of the directory), or one job of the file service's disk.
struct ReadRecord {
  std::string_view operation;  // the store's word for it, a constant of the program
  std::string_view queue;      // in which it waited: also a constant
  Instant began{};
  Nanoseconds queue_wait{0};       // for a worker
  Nanoseconds worked{0};           // the worker and the database; of a transaction that several share the whole
  Nanoseconds cpu = not_measured;  // of the worker; measured for some
};

struct FanOutRecord {
  Instant began{};
  std::uint32_t recipients = 0;
  std::uint32_t bytes = 0;  // of one copy
  Nanoseconds took{0};      // until the last copy lay in its connection's queue
  Nanoseconds cpu = not_measured;
};

}  // namespace poolcast::ops
