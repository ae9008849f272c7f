#include "domain/runbook_schedule.hpp"

#include <algorithm>
#include <limits>

#include "domain/ensure.hpp"

namespace poolcast {
namespace {

constexpr Seconds not_yet{std::numeric_limits<double>::infinity()};
constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();

// The runbook's names as numbers.
struct Plan {
  std::vector<std::vector<std::size_t>> after;
  std::vector<std::size_t> crew;  // per step, whose people do it; `nobody` when it goes on by itself
  std::vector<Count> free;        // per crew
};

Plan plan_of(const Runbook& runbook) {
  Plan plan;
  if (runbook.shift) plan.free.push_back(*runbook.shift);
  for (const Role& role : runbook.people)
    if (!runbook.shift) plan.free.push_back(role.on_shift);
  for (const RunbookStep& step : runbook.steps) {
    auto& after = plan.after.emplace_back();
    for (const StepId& before : step.after) after.push_back(index_of(runbook, before));
    std::size_t crew = nobody;
    if (step.who && runbook.shift) crew = 0;
    if (step.who && !runbook.shift) {
      const auto role = std::ranges::find(runbook.people, *step.who, &Role::name);
      ensure(role != runbook.people.end(), "a role that is named exists");
      crew = static_cast<std::size_t>(role - runbook.people.begin());
    }
    plan.crew.push_back(crew);
  }
  return plan;
}

class Shift {
public:
  Shift(Plan plan, const std::vector<Seconds>& durations) : plan_(std::move(plan)), durations_(durations) {
    steps_.assign(durations.size(), {not_yet, not_yet, not_yet, std::nullopt});
    released_.assign(durations.size(), false);
    freed_by_.assign(plan_.free.size(), std::nullopt);
  }

  std::vector<ScheduledStep> work() {
    for (Seconds now{0}; now != not_yet; now = next_end(now)) {
      release(now);
      while (start_one(now)) release(now);
    }
    return std::move(steps_);
  }

private:
  void release(Seconds now) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (released_[i] || steps_[i].end > now) continue;
      released_[i] = true;
      if (plan_.crew[i] == nobody) continue;
      ++plan_.free[plan_.crew[i]];
      freed_by_[plan_.crew[i]] = i;
    }
  }

  // The first step of the list that can start; no one else overtakes it.
  bool start_one(Seconds now) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (steps_[i].start != not_yet) continue;
      const auto done = [&](std::size_t before) { return released_[before]; };
      if (!std::ranges::all_of(plan_.after[i], done)) continue;
      if (steps_[i].ready == not_yet) steps_[i].ready = now;
      if (plan_.crew[i] != nobody && plan_.free[plan_.crew[i]] == 0) continue;
      if (plan_.crew[i] != nobody) --plan_.free[plan_.crew[i]];
      steps_[i].start = now;
      steps_[i].end = now + durations_[i];
      steps_[i].held_up_by = cause(i);
      return true;
    }
    return false;
  }

  std::optional<std::size_t> cause(std::size_t step) const {
    if (steps_[step].start > steps_[step].ready) return freed_by_[plan_.crew[step]];
    std::optional<std::size_t> last;
    for (const std::size_t before : plan_.after[step])
      if (!last || steps_[before].end > steps_[*last].end) last = before;
    return last;
  }

  Seconds next_end(Seconds now) const {
    Seconds next = not_yet;
    for (const ScheduledStep& step : steps_)
      if (step.end > now) next = std::min(next, step.end);
    return next;
  }

  Plan plan_;
  const std::vector<Seconds>& durations_;
  std::vector<ScheduledStep> steps_;
  std::vector<bool> released_;                        // ended, and whoever did it is free again
  std::vector<std::optional<std::size_t>> freed_by_;  // per crew, the step that ended last
};

}  // namespace

RunbookSchedule schedule(const Runbook& runbook, const std::vector<Seconds>& durations) {
  ensure(durations.size() == runbook.steps.size(), "each step of a runbook has a duration");
  RunbookSchedule result;
  result.steps = Shift(plan_of(runbook), durations).work();
  for (const ScheduledStep& step : result.steps) {
    ensure(step.end != not_yet, "each step of a consistent runbook comes to its end");
    result.done = std::max(result.done, step.end);
  }
  if (runbook.out_of_service_from) result.out_of_service = result.steps[index_of(runbook, *runbook.out_of_service_from)].start;
  const std::size_t last = index_of(runbook, runbook.back_in_service_after);
  result.back_in_service = std::max(result.steps[last].end, result.out_of_service);
  for (std::optional<std::size_t> at = last; at && result.steps[*at].end > result.out_of_service;
       at = result.steps[*at].held_up_by)
    result.critical.push_back(*at);
  std::ranges::reverse(result.critical);
  return result;
}

}  // namespace poolcast
