#include "sim/analytic/surges.hpp"

#include <algorithm>

#include "sim/analytic/storm_pool.hpp"

namespace poolcast::sim::analytic {

namespace {

double mean_away_s(std::span<const SurgeRun> runs) {
  double away_s = 0, weight = 0;
  for (const SurgeRun& run : runs) {
    away_s += run.weight * run.away_s();
    weight += run.weight;
  }
  return away_s / weight;
}

// What the runs at the least and the highest activity say of the one between them.
FitMiss miss_of_activities(std::span<const SurgeRun> runs) {
  const SurgeRun &low = runs.front(), &high = runs.back();
  FitMiss miss{low.at.present, 0, low.lasts};
  if (runs.size() < 3) return miss;
  std::vector<SurgeRun> without(runs.begin(), runs.end());
  const double up = (without[1].at.activity - low.at.activity) / (high.at.activity - low.at.activity);
  without[1].played_s = low.away_s() + up * (high.away_s() - low.away_s());
  miss.share = share_missed(mean_away_s(without), mean_away_s(runs));
  return miss;
}

}  // namespace

std::vector<std::span<const SurgeRun>> Surge::by_load() const {
  std::vector<std::span<const SurgeRun>> loads;
  for (auto first = runs.begin(); first != runs.end();) {
    const double present = first->at.present;
    const auto next = std::find_if(first, runs.end(), [&](const SurgeRun& run) { return run.at.present != present; });
    loads.emplace_back(first, next);
    first = next;
  }
  return loads;
}

SurgeSurrogate Surge::surrogate() const {
  std::vector<SurgePoint> points;
  for (const auto& load : by_load()) points.push_back({load.front().at.present, mean_away_s(load), load.front().lasts});
  return SurgeSurrogate(points);
}

std::vector<FitMiss> Surge::misses() const {
  std::vector<FitMiss> misses = surrogate().misses();
  for (const auto& load : by_load())
    if (load.size() > 1) misses.push_back(miss_of_activities(load));
  return misses;
}

std::vector<Surge> fluid_surges(const Scenario& scenario) {
  const std::vector<DesignedRun> design = DayLoads(scenario.workload).design();
  const std::vector<PoolLoad> loads = pool_loads(scenario);
  std::vector<Surge> surges;
  for (std::size_t pool = 0; pool < loads.size(); ++pool) {
    const auto add = [&](std::size_t servers, std::size_t survivors) {
      Surge surge{pool, servers, survivors, {}};
      for (const DesignedRun& run : design) {
        const FluidSurge fluid = fluid_surge(loads[pool], servers, survivors, run.at);
        surge.runs.push_back({run.at, fluid.away_s, {}, run.weight, run.lasts, fluid.all_back_s});
      }
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
