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

// The people at work, moment by moment, for whoever learns only then how long a step takes and whether it is refused.
class Shift {
public:
  explicit Shift(const Runbook& runbook);  // which is consistent

  // Who has come to the end of a step by now is free again, and the steps that waited for it are not held up by it any more.
  void release(Seconds now);
  // The first step of the list that can start now does so, until ends() says when it is over; none when there is none.
  std::optional<std::size_t> start_one(Seconds now);
  void ends(std::size_t step, Seconds end) { steps_[step].end = end; }
  // A step that has begun was not brought about. Whoever is at it is free; what waits for it, or for what waits for it, never
  // begins: these steps, in the order of the list.
  std::vector<std::size_t> refuse(std::size_t step, Seconds now);

  Seconds next_end(Seconds now) const;  // infinite when no step is under way
  const std::vector<ScheduledStep>& steps() const { return steps_; }

private:
  enum class State { waits, under_way, over, held_up };
  std::optional<std::size_t> cause(std::size_t step) const;

  std::vector<std::vector<std::size_t>> after_;       // per step
  std::vector<std::size_t> crew_;                     // per step, whose people do it
  std::vector<Count> free_;                           // per crew
  std::vector<std::optional<std::size_t>> freed_by_;  // per crew, the step that ended last
  std::vector<ScheduledStep> steps_;
  std::vector<State> states_;
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
