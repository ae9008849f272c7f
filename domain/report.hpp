// From what replications recorded to an answer: rows with confidence intervals, verdicts on objectives. The only code that
// computes a percentile or an interval.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/fold.hpp"
#include "domain/scenario.hpp"

namespace poolcast {

// A figure with its 95 % confidence interval over replications (Student's t); no interval from one replication.
struct Figure {
  double value = 0;
  std::optional<double> low;
  std::optional<double> high;
  bool operator==(const Figure&) const = default;
};

// One line of report.csv. Figures are means over replications of the replication's figure.
struct ReportRow {
  Metric metric{};
  Place place;
  Seconds window_start{0};
  Seconds window{0};
  bool whole_run = false;  // the row is over all that was counted, from the warm-up to the horizon
  Figure count;
  Figure mean;
  std::optional<Figure> p50, p95, p99, p99_9;  // latencies only; also p50/p95/p100 of users_back (p100 in max)
  Figure max;
};

enum class VerdictKind { holds, fails, unknown };
template <>
struct EnumNames<VerdictKind> {
  static constexpr std::array<std::string_view, 3> names{"holds", "fails", "unknown"};
};

struct Verdict {
  Objective objective;
  std::string sentence;          // "delivery latency p95 at most 500 ms"
  std::optional<Figure> answer;  // none when nothing was observed, such as users not back within the horizon
  VerdictKind kind = VerdictKind::unknown;
  std::optional<double> margin;  // (bound - answer) / bound for at_most, the reverse for at_least; none for a bound of 0
  std::string note;              // "not within the horizon (40 min after the loss)"
};

// One loss and how its users came back; times in seconds after the loss, none when not within the horizon.
struct UsersBack {
  Count replication = 0;
  std::string after;
  std::optional<double> t50, t95, t100;
  double displaced = 0;
};

struct Report {
  std::string scenario_digest;
  Count replications = 0;
  Seconds warm_up{0};
  Seconds horizon{0};
  Seconds window{0};
  std::vector<ReportRow> rows;
  std::vector<Verdict> verdicts;
  std::vector<UsersBack> users_back;
  std::uint64_t events = 0;
};

// MSER-5 (White 1997): the truncation point, in windows, that minimises the squared standard error of what is left of the
// series, in batches of five; at most half of it.
std::size_t mser5(const std::vector<double>& series);

// Results must be of one scenario, in the order of their replications. Warm-up: the scenario's; without one 0 with faults, by
// MSER-5 on the pool's users' latencies without.
Report make_report(const Scenario& scenario, const std::vector<ReplicationResult>& results);

}  // namespace poolcast
