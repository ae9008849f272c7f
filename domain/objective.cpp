#include "domain/objective.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "domain/comeback.hpp"
#include "domain/summary.hpp"
#include "domain/wording.hpp"

namespace poolcast {

namespace {

std::string spaced(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, '_', ' ');
  return text;
}

std::string_view spoken(Statistic statistic) { return statistic == Statistic::p99_9 ? "p99.9" : name_of(statistic); }

bool lies_at(const Place& place, const std::string& name) {
  return place.node == name || place.part == name || place.pool == name || place.site == name;
}

// " in small rooms", " at chat-1", or nothing.
std::string where_in_words(const Objective& objective, const Scenario& scenario) {
  if (!objective.place) return "";
  const auto& classes = scenario.workload.room_classes;
  if (std::ranges::find(classes, *objective.place, &RoomClass::name) != classes.end())
    return " in " + *objective.place + " rooms";
  return " at " + *objective.place;
}

// Wider places first: everything, sites, pools, nodes, then the same by part.
using Width = std::array<bool, 4>;
Width width_of(const Place& place) {
  return {!place.part.empty(), !place.node.empty(), !place.pool.empty(), !place.site.empty()};
}

std::optional<double> figure_of(const Summary& summary, Statistic statistic) {
  switch (statistic) {
    case Statistic::mean:
      return summary.mean;
    case Statistic::p50:
      return summary.p50;
    case Statistic::p95:
      return summary.p95;
    case Statistic::p99:
      return summary.p99;
    case Statistic::p99_9:
      return summary.p99_9;
    case Statistic::p100:
    case Statistic::max:
      return summary.max;
    case Statistic::count:
      return summary.count;
  }
  return std::nullopt;
}

WindowRange range_of(const Objective& objective, const Scenario& scenario, const ReplicationResult& result, std::size_t warm_up) {
  const std::size_t end = window_count(result);
  std::size_t first = warm_up;
  if (const Fault* fault = fault_of(objective, scenario))
    first = static_cast<std::size_t>(std::max(0.0, std::floor(fault->at / result.window * (1 + 1e-12))));
  return {std::min(first, end), end};
}

// The second of two losses of one server has a number after its label: "lose chat-2 (2)".
bool is_labelled(const std::string& part, const std::string& label) {
  return part == label || (part.starts_with(label + " (") && part.ends_with(')'));
}

// Why a loss has no time: how many were back when the run ended, and how long after the loss that was.
void not_back(const Series& loss, const ReplicationResult& result, Observation& worst) {
  const auto at = named_value(loss, "at");
  const double looked = at ? result.horizon.count() - *at : 0;
  if (worst.above && *worst.above > looked) return;
  worst.above = looked;
  worst.why_none = "not back within the horizon";
  if (at) worst.why_none.append(" (").append(seconds_in_words(looked)).append(" after the loss)");
  const auto back = named_value(loss, "back"), displaced = named_value(loss, "displaced");
  if (back && displaced) worst.why_none += ", " + in_words({*back / *displaced, Quantity::Dimension::share}) + " were";
}

// Where what becomes of databases is recorded, a loss without an outage is one that the database survived.
Observation without_outage(const Objective& objective, const ReplicationResult& result) {
  if (std::ranges::find(result.series, Metric::without_database, &Series::metric) == result.series.end())
    return {std::nullopt, std::nullopt, "nothing was recorded of what becomes of the database", false};
  return {std::nullopt, std::nullopt, objective.after ? "it took no database away" : "the database never went", true};
}

// Times until users or the database are back: the largest over the losses that are meant, so that the objective holds for each of
// them. A loss that displaced nobody, or left the database where it was, has no time and needs none.
Observation observe_back(const Objective& objective, Metric metric, const ReplicationResult& result, Statistic statistic) {
  Observation worst;
  bool recorded = false;
  for (const Series& series : result.series) {
    if (series.metric != metric || (objective.after && !is_labelled(series.place.part, *objective.after))) continue;
    if (objective.place && !lies_at(series.place, *objective.place)) continue;
    recorded = true;
    if (named_value(series, "displaced") == 0.0) continue;
    const auto value = figure_of(summarise({&series}, result, {}), statistic);
    if (!value)
      not_back(series, result, worst);
    else if (!worst.value || *value > *worst.value)
      worst.value = value;
  }
  if (!recorded && metric == Metric::database_back) return without_outage(objective, result);
  // Where the minutes that users were away are counted, a loss that was not recorded took nobody's session.
  const bool counted = std::ranges::find(result.series, Metric::user_minutes_lost, &Series::metric) != result.series.end();
  if (!recorded && !counted) return {std::nullopt, std::nullopt, "no such loss was recorded", false};
  if (!worst.value && !worst.above) return {std::nullopt, std::nullopt, "nobody was displaced", true};
  if (!worst.above) return worst;
  worst.above = std::max(*worst.above, worst.value.value_or(0));
  worst.value.reset();
  return worst;
}

// How long the system may take; the objective's own bound goes before that of the scenario.
std::optional<Seconds> allowed(const Objective& objective, const Scenario& scenario) {
  return objective.at_most ? std::optional(Seconds{objective.at_most->value}) : scenario.comes_back_within;
}

// Who does not come back takes longer than any bound; of who is still on the way it is known that it takes some time.
Observation observe_comeback(const Objective& objective, const Scenario& scenario, const ReplicationResult& result) {
  if (!trigger_of(scenario)) return {std::nullopt, std::nullopt, "nothing breaks", true};
  const auto answer = comeback(scenario, result, allowed(objective, scenario), objective.place);
  if (!answer) return {std::nullopt, std::nullopt, "nobody counted the users" + where_in_words(objective, scenario), false};
  switch (answer->kind) {
    case ComebackKind::comes_back:
      return {answer->after->count(), std::nullopt, "", false, answer->of_users_alone ? std::string(users_alone) : ""};
    case ComebackKind::not_decided:
      return {std::nullopt, 0, "not decided: " + answer->reason, false};
    case ComebackKind::does_not_come_back:
      break;
  }
  return {std::nullopt, std::numeric_limits<double>::infinity(), answer->reason, false};
}

// Of one pool or server there may be parts, such as the disk of a database's log; they answer only when they are asked for.
std::vector<const Series*> whole_places(Metric metric, const std::optional<std::string>& place, const ReplicationResult& result) {
  std::vector<const Series*> found;
  for (const Series& series : result.series) {
    if (series.metric != metric || (place && !lies_at(series.place, *place))) continue;
    if (series.place.part.empty() || series.place.part == place) found.push_back(&series);
  }
  return found;
}

// Users of two pools are added up, window by window; shares and queues of two servers are not.
bool adds_up(Metric metric) { return metric == Metric::users_connected || metric == Metric::users_waiting; }

// The largest values within one window are added as well: together they are at least what was reached at one moment.
Series sum_of(const std::vector<const Series*>& series) {
  Series sum = *series.front();
  for (std::size_t i = 1; i < series.size(); ++i)
    for (std::size_t window = 0; window < sum.windows.size() && window < series[i]->windows.size(); ++window) {
      sum.windows[window].mean += series[i]->windows[window].mean;
      sum.windows[window].max += series[i]->windows[window].max;
    }
  return sum;
}

Observation observe_worst_place(const std::vector<const Series*>& series, const ReplicationResult& result, WindowRange range,
                                Statistic statistic, bool largest) {
  Observation worst;
  for (const Series* one : series) {
    const auto value = figure_of(summarise({one}, result, range), statistic);
    if (value && (!worst.value || (largest ? *value > *worst.value : *value < *worst.value))) worst.value = value;
  }
  return worst;
}

Observation observe_sum(const std::vector<const Series*>& series, const ReplicationResult& result, Statistic statistic) {
  Observation sum;
  for (const Series* one : series)
    if (const auto value = figure_of(summarise({one}, result, {}), statistic)) sum.value = sum.value.value_or(0) + *value;
  return sum;
}

}  // namespace

std::vector<const Series*> widest_series(Metric metric, const std::optional<std::string>& place,
                                         const ReplicationResult& result) {
  std::vector<const Series*> found;
  for (const Series& series : result.series) {
    if (series.metric != metric || (place && !lies_at(series.place, *place))) continue;
    if (!found.empty() && width_of(series.place) < width_of(found.front()->place)) found.clear();
    if (found.empty() || width_of(series.place) == width_of(found.front()->place)) found.push_back(&series);
  }
  return found;
}

Statistic statistic_of(const Objective& objective, Metric metric) {
  if (objective.statistic) return *objective.statistic;
  if (metric == Metric::users_back) return Statistic::p95;
  return row_of(metric).kind == MetricKind::count ? Statistic::count : Statistic::mean;
}

const Fault* fault_of(const Objective& objective, const Scenario& scenario) {
  const Fault* first = nullptr;
  if (!objective.after) return first;
  for (const Fault& fault : scenario.faults)
    if (label(fault) == *objective.after && (first == nullptr || fault.at < first->at)) first = &fault;
  return first;
}

std::string sentence(const Objective& objective, const Scenario& scenario) {
  std::string text = spaced(objective.metric);
  if (objective.metric == row_of(Metric::comes_back).name) {
    text += where_in_words(objective, scenario);
    const auto within = allowed(objective, scenario);
    return within ? text + " within " + seconds_in_words(within->count()) : text;
  }
  if (objective.statistic) text.append(" ").append(spoken(*objective.statistic));
  text += where_in_words(objective, scenario);
  const bool only_fault = objective.metric == row_of(Metric::users_back).name && scenario.faults.size() == 1;
  if (objective.after && !only_fault) text += " after " + *objective.after;
  if (objective.at_most) text += " at most " + in_words(*objective.at_most);
  if (objective.at_least) text += " at least " + in_words(*objective.at_least);
  return text;
}

Observation observe(const Objective& objective, const Scenario& scenario, const ReplicationResult& result,
                    std::size_t warm_up_windows) {
  const auto metric = metric_named(objective.metric);
  if (!metric) return {std::nullopt, std::nullopt, "there is no metric " + objective.metric, false};
  const Statistic statistic = statistic_of(objective, *metric);
  if (*metric == Metric::comes_back) return observe_comeback(objective, scenario, result);
  if (*metric == Metric::users_back) return observe_back(objective, *metric, result, statistic);
  if (*metric == Metric::database_back) return observe_back(objective, *metric, result, Statistic::mean);  // it has one value

  const bool each_place = row_of(*metric).kind == MetricKind::level && !adds_up(*metric);
  const auto series =
      each_place ? whole_places(*metric, objective.place, result) : widest_series(*metric, objective.place, result);
  const std::string where = where_in_words(objective, scenario);
  if (series.empty()) return {std::nullopt, std::nullopt, spaced(objective.metric) + " was not recorded" + where, false};
  const WindowRange range = range_of(objective, scenario, result, warm_up_windows);
  Observation observation;
  switch (row_of(*metric).kind) {
    case MetricKind::latency:
    case MetricKind::count:
      observation.value = figure_of(summarise(series, result, range), statistic);
      break;
    case MetricKind::level:
      if (adds_up(*metric)) {
        const Series sum = sum_of(series);
        observation.value = figure_of(summarise({&sum}, result, range), statistic);
      } else {
        observation = observe_worst_place(series, result, range, statistic, objective.at_most.has_value());
      }
      break;
    case MetricKind::once:
      observation = observe_sum(series, result, statistic);
      break;
  }
  if (observation.value) return observation;
  const bool defined = row_of(*metric).kind == MetricKind::latency;
  observation.why_none =
      defined ? "nothing was observed" + where : spaced(objective.metric).append(" has no ").append(spoken(statistic));
  return observation;
}

}  // namespace poolcast
