// From what replications recorded to an answer: rows with confidence intervals, verdicts on objectives. Nobody else
// computes a percentile or an interval.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/comeback.hpp"
#include "domain/failure_recovery.hpp"
#include "domain/fold.hpp"
#include "domain/scenario.hpp"
#include "domain/statistics.hpp"
#include "domain/verdict.hpp"

namespace poolcast {

// One line of report.csv. Figures are means over replications of the replication's figure; what is not defined for the metric's
// kind, or was not observed, is none. Of users_back p50, p95 and max (100 %) are times, and count the displaced users.
struct ReportRow {
  Metric metric{};
  Place place;
  Seconds window_start{0};
  Seconds window{0};
  bool whole_run = false;  // the row is over all that was counted, from the warm-up to the horizon
  std::optional<Figure> count, mean, p50, p95, p99, p99_9, max;
};

// One loss and how its users came back; times in seconds after the loss, none when not within the horizon.
struct UsersBack {
  Count replication = 0;
  std::string after;
  std::optional<double> t50, t95, t100;
  double displaced = 0;
};

// An entry of one replication's logbook.
struct ReportedEntry {
  Count replication = 0;
  LogbookEntry entry;
};

struct Report {
  Count replications = 0;
  Seconds warm_up{0};
  Seconds horizon{0};
  Seconds window{0};
  std::vector<ReportRow> rows;
  std::vector<Verdict> verdicts;
  std::vector<UsersBack> users_back;
  std::vector<FailureRecovery> recovery;
  std::vector<Comeback> comebacks;  // by replication; empty without faults
  std::vector<ReportedEntry> logbook;
  std::uint64_t events = 0;
};

// All that was recorded of one metric and place after the warm-up, over all replications.
struct MergedSeries {
  Metric metric{};
  Place place;
  Histogram histogram;
};

struct ReportOptions {
  bool antithetic_pairs = false;  // replications 2k and 2k+1 are twins and make one observation
};

// How many windows from the start are not counted. The scenario's warm-up, rounded up to whole windows, or without one: none
// with faults or when everybody signs in during the run, because the transient is then the question; by MSER-5 otherwise, on the
// window means over all replications of the latencies of the widest places that were recorded, all operations merged (each
// weighs as often as it happens). At least one window is always counted.
std::size_t warm_up_windows(const Scenario& scenario, const std::vector<ReplicationResult>& results);

// Results must be of one scenario, in the order of their replications. Rows: of each series the whole run, then its windows,
// those of the warm-up too.
Report make_report(const Scenario& scenario, const std::vector<ReplicationResult>& results, const ReportOptions& options = {});

// Latencies only, in the order of the rows: what the run folder keeps.
std::vector<MergedSeries> merged_histograms(const Scenario& scenario, const std::vector<ReplicationResult>& results);

}  // namespace poolcast
