// Hands events to files: chooses them, writes the files, and only then marks the run as finished. A run that a crash has cut
// short is taken up again with the same events and the same file names, so nothing is left out and nothing is written twice.
#pragma once

#include <cstdint>

#include "reference-server/compliance/settings.hpp"
#include "reference-server/store/odbc.hpp"

namespace poolcast::compliance {

// Of one run; what is beyond waits for the next, which follows at once.
constexpr std::int64_t largest_run = 100'000;

struct RunDone {
  std::int64_t run = 0;  // 0: there was nothing to do, or another adapter is at it
  std::int64_t events = 0;
  std::int64_t files = 0;
};

// Throws odbc::Failure; an error when a file cannot be written: the run stays open.
Result<RunDone> adapter_run(store::odbc::Connection& compliance, const Settings& settings, std::int64_t now_ms,
                            const Checkpoint& checkpoint = {});

struct Status {
  std::int64_t outbox = 0;            // events that have not left the content database
  std::int64_t oldest_outbox_ms = 0;  // when the oldest of them happened; 0: none
  std::int64_t pending = 0;           // in the compliance database, not yet in a file
  std::int64_t exported = 0;
  std::int64_t last_run = 0;
  std::int64_t last_finished_ms = 0;
};
Status read_status(store::odbc::Connection& content, store::odbc::Connection& compliance);

}  // namespace poolcast::compliance
