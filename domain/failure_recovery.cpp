#include "domain/failure_recovery.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "domain/summary.hpp"

namespace poolcast {

namespace {

using Values = std::vector<std::optional<double>>;

// What one replication recorded of one failure, over its pools.
struct Recorded {
  std::optional<double> at;
  std::optional<double> displaced, minutes, lost, in_doubt;  // added up
  struct Time {
    bool asked = false;
    std::optional<double> value;  // the longest of the pools; none when one did not get there
    void note(const std::optional<double>& other) {
      if (!asked)
        value = other;
      else if (!other || !value)
        value.reset();
      else
        value = std::max(*value, *other);
      asked = true;
    }
  } half, most, all, database, point;
};

void add(std::optional<double>& sum, const std::optional<double>& value) {
  if (value) sum = sum.value_or(0) + *value;
}

void note_users(Recorded& recorded, const Series& series) {
  const auto displaced = named_value(series, "displaced");
  add(recorded.displaced, displaced);
  add(recorded.minutes, named_value(series, "user_minutes"));
  if (!displaced || *displaced == 0) return;
  recorded.half.note(named_value(series, "p50"));
  recorded.most.note(named_value(series, "p95"));
  recorded.all.note(named_value(series, "p100"));
}

void note_database(Recorded& recorded, const Series& series) {
  recorded.database.note(named_value(series, ""));
  recorded.point.note(named_value(series, "oldest_lost").value_or(0));
  add(recorded.lost, named_value(series, "lost"));
  add(recorded.in_doubt, named_value(series, "in_doubt"));
}

TimeSpread spread(const std::vector<Recorded>& all, Recorded::Time Recorded::*time) {
  Values values;
  for (const Recorded& one : all)
    if ((one.*time).asked) values.push_back((one.*time).value);
  return spread_of(values);
}

std::optional<Figure> figure(const std::vector<Recorded>& all, std::optional<double> Recorded::*member, bool pairs) {
  Values values;
  for (const Recorded& one : all) values.push_back(one.*member);
  return estimate(values, pairs);
}

FailureRecovery recovery_of(const std::string& failure, const std::vector<Recorded>& all, bool pairs) {
  FailureRecovery result;
  result.failure = failure;
  result.at = figure(all, &Recorded::at, false).value_or(Figure{}).value;
  result.users_affected = figure(all, &Recorded::displaced, pairs);
  result.user_minutes_lost = figure(all, &Recorded::minutes, pairs);
  result.half_back = spread(all, &Recorded::half);
  result.most_back = spread(all, &Recorded::most);
  result.all_back = spread(all, &Recorded::all);
  result.database_back = spread(all, &Recorded::database);
  result.recovery_point = spread(all, &Recorded::point);
  result.messages_lost = figure(all, &Recorded::lost, pairs);
  result.messages_in_doubt = figure(all, &Recorded::in_doubt, pairs);
  return result;
}

}  // namespace

TimeSpread spread_of(const std::vector<std::optional<double>>& times) {
  TimeSpread result;
  std::vector<double> sorted;
  for (const auto& time : times) sorted.push_back(time.value_or(std::numeric_limits<double>::infinity()));
  std::ranges::sort(sorted);
  result.asked = sorted.size();
  result.reached = static_cast<std::size_t>(std::ranges::count_if(sorted, [](double time) { return std::isfinite(time); }));
  if (sorted.empty()) return result;
  // Between the last that got there and one that did not lies nothing that can be named.
  const auto quantile = [&](double probability) -> std::optional<double> {
    const double value = sample_quantile(sorted, probability);
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
  };
  result.p5 = quantile(0.05);
  result.p50 = quantile(0.5);
  result.p95 = quantile(0.95);
  return result;
}

std::vector<FailureRecovery> failure_recoveries(const std::vector<ReplicationResult>& results, bool antithetic_pairs) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<Recorded>> recorded;
  for (std::size_t i = 0; i < results.size(); ++i)
    for (const Series& series : results[i].series) {
      if (series.metric != Metric::users_back && series.metric != Metric::database_back) continue;
      const auto [found, added] = recorded.try_emplace(series.place.part, results.size());
      if (added) order.push_back(series.place.part);
      Recorded& own = found->second[i];
      if (const auto at = named_value(series, "at")) own.at = own.at ? std::min(*own.at, *at) : *at;
      series.metric == Metric::users_back ? note_users(own, series) : note_database(own, series);
    }
  std::vector<FailureRecovery> all;
  for (const std::string& failure : order) {
    FailureRecovery one = recovery_of(failure, recorded[failure], antithetic_pairs);
    if (one.half_back.asked > 0 || one.database_back.asked > 0) all.push_back(std::move(one));
  }
  std::ranges::stable_sort(all, {}, &FailureRecovery::at);
  return all;
}

}  // namespace poolcast
