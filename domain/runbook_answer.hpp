// How long users are out of service when people work through a runbook: many runs with times drawn at random, each a schedule.
// The moment of the loss is random too: log shipping has then copied and applied what its schedules had come to.
#pragma once

#include <cstdint>
#include <vector>

#include "domain/random.hpp"
#include "domain/rules/log_shipping.hpp"
#include "domain/runbook.hpp"
#include "domain/runbook_schedule.hpp"

namespace poolcast {

struct RunbookOptions {
  std::uint64_t seed = 1;
  Count samples = 10'000;
};

// What one run draws. A step has a stream of its own, named after it, so that a step that is added or taken out changes no other.
struct RunbookDraw {
  rules::SiteLoss loss;
  std::vector<Seconds> durations;  // in the order of the steps
};
RunbookDraw draw(const Runbook& runbook, std::uint64_t seed, std::uint64_t run);

// How long a step takes, its time by hand drawn from `random`. The situation is a whole one: see filled().
Seconds draw_duration(const RunbookStep& step, const Situation& situation, const rules::SiteLoss& loss, RandomStream& random);

// The same without chance: the middle of `takes`, or the median; and no log that waits, which nobody knows beforehand.
Seconds usual_duration(const RunbookStep& step, const Situation& situation);

// Seconds over all runs.
struct Spread {
  Seconds mean{0};
  Seconds p5{0};
  Seconds p50{0};
  Seconds p95{0};
  Seconds max{0};
};
Spread spread_of(std::vector<double> seconds);

struct StepAnswer {
  StepId name;
  Spread duration;
  Spread waiting;  // ready, and nobody free for it
  Share critical;  // of the runs, in which it was on the critical path
};

struct RunbookRun {
  Seconds outage{0};
  Seconds done{0};  // the last step, after which everything is as it should be
  rules::SiteLoss loss;
};

struct RunbookAnswer {
  Spread outage;
  Spread done;
  Spread lost;  // the recovery point: the last so many seconds of posts are gone
  std::vector<StepAnswer> steps;
  std::vector<RunbookRun> runs;
  std::size_t median_run = 0;  // the run whose outage is the median, the earlier of equals
  RunbookSchedule median_schedule;
};

// The runbook is consistent. The same runbook, seed and number of samples give the same answer; the first runs of a longer
// sample are those of a shorter one.
RunbookAnswer answer(const Runbook& runbook, const RunbookOptions& options);

}  // namespace poolcast
