// Follows the faults of a scenario through time and keeps how many users each chat server carries.
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "domain/limits/look.hpp"
#include "domain/occurrences.hpp"
#include "domain/runbook_answer.hpp"
#include "domain/runbook_effects.hpp"

namespace poolcast::limits {
namespace {

struct Step {
  Seconds at{0};
  std::size_t fault = 0;
  bool ends = false;                  // the fault is over
  std::optional<std::size_t> effect;  // of the fault's runbook, which one
};

// What the steps of a runbook bring about, if each takes as long as usual.
std::vector<Fault> dated_effects(const Scenario& scenario, const Fault& fault) {
  if (!fault.follow || !poolcast::pool_of(scenario.topology, fault)) return {};
  if (!inconsistencies(*fault.follow).empty()) return {};  // which the scenario's own check says
  const Situation situation = filled(fault.follow->situation, usual_situation());
  std::vector<Seconds> durations;
  for (const RunbookStep& step : fault.follow->steps) durations.push_back(usual_duration(step, situation));
  const RunbookSchedule shift = schedule(*fault.follow, durations);
  std::vector<Fault> effects = effects_of(scenario.topology, fault);
  std::size_t effect = 0;
  for (std::size_t step = 0; step < fault.follow->steps.size(); ++step)
    if (fault.follow->steps[step].then) effects[effect++].at += shift.steps[step].end;
  return effects;
}

constexpr double most_rounds = 100;  // of what happens again and again: later ones find what these have left

// What has dates, in the order of time; at one moment what ends comes before what begins.
std::vector<Step> steps(const Scenario& scenario, const std::vector<std::vector<Fault>>& effects) {
  std::vector<Step> all;
  RandomStream unused(0, 0, "");  // what happens at random has no dates here
  for (std::size_t fault = 0; fault < scenario.faults.size(); ++fault) {
    const Fault& what = scenario.faults[fault];
    if (what.about_every) continue;
    const bool too_often = what.every && (scenario.horizon - what.at) / *what.every > most_rounds;
    for (const Occurrence& each : occurrences(what, too_often ? what.at + *what.every * most_rounds : scenario.horizon, unused)) {
      all.push_back({each.begins, fault, false, {}});
      if (each.ends) all.push_back({*each.ends, fault, true, {}});
    }
    for (std::size_t effect = 0; effect < effects[fault].size(); ++effect)
      if (effects[fault][effect].at < scenario.horizon) all.push_back({effects[fault][effect].at, fault, false, effect});
  }
  std::ranges::stable_sort(all, [](const Step& a, const Step& b) { return a.at != b.at ? a.at < b.at : a.ends && !b.ends; });
  return all;
}

struct ServerState {
  bool listed = false;  // on the active list
  int lost = 0;         // by so many faults at once
  double users = 0;

  bool up() const { return lost == 0; }
};

class Walk {
public:
  Walk(const Scenario& scenario, std::size_t chat_pool) : scenario_(scenario), pool_index_(chat_pool) {
    const ChatPool& pool = scenario.topology.chat_pools[chat_pool];
    for (const NodeId& server : servers_of(pool)) servers_[server] = {};
    for (const NodeId& server : pool.active) servers_[server] = {true, 0, users_per_active(scenario, chat_pool)};
    for (const Fault& fault : scenario.faults) effects_.push_back(dated_effects(scenario, fault));
  }

  void run() {
    for (const Step& step : steps(scenario_, effects_)) take(step);
  }
  // A loss that comes at random, on a day when nothing else happens.
  void run_alone(std::size_t fault) { take({scenario_.faults[fault].at, fault, false, {}}); }

  std::vector<Loss> losses;
  std::vector<Crowd> crowds;

private:
  void take(const Step& step) {
    const Fault& fault = step.effect ? effects_[step.fault][*step.effect] : scenario_.faults[step.fault];
    if (fault.lose) {
      const auto [known, is_new] = ours_.try_emplace(step.fault);
      if (is_new) known->second = ours(*fault.lose);
      const std::vector<NodeId>& servers = known->second;
      if (!servers.empty()) step.ends ? restore(step, servers) : lose(step, servers);
    }
    if (fault.drain && servers_.contains(*fault.drain)) servers_[*fault.drain].listed = step.ends;
    if (fault.activate && servers_.contains(*fault.activate)) activate(step, *fault.activate);
    const ChatPool& pool = scenario_.topology.chat_pools[pool_index_];
    if (fault.swap == pool.name) list(step, [&](const NodeId& server) { return !servers_[server].listed; });
    if (fault.set_active && poolcast::pool_of(scenario_.topology, fault) == &pool) {
      const auto chosen = servers_named(scenario_.topology, pool, *fault.set_active);
      list(step, [&](const NodeId& server) { return std::ranges::find(chosen, server) != chosen.end(); });
    }
  }

  // The pool's servers among the machines of a fault.
  std::vector<NodeId> ours(const Names& names) const {
    std::vector<NodeId> servers;
    for (const NodeId& machine : machines_of(scenario_.topology, names))
      if (servers_.contains(machine)) servers.push_back(machine);
    return servers;
  }

  void lose(const Step& step, const std::vector<NodeId>& names) {
    Loss loss;
    loss.fault = step.fault;
    loss.chat_pool = pool_index_;
    loss.server = names.size() == 1 ? names.front() : NodeId(names_of(names));
    for (const auto& [other, state] : servers_) {
      if (!state.up()) loss.away.push_back(other);
    }
    for (const NodeId& name : names) {
      ++servers_[name].lost;
      loss.displaced += std::exchange(servers_[name].users, 0.0);
    }
    loss.survivors = accepting();
    if (loss.displaced <= 0) return;
    double least = loss.displaced + 1e300;
    for (auto& [other, state] : servers_) {
      if (!state.listed || !state.up()) continue;
      state.users += loss.displaced / static_cast<double>(loss.survivors);
      least = std::min(least, state.users);
      if (state.users <= loss.fullest) continue;
      loss.fullest = state.users;
      loss.fullest_server = other;
    }
    loss.even = loss.survivors == 0 || loss.fullest - least < 0.5;
    keep(std::move(loss));
  }

  // Of a fault that happens again and again the worst loss.
  void keep(Loss loss) {
    const auto earlier = std::ranges::find(losses, loss.fault, &Loss::fault);
    if (earlier == losses.end()) return losses.push_back(std::move(loss));
    const bool worse = earlier->survivors > 0 && (loss.survivors == 0 || loss.fullest > earlier->fullest);
    if (worse) *earlier = std::move(loss);
  }

  // Of a fault that happens again and again the first of those that are alike.
  void keep(Crowd crowd) {
    const bool known = std::ranges::any_of(crowds, [&](const Crowd& each) {
      return each.fault == crowd.fault && each.server == crowd.server && each.active == crowd.active;
    });
    if (!known) crowds.push_back(std::move(crowd));
  }

  void restore(const Step& step, const std::vector<NodeId>& names) {
    for (const NodeId& name : names) {
      if (--servers_[name].lost > 0) continue;
      if (servers_[name].listed) keep(Crowd{step.fault, pool_index_, name, true, step.at, accepting()});
    }
  }

  void activate(const Step& step, const NodeId& name) {
    servers_[name].listed = !step.ends;
    if (!step.ends) keep(Crowd{step.fault, pool_index_, name, false, step.at, accepting()});
  }

  // A whole new list; the last one who joins it speaks for all.
  void list(const Step& step, const std::function<bool(const NodeId&)>& shall_be_listed) {
    std::optional<NodeId> last;
    for (auto& [server, state] : servers_) {
      const bool listed = shall_be_listed(server);
      if (listed && !state.listed) last = server;
      state.listed = listed;
    }
    if (last) keep(Crowd{step.fault, pool_index_, *last, false, step.at, accepting()});
  }

  std::size_t accepting() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(servers_, [](const auto& server) { return server.second.listed && server.second.up(); }));
  }

  const Scenario& scenario_;
  std::size_t pool_index_;
  std::map<NodeId, ServerState> servers_;
  std::vector<std::vector<Fault>> effects_;          // by fault, of its runbook
  std::map<std::size_t, std::vector<NodeId>> ours_;  // by fault
};

}  // namespace

std::vector<Loss> losses(const Scenario& scenario) {
  std::vector<Loss> all;
  for (std::size_t pool = 0; pool < scenario.topology.chat_pools.size(); ++pool) {
    Walk walk(scenario, pool);
    walk.run();
    all.insert(all.end(), walk.losses.begin(), walk.losses.end());
    for (std::size_t fault = 0; fault < scenario.faults.size(); ++fault) {
      if (!scenario.faults[fault].about_every) continue;
      Walk alone(scenario, pool);
      alone.run_alone(fault);
      all.insert(all.end(), alone.losses.begin(), alone.losses.end());
    }
  }
  return all;
}

std::vector<Crowd> activations(const Scenario& scenario) {
  std::vector<Crowd> all;
  for (std::size_t pool = 0; pool < scenario.topology.chat_pools.size(); ++pool) {
    Walk walk(scenario, pool);
    walk.run();
    all.insert(all.end(), walk.crowds.begin(), walk.crowds.end());
  }
  return all;
}

}  // namespace poolcast::limits
