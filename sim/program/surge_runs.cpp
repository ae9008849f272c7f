#include "sim/program/surge_runs.hpp"

#include <algorithm>
#include <cmath>
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

// What is lost of it, for the rest of the run, which is half as long again as the fluid model's users need to be back.
Scenario with_loss(Scenario alone, const analytic::Surge& surge, const analytic::SurgeRun& run) {
  constexpr double longer = 1.5, whole_s = 60;
  const double needed_s = settled.count() + longer * run.fluid_back_s;
  alone.horizon = std::max(alone.horizon, Seconds{whole_s * std::ceil(needed_s / whole_s)});
  const std::size_t gone = surge.servers - surge.survivors;
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

  // False when it was stopped. What ordinary restarts cost those who restart is no part of the loss; without them it scatters
  // around the loss, below zero too where that is next to nothing.
  bool play(const analytic::Surge& surge, analytic::SurgeRun& run) {
    const Scenario alone = at_rest(scenario_, surge, run.at);
    const Scenario lossy = with_loss(alone, surge, run);
    const auto played = away(lossy, surge.pool);
    const auto usual = played ? usual_s(alone, surge, run.at) : std::nullopt;
    if (!usual) return false;
    run.played_s = played->seconds - *usual * (lossy.horizon / alone.horizon);
    run.all_back = played->all_back;
    return true;
  }

private:
  struct Away {
    double seconds = 0;    // of users, per user of the pool
    bool all_back = true;  // at the end, in every replication
  };

  // The same whatever is lost.
  std::optional<double> usual_s(const Scenario& alone, const analytic::Surge& surge, const analytic::DayLoad& at) {
    const auto key = std::tuple(surge.pool, surge.servers, at.present, at.activity);
    const auto known = usual_.find(key);
    if (known != usual_.end()) return known->second;
    const auto usual = away(alone, surge.pool);
    if (!usual) return std::nullopt;
    return usual_.emplace(key, usual->seconds).first->second;
  }

  std::optional<Away> away(const Scenario& scenario, std::size_t pool) const {
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
    const Report report = make_report(scenario, played.results);
    for (const ReportRow& row : report.rows)
      if (row.whole_run && row.metric == Metric::user_minutes_lost && row.place.pool == of.name.str() && row.mean)
        minutes += row.mean->value;
    const bool all_back = std::ranges::all_of(report.users_back,
                                              [](const UsersBack& back) { return back.displaced <= 0 || back.t100.has_value(); });
    return Away{60 * minutes / static_cast<double>(users_of_pools(scenario)[pool]), all_back};
  }

  const Scenario& scenario_;
  const RunFunction& run_;
  const Flags& flags_;
  const std::function<bool()>& stop_wished_;
  std::string& failure_;
  std::map<std::tuple<std::size_t, std::size_t, double, double>, double> usual_;
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
      if (!player.play(surge, each)) return false;
    }
  show(flags, wanted, wanted);
  return true;
}

}  // namespace poolcast::sim
