// Plays a scenario's workload against a real server, as the simulator plays it against a model: everybody signed in at the start
// or signing in within the window; posts, room openings, searches and restarts as open arrivals; latencies from the intended
// time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "domain/random.hpp"
#include "domain/scenario.hpp"
#include "reference-server/loadgen/fleet.hpp"
#include "reference-server/loadgen/ledger.hpp"
#include "reference-server/loadgen/machine.hpp"
#include "reference-server/loadgen/record.hpp"

namespace poolcast::loadgen {

// The load generator plays one chat pool without faults; what else a scenario asks for is refused.
std::vector<Inconsistency> not_playable(const Scenario& scenario);

struct PlayOptions {
  std::uint64_t seed = 1;
  FleetSettings fleet;                // servers, TLS, domain, password; the rest follows from the scenario
  std::vector<int> server_processes;  // of each server, whose CPU and memory are recorded; or none
  int database_process = 0;
  std::function<void(double share)> on_progress{};  // once per window, and while everybody signs in before the start
  std::function<bool()> wants_stop{};
};

struct Played {
  ReplicationResult result;
  io::Measured measured;  // without the transport
  Balance balance;
  bool stopped = false;
  std::vector<std::string> remarks;  // what went wrong and was no reason to stop, in sentences
};

// Throws std::runtime_error when the run cannot begin: nobody answers, the password is wrong, not everybody could sign in.
Played play(const Scenario& scenario, const PlayOptions& options);

// How late the load generator may be: above it the run says nothing about the server. Half a second of delay in one of a hundred
// posts would be seen in every p99; a twentieth is still small against what is asked of deliveries (O(100 ms)).
inline constexpr double most_lag_p99_s = 0.05;
inline constexpr double most_lag_s = 1;

}  // namespace poolcast::loadgen
