// Inside of inconsistencies(): what is checked, part by part. Not for use outside domain/scenario.cpp and its parts.
#pragma once

#include <string>
#include <vector>

#include "domain/scenario.hpp"

namespace poolcast::consistency {

using Found = std::vector<Inconsistency>;

// `chat_pools[2]`
inline std::string item(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

// A name that should be one of the known ones: "found `chat-9`; expected a chat server", with the nearest as the hint.
Inconsistency unknown_name(std::string key, std::string_view name, std::string_view expected,
                           const std::vector<std::string>& known);

// Second and later uses of a name in a list of named things.
void check_duplicates(std::string_view list, const std::vector<std::string>& names, Found& found);

template <class Items>
std::vector<std::string> names_of(const Items& items) {
  std::vector<std::string> names;
  for (const auto& one : items) {
    if constexpr (requires { one.name.str(); }) {
      names.push_back(one.name.str());
    } else if constexpr (requires { one.name; }) {
      names.push_back(one.name);
    } else {
      names.push_back(one.str());
    }
  }
  return names;
}

bool is_active(const Topology& topology, const NodeId& node);
bool is_standby(const Topology& topology, const NodeId& node);

void check_places(const Topology& topology, Found& found);      // sites, Front End pools, links, deployment
void check_chat_pools(const Topology& topology, Found& found);  // servers, next hop, shares
void check_databases(const Topology& topology, Found& found);
void check_room_classes(const Scenario& scenario, Found& found);
void check_day(const Workload& workload, Found& found);  // its curve, and how often clients ping
void check_faults(const Scenario& scenario, Found& found);
void check_subjects(const Scenario& scenario, const Fault& fault, const std::string& key, Found& found);  // what its verb names
void check_pool(const Topology& topology, const Fault& fault, const std::string& key, Found& found);
void check_follow(const Scenario& scenario, const Fault& fault, const std::string& key, Found& found);
void check_effect(const Effect& effect, const std::string& key, Found& found);
bool check_occurrences(const Fault& fault, Seconds horizon, const std::string& key, Found& found);  // whether they can be listed
void check_overlaps(const Scenario& scenario, std::size_t fault, const std::string& key, Found& found);
void check_objectives(const Scenario& scenario, Found& found);

}  // namespace poolcast::consistency
