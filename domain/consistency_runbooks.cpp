// Faults that follow a runbook: the runbook itself, and whether the topology has what its steps are about.
#include "domain/consistency.hpp"
#include "domain/runbook_effects.hpp"
#include "domain/spelling.hpp"

namespace poolcast::consistency {
namespace {

std::vector<std::string> verbs_of(const Effect& effect) {
  std::vector<std::string> verbs;
  describe(effect, [&]<class Member>(std::string_view verb, const Member& subject, std::string_view) {
    if (subject && verb != "to") verbs.emplace_back(verb);
  });
  return verbs;
}

std::vector<std::string> verbs_of_effects() {
  std::vector<std::string> verbs;
  const Effect none;
  describe(none, [&]<class Member>(std::string_view verb, const Member&, std::string_view) {
    if (verb != "to") verbs.emplace_back(verb);
  });
  return verbs;
}

// How log is shipped, and how quickly it grows, is the scenario's: a runbook that says otherwise would not be heard.
void check_situation(const Situation& situation, const std::string& key, Found& found) {
  describe(situation, [&]<class Member>(std::string_view name, const Member& value, std::string_view, Constraint = {}) {
    const bool is_known = name == "log_rate" || name == "backup_interval" || name == "copy_interval" ||
                          name == "restore_interval" || name == "restore_delay";
    if (is_known && value)
      found.push_back({key + "." + std::string(name),
                       "found `" + std::string(name) + "` in a scenario, which knows it; expected none here",
                       name == "log_rate" ? "it grows by what the users post: see `workload`"
                                          : "see `log_shipping` of the content database"});
  });
}

}  // namespace

void check_pool(const Topology& topology, const Fault& fault, const std::string& key, Found& found) {
  const auto pools = names_of(topology.chat_pools);
  if (fault.pool && !fault.follow && !fault.set_active)
    found.push_back({key + ".pool", "found `pool` without `follow` or `set_active`; expected both", ""});
  else if (fault.pool && !find_chat_pool(topology, *fault.pool))
    found.push_back(unknown_name(key + ".pool", fault.pool->str(), "a chat pool", pools));
  else if (!fault.pool && (fault.follow || fault.set_active) && pools.size() != 1)
    found.push_back({key, "the key `pool` is missing: the chat pool that this is about", "expected " + one_of(pools)});
}

void check_follow(const Scenario& scenario, const Fault& fault, const std::string& key, Found& found) {
  if (!fault.follow) return;
  const std::string runbook = key + ".follow";
  Found of_runbook = inconsistencies(*fault.follow);
  for (Inconsistency& one : of_runbook) {
    one.key = one.key.empty() ? runbook : runbook + "." + one.key;
    found.push_back(std::move(one));
  }
  check_situation(fault.follow->situation, runbook + ".situation", found);
  if (!pool_of(scenario.topology, fault)) return;
  for (std::size_t i = 0; i < fault.follow->steps.size(); ++i) {
    const auto& then = fault.follow->steps[i].then;
    if (!then || verbs_of(*then).size() != 1) continue;  // said of the runbook itself
    const std::string at = item(runbook + ".steps", i) + ".then";
    const Fault effect = effect_of(*then, scenario.topology, fault, at, found);
    check_subjects(scenario, effect, at, found);
  }
}

void check_effect(const Effect& effect, const std::string& key, Found& found) {
  const auto verbs = verbs_of(effect);
  if (verbs.size() != 1)
    found.push_back({key,
                     (verbs.empty() ? "found nothing that happens" : "found several things that happen") +
                         ("; expected exactly one of " + one_of(verbs_of_effects())),
                     verbs.empty() ? "" : "write a step for each"});
  else if (effect.to && !effect.fail_over)
    found.push_back({key + ".to", "found `to` without `fail_over`; expected both", ""});
}

}  // namespace poolcast::consistency
