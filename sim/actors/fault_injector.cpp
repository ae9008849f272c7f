#include "sim/actors/fault_injector.hpp"

#include <algorithm>

#include "domain/ensure.hpp"
#include "sim/simgrid_compat.hpp"

namespace poolcast::sim {
namespace {

bool is_standby(const Topology& topology, const NodeId& node) {
  return std::ranges::any_of(topology.chat_pools,
                             [&](const ChatPool& pool) { return std::ranges::find(pool.standby, node) != pool.standby.end(); });
}

}  // namespace

FaultInjector::FaultInjector(const Scenario& scenario, Platform& platform, ChatModel& model, const RequestPlane& plane)
    : scenario_(scenario), platform_(platform), model_(model), plane_(plane) {
  for (const Fault& fault : scenario.faults) {
    // A standby that is activated first has to start; a server that was only drained is running.
    const bool starts = fault.activate && is_standby(scenario.topology, *fault.activate);
    const double begins = fault.at.count() + (starts ? model.start_time() : 0);
    if (fault.duration && fault.at.count() + fault.duration->count() <= begins) continue;  // called off before it has started
    actions_.push_back({begins, &fault, true});
    if (fault.duration) actions_.push_back({fault.at.count() + fault.duration->count(), &fault, false});
  }
  std::ranges::stable_sort(actions_, [](const Action& left, const Action& right) {
    return left.at != right.at ? left.at < right.at : left.begins < right.begins;
  });
}

void FaultInjector::operator()() {
  const double horizon = scenario_.horizon.count();
  for (const Action& action : actions_) {
    if (action.at > horizon) break;
    wait_for(action.at);
    action.begins ? begin(*action.fault) : end(*action.fault);
  }
  wait_for(horizon);
}

// The plane first does what is due up to this date, in every mode: only then may the model or a latency change.
void FaultInjector::wait_for(double date) {
  plane_.sleep_until(date);
  ensure(plane_.now() >= date, "an actor wakes no earlier than it asked for");
}

void FaultInjector::begin(const Fault& fault) {
  if (fault.lose) {
    model_.expect_loss(fault);
    platform_.host(*fault.lose)->turn_off();
  }
  if (fault.drain && model_.drain(*fault.drain)) drained_.push_back(&fault);
  if (fault.activate) model_.accept(*fault.activate);
  if (fault.slow) model_.slow(*fault.slow, fault.factor);
  if (!fault.slow_link.empty()) scale_latency(fault, fault.factor);
}

void FaultInjector::end(const Fault& fault) {
  if (fault.lose) platform_.host(*fault.lose)->turn_on();
  if (std::ranges::find(drained_, &fault) != drained_.end()) model_.accept(*fault.drain);
  if (fault.activate) model_.drain(*fault.activate);
  if (fault.slow) model_.slow(*fault.slow, 1);
  if (!fault.slow_link.empty()) scale_latency(fault, 1 / fault.factor);
}

void FaultInjector::scale_latency(const Fault& fault, double factor) {
  const SiteNumber a = platform_.site(fault.slow_link.front());
  const SiteNumber b = platform_.site(fault.slow_link.back());
  platform_.set_latency(a, b, platform_.latency(a, b) * factor);
}

}  // namespace poolcast::sim
