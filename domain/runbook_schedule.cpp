#include "domain/runbook_schedule.hpp"

#include <algorithm>
#include <limits>

#include "domain/ensure.hpp"

namespace poolcast {
namespace {

constexpr Seconds not_yet{std::numeric_limits<double>::infinity()};
constexpr std::size_t on_its_own = std::numeric_limits<std::size_t>::max();

}  // namespace

Shift::Shift(const Runbook& runbook)
    : steps_(runbook.steps.size(), {not_yet, not_yet, not_yet, std::nullopt}), states_(runbook.steps.size(), State::waits) {
  if (runbook.shift) free_.push_back(*runbook.shift);
  for (const Role& role : runbook.people)
    if (!runbook.shift) free_.push_back(role.on_shift);
  freed_by_.assign(free_.size(), std::nullopt);
  for (const RunbookStep& step : runbook.steps) {
    auto& after = after_.emplace_back();
    for (const StepId& before : step.after) after.push_back(index_of(runbook, before));
    std::size_t crew = on_its_own;
    if (step.who && runbook.shift) crew = 0;
    if (step.who && !runbook.shift) {
      const auto role = std::ranges::find(runbook.people, *step.who, &Role::name);
      ensure(role != runbook.people.end(), "a role that is named exists");
      crew = static_cast<std::size_t>(role - runbook.people.begin());
    }
    crew_.push_back(crew);
  }
}

void Shift::release(Seconds now) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (states_[i] != State::under_way || steps_[i].end > now) continue;
    states_[i] = State::over;
    if (crew_[i] == on_its_own) continue;
    ++free_[crew_[i]];
    freed_by_[crew_[i]] = i;
  }
}

// No one else overtakes it.
std::optional<std::size_t> Shift::start_one(Seconds now) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (states_[i] != State::waits) continue;
    const auto over = [&](std::size_t before) { return states_[before] == State::over; };
    if (!std::ranges::all_of(after_[i], over)) continue;
    if (steps_[i].ready == not_yet) steps_[i].ready = now;
    if (crew_[i] != on_its_own && free_[crew_[i]] == 0) continue;
    if (crew_[i] != on_its_own) --free_[crew_[i]];
    states_[i] = State::under_way;
    steps_[i].start = now;
    steps_[i].held_up_by = cause(i);
    return i;
  }
  return std::nullopt;
}

std::vector<std::size_t> Shift::refuse(std::size_t step, Seconds now) {
  ensure(states_[step] == State::under_way || states_[step] == State::over, "a step that is refused has begun");
  steps_[step].end = std::min(steps_[step].end, now);
  std::vector<std::size_t> held_up;
  const auto never_over = [&](std::size_t before) { return before == step || states_[before] == State::held_up; };
  for (bool more = true; more;) {  // a step may wait for a later one of the list
    more = false;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (states_[i] != State::waits || std::ranges::none_of(after_[i], never_over)) continue;
      states_[i] = State::held_up;
      held_up.push_back(i);
      more = true;
    }
  }
  std::ranges::sort(held_up);
  return held_up;
}

std::optional<std::size_t> Shift::cause(std::size_t step) const {
  if (steps_[step].start > steps_[step].ready) return freed_by_[crew_[step]];
  std::optional<std::size_t> last;
  for (const std::size_t before : after_[step])
    if (!last || steps_[before].end > steps_[*last].end) last = before;
  return last;
}

Seconds Shift::next_end(Seconds now) const {
  Seconds next = not_yet;
  for (const ScheduledStep& step : steps_)
    if (step.end > now) next = std::min(next, step.end);
  return next;
}

RunbookSchedule schedule(const Runbook& runbook, const std::vector<Seconds>& durations) {
  ensure(durations.size() == runbook.steps.size(), "each step of a runbook has a duration");
  RunbookSchedule result;
  Shift shift(runbook);
  for (Seconds now{0}; now != not_yet; now = shift.next_end(now)) {
    shift.release(now);
    while (const auto step = shift.start_one(now)) {
      shift.ends(*step, now + durations[*step]);
      shift.release(now);
    }
  }
  result.steps = shift.steps();
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
