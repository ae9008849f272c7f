#include <algorithm>

#include "domain/consistency.hpp"
#include "domain/spelling.hpp"

namespace poolcast::consistency {
namespace {

Quantity::Dimension dimension_of(Unit unit) {
  switch (unit) {
    case Unit::seconds:
      return Quantity::Dimension::seconds;
    case Unit::share:
      return Quantity::Dimension::share;
    case Unit::bytes:
      return Quantity::Dimension::bytes;
    default:
      return Quantity::Dimension::number;
  }
}

std::string_view wanted(Quantity::Dimension dimension) {
  switch (dimension) {
    case Quantity::Dimension::seconds:
      return "a duration, such as 500ms";
    case Quantity::Dimension::share:
      return "a share, such as 80%";
    case Quantity::Dimension::bytes:
      return "a size, such as 2 GB";
    case Quantity::Dimension::number:
      break;
  }
  return "a number without a unit, such as 0";
}

std::vector<Statistic> statistics_of(const MetricRow& row) {
  using enum Statistic;
  // One value per loss: the time until half, 95 % and all of the displaced users are back.
  if (row.metric == Metric::users_back) return {p50, p95, p100, max};
  if (row.metric == Metric::comes_back) return {mean};
  switch (row.kind) {
    case MetricKind::latency:
      return {mean, p50, p95, p99, p99_9, p100, max};
    case MetricKind::level:
      return {mean, max};
    case MetricKind::count:
      return {count};
    case MetricKind::once:
      break;
  }
  return {mean, max};
}

std::string listed(const std::vector<Statistic>& statistics) {
  std::vector<std::string> names;
  for (const Statistic statistic : statistics) {
    std::string name(name_of(statistic));
    std::ranges::replace(name, '_', '-');
    names.push_back(std::move(name));
  }
  return one_of(names);
}

void check_bounds(const Objective& objective, const MetricRow* row, const std::string& key, Found& found) {
  const bool needs_none = row && row->metric == Metric::comes_back && !objective.at_least;
  if (!needs_none && objective.at_most.has_value() == objective.at_least.has_value()) {
    found.push_back({key,
                     objective.at_most ? "found both `at_most` and `at_least`; expected one of them"
                                       : "found neither `at_most` nor `at_least`; expected one of them",
                     ""});
  }
  if (!row) return;
  const Quantity::Dimension dimension = dimension_of(row->unit);
  const auto check = [&](const std::optional<Quantity>& bound, std::string_view name) {
    if (!bound || bound->dimension == dimension) return;
    found.push_back({key + "." + std::string(name), "found a value of another kind; expected " + std::string(wanted(dimension)),
                     std::string(row->name) + " is measured in " + std::string(unit_name(row->unit))});
  };
  check(objective.at_most, "at_most");
  check(objective.at_least, "at_least");
}

void check_statistic(const Objective& objective, const MetricRow& row, const std::string& key, Found& found) {
  const auto fitting = statistics_of(row);
  if (!objective.statistic) {
    if (row.metric == Metric::users_back) {
      found.push_back(
          {key + ".statistic", "the key is missing; expected " + listed(fitting), "which share of the users is back"});
    }
    return;
  }
  if (std::ranges::find(fitting, *objective.statistic) != fitting.end()) return;
  found.push_back(
      {key + ".statistic",
       "found `" + listed({*objective.statistic}) + "`; expected " + listed(fitting) + " for " + std::string(row.name), ""});
}

// Whether a pool is as before is a matter of all that happened, and of its users as a whole.
void check_comeback(const Objective& objective, const Scenario& scenario, const std::string& key, Found& found) {
  if (objective.at_least)
    found.push_back({key + ".at_least", "found a least time; expected `at_most`, or no bound, for comes_back", ""});
  if (objective.after)
    found.push_back({key + ".after", "found `" + *objective.after + "`; expected no fault for comes_back",
                     "it is about all faults of the scenario together"});
  if (objective.place && find_chat_pool(scenario.topology, PoolId(*objective.place)) == nullptr)
    found.push_back(unknown_name(key + ".place", *objective.place, "a chat pool", names_of(scenario.topology.chat_pools)));
}

std::vector<std::string> places(const Scenario& scenario) {
  std::vector<std::string> known = names_of(scenario.topology.chat_pools);
  for (auto& name : names_of(scenario.topology.front_end_pools)) known.push_back(std::move(name));
  for (auto& name : names_of(all_nodes(scenario.topology))) known.push_back(std::move(name));
  for (auto& name : names_of(scenario.workload.room_classes)) known.push_back(std::move(name));
  return known;
}

}  // namespace

void check_objectives(const Scenario& scenario, Found& found) {
  std::vector<std::string> labels;
  for (const Fault& fault : scenario.faults) labels.push_back(label(fault));
  const auto known_places = places(scenario);
  std::vector<std::string> metrics;
  for (const MetricRow& row : metric_table) metrics.emplace_back(row.name);
  for (std::size_t i = 0; i < scenario.objectives.size(); ++i) {
    const Objective& objective = scenario.objectives[i];
    const std::string key = item("objectives", i);
    const auto metric = metric_named(objective.metric);
    const MetricRow* row = metric ? &row_of(*metric) : nullptr;
    if (!row) found.push_back(unknown_name(key + ".metric", objective.metric, "a metric", metrics));
    check_bounds(objective, row, key, found);
    if (row) check_statistic(objective, *row, key, found);
    if (metric == Metric::comes_back) {
      check_comeback(objective, scenario, key, found);
      continue;
    }
    if (objective.after && std::ranges::find(labels, *objective.after) == labels.end()) {
      found.push_back(unknown_name(key + ".after", *objective.after, "a fault of this scenario, such as `lose chat-2`", labels));
    }
    if (objective.place && std::ranges::find(known_places, *objective.place) == known_places.end()) {
      found.push_back(unknown_name(key + ".place", *objective.place, "a pool, a server or a room class", known_places));
    }
  }
}

}  // namespace poolcast::consistency
