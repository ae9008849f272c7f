// What the steps of a runbook bring about in a topology: the words of a runbook (`mirror`, `second-site`) become the names that
// faults use. Used to check a scenario, and by whoever plays it.
#pragma once

#include <string>
#include <vector>

#include "domain/fault.hpp"
#include "domain/inconsistency.hpp"
#include "domain/scenario.hpp"

namespace poolcast {

// Clears the active list.
inline constexpr std::string_view nobody = "nobody";

// The chat pool that the fault is about: the one it names, or the only one; nullptr when that says nothing.
const ChatPool* pool_of(const Topology& topology, const Fault& fault);

// The servers of the pool among those that are named, in the order of the pool; none for `nobody`.
std::vector<NodeId> servers_named(const Topology& topology, const ChatPool& pool, const Names& names);

// The effect as a fault without a date. `fault` follows the runbook and pool_of() knows its pool. What the topology does not have
// is added to `found`, under `key`.
Fault effect_of(const Effect& effect, const Topology& topology, const Fault& fault, const std::string& key,
                std::vector<Inconsistency>& found);

// What the steps of its runbook bring about, dated as the fault; none of a fault that follows no runbook.
std::vector<Fault> effects_of(const Topology& topology, const Fault& fault);

// All that happens in a scenario, in the order of its file: each fault, and after it the effects of its runbook.
std::vector<Fault> with_effects(const Scenario& scenario);

}  // namespace poolcast
