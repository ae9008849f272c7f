#include "sim/actors/operator.hpp"

#include <algorithm>
#include <utility>

#include "domain/runbook_answer.hpp"
#include "domain/runbook_effects.hpp"

namespace poolcast::sim {

Operator::Operator(const Scenario& scenario, const Fault& fault, RunOptions options, std::string stream, ChatModel& model,
                   const RequestPlane& plane)
    : scenario_(scenario),
      fault_(fault),
      runbook_(*fault.follow),
      pool_(pool_of(scenario.topology, fault)->name),
      options_(std::move(options)),
      stream_(std::move(stream)),
      model_(model),
      commands_(scenario, model),
      plane_(plane),
      shift_(runbook_),
      effects_(runbook_.steps.size()),
      ordered_(runbook_.steps.size()),
      takes_effect_(runbook_.steps.size()) {
  std::vector<Inconsistency> none;
  for (std::size_t step = 0; step < effects_.size(); ++step)
    if (const auto& then = runbook_.steps[step].then) effects_[step] = effect_of(*then, scenario.topology, fault, {}, none);
}

// What there is to copy or to apply is that of now, but for the log that waits: its jobs stand still from the loss on.
Situation Operator::situation() const { return filled(runbook_.situation, model_.situation(pool_)); }

void Operator::operator()() {
  share_survives_ = *situation().share_survives;
  log_waiting_ = model_.log_waiting(pool_, share_survives_);
  for (Seconds now{plane_.now()}; now <= scenario_.horizon; now = next_date(now)) {
    plane_.sleep_until(now.count());
    give_orders(now);
    take_effects(now);
    shift_.release(now);
    while (const auto step = shift_.start_one(now)) {
      begin(*step, now);
      give_orders(now);
      take_effects(now);
      shift_.release(now);
    }
  }
}

Seconds Operator::next_date(Seconds now) const {
  Seconds next = shift_.next_end(now);
  for (const auto& date : takes_effect_)
    if (date) next = std::min(next, *date);
  return next;
}

void Operator::begin(std::size_t step, Seconds now) {
  RandomStream random(options_.seed, static_cast<std::uint64_t>(options_.replication),
                      stream_ + "/" + runbook_.steps[step].name.str(), options_.antithetic);
  const Seconds takes = draw_duration(runbook_.steps[step], situation(), log_waiting_, random);
  const double starting = effects_[step] ? commands_.start_time(*effects_[step]) : 0;
  shift_.ends(step, now + takes);
  ordered_[step] = now + takes;
  takes_effect_[step] = now + takes + Seconds{starting};
  if (!effects_[step]) return;
  if (const std::string refusal = commands_.prepare(*effects_[step]); !refusal.empty()) refused(step, refusal);
}

// Whoever orders servers to start learns at once that they are not to, before anybody goes on with what waits for them.
void Operator::give_orders(Seconds now) {
  for (std::size_t step = 0; step < ordered_.size(); ++step) {
    if (!ordered_[step] || *ordered_[step] > now) continue;
    ordered_[step].reset();
    const auto refusal = effects_[step] ? commands_.order(*effects_[step]) : "";
    if (!refusal.empty()) refused(step, refusal);
  }
}

void Operator::take_effects(Seconds now) {
  for (std::size_t step = 0; step < takes_effect_.size(); ++step) {
    if (!takes_effect_[step] || *takes_effect_[step] > now) continue;
    const auto refusal = effects_[step] ? commands_.give(*effects_[step], fault_, begun(step).count(), share_survives_) : "";
    if (!refusal.empty()) {
      refused(step, refusal);
      continue;
    }
    takes_effect_[step].reset();
    enter(step, begun(step), now, EntryKind::done, runbook_.steps[step].does);
  }
}

// What was not brought about holds up the steps that wait for it; the others go on.
void Operator::refused(std::size_t step, const std::string& why) {
  const Seconds now{plane_.now()};
  ordered_[step].reset();
  takes_effect_[step].reset();
  enter(step, begun(step), now, EntryKind::refused, label(*effects_[step]) + ": " + why);
  for (const std::size_t held_up : shift_.refuse(step, now))
    enter(held_up, now, now, EntryKind::not_begun, runbook_.steps[step].name.str() + " was refused");
}

void Operator::finish() {
  for (std::size_t step = 0; step < takes_effect_.size(); ++step)
    if (takes_effect_[step] && begun(step) < scenario_.horizon)
      enter(step, begun(step), scenario_.horizon, EntryKind::unfinished, runbook_.steps[step].does);
}

void Operator::enter(std::size_t step, Seconds begins, Seconds ends, EntryKind kind, std::string why) {
  const RunbookStep& each = runbook_.steps[step];
  model_.enter({.begins = begins,
                .ends = ends,
                .kind = kind,
                .what = each.name.str(),
                .runbook = label(fault_),
                .who = each.who ? each.who->str() : "",
                .why = std::move(why)});
}

}  // namespace poolcast::sim
