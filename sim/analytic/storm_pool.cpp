#include "sim/analytic/storm_pool.hpp"

#include <algorithm>
#include <numeric>

namespace poolcast::sim::analytic {

std::vector<NodeId> servers_of(const ChatPool& pool) {
  std::vector<NodeId> servers = pool.active;
  servers.insert(servers.end(), pool.standby.begin(), pool.standby.end());
  return servers;
}

namespace {

// The unhurried time of a sign-in behind the gate: every command with nobody waiting, on the pool's first server.
double sequence_time(const PoolLoad& load) {
  const NodeId& server = load.pool->active.empty() ? load.pool->standby.front() : load.pool->active.front();
  const Trips way = trips(load, server);
  const double speed = hardware_of_server(*load.scenario, *load.pool, server).speed;
  const double database_speed = hardware_named(*load.scenario, content_instance(load).hardware).speed;
  double time = 0;
  for (const CommandCount& each : sign_in_commands(load.scenario->workload)) {
    const CommandCost& cost = load.costs.of(each.command);
    time += each.times * (2 * (way.to_front_end + way.to_server) + load.costs.front_end_request + cost.cpu / speed);
    if (cost.database > 0) time += each.times * (2 * way.to_database + cost.database / database_speed);
  }
  return time;
}

}  // namespace

StormPool storm_pool(const PoolLoad& load) {
  StormPool pool;
  pool.users = load.users;
  pool.restarts_per_s = load.restarts;
  pool.gate_rate_per_s = load.costs.gate_spacing > 0 ? 1 / load.costs.gate_spacing : 0;
  pool.gate_places = load.costs.inbound_queue;
  pool.sequence_s = sequence_time(load);
  pool.sign_in_work_s = load.sign_in_work();
  pool.client = load.scenario->workload.client;
  for (const NodeId& name : servers_of(*load.pool)) {
    const Hardware& hardware = hardware_of_server(*load.scenario, *load.pool, name);
    const bool active = std::ranges::find(load.pool->active, name) != load.pool->active.end();
    pool.servers.push_back({static_cast<double>(hardware.cores) * hardware.speed, active});
  }
  const auto serving = static_cast<double>(load.pool->active.size());
  pool.other_work = [&load, serving](double here, double connected, double changes) {
    double work = notices(load, {here, connected, serving}, changes, 1).work();
    for (const CommandCount& each : steady_commands(load, here)) work += each.times * load.costs.of(each.command).cpu;
    return work;
  };
  return pool;
}

namespace {

double users_away(const ReconnectStorm& storm) {
  double away = 0;
  for (const StormLoss& loss : storm.losses()) away += loss.displaced - loss.back;
  return away;
}

// Until fewer than one in a million is away, or a day is over.
double user_seconds(ReconnectStorm& storm, double users) {
  constexpr double longest_s = 86'400;
  double sum = 0;
  while (storm.now() < longest_s && users_away(storm) > 1e-6 * users) {
    storm.step();
    sum += users_away(storm) * ReconnectStorm::step_s;
  }
  return users > 0 ? sum / users : 0;
}

PoolLoad with_activity(const PoolLoad& load, double activity) {
  PoolLoad busy = load;
  for (RoomLoad& room : busy.rooms) room.posts_per_s *= activity;
  for (double* rate : {&busy.opens, &busy.searches, &busy.restarts}) *rate *= activity;
  return busy;
}

}  // namespace

FluidSurge fluid_surge(const PoolLoad& load, std::size_t servers, std::size_t survivors, const DayLoad& at) {
  const PoolLoad busy = with_activity(load, at.activity);
  StormPool pool = storm_pool(busy);
  pool.users *= at.present;
  pool.restarts_per_s *= at.present;
  ReconnectStorm storm(pool);
  for (std::size_t server = servers; server < load.pool->active.size(); ++server) storm.set_in_active_list(server, false);
  storm.connect_everybody();
  std::vector<std::size_t> lost(servers - survivors);
  std::iota(lost.begin(), lost.end(), std::size_t{0});
  storm.lose(lost, LossKind::reset, "lose");
  if (survivors == 0)
    for (const std::size_t server : lost) storm.returns(server);
  const double away_s = at.present * user_seconds(storm, pool.users);
  return {away_s, storm.now()};
}

}  // namespace poolcast::sim::analytic
