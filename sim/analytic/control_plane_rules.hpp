// What may happen to a control plane next, what becomes of it, and whom it serves.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "domain/rules/quorum.hpp"
#include "sim/analytic/control_plane.hpp"

namespace poolcast::sim::analytic {

// Where a pool's content database is.
enum class Home : std::uint8_t { primary, secondary, failing_back };

// What operators do; each takes its time from the moment when there is reason for it, and is called off when there is none.
struct Act {
  enum class Kind : std::uint8_t { fail_over, decide_failback, fail_back, reroute, route_back, force_service, resume };
  Kind kind = Kind::fail_over;
  std::size_t subject = 0;  // pool, or of the last two the database
  rules::Member partner{};  // of the last two
  bool operator==(const Act&) const = default;
};

// What machines do by themselves, within seconds.
struct DatabaseStep {
  enum class Kind : std::uint8_t { time_outs, mirroring, opened };
  Kind kind = Kind::mirroring;
  double rate = 0;
  rules::MirroringEvent event{};
};

struct DatabaseState {
  rules::Session session;
  bool single_open = true;          // of a database without a mirror
  std::vector<DatabaseStep> steps;  // what may happen next by itself
  std::vector<Act> acts;            // what operators have reason for
  bool is_well = true;
};

struct PoolState {
  Home home = Home::primary;
  bool is_rerouted = false;  // users come through another Front End pool
  bool has_sessions = true;  // users need not sign in again when the service is back
};

struct State {
  std::vector<bool> active;           // by risk
  std::vector<std::uint8_t> lost_by;  // by machine: how many active risks cover it
  std::size_t losses = 0;             // active risks
  std::size_t cuts = 0;               // those of them that are cuts
  std::vector<PoolState> pools;
  std::vector<DatabaseState> databases;  // the pools' content databases, then the compliance databases
};

// Who is principal of each mirrored database when all is well; the only difference between such moments.
using Principals = std::vector<rules::Member>;

// Who of a pool's users is served.
struct Service {
  std::size_t connected = 0;  // servers that users reach
  std::size_t served = 0;     // those of them that reach a database that is served
  bool database = false;
  double away() const { return connected == 0 ? 1 : 1 - static_cast<double>(served) / static_cast<double>(connected); }
};

class ControlPlaneRules {
public:
  explicit ControlPlaneRules(const ControlPlane& plane);  // which must outlive it

  Principals first_principals() const { return Principals(databases_.size(), rules::Member::first); }
  State well(const Principals& principals) const;
  Principals principals_of(const State& state) const;
  bool is_well(const State& state) const;

  std::vector<Act> acts(const State& state) const;
  const Operators& operators_of(const Act& act) const;        // of the pool that it is about
  const std::vector<double>& times_of(const Act& act) const;  // of a reroute: after a decision

  void turn(State& state, std::size_t risk) const;  // it begins or ends
  void take(State& state, std::size_t database, const DatabaseStep& step) const;
  void take(State& state, const Act& act) const;

  Service service(const State& state, std::size_t pool) const;
  Cause why(const State& state, std::size_t pool) const;  // somebody is away
  bool front_end_serves(const State& state, std::size_t pool) const;
  bool compliance_waits(const State& state, std::size_t pool) const;

private:
  bool up(const State& state, std::size_t machine) const { return state.lost_by[machine] == 0; }
  bool any_up(const State& state, const std::vector<std::size_t>& of) const;
  bool reaches(const State& state, std::size_t a, std::size_t b) const;
  bool separates(std::size_t risk, std::size_t a, std::size_t b) const;
  // Those that users come through now; `elsewhere`: those that they could come through instead.
  const std::vector<std::size_t>& front_ends(const State& state, std::size_t pool, bool elsewhere) const;
  bool is_connected(const State& state, std::size_t pool, std::size_t server) const;
  std::optional<std::size_t> serving_partner(const State& state, std::size_t database) const;
  std::optional<std::size_t> serving_machine(const State& state, std::size_t pool) const;
  bool runbook_runs(const State& state, std::size_t pool) const;
  void add_acts(const State& state, std::size_t pool, std::vector<Act>& acts) const;
  std::size_t machine_of(std::size_t database, rules::Member member) const;
  bool has(std::size_t database, rules::Member member) const;
  void lose_or_return(State& state, std::size_t risk) const;
  void cut_or_heal(State& state, std::size_t risk) const;
  void look_at_sessions(State& state, std::size_t pool) const;
  void look_ahead(State& state, std::size_t database) const;
  void add_mirroring(State& state, std::size_t database) const;

  const ControlPlane& plane_;
  std::vector<const DatabasePlane*> databases_;
  std::vector<std::size_t> pool_of_;                    // by database
  std::vector<std::optional<std::size_t>> compliance_;  // by pool: its number among the databases
  struct Membership {
    std::size_t database;
    rules::Member member;
  };
  std::vector<std::vector<Membership>> members_at_;  // by machine
  std::vector<std::vector<bool>> touches_;           // by risk and pool: whether it concerns the pool's machines
  std::vector<std::vector<std::uint8_t>> side_;      // by risk and machine, of cuts: on neither side, the one, the other
};

}  // namespace poolcast::sim::analytic
