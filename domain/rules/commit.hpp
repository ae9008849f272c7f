// What mirroring costs in time and in log: the commit, the two queues, the failover, the log that cannot be truncated. Rates are
// bytes of log per second. SQL Server, "Database Mirroring Operating Modes", "Estimate the Interruption of Service During Role
// Switching", "Possible Failures During Database Mirroring", "Pausing and Resuming Database Mirroring".
#pragma once

#include "domain/topology.hpp"
#include "domain/units.hpp"

namespace poolcast::rules {

// The principal writes its log and sends it at the same time; a synchronous mirror answers when it has hardened it.
Seconds commit_latency(Seconds local_write, Seconds round_trip, Seconds mirror_write);

struct LogQueues {
  double send = 0;  // bytes on the principal that the mirror does not have
  double redo = 0;  // bytes hardened on the mirror and not rolled forward
  bool operator==(const LogQueues&) const = default;
};
struct LogRates {
  double written = 0;  // by the principal
  double sent = 0;     // what the network takes at most; 0 while the mirror is away
  double redone = 0;   // what the mirror's redo does at most
};
// The queues some time later; exact for constant rates.
LogQueues advance(LogQueues queues, const LogRates& rates, Seconds time);
// Until nothing is left to send; infinite when the network is too slow.
Seconds time_to_catch_up(double send_queue, const LogRates& rates);

// Threads that roll forward in a failover: one, and on Enterprise edition with five CPUs or more one for every four.
Count redo_threads(SqlEdition edition, Count cpus);

// The parts of a failover, in their order. Undo comes after the database is online and keeps nobody waiting.
struct RoleSwitch {
  Seconds detection{0};
  Seconds redo{0};
  Seconds open{0};
  Seconds interruption() const { return detection + redo + open; }
};
struct RedoSpeed {
  double bytes_per_s = 0;  // of one thread
  Count threads = 1;
};
RoleSwitch role_switch(Seconds detection, double redo_queue, const RedoSpeed& speed, Seconds open);

// An error that a component reports is known at once; silence only after the time-out. A connection is kept when a ping arrives
// within the time-out and the time for one more ping. `since_ping` is the time from the last ping to the loss.
enum class ErrorKind { hard, soft };
Seconds detection_time(ErrorKind kind, Seconds timeout, Seconds ping_interval, Seconds since_ping);
// 10 s is the default and the least that is recommended; high-performance mode always has 10 s.
inline constexpr Seconds mirroring_timeout{10};
Seconds partner_timeout(const Database& database);

// Whether a second instance has the log. An availability group, which is not supported, is played as synchronous mirroring.
bool is_mirrored(const Database& database);

// Log cannot be truncated before the mirror has it. Until it is full, from so much in use; infinite when nothing is written.
Seconds time_to_full_log(double in_use, double capacity, double written);

}  // namespace poolcast::rules
