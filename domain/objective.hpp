// What an objective asks of one replication: which figure, of which series, from which window on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/fold.hpp"
#include "domain/scenario.hpp"

namespace poolcast {

// The statistic that is meant when none is given: the count of what is counted, p95 of users_back, the mean of the rest.
Statistic statistic_of(const Objective& objective, Metric metric);

// "delivery latency p95 in small rooms at most 500 ms", "utilisation max at chat-2 at most 80 %", "users back p95 at most 5 min".
// The fault is named where more than one could be meant.
std::string sentence(const Objective& objective, const Scenario& scenario);

// The fault that `after` names, the first of several with that label; nullptr when there is none.
const Fault* fault_of(const Objective& objective, const Scenario& scenario);

// The series of the metric at the place (site, pool, node or part), of the widest places that were recorded: the one about
// everything, else the sites', else the pools', else the nodes'; those by part come last.
std::vector<const Series*> widest_series(Metric metric, const std::optional<std::string>& place, const ReplicationResult& result);

struct Observation {
  std::optional<double> value;
  std::optional<double> above;  // without a value: what is known to lie below it, such as the time that was looked; all, if never
  std::string why_none;         // without a value
  bool nothing_asked = false;   // a time back where nobody was displaced or the database never went: none is missing
  std::string leaves_out{};     // of a value: what was not looked at
};

// The figure of one replication. It counts from the warm-up on, or from the window in which the fault happens. Latencies and
// counts, at the place or without one anywhere, are those of the series about everything or, where none was recorded, of the
// widest places that were, merged; the users of such places are added. Of other levels every pool and server counts by itself and
// the one that is worst for the objective answers.
Observation observe(const Objective& objective, const Scenario& scenario, const ReplicationResult& result,
                    std::size_t warm_up_windows);

}  // namespace poolcast
