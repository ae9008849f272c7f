// What every failure of a run cost: who lost service and for how long (recovery time), and what was lost (recovery point), as
// distributions over replications.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "domain/fold.hpp"
#include "domain/statistics.hpp"

namespace poolcast {

// A time over the replications in which it was asked for, in seconds. A replication that did not get there within the horizon
// counts as longer than all others: a quantile that falls there is none.
struct TimeSpread {
  std::size_t asked = 0;
  std::size_t reached = 0;
  std::optional<double> p5, p50, p95;
  bool operator==(const TimeSpread&) const = default;
};

TimeSpread spread_of(const std::vector<std::optional<double>>& times);

// One failure, known by its label. Times count from the failure. What no replication recorded is none, and asked for nowhere.
struct FailureRecovery {
  std::string failure;
  double at = 0;  // seconds from the start; the mean over replications of what happens at random
  std::optional<Figure> users_affected;
  std::optional<Figure> user_minutes_lost;
  TimeSpread half_back, most_back, all_back;  // 50, 95 and 100 % of the users
  TimeSpread database_back;                   // of failures that took the content database away
  TimeSpread recovery_point;                  // age of the oldest acknowledged post that was lost, 0 when none was
  std::optional<Figure> messages_lost;
  std::optional<Figure> messages_in_doubt;
};

// Of every failure that displaced users or took the content database away, in the order of time.
std::vector<FailureRecovery> failure_recoveries(const std::vector<ReplicationResult>& results, bool antithetic_pairs = false);

}  // namespace poolcast
