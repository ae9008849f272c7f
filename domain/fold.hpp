// The shared fold: both hosts hand it what happens, as it happens, and it keeps windows instead of events. Nobody else
// aggregates. A host registers each series once and then records by number, in the order of time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "domain/histogram.hpp"
#include "domain/logbook.hpp"
#include "domain/metric.hpp"
#include "domain/units.hpp"

namespace poolcast {

// Where, and of what: a row without a node is about the pool, without a pool about everything. `part` is the room class, the
// operation or the fault that the row is about; empty for all of them.
struct Place {
  std::string site{};  // initialised so that Place{.node = …} names what it needs
  std::string pool{};
  std::string node{};
  std::string part{};
  auto operator<=>(const Place&) const = default;
};

// What one series saw in one window. For latencies the histogram, and its count, mean and maximum; for levels the time-weighted
// mean and the largest value, not a number where a host knows only the mean; for counts the count.
struct Window {
  std::uint64_t count = 0;
  double mean = 0;
  double max = 0;
  Histogram histogram;
  bool operator==(const Window&) const = default;
};

struct Series {
  Metric metric{};
  Place place;
  std::vector<Window> windows;           // from t = 0; for a metric of kind `once` empty
  std::vector<double> values;            // of a metric of kind `once`: its values, by name below
  std::vector<std::string> value_names;  // "p50", "p95", "p100" for users_back; empty name for a single value
  bool operator==(const Series&) const = default;
};

// What one replication recorded, before any warm-up is cut.
struct ReplicationResult {
  Count replication = 0;
  Seconds horizon{0};
  Seconds window{0};
  std::vector<Series> series;
  std::vector<LogbookEntry> logbook;     // in the order of their ends
  std::uint64_t events = 0;              // requests' events handled
  std::vector<std::string> event_names;  // events by operation, for the benchmark
  std::vector<std::uint64_t> event_counts;
  double peak_memory_bytes = 0;  // of the process that ran it; not part of the report's bytes
  bool operator==(const ReplicationResult&) const = default;
};

// The window that reports use unless told otherwise: the shortest of 1, 2, 5, 10, 15, 30 s, the same in minutes, then hours, that
// cuts the horizon into at most 100. An hour has 60 windows of a minute.
Seconds fitting_window(Seconds horizon);

using SeriesId = std::uint32_t;

class Fold {
public:
  // Throws std::invalid_argument unless both are above zero. The last window is shorter when the horizon is not a multiple.
  Fold(Seconds horizon, Seconds window);
  Fold(Fold&&) = default;
  Fold& operator=(Fold&&) = default;
  Fold(const Fold&) = delete;  // records through pointers into itself
  Fold& operator=(const Fold&) = delete;

  SeriesId add(Metric metric, Place place);

  // Times are seconds from the scenario's start. Within one series they never go back; what is recorded at the horizon belongs
  // to the last window. The metric's kind says which of these may be called.
  void latency(SeriesId series, double at, double seconds, std::uint64_t times = 1) {
    window_at(open_[series], at).histogram.record(seconds, times);
  }
  void latency_ramp(SeriesId series, double at, double first, double step, std::uint64_t times) {
    window_at(open_[series], at).histogram.record_ramp(first, step, times);
  }
  void count(SeriesId series, double at, std::uint64_t times = 1) { window_at(open_[series], at).count += times; }
  void level(SeriesId series, double at, double value) {  // holds from `at` on; before the first call it is 0
    Open& open = open_[series];
    Window& window = window_at(open, at);
    open.area += open.level * (at - open.since);
    open.since = at;
    open.level = value;
    // A value that is replaced at the very start of a window never held in it.
    window.max = at > window_.count() * open.number ? std::max(window.max, value) : value;
  }
  void once(SeriesId series, std::string name, double value);

  ReplicationResult finish() &&;  // closes levels at the horizon; events, memory and the replication's number are the host's
  // The same of a run that ended early, at `end`: windows that had not begun are left out, and the last one may be shorter. At or
  // after the horizon it is finish(); throws std::invalid_argument unless it is above zero.
  ReplicationResult finish_at(Seconds end) &&;

private:
  struct Open {  // the window of a series that is being filled
    Window* window = nullptr;
    double end = 0;  // of the window; infinite for the last one
    double level = 0;
    double since = 0;
    double area = 0;
    std::uint32_t number = 0;
  };
  Window& window_at(Open& open, double at) {
    if (at >= open.end) [[unlikely]]
      move_on(open, at);
    return *open.window;
  }
  double end_of(std::uint32_t number) const;  // of a window; infinite for the last one, so that nothing moves on from it
  void move_on(Open& open, double at);
  void close_level(Open& open, double end) const;

  Seconds horizon_;
  Seconds window_;
  std::uint32_t windows_;
  std::vector<Series> series_;
  std::vector<Open> open_;
};

}  // namespace poolcast
