#include "sim/program/surge_runs.hpp"

#include <algorithm>
#include <cstdio>

#include "domain/report.hpp"
#include "sim/analytic/load.hpp"
#include "sim/replications.hpp"

namespace poolcast::sim {
namespace {

constexpr Seconds settled{60};

// The pool with so many of its active servers, the others standing by, and what is lost of them; nothing for the rest of the run.
Scenario designed(const Scenario& scenario, const SurgeRun& run, bool with_loss) {
  Scenario alone = scenario;
  alone.faults.clear();
  alone.objectives.clear();
  alone.variants.clear();
  alone.warm_up = Seconds{0};
  ChatPool& pool = alone.topology.chat_pools[run.pool];
  const auto first_idle = pool.active.begin() + static_cast<std::ptrdiff_t>(run.servers);
  pool.standby.insert(pool.standby.end(), first_idle, pool.active.end());
  pool.active.erase(first_idle, pool.active.end());
  // The gate decides how long it takes; a server that is alone with too many users makes it longer.
  constexpr double slower = 1.6;
  constexpr double at_least_s = 3'600;
  const analytic::PoolLoad load = analytic::pool_loads(alone)[run.pool];
  const double displaced = load.users * static_cast<double>(run.servers - run.survivors) / static_cast<double>(run.servers);
  alone.horizon = Seconds{at_least_s + (with_loss ? slower * displaced * load.costs.gate_spacing : 0)};
  if (!with_loss) return alone;
  Fault fault;
  fault.at = settled;
  fault.lose = Names{};
  for (std::size_t server = 0; server < run.servers - run.survivors; ++server)
    fault.lose->each.push_back(pool.active[server].str());
  if (run.survivors == 0) fault.duration = Seconds{1};
  alone.faults.push_back(fault);
  return alone;
}

class Player {
public:
  Player(const RunFunction& run, const Flags& flags, const std::function<bool()>& stop_wished)
      : run_(run), flags_(flags), stop_wished_(stop_wished) {}

  // User-seconds away per user of the pool; none when it was stopped.
  std::optional<double> away_s(const Scenario& scenario, std::size_t pool, std::string& failure) const {
    ReplicationOptions options;
    options.run.seed = flags_.seed;
    options.run.window = fitting_window(scenario.horizon);
    options.replications = 2;
    options.workers = flags_.workers;
    const ReplicationRun played = run_replications(scenario, options, run_, {}, stop_wished_);
    if (played.failure) failure = *played.failure;
    if (played.failure || played.interrupted) return std::nullopt;
    const ChatPool& of = scenario.topology.chat_pools[pool];
    double minutes = 0;
    for (const ReportRow& row : make_report(scenario, played.results).rows)
      if (row.whole_run && row.metric == Metric::user_minutes_lost && row.place.pool == of.name.str() && row.mean)
        minutes += row.mean->value;
    return 60 * minutes / static_cast<double>(users_of_pools(scenario)[pool]);
  }

private:
  const RunFunction& run_;
  const Flags& flags_;
  const std::function<bool()>& stop_wished_;
};

void show(const Flags& flags, std::size_t finished, std::size_t wanted) {
  if (!flags.progress) return;
  std::fprintf(stderr,
               R"({"progress":%.3f,"finished":%zu,"wanted":%zu,"variant":null})"
               "\n",
               static_cast<double>(finished) / static_cast<double>(wanted), finished, wanted);
}

}  // namespace

std::vector<SurgeRun> surge_runs(const analytic::ControlPlane& plane) {
  std::vector<SurgeRun> runs;
  for (std::size_t pool = 0; pool < plane.pools.size(); ++pool) {
    const analytic::Surges& surges = plane.pools[pool].surges;
    for (std::size_t servers = 1; servers < surges.of_some_s.size(); ++servers)
      for (std::size_t survivors = 1; survivors < servers; ++survivors)
        runs.push_back({pool, servers, survivors, surges.of_some_s[servers][survivors], {}});
    runs.push_back({pool, plane.pools[pool].servers.size(), 0, surges.of_all_s, {}});
  }
  return runs;
}

bool play(std::vector<SurgeRun>& runs, const Scenario& scenario, const RunFunction& run, const Flags& flags,
          const std::function<bool()>& stop_wished, std::string& failure) {
  const Player player(run, flags, stop_wished);
  for (std::size_t number = 0; number < runs.size(); ++number) {
    show(flags, number, runs.size());
    SurgeRun& each = runs[number];
    const Scenario with_loss = designed(scenario, each, true);
    const Scenario without = designed(scenario, each, false);
    const auto away = player.away_s(with_loss, each.pool, failure);
    const auto usual = away ? player.away_s(without, each.pool, failure) : std::nullopt;
    if (!usual) return false;
    // What ordinary restarts cost those who restart is no part of the loss.
    each.played_s = std::max(0.0, *away - *usual * (with_loss.horizon / without.horizon));
  }
  show(flags, runs.size(), runs.size());
  return true;
}

void use(const std::vector<SurgeRun>& runs, analytic::ControlPlane& plane) {
  for (const SurgeRun& run : runs) {
    analytic::Surges& surges = plane.pools[run.pool].surges;
    if (run.played_s) (run.survivors == 0 ? surges.of_all_s : surges.of_some_s[run.servers][run.survivors]) = *run.played_s;
  }
}

}  // namespace poolcast::sim
