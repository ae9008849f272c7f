// The node's live figures, for /metrics: the metrics of domain/metric.hpp by their own names, and a few that only a running
// server has. Recording is an addition on the io thread; other threads have counters of their own.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/fold.hpp"
#include "domain/histogram.hpp"
#include "domain/metric.hpp"

namespace poolcast::ops {

// Only the io thread touches these.
struct Counter {
  std::uint64_t value = 0;
  void add(std::uint64_t times = 1) { value += times; }
};
struct Gauge {
  double value = 0;
  void set(double to) { value = to; }
};
// For what other threads count; read by the io thread.
struct SharedCounter {
  std::atomic<std::uint64_t> value{0};
  void add(std::uint64_t times = 1) { value.fetch_add(times, std::memory_order_relaxed); }
};

using Labels = std::vector<std::pair<std::string, std::string>>;

class Registry {
public:
  // `here` is the node: its site, pool and name become labels of every metric of the table.
  explicit Registry(Place here);
  Registry(const Registry&) = delete;  // hands out references into itself
  Registry& operator=(const Registry&) = delete;

  // Metrics of the table; `part` as in Place. The reference stays good as long as the registry. Asking again for the same gives
  // the same one. The metric's kind must fit: counts, levels (and `once`), latencies.
  Counter& counter(Metric metric, const std::string& part = {});
  SharedCounter& shared_counter(Metric metric, const std::string& part = {});
  Gauge& gauge(Metric metric, const std::string& part = {});
  Histogram& latencies(Metric metric, const std::string& part = {});

  // What the table does not know: a name without the prefix, as Prometheus wants it, and its meaning. Asked for at each scrape.
  void computed(std::string name, std::string help, Labels labels, std::function<double()> value);

  // Prometheus text exposition, version 0.0.4. Names are `poolcast_` + metric + unit (`_seconds`, `_bytes`, `_ratio`) + `_total`
  // for counts; latencies are histograms with the powers of two from 1/8192 s to 64 s as bounds.
  std::string exposition() const;
  static std::string exposed_name(Metric metric);

  // Called for each in the order of registration: what the run's recording copies from once a second.
  void each_counter(const std::function<void(Metric, const std::string& part, std::uint64_t)>& visit) const;
  void each_gauge(const std::function<void(Metric, const std::string& part, double)>& visit) const;

  const Place& here() const { return here_; }

private:
  template <class Value>
  struct Entry {
    Metric metric;
    std::string part;
    Value value{};
  };
  struct Computed {
    std::string name;
    std::string help;
    Labels labels;
    std::function<double()> value;
  };
  template <class Value>
  static Value& find_or_add(std::deque<Entry<Value>>& entries, Metric metric, const std::string& part);

  Place here_;
  std::deque<Entry<Counter>> counters_;  // deques: references stay good
  std::deque<Entry<SharedCounter>> shared_counters_;
  std::deque<Entry<Gauge>> gauges_;
  std::deque<Entry<Histogram>> latencies_;
  std::vector<Computed> computed_;
};

}  // namespace poolcast::ops
