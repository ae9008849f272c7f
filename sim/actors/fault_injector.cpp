#include "sim/actors/fault_injector.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "domain/ensure.hpp"
#include "domain/occurrences.hpp"
#include "sim/simgrid_compat.hpp"

namespace poolcast::sim {

FaultInjector::FaultInjector(const Scenario& scenario, RunOptions options, Platform& platform, ChatModel& model,
                             const RequestPlane& plane)
    : scenario_(scenario),
      options_(std::move(options)),
      platform_(platform),
      model_(model),
      commands_(scenario, model),
      plane_(plane),
      undoable_(scenario.faults.size()),
      called_off_(scenario.faults.size()),
      cuts_(scenario.faults.size()) {
  for (std::size_t number = 0; number < scenario.faults.size(); ++number) plan(number);
  std::ranges::stable_sort(actions_, {}, [](const Action& action) { return std::tuple(action.at, action.kind); });
}

std::string FaultInjector::stream_of(std::size_t number) const {
  return "fault " + std::to_string(number) + ": " + label(scenario_.faults[number]);
}

void FaultInjector::plan(std::size_t number) {
  const Fault& fault = scenario_.faults[number];
  RandomStream random(options_.seed, static_cast<std::uint64_t>(options_.replication), stream_of(number), options_.antithetic);
  for (const Occurrence& occurrence : occurrences(fault, scenario_.horizon, random)) {
    const double ordered = occurrence.begins.count();
    // How long a copy takes depends on what there is to copy by then.
    const bool is_copied = is_full_copy(fault) && !fault.takes;
    const double begins = ordered + (is_copied ? 0 : commands_.preparation(fault, random));
    if (occurrence.ends && occurrence.ends->count() <= begins) continue;  // called off before it has started
    if (is_full_copy(fault)) actions_.push_back({Action::Kind::prepares, ordered, number, ordered});
    if (!is_copied) actions_.push_back({Action::Kind::begins, begins, number, ordered});
    if (occurrence.ends) actions_.push_back({Action::Kind::ends, occurrence.ends->count(), number, ordered});
  }
}

void FaultInjector::operator()() {
  const double horizon = scenario_.horizon.count();
  for (std::size_t next = 0; next < actions_.size() && actions_[next].at <= horizon; ++next) {
    const Action action = actions_[next];
    wait_for(action.at);
    const Fault& fault = scenario_.faults[action.fault];
    if (action.kind == Action::Kind::prepares) {
      prepare(action, next);
    } else if (fault.follow) {
      follow(action.fault);
    } else if (is_of_operators(fault)) {
      command(action);
    } else {
      action.kind == Action::Kind::begins ? begin(action.fault) : end(action.fault);
    }
  }
  wait_for(horizon);
}

void FaultInjector::finish() {
  for (Operator& each : operators_) each.finish();
}

// The plane first does what is due up to this date, in every mode: only then may the model or a latency change.
void FaultInjector::wait_for(double date) {
  plane_.sleep_until(date);
  constexpr double tick = 1e-6;  // of the longest runs: actors wake at whole ticks, what happens at random has dates between them
  ensure(plane_.now() > date - tick, "an actor wakes no earlier than it asked for");
}

// Operators set to work on a copy, which takes as long as it is large.
void FaultInjector::prepare(const Action& action, std::size_t position) {
  const Fault& fault = scenario_.faults[action.fault];
  const std::string refusal = commands_.prepare(fault);
  called_off_[action.fault] = !refusal.empty();
  if (!refusal.empty()) return enter(action, refusal);
  if (fault.takes) return;
  RandomStream none(0, 0, "");  // nothing at random here
  const Action effect{Action::Kind::begins, action.at + commands_.preparation(fault, none), action.fault, action.at};
  const auto later = std::ranges::upper_bound(actions_.begin() + static_cast<std::ptrdiff_t>(position) + 1, actions_.end(),
                                              effect.at, {}, &Action::at);
  actions_.insert(later, effect);
}

void FaultInjector::command(const Action& action) {
  const Fault& fault = scenario_.faults[action.fault];
  const bool begins = action.kind == Action::Kind::begins;
  if (begins ? called_off_[action.fault] : !undoable_[action.fault]) return;
  const std::string refusal = begins ? commands_.give(fault, fault, action.ordered) : commands_.undo(fault, fault);
  undoable_[action.fault] = begins && refusal.empty();
  enter(action, refusal);
}

void FaultInjector::enter(const Action& action, const std::string& refusal) {
  const bool ends = action.kind == Action::Kind::ends;
  model_.enter({.begins = Seconds{ends ? plane_.now() : action.ordered},
                .ends = Seconds{plane_.now()},
                .kind = refusal.empty() ? EntryKind::done : EntryKind::refused,
                .what = (ends ? "end of " : "") + label(scenario_.faults[action.fault]),
                .runbook = {},
                .who = {},
                .why = refusal});
}

void FaultInjector::follow(std::size_t number) {
  Operator& each = operators_.emplace_back(scenario_, scenario_.faults[number], options_, stream_of(number), model_, plane_);
  compat::add_actor(platform_.bench(), "operator", [&each] { each(); });
}

void FaultInjector::begin(std::size_t number) {
  const Fault& fault = scenario_.faults[number];
  model_.fault_begins(fault);
  if (fault.lose) lose(fault);
  if (fault.lose_disks) {
    ++disks_lost_[*fault.lose_disks];
    model_.disks_lost(*fault.lose_disks, fault);
  }
  if (fault.slow_disk) model_.slow_disk(*fault.slow_disk, hold("slow_disk", fault.slow_disk->str(), fault.factor));
  if (fault.fill_disk) model_.fill_disk(*fault.fill_disk, ++disks_filled_[*fault.fill_disk] > 0);
  if (fault.sync_directory)
    model_.sync_directory(*fault.sync_directory, hold("sync_directory", fault.sync_directory->str(), fault.factor));
  if (fault.hang) hang(number, true);
  if (fault.slow) model_.slow(*fault.slow, hold("slow", fault.slow->str(), fault.factor));
  if (!fault.slow_link.empty()) scale_latency(fault, fault.factor);
  if (!fault.narrow_link.empty()) scale_bandwidth(fault, 1 / fault.factor);
  if (!fault.lossy_link.empty()) lose_packets(number, true);
  if (fault.cut) cut(number);
}

void FaultInjector::end(std::size_t number) {
  const Fault& fault = scenario_.faults[number];
  if (fault.lose) restore(fault);
  if (fault.lose_disks && --disks_lost_[*fault.lose_disks] == 0) model_.disks_returned(*fault.lose_disks);
  if (fault.slow_disk) model_.slow_disk(*fault.slow_disk, release("slow_disk", fault.slow_disk->str(), fault.factor));
  if (fault.fill_disk) model_.fill_disk(*fault.fill_disk, --disks_filled_[*fault.fill_disk] > 0);
  if (fault.sync_directory)
    model_.sync_directory(*fault.sync_directory, release("sync_directory", fault.sync_directory->str(), fault.factor));
  if (fault.hang) hang(number, false);
  if (fault.slow) model_.slow(*fault.slow, release("slow", fault.slow->str(), fault.factor));
  if (!fault.slow_link.empty()) scale_latency(fault, 1 / fault.factor);
  if (!fault.narrow_link.empty()) scale_bandwidth(fault, fault.factor);
  if (!fault.lossy_link.empty()) lose_packets(number, false);
  if (fault.cut) platform_.heal(cuts_[number]);
}

double FaultInjector::hold(std::string_view verb, const std::string& subject, double factor) {
  auto& factors = held_[{verb, subject}];
  factors.push_back(factor);
  double product = 1;
  for (const double each : factors) product *= each;
  return product;
}

// Multiplied anew and not divided: what nobody slows any more has its own speed to the last bit.
double FaultInjector::release(std::string_view verb, const std::string& subject, double factor) {
  auto& factors = held_[{verb, subject}];
  factors.erase(std::ranges::find(factors, factor));
  double product = 1;
  for (const double each : factors) product *= each;
  return product;
}

// A restart does not cure what hangs a chat service: it hangs again until the fault ends. A SQL instance that operators end is
// cured.
void FaultInjector::hang(std::size_t number, bool begins) {
  const Fault& fault = scenario_.faults[number];
  auto& reasons = hangs_[*fault.hang];
  if (begins) {
    reasons.push_back(number);
    if (reasons.size() == 1) model_.hang(*fault.hang, fault);
  } else {
    std::erase(reasons, number);
    if (reasons.empty()) model_.goes_on(*fault.hang);
  }
}

// All machines of the fault are expected to go before the first one does.
void FaultInjector::lose(const Fault& fault) {
  const std::vector<NodeId> machines = machines_of(scenario_.topology, *fault.lose);
  for (const NodeId& machine : machines) model_.expect_loss(machine, fault);
  for (const NodeId& machine : machines)
    if (++reasons_to_be_down_[machine] == 1)
      platform_.host(machine)->turn_off();
    else if (fault.kind == LossKind::destroyed)
      model_.destroyed_while_lost(machine, fault);
}

void FaultInjector::restore(const Fault& fault) {
  for (const NodeId& machine : machines_of(scenario_.topology, *fault.lose)) {
    if (--reasons_to_be_down_[machine] > 0) continue;
    platform_.host(machine)->turn_on();
    const auto hung = hangs_.find(machine);
    if (model_.is_chat_server(machine) && hung != hangs_.end() && !hung->second.empty())
      model_.hang(machine, scenario_.faults[hung->second.front()]);
  }
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

// Of several faults on one link the worst one counts: their packets are the same packets.
void FaultInjector::lose_packets(std::size_t number, bool begins) {
  const Fault& fault = scenario_.faults[number];
  const auto [a, b] = std::minmax({platform_.site(fault.lossy_link.front()), platform_.site(fault.lossy_link.back())});
  auto& reasons = lossy_[{a, b}];
  if (begins)
    reasons.push_back(number);
  else
    std::erase(reasons, number);
  Platform::Losses losses{};
  for (const std::size_t reason : reasons) {
    const Fault& each = scenario_.faults[reason];
    if (each.loss->of_one > losses.share.of_one) losses = {*each.loss, each.retransmit_after};
  }
  platform_.set_losses(a, b, losses);
}

}  // namespace poolcast::sim
