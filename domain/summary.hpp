// The figures of one series, or of several taken together, over a range of windows of one replication.
#pragma once

#include <optional>
#include <vector>

#include "domain/fold.hpp"

namespace poolcast {

// What is not defined for the metric's kind, or was not observed, is none. users_back: p50, p95 and max (100 %) are times until
// that share is back, count the displaced users.
struct Summary {
  std::optional<double> count, mean, p50, p95, p99, p99_9, max;
};

struct WindowRange {
  std::size_t first = 0;
  std::size_t end = 0;
};

// Latencies and counts of several series are merged. Of levels and of metrics of kind `once` the summary is the first one's:
// whoever takes several together says how.
Summary summarise(const std::vector<const Series*>& series, const ReplicationResult& result, WindowRange range);

// The value of that name of a metric of kind `once`; none when it is missing or not a number.
std::optional<double> named_value(const Series& series, std::string_view name);

Histogram merged_histogram(const std::vector<const Series*>& series, WindowRange range);

std::size_t window_count(const ReplicationResult& result);
Seconds window_start(const ReplicationResult& result, std::size_t window);
Seconds window_length(const ReplicationResult& result, std::size_t window);  // the last one may be shorter

}  // namespace poolcast
