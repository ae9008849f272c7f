// Small replications, written out: what reports are tested on.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "domain/fold.hpp"
#include "domain/scenario.hpp"

namespace poolcast {

inline Objective objective(std::string metric, std::optional<Statistic> statistic, std::optional<Quantity> at_most) {
  Objective result;
  result.metric = std::move(metric);
  result.statistic = statistic;
  result.at_most = at_most;
  return result;
}

inline Quantity seconds(double value) { return {value, Quantity::Dimension::seconds}; }
inline Quantity number(double value) { return {value, Quantity::Dimension::number}; }
inline Quantity share(double value) { return {value, Quantity::Dimension::share}; }

inline Fault loss(const std::string& node, double at) {
  Fault fault;
  fault.lose = NodeId(node);
  fault.at = Seconds{at};
  return fault;
}

// Ten windows of a minute.
inline Scenario ten_minutes() {
  Scenario scenario;
  scenario.horizon = Seconds{600};
  scenario.warm_up = Seconds{0};
  return scenario;
}

inline ReplicationResult finished(Fold fold, Count replication = 0) {
  ReplicationResult result = std::move(fold).finish();
  result.replication = replication;
  return result;
}

// One latency in each window.
inline ReplicationResult with_delivery_latency(const std::vector<double>& by_window, Count replication = 0) {
  Fold fold(Seconds{60.0 * static_cast<double>(by_window.size())}, Seconds{60});
  const SeriesId id = fold.add(Metric::delivery_latency, {});
  for (std::size_t i = 0; i < by_window.size(); ++i) fold.latency(id, 60.0 * static_cast<double>(i), by_window[i]);
  return finished(std::move(fold), replication);
}

// How long until the displaced users of a loss were back; negative: not within the horizon.
inline ReplicationResult with_users_back(const std::string& loss_label, double p95, Count replication = 0) {
  Fold fold(Seconds{600}, Seconds{60});
  const SeriesId id = fold.add(Metric::users_back, {.part = loss_label});
  fold.once(id, "displaced", 20'000);
  fold.once(id, "back", p95 >= 0 ? 20'000 : 8'000);
  fold.once(id, "at", 120);
  fold.once(id, "p50", 10);
  if (p95 >= 0) fold.once(id, "p95", p95);
  fold.add(Metric::arrivals, {});
  return finished(std::move(fold), replication);
}

}  // namespace poolcast
