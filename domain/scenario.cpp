#include "domain/scenario.hpp"

#include <algorithm>
#include <cmath>

namespace poolcast {

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
  if (scenario.warm_up && *scenario.warm_up >= scenario.horizon) {
    found.push_back({"warm_up", "the warm-up does not end before the horizon", ""});
  }
  return found;
}

}  // namespace poolcast
