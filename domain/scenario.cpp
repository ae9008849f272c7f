#include "domain/scenario.hpp"

#include <algorithm>
#include <cmath>

#include "domain/consistency.hpp"
#include "domain/spelling.hpp"

namespace poolcast {
namespace consistency {

Inconsistency unknown_name(std::string key, std::string_view name, std::string_view expected,
                           const std::vector<std::string>& known) {
  std::string hint = did_you_mean(name, known);
  constexpr std::size_t few = 8;  // a longer list is no help in an error message
  if (hint.empty() && !known.empty() && known.size() <= few) hint = "known: " + one_of(known);
  return {std::move(key), "found `" + std::string(name) + "`; expected " + std::string(expected), std::move(hint)};
}

void check_duplicates(std::string_view list, const std::vector<std::string>& names, Found& found) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto first = static_cast<std::size_t>(std::ranges::find(names, names[i]) - names.begin());
    if (first < i) {
      found.push_back({item(list, i), "the name `" + names[i] + "` is used twice; expected another one",
                       "first used by " + item(list, first)});
    }
  }
}

}  // namespace consistency

std::vector<Count> users_of_pools(const Scenario& scenario) {
  const auto& pools = scenario.topology.chat_pools;
  double given = 0;
  double without = 0;
  for (const auto& pool : pools) {
    given += pool.users ? pool.users->of_one : 0;
    without += pool.users ? 0 : 1;
  }
  const double rest = std::max(0.0, 1 - given);
  const auto total = static_cast<double>(scenario.workload.users);
  std::vector<Count> users;
  double share_so_far = 0;
  Count users_so_far = 0;
  // Rounding the running sum, not each pool, keeps the total: three pools of 100 users get 33, 34 and 33.
  for (const auto& pool : pools) {
    share_so_far += pool.users ? pool.users->of_one : rest / without;
    const Count until_here = std::llround(total * std::min(1.0, share_so_far));
    users.push_back(until_here - users_so_far);
    users_so_far = until_here;
  }
  return users;
}

std::vector<Inconsistency> inconsistencies(const Scenario& scenario) {
  std::vector<Inconsistency> found;
  consistency::check_places(scenario.topology, found);
  consistency::check_chat_pools(scenario.topology, found);
  consistency::check_databases(scenario.topology, found);
  consistency::check_room_classes(scenario, found);
  consistency::check_day(scenario.workload, found);
  if (scenario.warm_up && *scenario.warm_up >= scenario.horizon) {
    found.push_back({"warm_up", "found a warm-up that does not end before the horizon; expected a shorter one", ""});
  }
  consistency::check_faults(scenario, found);
  consistency::check_objectives(scenario, found);
  consistency::check_duplicates("variants", consistency::names_of(scenario.variants), found);
  return found;
}

}  // namespace poolcast
