// Who does which step when: list scheduling, as a shift works through a list. Whoever is free takes the first step of the list
// that is ready, and keeps at it to its end. Not always the shortest way: a longer shift can even take longer (R. L. Graham,
// "Bounds on Multiprocessing Timing Anomalies", SIAM J. Appl. Math. 17, 1969), here as in life.
#pragma once

#include <optional>
#include <vector>

#include "domain/runbook.hpp"

namespace poolcast {

struct ScheduledStep {
  Seconds ready{0};  // when all that it waits for was done
  Seconds start{0};  // when somebody was free for it
  Seconds end{0};
  std::optional<std::size_t> held_up_by;  // the step with whose end it could start; none at the beginning
};

struct RunbookSchedule {
  std::vector<ScheduledStep> steps;   // in the order of the runbook
  std::vector<std::size_t> critical;  // the chain without a gap that ends with users back in service, first to last
  Seconds out_of_service{0};          // from when
  Seconds back_in_service{0};         // until when
  Seconds done{0};                    // the last step of all
  Seconds outage() const { return back_in_service - out_of_service; }
};

// `durations` in the order of the steps; the runbook is consistent.
RunbookSchedule schedule(const Runbook& runbook, const std::vector<Seconds>& durations);

}  // namespace poolcast
