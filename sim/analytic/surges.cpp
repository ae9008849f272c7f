#include "sim/analytic/surges.hpp"

#include "sim/analytic/storm_pool.hpp"

namespace poolcast::sim::analytic {

SurgeSurrogate Surge::surrogate() const {
  std::vector<SurgePoint> points;
  for (const SurgeRun& run : runs) points.push_back({run.at.present, run.away_s()});
  return SurgeSurrogate(points);
}

std::vector<Surge> fluid_surges(const Scenario& scenario) {
  const std::vector<DayLoad> design = DayLoads(scenario.workload).design();
  const std::vector<PoolLoad> loads = pool_loads(scenario);
  std::vector<Surge> surges;
  for (std::size_t pool = 0; pool < loads.size(); ++pool) {
    const auto add = [&](std::size_t servers, std::size_t survivors) {
      Surge surge{pool, servers, survivors, {}};
      for (const DayLoad& at : design) surge.runs.push_back({at, surge_s(loads[pool], servers, survivors, at), {}});
      surges.push_back(surge);
    };
    const std::size_t active = loads[pool].pool->active.size();
    for (std::size_t servers = 2; servers <= active; ++servers)
      for (std::size_t survivors = 1; survivors < servers; ++survivors) add(servers, survivors);
    add(active, 0);
  }
  return surges;
}

}  // namespace poolcast::sim::analytic
