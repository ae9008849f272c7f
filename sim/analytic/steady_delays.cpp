// Latencies as sums of phases, in the order in which a request meets the stations.
#include <algorithm>
#include <array>
#include <cmath>

#include "sim/analytic/steady_model.hpp"

namespace poolcast::sim::analytic {
namespace {

// Who waits at all waits an exponential time; a wait that fewer than one in a thousand meet counts by its mean only, because its
// length would make the grid of the distribution coarse.
void add_wait(Delay& delay, double chance, double mean, double probability) {
  constexpr double rare = 1e-3;
  if (chance >= rare)
    delay.add_exponential(mean / chance, chance * probability);
  else
    delay.add_constant(mean * probability);
}

void add_until_done(Delay& delay, const SteadyState& state, const PoolFigures& pool, const ServerFigures& server, Command command,
                    bool sends, double probability) {
  const FrontEndFigures& front_end = state.front_ends[pool.front_end];
  const CommandCost& cost = pool.load.costs.of(command);
  double constant = server.trips.to_server;
  if (sends) {
    constant += server.trips.to_front_end;
    add_wait(delay, front_end.station.wait_chance, front_end.station.wait, probability);
    delay.add_exponential(front_end.request, probability);
  }
  add_wait(delay, server.worker_wait_chance, server.worker_wait, probability);
  add_wait(delay, server.cpu.wait_chance, server.cpu.wait, probability);
  delay.add_exponential(cost.cpu / server.speed, probability);
  if (cost.database > 0) {
    constant += 2 * server.trips.to_database;
    add_wait(delay, pool.database.wait_chance, pool.database.wait, probability);
    delay.add_exponential(cost.database / pool.database_speed, probability);
  }
  if (command == Command::post) {
    constant += pool.log.flush;
    delay.add_uniform(pool.log.flush, pool.log.busy_share() * probability);
  }
  delay.add_constant(constant * probability);
}

}  // namespace

void add_until_answered(Delay& delay, const SteadyState& state, const PoolFigures& pool, const ServerFigures& server,
                        Command command) {
  add_until_done(delay, state, pool, server, command, true, 1);
}

void add_command(Delay& delay, const SteadyState& state, const PoolFigures& pool, const ServerFigures& server, Command command,
                 bool sends, double probability) {
  add_until_done(delay, state, pool, server, command, sends, probability);
  delay.add_constant((server.trips.to_server + server.trips.to_front_end) * probability);
}

// First through the Front End to the gate, then the sequence; a count that is not whole adds its part by chance.
Delay sign_in_delay(const SteadyState& state, const PoolFigures& pool, const ServerFigures& server) {
  const FrontEndFigures& front_end = state.front_ends[pool.front_end];
  Delay delay;
  delay.add_constant(server.trips.to_front_end + pool.load.costs.gate_spacing);
  add_wait(delay, front_end.station.wait_chance, front_end.station.wait, 1);
  delay.add_exponential(front_end.request);
  add_wait(delay, pool.gate_wait_chance, pool.gate_wait, 1);
  for (const CommandCount& each : sign_in_commands(pool.load.scenario->workload)) {
    for (double left = each.times; left > 1e-9; left -= 1)
      add_command(delay, state, pool, server, each.command, each.command != Command::sign_in, std::min(1.0, left));
  }
  return delay;
}

// The mean of the largest of n values lies h(n) standard deviations above the mean (of normal values: David and Nagaraja, "Order
// statistics", 2003, table 1); a user has the floor or the ceiling of the endpoints per user.
double sign_in_time_of_user(const SteadyState& state, const PoolFigures& pool, const ServerFigures& server) {
  constexpr std::array<double, 11> h{0, 0, 0.564, 0.846, 1.029, 1.163, 1.267, 1.352, 1.424, 1.485, 1.539};
  const Delay delay = sign_in_delay(state, pool, server);
  const double endpoints = std::min(pool.load.endpoints_per_user(), static_cast<double>(h.size() - 1));
  const auto fewer = static_cast<std::size_t>(std::floor(endpoints));
  const double part = endpoints - std::floor(endpoints);
  const double above = (1 - part) * h[fewer] + (part > 0 ? part * h[fewer + 1] : 0);
  return delay.mean() + above * std::sqrt(delay.variance());
}

Delay delivery_delay(const SteadyState& state, const PoolFigures& pool, const RoomLoad& room, const ServerFigures& home,
                     const ServerFigures& server) {
  double serving = 0;
  for (const ServerFigures& each : pool.servers) serving += each.here > 0 ? 1 : 0;
  const ServerShare share{server.here, pool.connected, serving};
  const FanOut told = fan_out(pool.load, room, share);
  const double step = pool.load.costs.delivery / server.speed;
  const bool is_home = &home == &server;
  Delay delay;
  add_until_answered(delay, state, pool, home, Command::post);
  add_wait(delay, server.cpu.wait_chance, server.cpu.wait, 1);
  const double copies = is_home ? (serving - 1) * told.probability : 1;
  // A recipient is the k-th of R with k even over 1 … R; one in a larger room is more often looked at.
  const double longest = told.mean > 0 ? told.mean_square / told.mean : 0;
  delay.add_constant(copies * pool.load.costs.forward / server.speed + step / 2);
  delay.add_uniform(longest * step);
  if (!is_home) {
    const ChatPool& place = *pool.load.pool;
    const Topology& topology = pool.load.scenario->topology;
    delay.add_constant(link_between(topology, site_of(place, home.name), site_of(place, server.name)).latency.count());
  }
  delay.add_constant(server.trips.to_server + server.trips.to_front_end + state.front_ends[pool.front_end].notice);
  return delay;
}

}  // namespace poolcast::sim::analytic
