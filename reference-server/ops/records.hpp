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

// One request from its arrival to its answer. What did not happen (a request that needs no database) stays 0.
struct OperationRecord {
  Command command{};
  Ending ending = Ending::completed;
  Instant arrived{};               // the read that completed the request returned
  Nanoseconds inbound_wait{0};     // behind earlier requests of the same dialog, and of the loop's turn
  Nanoseconds service{0};          // worked on by the io thread
  Nanoseconds store_wait{0};       // in the queue for a database worker
  Nanoseconds store_service{0};    // worked on by the worker and the database, the commit apart
  Nanoseconds commit_wait{0};      // from the begin of its group's commit to its end
  Nanoseconds reply_wait{0};       // from the database's answer to the io thread taking it up
  Nanoseconds cpu = not_measured;  // processor time of the io thread for it; measured for one in Measurements::cpu_sample_every
  Nanoseconds store_cpu = not_measured;  // of the database worker
};

struct CommitRecord {
  Instant began{};
  std::uint32_t posts = 0;    // in it
  std::uint32_t events = 0;   // for compliance, in it
  Nanoseconds statements{0};  // inserting
  Nanoseconds flush{0};       // the COMMIT itself: what the log's disk takes, the mirror included
  Nanoseconds mirror{0};      // the part of it that waited for a mirror; 0 without one
  bool committed = true;
};

struct FanOutRecord {
  Instant began{};
  std::uint32_t recipients = 0;
  std::uint32_t bytes = 0;  // of one copy
  Nanoseconds took{0};      // until the last copy lay in its connection's queue
  Nanoseconds cpu = not_measured;
};

}  // namespace poolcast::ops
