#include "domain/runbook_effects.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "domain/spelling.hpp"

namespace poolcast {
namespace {

// Who plays a part in the pool, and what is missing when nobody does.
struct Part {
  std::string_view word;
  std::optional<std::string> name;
  std::string_view remedy;
};

std::vector<Part> parts_of(const Topology& topology, const ChatPool& pool) {
  const Database* content = find_database(topology, pool, Holds::content);
  const LogShipping* shipping = content && content->log_shipping ? &*content->log_shipping : nullptr;
  const auto named = [](const std::optional<NodeId>& node) { return node ? std::optional(node->str()) : std::nullopt; };
  const auto site = [&](const std::optional<NodeId>& node) -> std::optional<std::string> {
    const auto found = node ? site_of(topology, *node) : std::nullopt;
    return found ? std::optional(found->str()) : std::nullopt;
  };
  const auto principal = content ? std::optional(content->principal) : std::nullopt;
  const auto secondary = shipping ? std::optional(shipping->secondary) : std::nullopt;
  return {{"chat-pool", pool.name.str(), ""},
          {"next-hop", pool.next_hop.str(), ""},
          {"first-site", site(principal), "name the servers"},
          {"second-site", site(secondary), "give the content database `log_shipping`, or name the servers"},
          {"principal", named(principal), "give the pool a content database"},
          {"mirror", content ? named(content->mirror) : std::nullopt, "give the content database a `mirror`"},
          {"secondary", named(secondary), "give the content database `log_shipping`"},
          {"secondary-mirror", shipping ? named(shipping->secondary_mirror) : std::nullopt,
           "give its `log_shipping` a `secondary_mirror`"}};
}

class Casting {
public:
  Casting(const Topology& topology, const ChatPool& pool, std::string key, std::vector<Inconsistency>& found)
      : parts_(parts_of(topology, pool)), pool_(pool), key_(std::move(key)), found_(found) {}

  std::string cast(const std::string& word, std::string_view verb) {
    const auto part = std::ranges::find(parts_, word, &Part::word);
    if (part == parts_.end()) return word;
    if (part->name) return *part->name;
    found_.push_back({key_ + "." + std::string(verb), "chat pool `" + pool_.name.str() + "` has no " + std::string(part->word),
                      std::string(part->remedy) + ", or take the step out of the runbook"});
    return {};
  }

  template <class Tag>
  void cast(const std::optional<Id<Tag>>& word, std::optional<Id<Tag>>& name, std::string_view verb) {
    if (!word) return;
    if (std::string found = cast(word->str(), verb); !found.empty()) name = Id<Tag>(std::move(found));
  }

private:
  std::vector<Part> parts_;
  const ChatPool& pool_;
  std::string key_;
  std::vector<Inconsistency>& found_;
};

// The Front End pool that takes the users: the one that is named, or the only other one.
std::optional<PoolId> taker(const Topology& topology, const Effect& effect, const Fault& fault, const PoolId& from) {
  if (effect.to) return effect.to;
  if (fault.to) return fault.to;
  std::optional<PoolId> other;
  for (const FrontEndPool& pool : topology.front_end_pools) {
    if (pool.name == from) continue;
    if (other) return std::nullopt;
    other = pool.name;
  }
  return other;
}

}  // namespace

const ChatPool* pool_of(const Topology& topology, const Fault& fault) {
  if (fault.pool) return find_chat_pool(topology, *fault.pool);
  return topology.chat_pools.size() == 1 ? &topology.chat_pools.front() : nullptr;
}

std::vector<NodeId> servers_named(const Topology& topology, const ChatPool& pool, const Names& names) {
  const std::vector<NodeId> machines = machines_of(topology, names);
  std::vector<NodeId> servers;
  for (const auto* list : {&pool.active, &pool.standby})
    for (const NodeId& server : *list)
      if (std::ranges::find(machines, server) != machines.end()) servers.push_back(server);
  return servers;
}

Fault effect_of(const Effect& effect, const Topology& topology, const Fault& fault, const std::string& key,
                std::vector<Inconsistency>& found) {
  const ChatPool& pool = *pool_of(topology, fault);
  Casting casting(topology, pool, key, found);
  Fault result;
  casting.cast(effect.fail_over, result.fail_over, "fail_over");
  casting.cast(effect.fail_back, result.fail_back, "fail_back");
  casting.cast(effect.activate, result.activate, "activate");
  casting.cast(effect.drain, result.drain, "drain");
  casting.cast(effect.swap, result.swap, "swap");
  casting.cast(effect.make_principal, result.make_principal, "make_principal");
  casting.cast(effect.force_service, result.force_service, "force_service");
  casting.cast(effect.suspend_mirroring, result.suspend_mirroring, "suspend_mirroring");
  casting.cast(effect.resume_mirroring, result.resume_mirroring, "resume_mirroring");
  casting.cast(effect.new_mirror, result.new_mirror, "new_mirror");
  casting.cast(effect.new_secondary, result.new_secondary, "new_secondary");
  casting.cast(effect.restore, result.restore, "restore");
  if (effect.set_active) {
    result.set_active = Names{};
    for (const std::string& word : effect.set_active->each)
      if (std::string name = casting.cast(word, "set_active"); !name.empty()) result.set_active->each.push_back(std::move(name));
    if (result.set_active->each.empty()) result.set_active.reset();
    result.pool = pool.name;
  }
  if (result.fail_over && find_front_end_pool(topology, *result.fail_over))
    result.to = taker(topology, effect, fault, *result.fail_over);
  return result;
}

std::vector<Fault> effects_of(const Topology& topology, const Fault& fault) {
  std::vector<Fault> effects;
  if (!fault.follow || !pool_of(topology, fault)) return effects;
  std::vector<Inconsistency> none;
  for (const RunbookStep& step : fault.follow->steps) {
    if (!step.then) continue;
    effects.push_back(effect_of(*step.then, topology, fault, {}, none));
    effects.back().at = fault.at;
  }
  return effects;
}

std::vector<Fault> with_effects(const Scenario& scenario) {
  std::vector<Fault> all;
  for (const Fault& fault : scenario.faults) {
    all.push_back(fault);
    for (Fault& effect : effects_of(scenario.topology, fault)) all.push_back(std::move(effect));
  }
  return all;
}

}  // namespace poolcast
