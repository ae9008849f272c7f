#include "domain/summary.hpp"

#include <algorithm>
#include <cmath>

namespace poolcast {

namespace {

Summary latency_summary(const Histogram& histogram) {
  Summary summary;
  summary.count = static_cast<double>(histogram.count());
  if (histogram.count() == 0) return summary;
  summary.mean = histogram.mean();
  summary.p50 = histogram.quantile(0.5);
  summary.p95 = histogram.quantile(0.95);
  summary.p99 = histogram.quantile(0.99);
  summary.p99_9 = histogram.quantile(0.999);
  summary.max = histogram.max();
  return summary;
}

Summary level_summary(const Series& series, const ReplicationResult& result, WindowRange range) {
  double area = 0, time = 0, max = 0;
  bool known = true;
  for (std::size_t i = range.first; i < range.end; ++i) {
    const double length = window_length(result, i).count();
    area += series.windows[i].mean * length;
    time += length;
    max = std::max(max, series.windows[i].max);
    known = known && !std::isnan(series.windows[i].max);
  }
  Summary summary;
  if (!(time > 0)) return summary;
  summary.mean = area / time;
  if (known) summary.max = max;
  return summary;
}

Summary once_summary(const Series& series) {
  Summary summary;
  if (series.metric != Metric::users_back) {
    summary.mean = named_value(series, "");
    return summary;
  }
  summary.count = named_value(series, "displaced");
  summary.p50 = named_value(series, "p50");
  summary.p95 = named_value(series, "p95");
  summary.max = named_value(series, "p100");
  return summary;
}

Summary count_summary(const std::vector<const Series*>& series, WindowRange range) {
  std::uint64_t count = 0;
  for (const Series* one : series)
    for (std::size_t i = range.first; i < range.end; ++i) count += one->windows[i].count;
  Summary summary;
  summary.count = static_cast<double>(count);
  return summary;
}

}  // namespace

Summary summarise(const std::vector<const Series*>& series, const ReplicationResult& result, WindowRange range) {
  if (series.empty()) return {};
  switch (row_of(series.front()->metric).kind) {
    case MetricKind::latency:
      return latency_summary(merged_histogram(series, range));
    case MetricKind::level:
      return level_summary(*series.front(), result, range);
    case MetricKind::count:
      return count_summary(series, range);
    case MetricKind::once:
      return once_summary(*series.front());
  }
  return {};
}

std::optional<double> named_value(const Series& series, std::string_view name) {
  for (std::size_t i = 0; i < series.value_names.size() && i < series.values.size(); ++i)
    if (series.value_names[i] == name && std::isfinite(series.values[i])) return series.values[i];
  return std::nullopt;
}

Histogram merged_histogram(const std::vector<const Series*>& series, WindowRange range) {
  Histogram merged;
  for (const Series* one : series)
    for (std::size_t i = range.first; i < range.end; ++i) merged.merge(one->windows[i].histogram);
  return merged;
}

std::size_t window_count(const ReplicationResult& result) {
  for (const Series& series : result.series)
    if (!series.windows.empty()) return series.windows.size();
  return 0;
}

Seconds window_start(const ReplicationResult& result, std::size_t window) {
  return std::min(result.horizon, result.window * static_cast<double>(window));
}

Seconds window_length(const ReplicationResult& result, std::size_t window) {
  return std::min(result.horizon, result.window * static_cast<double>(window + 1)) - window_start(result, window);
}

}  // namespace poolcast
