// Follows the faults of a scenario through time and keeps how many users each chat server carries.
#include <algorithm>
#include <map>
#include <utility>

#include "domain/limits/look.hpp"

namespace poolcast::limits {
namespace {

struct Step {
  Seconds at{0};
  std::size_t fault = 0;
  bool ends = false;  // the fault is over
};

// In the order of time; at one moment what ends comes before what begins.
std::vector<Step> steps(const Scenario& scenario) {
  std::vector<Step> all;
  for (std::size_t fault = 0; fault < scenario.faults.size(); ++fault) {
    const Fault& what = scenario.faults[fault];
    all.push_back({what.at, fault, false});
    if (what.duration) all.push_back({what.at + *what.duration, fault, true});
  }
  std::ranges::stable_sort(all, [](const Step& a, const Step& b) { return a.at != b.at ? a.at < b.at : a.ends && !b.ends; });
  return all;
}

struct ServerState {
  bool listed = false;  // on the active list
  bool up = true;
  double users = 0;
};

class Walk {
public:
  Walk(const Scenario& scenario, std::size_t chat_pool) : scenario_(scenario), pool_index_(chat_pool) {
    const ChatPool& pool = scenario.topology.chat_pools[chat_pool];
    for (const NodeId& server : servers_of(pool)) servers_[server] = {};
    for (const NodeId& server : pool.active) servers_[server] = {true, true, users_per_active(scenario, chat_pool)};
  }

  void run() {
    for (const Step& step : steps(scenario_)) take(step);
  }
  std::vector<Loss> losses;
  std::vector<Crowd> crowds;

private:
  void take(const Step& step) {
    const Fault& fault = scenario_.faults[step.fault];
    if (fault.lose) {
      const std::vector<NodeId> servers = ours(*fault.lose);
      if (!servers.empty()) step.ends ? restore(step, servers) : lose(step, servers);
    }
    if (fault.drain && servers_.contains(*fault.drain)) servers_[*fault.drain].listed = step.ends;
    if (fault.activate && servers_.contains(*fault.activate)) activate(step, *fault.activate);
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
      if (!state.up) loss.away.push_back(other);
    }
    for (const NodeId& name : names) {
      servers_[name].up = false;
      loss.displaced += std::exchange(servers_[name].users, 0.0);
    }
    loss.survivors = accepting();
    if (loss.displaced <= 0) return;
    double least = loss.displaced + 1e300;
    for (auto& [other, state] : servers_) {
      if (!state.listed || !state.up) continue;
      state.users += loss.displaced / static_cast<double>(loss.survivors);
      least = std::min(least, state.users);
      if (state.users <= loss.fullest) continue;
      loss.fullest = state.users;
      loss.fullest_server = other;
    }
    loss.even = loss.survivors == 0 || loss.fullest - least < 0.5;
    losses.push_back(std::move(loss));
  }

  void restore(const Step& step, const std::vector<NodeId>& names) {
    for (const NodeId& name : names) {
      servers_[name].up = true;
      if (servers_[name].listed) crowds.push_back({step.fault, pool_index_, name, true, step.at, accepting()});
    }
  }

  void activate(const Step& step, const NodeId& name) {
    servers_[name].listed = !step.ends;
    if (!step.ends) crowds.push_back({step.fault, pool_index_, name, false, step.at, accepting()});
  }

  std::size_t accepting() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(servers_, [](const auto& server) { return server.second.listed && server.second.up; }));
  }

  const Scenario& scenario_;
  std::size_t pool_index_;
  std::map<NodeId, ServerState> servers_;
};

}  // namespace

std::vector<Loss> losses(const Scenario& scenario) {
  std::vector<Loss> all;
  for (std::size_t pool = 0; pool < scenario.topology.chat_pools.size(); ++pool) {
    Walk walk(scenario, pool);
    walk.run();
    all.insert(all.end(), walk.losses.begin(), walk.losses.end());
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
