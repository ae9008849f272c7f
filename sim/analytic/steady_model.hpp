// The steady state of a scenario in which nothing breaks: every station of the chat model (docs/model.md) as a line of its own
// that sees Poisson arrivals (the decomposition of Jackson, "Jobshop-like queueing systems", Management Science 10, 1963, with
// the two-moment waits of queues.hpp), and the worker limit of a chat server as a closed network inside an open one.
#pragma once

#include <string>
#include <vector>

#include "domain/scenario.hpp"
#include "sim/analytic/delay.hpp"
#include "sim/analytic/load.hpp"
#include "sim/analytic/queues.hpp"

namespace poolcast::sim::analytic {

// One line of the model, solved.
struct Station {
  double rate = 0;
  double utilisation = 0;
  double wait_chance = 0;  // that a job waits at all
  double wait = 0;         // mean over all jobs, in seconds
  double waiting() const { return rate * wait; }
};
Station solve(const Jobs& jobs, double cores);

struct FrontEndFigures {
  const FrontEndPool* pool = nullptr;
  Station station;  // as requests see it: their work is stretched by the share that polling and notices take
  double background = 0;
  double request = 0;  // mean time in service, stretched
  double notice = 0;   // one outgoing notice, stretched
};

struct ServerFigures {
  NodeId name;
  bool active = true;
  double here = 0;  // connected users
  double cores = 0;
  double speed = 1;
  Trips trips;
  Station cpu;
  double commands_per_s = 0;      // that need a worker
  double compliance_backlog = 0;  // events
  double worker_wait = 0, worker_wait_chance = 0, worker_queue = 0, refused_share = 0;
};

struct PoolFigures {
  PoolLoad load;
  std::size_t front_end = 0;
  double connected = 0;
  double away = 0;     // seconds from a sign-out to being connected again
  double changes = 0;  // joins and parts per second that rosters tell
  double sign_ins_per_s = 0;
  double gate_wait_chance = 0, gate_wait = 0;
  double compliance_busy = 0;  // of the one compliance database
  Station database;
  double database_speed = 1;
  GroupCommit log;  // its flush with the round trip to a synchronous mirror
  std::vector<ServerFigures> servers;
};

struct SteadyState {
  std::vector<FrontEndFigures> front_ends;
  std::vector<PoolFigures> pools;
};

// Expects that there are no refusals (methods.hpp).
SteadyState solve_steady_state(const Scenario& scenario);

// The time of one command as a client sees it, in the order of the model; `sends` is false for the first of a sign-in, which the
// pool sends itself.
void add_command(Delay& delay, const SteadyState& state, const PoolFigures& pool, const ServerFigures& server, Command command,
                 bool sends = true, double probability = 1);
// Until the server has the answer: without the way to the client.
void add_until_answered(Delay& delay, const SteadyState& state, const PoolFigures& pool, const ServerFigures& server,
                        Command command);
Delay sign_in_delay(const SteadyState& state, const PoolFigures& pool, const ServerFigures& server);  // of one endpoint
// Until the last of a user's endpoints is through, in the mean.
double sign_in_time_of_user(const SteadyState& state, const PoolFigures& pool, const ServerFigures& server);
// Of one recipient's endpoint at `server`, of a post by a user of `home`.
Delay delivery_delay(const SteadyState& state, const PoolFigures& pool, const RoomLoad& room, const ServerFigures& home,
                     const ServerFigures& server);

}  // namespace poolcast::sim::analytic
