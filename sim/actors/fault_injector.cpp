#include "sim/actors/fault_injector.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "domain/ensure.hpp"
#include "domain/occurrences.hpp"
#include "sim/simgrid_compat.hpp"

namespace poolcast::sim {
namespace {

bool is_standby(const Topology& topology, const NodeId& node) {
  return std::ranges::any_of(topology.chat_pools,
                             [&](const ChatPool& pool) { return std::ranges::find(pool.standby, node) != pool.standby.end(); });
}

}  // namespace

FaultInjector::FaultInjector(const Scenario& scenario, const RunOptions& options, Platform& platform, ChatModel& model,
                             const RequestPlane& plane)
    : scenario_(scenario),
      platform_(platform),
      model_(model),
      plane_(plane),
      drained_(scenario.faults.size()),
      cuts_(scenario.faults.size()) {
  for (std::size_t number = 0; number < scenario.faults.size(); ++number) plan(number, options);
  std::ranges::stable_sort(actions_, [](const Action& left, const Action& right) {
    return left.at != right.at ? left.at < right.at : left.begins < right.begins;
  });
}

void FaultInjector::plan(std::size_t number, const RunOptions& options) {
  const Fault& fault = scenario_.faults[number];
  RandomStream random(options.seed, static_cast<std::uint64_t>(options.replication),
                      "fault " + std::to_string(number) + ": " + label(fault), options.antithetic);
  for (const Occurrence& occurrence : occurrences(fault, scenario_.horizon, random)) {
    const double begins = occurrence.begins.count() + preparation(fault, random);
    if (occurrence.ends && occurrence.ends->count() <= begins) continue;  // called off before it has started
    actions_.push_back({begins, number, true});
    if (occurrence.ends) actions_.push_back({occurrence.ends->count(), number, false});
  }
}

// How long operators work before anything changes.
double FaultInjector::preparation(const Fault& fault, RandomStream& random) const {
  // A standby that is activated first has to start; a server that was only drained is running.
  if (fault.swap || (fault.activate && is_standby(scenario_.topology, *fault.activate))) return model_.start_time();
  if (!fault.fail_over) return 0;
  const bool front_end = find_front_end_pool(scenario_.topology, *fault.fail_over) != nullptr;
  const SecondsRange takes = fault.takes.value_or(front_end ? front_end_failover : SecondsRange{});
  return random.uniform(takes.low.count(), takes.high.count());
}

void FaultInjector::operator()() {
  const double horizon = scenario_.horizon.count();
  for (const Action& action : actions_) {
    if (action.at > horizon) break;
    wait_for(action.at);
    action.begins ? begin(action.fault) : end(action.fault);
  }
  wait_for(horizon);
}

// The plane first does what is due up to this date, in every mode: only then may the model or a latency change.
void FaultInjector::wait_for(double date) {
  plane_.sleep_until(date);
  constexpr double tick = 1e-6;  // of the longest runs: actors wake at whole ticks, what happens at random has dates between them
  ensure(plane_.now() > date - tick, "an actor wakes no earlier than it asked for");
}

void FaultInjector::begin(std::size_t number) {
  const Fault& fault = scenario_.faults[number];
  model_.fault_begins(fault);
  if (fault.lose) lose(fault);
  if (fault.drain) drained_[number] = model_.drain(*fault.drain);
  if (fault.activate) model_.accept(*fault.activate);
  if (fault.swap) model_.swap(*fault.swap);
  if (fault.fail_over && fault.to) model_.fail_over(*fault.fail_over, *fault.to, fault);
  if (fault.fail_over && !fault.to) model_.work_on_secondary(*fault.fail_over);
  if (fault.slow_disk) model_.slow_disk(*fault.slow_disk, fault.factor);
  if (fault.fill_disk) model_.fill_disk(*fault.fill_disk, true);
  if (fault.sync_directory) model_.sync_directory(*fault.sync_directory, fault.factor);
  if (fault.hang) model_.hang(*fault.hang, fault);
  if (fault.slow) model_.slow(*fault.slow, fault.factor);
  if (!fault.slow_link.empty()) scale_latency(fault, fault.factor);
  if (!fault.narrow_link.empty()) scale_bandwidth(fault, 1 / fault.factor);
  if (!fault.lossy_link.empty()) set_losses(fault, {*fault.loss, fault.retransmit_after});
  if (fault.cut) cut(number);
  if (fault.make_principal) model_.make_principal(*fault.make_principal);
  if (fault.force_service) model_.force_service(*fault.force_service);
  if (fault.suspend_mirroring) model_.suspend_mirroring(*fault.suspend_mirroring);
  if (fault.resume_mirroring) model_.resume_mirroring(*fault.resume_mirroring);
}

void FaultInjector::end(std::size_t number) {
  const Fault& fault = scenario_.faults[number];
  if (fault.lose) restore(fault);
  if (fault.drain && drained_[number]) model_.accept(*fault.drain);
  if (fault.activate) model_.drain(*fault.activate);
  if (fault.swap) model_.swap(*fault.swap);
  if (fault.fail_over && fault.to) model_.fail_back(*fault.fail_over, fault);
  if (fault.fail_over && !fault.to) model_.work_on_principal(*fault.fail_over);
  if (fault.slow_disk) model_.slow_disk(*fault.slow_disk, 1);
  if (fault.fill_disk) model_.fill_disk(*fault.fill_disk, false);
  if (fault.sync_directory) model_.sync_directory(*fault.sync_directory, 1);
  if (fault.hang) model_.goes_on(*fault.hang);
  if (fault.slow) model_.slow(*fault.slow, 1);
  if (!fault.slow_link.empty()) scale_latency(fault, 1 / fault.factor);
  if (!fault.narrow_link.empty()) scale_bandwidth(fault, fault.factor);
  if (!fault.lossy_link.empty()) set_losses(fault, {});
  if (fault.cut) platform_.heal(cuts_[number]);
  if (fault.suspend_mirroring) model_.resume_mirroring(*fault.suspend_mirroring);
}

// All machines of the fault are expected to go before the first one does.
void FaultInjector::lose(const Fault& fault) {
  const std::vector<NodeId> machines = machines_of(scenario_.topology, *fault.lose);
  for (const NodeId& machine : machines) model_.expect_loss(machine, fault);
  for (const NodeId& machine : machines)
    if (++reasons_to_be_down_[machine] == 1) platform_.host(machine)->turn_off();
}

void FaultInjector::restore(const Fault& fault) {
  for (const NodeId& machine : machines_of(scenario_.topology, *fault.lose))
    if (--reasons_to_be_down_[machine] == 0) platform_.host(machine)->turn_on();
}

void FaultInjector::cut(std::size_t number) {
  const Fault& fault = scenario_.faults[number];
  const std::vector<NodeId> one_side = machines_of(scenario_.topology, *fault.cut);
  std::vector<NodeId> other_side;
  if (fault.away_from) {
    other_side = machines_of(scenario_.topology, *fault.away_from);
  } else {
    std::ranges::copy_if(all_nodes(scenario_.topology), std::back_inserter(other_side),
                         [&](const NodeId& node) { return std::ranges::find(one_side, node) == one_side.end(); });
  }
  model_.connections_change_by(&fault);
  cuts_[number] = platform_.cut(one_side, other_side);
}

void FaultInjector::scale_latency(const Fault& fault, double factor) {
  const SiteNumber a = platform_.site(fault.slow_link.front());
  const SiteNumber b = platform_.site(fault.slow_link.back());
  platform_.set_latency(a, b, platform_.latency(a, b) * factor);
}

void FaultInjector::scale_bandwidth(const Fault& fault, double factor) {
  model_.scale_bandwidth(platform_.site(fault.narrow_link.front()), platform_.site(fault.narrow_link.back()), factor);
}

void FaultInjector::set_losses(const Fault& fault, const Platform::Losses& losses) {
  platform_.set_losses(platform_.site(fault.lossy_link.front()), platform_.site(fault.lossy_link.back()), losses);
}

}  // namespace poolcast::sim
