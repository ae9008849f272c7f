#include "sim/analytic/steady_model.hpp"

#include <algorithm>
#include <cmath>

#include "sim/analytic/methods.hpp"
#include "sim/analytic/worker_limit.hpp"

namespace poolcast::sim::analytic {
namespace {

constexpr double most_background = 0.95;  // as in the simulation: beyond it a Front End is overloaded

// Commands per second at a server: those of users who are there, and the sign-ins that it gets.
std::vector<CommandCount> commands_per_s(const PoolFigures& pool, const ServerFigures& server) {
  std::vector<CommandCount> all = steady_commands(pool.load, server.here);
  const double share = pool.connected > 0 ? server.here / pool.connected : 0;
  for (CommandCount each : sign_in_commands(pool.load.scenario->workload)) {
    each.times *= pool.sign_ins_per_s * share * pool.load.endpoints_per_user();
    all.push_back(each);
  }
  return all;
}

// Presence polling, keep-alives and outgoing notices: a steady share of the Front End's cores.
double background_work(const PoolFigures& pool) {
  const Workload& workload = pool.load.scenario->workload;
  const double visible = pool.load.users * workload.endpoints_per_user * workload.visible_rooms_per_endpoint;
  const double polls = visible * workload.polled_per_visible_room / workload.poll_interval.count();
  const double pings =
      workload.client.keep_alive ? pool.load.users * workload.endpoints_per_user / workload.client.keep_alive->count() : 0;
  const double notices = deliveries_per_s(workload) * pool.load.share;
  const double connected = pool.load.users > 0 ? pool.connected / pool.load.users : 0;
  const Costs& costs = pool.load.costs;
  return (polls * costs.poll + pings * costs.keep_alive + notices * costs.front_end_delivery) * connected;
}

// What clients send: everything but the first command of a sign-in's endpoints, which the pool sends itself.
double requests_per_s(const PoolFigures& pool) {
  double requests = pool.sign_ins_per_s * (1 - pool.load.endpoints_per_user());
  for (const ServerFigures& server : pool.servers)
    for (const CommandCount& each : commands_per_s(pool, server)) requests += each.times;
  return requests;
}

void solve_front_end(FrontEndFigures& front_end, std::size_t number, const std::vector<PoolFigures>& pools,
                     const Scenario& scenario) {
  const Hardware& hardware = hardware_named(scenario, front_end.pool->hardware);
  const double cores = static_cast<double>(hardware.cores * front_end.pool->servers);
  double work = 0, requests = 0, request = 0, notice = 0;
  for (const PoolFigures& pool : pools) {
    if (pool.front_end != number) continue;
    work += background_work(pool);
    requests += requests_per_s(pool);
    request = pool.load.costs.front_end_request;
    notice = pool.load.costs.front_end_delivery;
  }
  front_end.background = std::min(most_background, work / (hardware.speed * cores));
  front_end.request = request / hardware.speed / (1 - front_end.background);
  front_end.notice = notice / hardware.speed / (1 - front_end.background);
  front_end.station = solve(exponential_jobs(requests, front_end.request), cores);
}

void solve_database(PoolFigures& pool) {
  const Hardware& hardware = hardware_named(*pool.load.scenario, content_instance(pool.load).hardware);
  pool.database_speed = hardware.speed;
  std::vector<Jobs> jobs;
  double posts = 0;
  for (const ServerFigures& server : pool.servers)
    for (const CommandCount& each : commands_per_s(pool, server)) {
      const double work = pool.load.costs.of(each.command).database;
      if (work > 0) jobs.push_back(exponential_jobs(each.times, work / hardware.speed));
      if (each.command == Command::post) posts += each.times;
    }
  pool.database = solve(merged(jobs), static_cast<double>(hardware.cores));
  const double mirror = pool.servers.empty() ? 0 : pool.servers.front().trips.to_mirror;
  pool.log = {posts, pool.load.costs.flush + 2 * mirror};
}

// A constant time per user and Poisson arrivals: M/D/1.
void solve_gate(PoolFigures& pool) {
  const Line gate{pool.sign_ins_per_s, {pool.load.costs.gate_spacing, 0}, 1};
  pool.gate_wait_chance = std::min(1.0, utilisation(gate));
  pool.gate_wait = pool.gate_wait_chance < 1 ? wait_lee_longton(gate) : 0;
}

Jobs server_jobs(const PoolFigures& pool, const ServerFigures& server) {
  double serving = 0;
  for (const ServerFigures& each : pool.servers) serving += each.here > 0 ? 1 : 0;
  std::vector<Jobs> jobs{notices(pool.load, {server.here, pool.connected, serving}, pool.changes, server.speed)};
  for (const CommandCount& each : commands_per_s(pool, server))
    jobs.push_back(exponential_jobs(each.times, pool.load.costs.of(each.command).cpu / server.speed));
  return merged(jobs);
}

// A post is an event, and a join or part one for each room of the user. The database takes a server's events in batches, each of
// which stays in the local queue until all of it is stored: a job of X events is X events for X times as long, and longer by
// 1 / (1 - ρ) for what other jobs make it wait (as in M/G/1 with Poisson jobs).
void solve_compliance(PoolFigures& pool) {
  pool.compliance_busy = 0;
  if (!pool.load.pool->compliance) return;
  const double rooms = rooms_per_user(pool.load.scenario->workload);
  const double posts = pool.load.users > 0 ? pool.load.posts() * pool.connected / pool.load.users : 0;
  const double moves = 2 * pool.sign_ins_per_s;
  pool.compliance_busy = (posts + moves * rooms) * pool.load.costs.compliance;
  for (ServerFigures& server : pool.servers) {
    const double share = pool.connected > 0 ? server.here / pool.connected : 0;
    const double alone = share * (posts + moves * rooms * rooms) * pool.load.costs.compliance;
    server.compliance_backlog = alone / std::max(1e-9, 1 - pool.compliance_busy);
  }
}

WorkerDemand worker_demand(const PoolFigures& pool, const ServerFigures& server) {
  WorkerDemand demand;
  double commands = 0;
  for (const CommandCount& each : commands_per_s(pool, server)) {
    const CommandCost& cost = pool.load.costs.of(each.command);
    commands += each.times;
    demand.cpu += each.times * cost.cpu / server.speed;
    demand.database += each.times * cost.database / pool.database_speed;
    if (cost.database > 0) demand.delay += each.times * 2 * server.trips.to_database;
    if (each.command == Command::post) demand.delay += each.times * pool.log.latency();
  }
  if (commands <= 0) return {};
  const double all_cores = server_jobs(pool, server).work();
  demand.cores = server.cores;
  demand.cpu_busy_else = std::clamp((all_cores - demand.cpu) / server.cores, 0.0, 0.99);
  demand.database_cores = static_cast<double>(hardware_named(*pool.load.scenario, content_instance(pool.load).hardware).cores);
  demand.cpu /= commands;
  demand.database /= commands;
  demand.delay /= commands;
  return demand;
}

void solve_server(const PoolFigures& pool, ServerFigures& server) {
  server.cpu = solve(server_jobs(pool, server), server.cores);
  server.commands_per_s = 0;
  for (const CommandCount& each : commands_per_s(pool, server)) server.commands_per_s += each.times;
  const WorkerLine line =
      worker_line(server.commands_per_s, worker_demand(pool, server), pool.load.costs.workers, pool.load.costs.inbound_queue);
  server.worker_wait = line.wait;
  server.worker_wait_chance = line.wait_chance;
  server.worker_queue = line.waiting;
  server.refused_share = line.refused_share;
}

PoolFigures make_pool(PoolLoad load, const Topology& topology) {
  PoolFigures pool;
  const auto& front_ends = topology.front_end_pools;
  pool.front_end =
      static_cast<std::size_t>(std::ranges::find(front_ends, load.pool->next_hop, &FrontEndPool::name) - front_ends.begin());
  const double active = static_cast<double>(load.pool->active.size());
  const auto add = [&](const NodeId& name, bool is_active) {
    const Hardware& hardware = hardware_of_server(*load.scenario, *load.pool, name);
    ServerFigures& server = pool.servers.emplace_back();
    server.name = name;
    server.active = is_active;
    server.here = is_active ? load.users / active : 0;
    server.cores = static_cast<double>(hardware.cores);
    server.speed = hardware.speed;
    server.trips = trips(load, name);
  };
  for (const NodeId& name : load.pool->active) add(name, true);
  for (const NodeId& name : load.pool->standby) add(name, false);
  pool.connected = active > 0 ? load.users : 0;
  pool.load = std::move(load);
  return pool;
}

// Who restarts is away for the sign-out and the sign-in: Little's law gives how many are connected, and they the rates.
void set_connected(PoolFigures& pool, const SteadyState& state) {
  const double before = pool.connected;
  double away = 0;
  for (const ServerFigures& server : pool.servers) {
    if (server.here <= 0) continue;
    Delay sign_out;
    add_command(sign_out, state, pool, server, Command::sign_out);
    away += server.here / before * (sign_out.mean() + sign_in_time_of_user(state, pool, server));
  }
  const double per_user = pool.load.users > 0 ? pool.load.restarts / pool.load.users : 0;
  pool.away = away;
  pool.connected = pool.load.users / (1 + per_user * away);
  for (ServerFigures& server : pool.servers)
    if (before > 0) server.here *= pool.connected / before;
}

void set_rates(PoolFigures& pool) {
  pool.sign_ins_per_s = pool.load.users > 0 ? pool.load.restarts * pool.connected / pool.load.users : 0;
  // A restart is a part and a join in the same rooms; when both fall into one roster round they are told as one.
  const double round = pool.load.scenario->workload.roster_window.count();
  pool.changes = pool.sign_ins_per_s * (1 + std::min(1.0, pool.away / round));
}

void solve_all(SteadyState& state, const Scenario& scenario) {
  for (PoolFigures& pool : state.pools) set_rates(pool);
  for (std::size_t number = 0; number < state.front_ends.size(); ++number)
    solve_front_end(state.front_ends[number], number, state.pools, scenario);
  for (PoolFigures& pool : state.pools) {
    solve_database(pool);
    solve_gate(pool);
    solve_compliance(pool);
    for (ServerFigures& server : pool.servers) solve_server(pool, server);
  }
}

SteadyState first_guess(const Scenario& scenario) {
  SteadyState state;
  for (const FrontEndPool& pool : scenario.topology.front_end_pools) state.front_ends.push_back({.pool = &pool, .station = {}});
  for (PoolLoad& load : pool_loads(scenario)) state.pools.push_back(make_pool(std::move(load), scenario.topology));
  return state;
}

std::string percent(double share) { return std::to_string(std::llround(100 * share)) + " %"; }

class Refusals {
public:
  void add(std::string key, std::string message, std::string hint) {
    found_.push_back({std::move(key), "the steady-state formulas assume that " + std::move(message), std::move(hint)});
  }
  void add_unless_below_one(double busy, const std::string& who) {
    if (busy >= 1)
      add("workload.users", who + " keeps up, and it would be " + percent(busy) + " busy",
          "`--method simulate` shows what happens beyond it; or ask for fewer users or more machines");
  }
  std::vector<Inconsistency> take() && { return std::move(found_); }

private:
  std::vector<Inconsistency> found_;
};

void refuse_what_moves(const Scenario& scenario, Refusals& refusals) {
  for (std::size_t number = 0; number < scenario.faults.size(); ++number)
    refusals.add(
        "faults[" + std::to_string(number) + "]", "nothing breaks, and this does: " + label(scenario.faults[number]),
        "`--method fluid` follows users who lose a chat server, `--method simulate` plays everything; or leave the faults "
        "out with --set 'faults=[]'");
  if (scenario.workload.sign_in_window)
    refusals.add("workload.sign_in_window", "everybody is signed in from the start",
                 "`--method fluid` follows a morning's sign-ins, `--method simulate` plays it");
  if (!scenario.workload.day_curve.empty())
    refusals.add("workload.day_curve", "every moment is alike",
                 "`--method simulate` plays the day; or leave the curve out with --set 'workload.day_curve=[]'");
  for (const ChatPool& pool : scenario.topology.chat_pools)
    if (pool.active.empty())
      refusals.add("topology.chat_pools", "chat pool " + pool.name.str() + " has an active server", "name one in `active`");
}

void refuse_what_saturates(const SteadyState& state, Refusals& refusals) {
  for (const FrontEndFigures& front_end : state.front_ends)
    refusals.add_unless_below_one(front_end.background >= most_background ? 1 : front_end.station.utilisation,
                                  "Front End pool " + front_end.pool->name.str());
  for (const PoolFigures& pool : state.pools) {
    const std::string name = pool.load.pool->name.str();
    refusals.add_unless_below_one(pool.sign_ins_per_s * pool.load.costs.gate_spacing, "the gate of chat pool " + name);
    refusals.add_unless_below_one(pool.compliance_busy, "the compliance database of chat pool " + name);
    refusals.add_unless_below_one(pool.database.utilisation, "the content database of chat pool " + name);
    for (const ServerFigures& server : pool.servers)
      refusals.add_unless_below_one(server.cpu.utilisation, "chat server " + server.name.str());
  }
}

// Each server with all its workers in use completes more than it is asked for.
void refuse_what_workers_limit(const SteadyState& state, Refusals& refusals) {
  for (const PoolFigures& pool : state.pools) {
    std::vector<WorkerDemand> demands;
    std::vector<const ServerFigures*> servers;
    for (const ServerFigures& server : pool.servers)
      if (server.commands_per_s > 0) {
        demands.push_back(worker_demand(pool, server));
        servers.push_back(&server);
      }
    if (servers.empty()) continue;
    const std::vector<double> most = most_per_s(demands, pool.load.costs.workers);
    for (std::size_t number = 0; number < servers.size(); ++number)
      if (servers[number]->commands_per_s >= most[number])
        refusals.add("costs.workers",
                     "the workers of " + servers[number]->name.str() + " keep up: they complete " +
                         std::to_string(std::llround(most[number])) + " requests per second and " +
                         std::to_string(std::llround(servers[number]->commands_per_s)) + " come",
                     "`--method simulate` shows what happens beyond it; or allow more workers");
  }
}

}  // namespace

Station solve(const Jobs& jobs, double cores) {
  Station station;
  station.rate = jobs.rate;
  station.utilisation = jobs.work() / cores;
  if (station.utilisation >= 1 || jobs.mean <= 0) return station;
  const Line line{jobs.rate, {jobs.mean, jobs.mean_square / (jobs.mean * jobs.mean) - 1}, static_cast<unsigned>(cores)};
  station.wait_chance = erlang_c(jobs.work(), line.servers);
  station.wait = wait_lee_longton(line);
  return station;
}

std::vector<Inconsistency> steady_state_refusals(const Scenario& scenario) {
  Refusals refusals;
  refuse_what_moves(scenario, refusals);
  std::vector<Inconsistency> found = Refusals(refusals).take();
  if (!found.empty()) return found;
  SteadyState state = first_guess(scenario);
  solve_all(state, scenario);
  refuse_what_saturates(state, refusals);
  found = Refusals(refusals).take();
  if (!found.empty()) return found;
  refuse_what_workers_limit(state, refusals);
  return std::move(refusals).take();
}

SteadyState solve_steady_state(const Scenario& scenario) {
  SteadyState state = first_guess(scenario);
  constexpr int rounds = 5;  // who is away is a small share, and its effect on itself a smaller one
  for (int round = 0; round < rounds; ++round) {
    solve_all(state, scenario);
    for (PoolFigures& pool : state.pools) set_connected(pool, state);
  }
  solve_all(state, scenario);
  return state;
}

}  // namespace poolcast::sim::analytic
