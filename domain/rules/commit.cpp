#include "domain/rules/commit.hpp"

#include <algorithm>
#include <limits>

namespace poolcast::rules {
namespace {

constexpr Seconds never{std::numeric_limits<double>::infinity()};

// A queue that is served at some rate and never falls below nothing.
double level_after(double level, double in, double out, double time) { return std::max(0.0, level + (in - out) * time); }

}  // namespace

Seconds commit_latency(Seconds local_write, Seconds round_trip, Seconds mirror_write) {
  return std::max(local_write, round_trip + mirror_write);
}

LogQueues advance(LogQueues queues, const LogRates& rates, Seconds time) {
  // As long as something waits to be sent, the network is busy; afterwards it carries what is written.
  const double busy = std::min(time.count(), time_to_catch_up(queues.send, rates).count());
  const double rest = time.count() - busy;
  queues.send = rest > 0 ? 0 : level_after(queues.send, rates.written, rates.sent, busy);
  queues.redo = level_after(queues.redo, rates.sent, rates.redone, busy);
  if (rest > 0) queues.redo = level_after(queues.redo, rates.written, rates.redone, rest);
  return queues;
}

Seconds time_to_catch_up(double send_queue, const LogRates& rates) {
  const double gain = rates.sent - rates.written;
  if (send_queue <= 0 && gain >= 0) return Seconds{0};
  return gain > 0 ? Seconds{send_queue / gain} : never;
}

Count redo_threads(SqlEdition edition, Count cpus) {
  constexpr Count fewest_for_parallel_redo = 5;
  constexpr Count cpus_per_thread = 4;
  return edition == SqlEdition::enterprise && cpus >= fewest_for_parallel_redo ? cpus / cpus_per_thread : 1;
}

RoleSwitch role_switch(Seconds detection, double redo_queue, const RedoSpeed& speed, Seconds open) {
  return {.detection = detection,
          .redo = Seconds{redo_queue / (speed.bytes_per_s * static_cast<double>(speed.threads))},
          .open = open};
}

Seconds detection_time(ErrorKind kind, Seconds timeout, Seconds ping_interval, Seconds since_ping) {
  return kind == ErrorKind::hard ? Seconds{0} : timeout + ping_interval - since_ping;
}

Seconds partner_timeout(const Database& database) {
  return database.mode == AvailabilityMode::high_performance ? mirroring_timeout : database.partner_timeout;
}

bool is_mirrored(const Database& database) {
  return database.mirror && database.mode != AvailabilityMode::none && database.mode != AvailabilityMode::failover_cluster;
}

Seconds time_to_full_log(double in_use, double capacity, double written) {
  if (in_use >= capacity) return Seconds{0};
  return written > 0 ? Seconds{(capacity - in_use) / written} : never;
}

}  // namespace poolcast::rules
