#include "sim/analytic/followed.hpp"

#include <algorithm>
#include <string>

#include "domain/ensure.hpp"
#include "domain/limits/capacity.hpp"
#include "domain/runbook_effects.hpp"
#include "domain/spelling.hpp"
#include "sim/analytic/load.hpp"

namespace poolcast::sim::analytic {
namespace {

using Found = std::vector<Inconsistency>;

// Which way a runbook leads: whether its steps fail the chat pool itself over, and back.
struct Ways {
  bool over = false;
  bool back = false;
};

Ways ways_of(const Topology& topology, const Fault& fault, const ChatPool& pool) {
  Ways ways;
  for (const Fault& effect : effects_of(topology, fault)) {
    ways.over = ways.over || effect.fail_over == pool.name;
    ways.back = ways.back || effect.fail_back == pool.name;
  }
  return ways;
}

// The control plane fails all of a pool's users over, and makes all servers of the site active that takes them.
std::string why_not(const Fault& effect, const Topology& topology, const ChatPool& pool, Ways ways) {
  if (effect.fail_over || effect.fail_back) {
    const PoolId& subject = effect.fail_over ? *effect.fail_over : *effect.fail_back;
    if (subject == pool.name || subject == pool.next_hop) return {};
    return "fails over or back " + subject.str() + ", which is neither " + pool.name.str() + " nor its next hop";
  }
  if (effect.new_mirror) return {};
  if (!effect.set_active) return "brings `" + std::string(verbs_of(effect).front()) + "` about";
  const std::vector<NodeId> named = servers_named(topology, pool, *effect.set_active);
  const std::vector<NodeId>& wanted = ways.over ? pool.standby : pool.active;
  if (wanted.empty() && !named.empty()) return "makes servers active, of a pool that has no standby ones";
  const bool has_all =
      std::ranges::all_of(wanted, [&](const NodeId& server) { return std::ranges::find(named, server) != named.end(); });
  if (has_all || (ways.back && named.empty())) return {};
  return std::string("makes other servers active than the pool's ") + (ways.over ? "standby" : "active") + " ones";
}

void check_effects(const Scenario& scenario, const Fault& fault, const ChatPool& pool, Ways ways, const std::string& key,
                   Found& found) {
  for (std::size_t step = 0; step < fault.follow->steps.size(); ++step) {
    const auto& then = fault.follow->steps[step].then;
    if (!then) continue;
    const std::string at = key + ".steps[" + std::to_string(step) + "].then";
    Found none;
    const std::string why = why_not(effect_of(*then, scenario.topology, fault, at, none), scenario.topology, pool, ways);
    if (!why.empty())
      found.push_back({at, "step " + fault.follow->steps[step].name.str() + " " + why + ", which availability cannot play",
                       "take it out of the runbook, or name another one with --runbook or --failback"});
  }
}

// Of the pool that a runbook is about: what it needs, as the simulator knows it, but in the long run.
Situation situation_of(const PoolLoad& load) {
  const Topology& topology = load.scenario->topology;
  const Database& content = *find_database(topology, *load.pool, Holds::content);
  Situation known = usual_situation();
  if (content.size) known.database = content.size;
  known.log_rate = Bandwidth{load.posts() * load.scenario->workload.row.count * limits::log_bytes_per_row_byte};
  known.redo_speed = Bandwidth{load.costs.redo};
  known.share_survives = false;
  if (!content.log_shipping) return known;
  const SiteId here = site_of(topology, content.principal).value_or(load.pool->site);
  const SiteId there = site_of(topology, content.log_shipping->secondary).value_or(load.pool->site);
  known.wan = link_between(topology, here, there).bandwidth;
  known.backup_interval = content.log_shipping->backup_interval;
  known.copy_interval = content.log_shipping->copy_interval;
  known.restore_interval = content.log_shipping->restore_interval;
  known.restore_delay = content.log_shipping->restore_delay;
  return known;
}

// With what it leaves open as the scenario has it.
Runbook completed(const Fault& fault, const std::vector<PoolLoad>& loads) {
  const auto load =
      std::ranges::find_if(loads, [&](const PoolLoad& each) { return each.pool == pool_of(each.scenario->topology, fault); });
  ensure(load != loads.end(), "a runbook that is followed is about a pool");
  Runbook runbook = *fault.follow;
  runbook.situation = filled(runbook.situation, situation_of(*load));
  return runbook;
}

}  // namespace

std::vector<FollowedRunbooks> followed_runbooks(const Scenario& scenario) {
  std::vector<FollowedRunbooks> all;
  const std::vector<PoolLoad> loads = pool_loads(scenario);
  for (const PoolLoad& load : loads) {
    FollowedRunbooks own;
    for (const Fault& fault : scenario.faults) {
      if (!fault.follow || pool_of(scenario.topology, fault) != load.pool) continue;
      (ways_of(scenario.topology, fault, *load.pool).over ? own.failover : own.failback) = completed(fault, loads);
    }
    all.push_back(std::move(own));
  }
  return all;
}

std::vector<Inconsistency> followed_refusals(const Scenario& scenario, bool has_failover, bool has_failback) {
  Found found;
  std::vector<std::string> over, back;  // pools that have one already
  const std::vector<PoolLoad> loads = pool_loads(scenario);
  for (std::size_t number = 0; number < scenario.faults.size(); ++number) {
    const Fault& fault = scenario.faults[number];
    if (!fault.follow) continue;
    const ChatPool& pool = *pool_of(scenario.topology, fault);
    const Ways ways = ways_of(scenario.topology, fault, pool);
    const bool only_over = ways.over && !ways.back, only_back = ways.back && !ways.over;
    if (only_over ? has_failover : only_back ? has_failback : has_failover && has_failback) continue;
    const std::string key = "faults[" + std::to_string(number) + "].follow";
    const auto refuse = [&](const std::string& why, const std::string& hint) {
      found.push_back({key, "availability cannot play the runbook `" + fault.follow->name + "`: " + why, hint});
    };
    if (!only_over && !only_back) {
      refuse("it fails chat pool " + pool.name.str() + (ways.over ? " over and back" : " neither over nor back"),
             "expected one runbook for each way, a step of which has `then: {fail_over: chat-pool}` or `{fail_back: chat-pool}`");
      continue;
    }
    auto& seen = ways.over ? over : back;
    if (std::ranges::find(seen, pool.name.str()) != seen.end())
      refuse("another one leads the same way for " + pool.name.str(), "follow one of them");
    seen.push_back(pool.name.str());
    if (ways.over && fault.follow->out_of_service_from)
      refuse("users are away from one of its steps on, and not from the loss of the site",
             "leave `out_of_service_from` out for a runbook after a loss");
    check_effects(scenario, fault, pool, ways, key, found);
    // The runbook alone was found in order; with the scenario's line and log it need not be.
    for (const Inconsistency& wrong : inconsistencies(completed(fault, loads))) refuse(wrong.message, wrong.hint);
  }
  return found;
}

}  // namespace poolcast::sim::analytic
