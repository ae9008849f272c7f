#include "sim/program/surge_runs.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <tuple>

#include "domain/day_curve.hpp"
#include "domain/report.hpp"
#include "sim/analytic/load.hpp"
#include "sim/replications.hpp"

namespace poolcast::sim {
namespace {

constexpr Seconds settled{60};

// The pool with so many of its active servers, the others standing by, and at all hours so many users as at this one.
Scenario at_rest(const Scenario& scenario, const analytic::Surge& surge, const analytic::DayLoad& at) {
  Scenario alone = scenario;
  alone.faults.clear();
  alone.objectives.clear();
  alone.variants.clear();
  alone.warm_up = Seconds{0};
  alone.workload.sign_in_window.reset();
  if (!alone.workload.day_curve.empty())
    alone.workload.day_curve = {{Seconds{0}, Share{at.present}, at.activity}, {Seconds{day_s}, Share{at.present}, at.activity}};
  ChatPool& pool = alone.topology.chat_pools[surge.pool];
  const auto first_idle = pool.active.begin() + static_cast<std::ptrdiff_t>(surge.servers);
  pool.standby.insert(pool.standby.end(), first_idle, pool.active.end());
  pool.active.erase(first_idle, pool.active.end());
  alone.horizon = Seconds{3'600};
  return alone;
}

// What is lost of it; nothing for the rest of the run.
Scenario with_loss(Scenario alone, const analytic::Surge& surge, const analytic::DayLoad& at) {
  // The gate decides how long it takes; a server that is alone with too many users makes it longer.
  constexpr double slower = 1.6;
  const analytic::PoolLoad load = analytic::pool_loads(alone)[surge.pool];
  const std::size_t gone = surge.servers - surge.survivors;
  const double displaced = at.present * load.users * static_cast<double>(gone) / static_cast<double>(surge.servers);
  alone.horizon += Seconds{slower * displaced * load.costs.gate_spacing};
  Fault fault;
  fault.at = settled;
  fault.lose = Names{};
  for (std::size_t server = 0; server < gone; ++server)
    fault.lose->each.push_back(alone.topology.chat_pools[surge.pool].active[server].str());
  if (surge.survivors == 0) fault.duration = Seconds{1};
  alone.faults.push_back(fault);
  return alone;
}

class Player {
public:
  Player(const Scenario& scenario, const RunFunction& run, const Flags& flags, const std::function<bool()>& stop_wished,
         std::string& failure)
      : scenario_(scenario), run_(run), flags_(flags), stop_wished_(stop_wished), failure_(failure) {}

  // User-seconds away per user of the pool; none when it was stopped. What ordinary restarts cost those who restart is no part of
  // the loss.
  std::optional<double> lost_s(const analytic::Surge& surge, const analytic::DayLoad& at) {
    const Scenario alone = at_rest(scenario_, surge, at);
    const Scenario lossy = with_loss(alone, surge, at);
    const auto away = away_s(lossy, surge.pool);
    const auto usual = away ? usual_s(alone, surge, at) : std::nullopt;
    if (!usual) return std::nullopt;
    return std::max(0.0, *away - *usual * (lossy.horizon / alone.horizon));
  }

private:
  // The same whatever is lost.
  std::optional<double> usual_s(const Scenario& alone, const analytic::Surge& surge, const analytic::DayLoad& at) {
    const auto key = std::tuple(surge.pool, surge.servers, at.present);
    const auto known = usual_.find(key);
    if (known != usual_.end()) return known->second;
    const auto usual = away_s(alone, surge.pool);
    if (usual) usual_.emplace(key, *usual);
    return usual;
  }

  std::optional<double> away_s(const Scenario& scenario, std::size_t pool) const {
    ReplicationOptions options;
    options.run.seed = flags_.seed;
    options.run.window = fitting_window(scenario.horizon);
    options.replications = 2;
    options.workers = flags_.workers;
    const ReplicationRun played = run_replications(scenario, options, run_, {}, stop_wished_);
    if (played.failure) failure_ = *played.failure;
    if (played.failure || played.interrupted) return std::nullopt;
    const ChatPool& of = scenario.topology.chat_pools[pool];
    double minutes = 0;
    for (const ReportRow& row : make_report(scenario, played.results).rows)
      if (row.whole_run && row.metric == Metric::user_minutes_lost && row.place.pool == of.name.str() && row.mean)
        minutes += row.mean->value;
    return 60 * minutes / static_cast<double>(users_of_pools(scenario)[pool]);
  }

  const Scenario& scenario_;
  const RunFunction& run_;
  const Flags& flags_;
  const std::function<bool()>& stop_wished_;
  std::string& failure_;
  std::map<std::tuple<std::size_t, std::size_t, double>, double> usual_;
};

void show(const Flags& flags, std::size_t finished, std::size_t wanted) {
  if (!flags.progress) return;
  std::fprintf(stderr,
               R"({"progress":%.3f,"finished":%zu,"wanted":%zu,"variant":null})"
               "\n",
               static_cast<double>(finished) / static_cast<double>(wanted), finished, wanted);
}

}  // namespace

bool play(std::vector<analytic::Surge>& surges, const Scenario& scenario, const RunFunction& run, const Flags& flags,
          const std::function<bool()>& stop_wished, std::string& failure) {
  Player player(scenario, run, flags, stop_wished, failure);
  std::size_t wanted = 0, finished = 0;
  for (const analytic::Surge& surge : surges) wanted += surge.runs.size();
  for (analytic::Surge& surge : surges)
    for (analytic::SurgeRun& each : surge.runs) {
      show(flags, finished++, wanted);
      each.played_s = player.lost_s(surge, each.at);
      if (!each.played_s) return false;
    }
  show(flags, wanted, wanted);
  return true;
}

}  // namespace poolcast::sim
