#include "domain/report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "domain/objective.hpp"
#include "domain/summary.hpp"

namespace poolcast {

namespace {

// The same series in every replication; nullptr where one did not record it.
struct Recorded {
  Metric metric{};
  Place place;
  std::vector<const Series*> in;  // by replication
};

// In the order in which the first replication that has it recorded it.
std::vector<Recorded> recorded_in(const std::vector<ReplicationResult>& results) {
  std::vector<Recorded> all;
  std::map<std::pair<Metric, Place>, std::size_t> index;
  for (std::size_t i = 0; i < results.size(); ++i)
    for (const Series& series : results[i].series) {
      const auto [found, added] = index.try_emplace({series.metric, series.place}, all.size());
      if (added) all.push_back({series.metric, series.place, std::vector<const Series*>(results.size())});
      all[found->second].in[i] = &series;
    }
  return all;
}

using Column = std::optional<double> Summary::*;

void set_figures(ReportRow& row, const std::vector<Summary>& summaries, bool pairs) {
  const auto figure = [&](Column column) {
    std::vector<std::optional<double>> observations;
    observations.reserve(summaries.size());
    for (const Summary& summary : summaries) observations.push_back(summary.*column);
    return estimate(observations, pairs);
  };
  row.count = figure(&Summary::count);
  row.mean = figure(&Summary::mean);
  row.p50 = figure(&Summary::p50);
  row.p95 = figure(&Summary::p95);
  row.p99 = figure(&Summary::p99);
  row.p99_9 = figure(&Summary::p99_9);
  row.max = figure(&Summary::max);
}

// A time that some replication did not reach has no mean over replications; one in which nobody was displaced, or
// that recorded no such loss at all, needs none.
void drop_times_not_reached(std::vector<Summary>& summaries, const Recorded& recorded) {
  for (const Column column : {&Summary::mean, &Summary::p50, &Summary::p95, &Summary::max}) {
    bool reached = true;
    for (std::size_t i = 0; i < summaries.size(); ++i)
      reached = reached && (recorded.in[i] == nullptr || (summaries[i].*column).has_value() || summaries[i].count == 0.0);
    for (Summary& summary : summaries)
      if (!reached) (summary.*column).reset();
  }
}

ReportRow row_over(const Recorded& recorded, const std::vector<ReplicationResult>& results, WindowRange range, bool pairs) {
  ReportRow row;
  row.metric = recorded.metric;
  row.place = recorded.place;
  const bool once = row_of(recorded.metric).kind == MetricKind::once;
  const ReplicationResult& any = results.front();
  row.window_start = once ? Seconds{0} : window_start(any, range.first);
  row.window = once ? any.horizon : window_start(any, range.end) - row.window_start;
  std::vector<Summary> summaries;
  for (std::size_t i = 0; i < results.size(); ++i)
    summaries.push_back(recorded.in[i] == nullptr ? Summary{} : summarise({recorded.in[i]}, results[i], range));
  if (recorded.metric == Metric::users_back || recorded.metric == Metric::database_back)
    drop_times_not_reached(summaries, recorded);
  set_figures(row, summaries, pairs);
  return row;
}

// Mean latency of each window, over replications and operations, at the widest places; windows without any have the overall mean,
// which neither lengthens nor shortens the warm-up.
std::vector<double> latency_by_window(const std::vector<ReplicationResult>& results) {
  std::vector<double> sums(window_count(results.front()));
  std::vector<double> counts(sums.size());
  for (const ReplicationResult& result : results)
    for (const MetricRow& metric : metric_table) {
      if (metric.kind != MetricKind::latency) continue;
      for (const Series* series : widest_series(metric.metric, std::nullopt, result))
        for (std::size_t i = 0; i < series->windows.size() && i < sums.size(); ++i) {
          sums[i] += series->windows[i].histogram.sum();
          counts[i] += static_cast<double>(series->windows[i].histogram.count());
        }
    }
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) sum += sums[i], count += counts[i];
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = counts[i] > 0 ? sums[i] / counts[i] : count > 0 ? sum / count : 0;
  return sums;
}

std::vector<UsersBack> users_back_of(const std::vector<ReplicationResult>& results) {
  std::vector<UsersBack> all;
  for (const ReplicationResult& result : results)
    for (const Series& series : result.series) {
      if (series.metric != Metric::users_back) continue;
      all.push_back({result.replication, series.place.part, named_value(series, "p50"), named_value(series, "p95"),
                     named_value(series, "p100"), named_value(series, "displaced").value_or(0)});
    }
  return all;
}

}  // namespace

std::size_t warm_up_windows(const Scenario& scenario, const std::vector<ReplicationResult>& results) {
  if (results.empty() || window_count(results.front()) == 0) return 0;
  const std::size_t most = window_count(results.front()) - 1;
  if (scenario.warm_up) {
    const double windows = std::ceil(*scenario.warm_up / results.front().window * (1 - 1e-12));
    return std::min(most, static_cast<std::size_t>(std::clamp(windows, 0.0, static_cast<double>(most))));
  }
  const Workload& workload = scenario.workload;
  if (!scenario.faults.empty() || workload.sign_in_window || !workload.day_curve.empty()) return 0;
  return std::min(most, mser5(latency_by_window(results)));
}

Report make_report(const Scenario& scenario, const std::vector<ReplicationResult>& results, const ReportOptions& options) {
  Report report;
  report.replications = static_cast<Count>(results.size());
  report.horizon = scenario.horizon;
  const std::size_t warm_up = warm_up_windows(scenario, results);
  if (!results.empty()) {
    report.window = results.front().window;
    report.warm_up = window_start(results.front(), warm_up);
    const std::size_t windows = window_count(results.front());
    for (const Recorded& recorded : recorded_in(results)) {
      report.rows.push_back(row_over(recorded, results, {warm_up, windows}, options.antithetic_pairs));
      report.rows.back().whole_run = true;
      if (row_of(recorded.metric).kind == MetricKind::once) continue;
      for (std::size_t i = 0; i < windows; ++i)
        report.rows.push_back(row_over(recorded, results, {i, i + 1}, options.antithetic_pairs));
    }
  }
  for (const Objective& objective : scenario.objectives)
    report.verdicts.push_back(judge(objective, scenario, results, warm_up, options.antithetic_pairs));
  report.users_back = users_back_of(results);
  report.recovery = failure_recoveries(results, options.antithetic_pairs);
  for (const ReplicationResult& result : results)
    if (auto answer = comeback(scenario, result)) report.comebacks.push_back(std::move(*answer));
  for (const ReplicationResult& result : results) {
    report.events += result.events;
    for (const LogbookEntry& entry : result.logbook) report.logbook.push_back({result.replication, entry});
  }
  return report;
}

std::vector<MergedSeries> merged_histograms(const Scenario& scenario, const std::vector<ReplicationResult>& results) {
  std::vector<MergedSeries> merged;
  const std::size_t warm_up = warm_up_windows(scenario, results);
  for (const Recorded& recorded : recorded_in(results)) {
    if (row_of(recorded.metric).kind != MetricKind::latency) continue;
    MergedSeries series{recorded.metric, recorded.place, {}};
    for (std::size_t i = 0; i < results.size(); ++i)
      if (recorded.in[i] != nullptr)
        series.histogram.merge(merged_histogram({recorded.in[i]}, {warm_up, window_count(results[i])}));
    merged.push_back(std::move(series));
  }
  return merged;
}

}  // namespace poolcast
