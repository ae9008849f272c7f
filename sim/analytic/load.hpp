// What the users of a chat pool ask of its stations: the arithmetic that the formulas stand on. Work is in seconds of one core of
// the machine that does it, at its normal speed; rates are per second.
#pragma once

#include <string>
#include <vector>

#include "domain/scenario.hpp"
#include "sim/cost.hpp"

namespace poolcast::sim::analytic {

// Jobs of one kind at a station: how often, and the first two moments of their work.
struct Jobs {
  double rate = 0;
  double mean = 0;
  double mean_square = 0;
  double work() const { return rate * mean; }  // busy cores
};
Jobs exponential_jobs(double rate, double mean);
Jobs merged(const std::vector<Jobs>& kinds);

// The commands of a sign-in, each as often as one endpoint sends it in the mean ("How Persistent Chat Server works", Lync Server
// 2013); the first is sent by the pool when it admits the user, the others by the client.
struct CommandCount {
  Command command{};
  double times = 0;
};
std::vector<CommandCount> sign_in_commands(const Workload& workload);

// The rooms of one class in one pool.
struct RoomLoad {
  std::string name;
  double rooms = 0;
  double members = 0;      // users of a room
  double posts_per_s = 0;  // when everybody is connected
};

struct PoolLoad {
  const Scenario* scenario = nullptr;
  const ChatPool* pool = nullptr;
  Costs costs;
  double users = 0;
  double share = 0;  // of the workload's users
  std::vector<RoomLoad> rooms;
  double opens = 0, searches = 0, restarts = 0;  // per second when everybody is connected

  double endpoints_per_user() const { return scenario->workload.endpoints_per_user; }
  double posts() const;
  double sign_in_work() const;  // of one user, all endpoints, on a chat server of speed 1
};
std::vector<PoolLoad> pool_loads(const Scenario& scenario);

// Who is where: `here` of the pool's users are connected to this server, `connected` to any, spread over `servers` servers.
struct ServerShare {
  double here = 0;
  double connected = 0;
  double servers = 1;
};

// Notices of one post of a room class on one server: how many endpoints it tells.
struct FanOut {
  double probability = 0;  // that anybody of the room is there
  double mean = 0;         // endpoints, given that
  double mean_square = 0;
};
FanOut fan_out(const PoolLoad& load, const RoomLoad& room, const ServerShare& share);

// Notices of joins and parts: endpoints told in one round, and rounds per second, when `changes` users join or part per second,
// each counted once per round.
struct RosterRounds {
  double rate = 0;
  double endpoints = 0;  // over the whole pool
};
RosterRounds roster_rounds(const PoolLoad& load, double changes, double connected);

// Everything but commands that a server's cores do: fan-out jobs of every class and roster rounds. `speed` of one core.
Jobs notices(const PoolLoad& load, const ServerShare& share, double changes, double speed);

// Commands other than those of signing in, as a server's cores see them.
std::vector<CommandCount> steady_commands(const PoolLoad& load, double here);  // times: per second

// One-way latencies in seconds between the machines that a request of a server's users meets; clients are in their Front End's
// site.
struct Trips {
  double to_front_end = 0;
  double to_server = 0;
  double to_database = 0;
  double to_mirror = 0;  // of a synchronous mirror, from the principal; 0 without one
};
Trips trips(const PoolLoad& load, const NodeId& server);

const SqlInstance& content_instance(const PoolLoad& load);  // the principal of the pool's content database
SiteId content_site(const PoolLoad& load);
const Hardware& hardware_named(const Scenario& scenario, const HardwareId& name);
const Hardware& hardware_of_server(const Scenario& scenario, const ChatPool& pool, const NodeId& server);

}  // namespace poolcast::sim::analytic
