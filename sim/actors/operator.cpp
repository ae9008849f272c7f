#include "sim/actors/operator.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "domain/runbook_answer.hpp"
#include "domain/runbook_effects.hpp"

namespace poolcast::sim {

Operator::Operator(const Scenario& scenario, const Fault& fault, RunOptions options, std::string stream, ChatModel& model,
                   const RequestPlane& plane)
    : scenario_(scenario),
      fault_(fault),
      runbook_(*fault.follow),
      options_(std::move(options)),
      stream_(std::move(stream)),
      model_(model),
      commands_(scenario, model),
      plane_(plane),
      effects_(runbook_.steps.size()),
      begins_(runbook_.steps.size()),
      done_(runbook_.steps.size()) {
  std::vector<Inconsistency> none;
  for (std::size_t step = 0; step < effects_.size(); ++step)
    if (const auto& then = runbook_.steps[step].then) effects_[step] = effect_of(*then, scenario.topology, fault, {}, none);
}

// The situation is that of the moment at which the runbook is opened: the log that waits, the size of the database.
void Operator::plan(double now) {
  const PoolId& pool = pool_of(scenario_.topology, fault_)->name;
  situation_ = filled(runbook_.situation, model_.situation(pool));
  const rules::SiteLoss loss = model_.log_waiting(pool, *situation_.share_survives);
  std::vector<Seconds> durations;
  for (const RunbookStep& step : runbook_.steps) {
    RandomStream random(options_.seed, static_cast<std::uint64_t>(options_.replication), stream_ + "/" + step.name.str(),
                        options_.antithetic);
    durations.push_back(draw_duration(step, situation_, loss, random));
  }
  const RunbookSchedule schedule = poolcast::schedule(runbook_, durations);
  for (std::size_t step = 0; step < effects_.size(); ++step) {
    begins_[step] = now + schedule.steps[step].start.count();
    const double starting = effects_[step] ? commands_.start_time(*effects_[step]) : 0;
    actions_.push_back({begins_[step], step, Action::Kind::begins});
    actions_.push_back({now + schedule.steps[step].end.count() + starting, step, Action::Kind::takes_effect});
  }
  std::ranges::stable_sort(actions_, {}, [](const Action& action) { return std::tuple(action.at, action.kind); });
}

void Operator::operator()() {
  const double horizon = scenario_.horizon.count();
  plan(plane_.now());
  for (const Action& action : actions_) {
    if (action.at > horizon) break;
    plane_.sleep_until(action.at);
    if (action.kind == Action::Kind::takes_effect)
      take_effect(action.step);
    else
      begin(action.step);
  }
}

void Operator::finish() {
  const double horizon = scenario_.horizon.count();
  for (std::size_t step = 0; step < done_.size(); ++step)
    if (!done_[step] && begins_[step] < horizon) enter(step, horizon, EntryKind::unfinished, runbook_.steps[step].does);
}

// Who cannot begin says so; the steps that wait for this one go on at their dates.
void Operator::begin(std::size_t step) {
  if (!effects_[step]) return;
  if (const std::string refusal = commands_.prepare(*effects_[step]); !refusal.empty()) refused(step, refusal);
}

void Operator::take_effect(std::size_t step) {
  if (done_[step]) return;
  const std::string refusal =
      effects_[step] ? commands_.give(*effects_[step], fault_, begins_[step], *situation_.share_survives) : std::string();
  if (!refusal.empty()) return refused(step, refusal);
  done_[step] = true;
  enter(step, plane_.now(), EntryKind::done, runbook_.steps[step].does);
}

void Operator::refused(std::size_t step, const std::string& why) {
  done_[step] = true;
  enter(step, plane_.now(), EntryKind::refused, label(*effects_[step]) + ": " + why);
}

void Operator::enter(std::size_t step, double ends, EntryKind kind, std::string why) {
  const RunbookStep& each = runbook_.steps[step];
  model_.enter({.begins = Seconds{begins_[step]},
                .ends = Seconds{ends},
                .kind = kind,
                .what = each.name.str(),
                .runbook = label(fault_),
                .who = each.who ? each.who->str() : "",
                .why = std::move(why)});
}

}  // namespace poolcast::sim
