#include "sim/analytic/control_plane_rules.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace poolcast::sim::analytic {
namespace {

using rules::Member;

bool contains(const std::vector<std::size_t>& all, std::size_t one) { return std::ranges::find(all, one) != all.end(); }

rules::Session well_session(const DatabasePlane& database, Member principal) {
  rules::Session session = rules::synchronized_session(database.full_safety, database.witness || database.has_cluster);
  if (principal == Member::first) return session;
  std::swap(session[Member::first], session[Member::second]);
  for (rules::Instance& instance : session.instances)
    std::swap(instance.sees[index_of(Member::first)], instance.sees[index_of(Member::second)]);
  return session;
}

}  // namespace

ControlPlaneRules::ControlPlaneRules(const ControlPlane& plane) : plane_(plane) {
  const auto add = [&](const DatabasePlane& database, std::size_t pool) {
    databases_.push_back(&database);
    pool_of_.push_back(pool);
  };
  for (std::size_t pool = 0; pool < plane.pools.size(); ++pool) add(plane.pools[pool].content, pool);
  for (std::size_t pool = 0; pool < plane.pools.size(); ++pool) {
    const auto& compliance = plane.pools[pool].compliance;
    compliance_.push_back(compliance ? std::optional(databases_.size()) : std::nullopt);
    if (compliance) add(*compliance, pool);
  }
  members_at_.resize(plane.machines);
  for (std::size_t database = 0; database < databases_.size(); ++database)
    for (const Member member : rules::all_members)
      if (has(database, member)) members_at_[machine_of(database, member)].push_back({database, member});
  for (const Risk& risk : plane.risks) {
    std::vector<bool> touches;
    for (const PoolPlane& pool : plane.pools) {
      std::vector<std::size_t> own = pool.servers;
      std::ranges::copy(pool.front_ends, std::back_inserter(own));
      own.push_back(pool.content.principal);
      if (pool.content.mirror) own.push_back(*pool.content.mirror);
      touches.push_back(std::ranges::any_of(
          own, [&](std::size_t machine) { return contains(risk.machines, machine) || contains(risk.away_from, machine); }));
    }
    touches_.push_back(touches);
    std::vector<std::uint8_t> side(risk.is_cut ? plane.machines : 0, 0);
    for (const std::size_t machine : risk.is_cut ? risk.machines : risk.away_from) side[machine] = 1;
    for (const std::size_t machine : risk.away_from) side[machine] = 2;
    side_.push_back(side);
  }
}

bool ControlPlaneRules::has(std::size_t database, Member member) const {
  const DatabasePlane& one = *databases_[database];
  return member == Member::first || (member == Member::second ? one.mirror.has_value() : one.mirror && one.witness);
}

std::size_t ControlPlaneRules::machine_of(std::size_t database, Member member) const {
  const DatabasePlane& one = *databases_[database];
  return member == Member::first ? one.principal : member == Member::second ? *one.mirror : *one.witness;
}

State ControlPlaneRules::well(const Principals& principals) const {
  State state;
  state.active.assign(plane_.risks.size(), false);
  state.lost_by.assign(plane_.machines, 0);
  state.pools.resize(plane_.pools.size());
  for (std::size_t database = 0; database < databases_.size(); ++database) {
    DatabaseState one;
    if (databases_[database]->mirror) one.session = well_session(*databases_[database], principals[database]);
    state.databases.push_back(one);
  }
  return state;
}

Principals ControlPlaneRules::principals_of(const State& state) const {
  Principals principals;
  for (const DatabaseState& database : state.databases) {
    const bool second = database.session[Member::second].role == rules::MirroringRole::principal;
    principals.push_back(second ? Member::second : Member::first);
  }
  return principals;
}

bool ControlPlaneRules::is_well(const State& state) const {
  return state.losses == 0 && std::ranges::all_of(state.databases, &DatabaseState::is_well) &&
         std::ranges::all_of(state.pools, [](const PoolState& pool) { return pool.home == Home::primary && !pool.is_rerouted; });
}

// --- Who is served

bool ControlPlaneRules::any_up(const State& state, const std::vector<std::size_t>& of) const {
  return std::ranges::any_of(of, [&](std::size_t machine) { return up(state, machine); });
}

bool ControlPlaneRules::separates(std::size_t risk, std::size_t a, std::size_t b) const {
  const auto& side = side_[risk];
  return plane_.risks[risk].is_cut && side[a] != 0 && side[b] != 0 && side[a] != side[b];
}

bool ControlPlaneRules::reaches(const State& state, std::size_t a, std::size_t b) const {
  if (state.cuts == 0) return true;
  for (std::size_t risk = 0; risk < plane_.risks.size(); ++risk)
    if (state.active[risk] && separates(risk, a, b)) return false;
  return true;
}

const std::vector<std::size_t>& ControlPlaneRules::front_ends(const State& state, std::size_t pool, bool elsewhere) const {
  return state.pools[pool].is_rerouted != elsewhere ? plane_.pools[pool].other_front_ends : plane_.pools[pool].front_ends;
}

bool ControlPlaneRules::front_end_serves(const State& state, std::size_t pool) const {
  return plane_.pools[pool].front_ends.empty() || any_up(state, front_ends(state, pool, false));
}

bool ControlPlaneRules::is_connected(const State& state, std::size_t pool, std::size_t server) const {
  if (!up(state, server)) return false;
  if (plane_.pools[pool].front_ends.empty()) return true;
  return std::ranges::any_of(front_ends(state, pool, false),
                             [&](std::size_t front_end) { return up(state, front_end) && reaches(state, front_end, server); });
}

std::optional<std::size_t> ControlPlaneRules::serving_partner(const State& state, std::size_t database) const {
  const DatabasePlane& one = *databases_[database];
  if (one.mirror) {
    const auto partner = rules::who_serves(state.databases[database].session);
    return partner ? std::optional(machine_of(database, *partner)) : std::nullopt;
  }
  return up(state, one.principal) && state.databases[database].single_open ? std::optional(one.principal) : std::nullopt;
}

std::optional<std::size_t> ControlPlaneRules::serving_machine(const State& state, std::size_t pool) const {
  switch (state.pools[pool].home) {
    case Home::primary:
      return serving_partner(state, pool);
    case Home::secondary: {
      const std::size_t secondary = *databases_[pool]->secondary;
      return up(state, secondary) ? std::optional(secondary) : std::nullopt;
    }
    case Home::failing_back:
      break;
  }
  return std::nullopt;
}

Service ControlPlaneRules::service(const State& state, std::size_t pool) const {
  const PoolPlane& plane = plane_.pools[pool];
  const auto database = serving_machine(state, pool);
  Service found{.connected = 0, .served = 0, .database = database.has_value()};
  const auto count = [&](const std::vector<std::size_t>& servers) {
    for (const std::size_t server : servers) {
      if (!is_connected(state, pool, server)) continue;
      ++found.connected;
      if (database && reaches(state, server, *database)) ++found.served;
    }
  };
  count(plane.servers);
  if (state.pools[pool].home == Home::secondary) count(plane.standby);
  return found;
}

Cause ControlPlaneRules::why(const State& state, std::size_t pool) const {
  if (state.pools[pool].home == Home::failing_back || runbook_runs(state, pool)) return Cause::runbook;
  const auto active = [&](auto&& is_meant) {
    for (std::size_t risk = 0; risk < plane_.risks.size(); ++risk)
      if (state.active[risk] && touches_[risk][pool] && is_meant(plane_.risks[risk])) return true;
    return false;
  };
  if (active([](const Risk& risk) { return risk.is_site; })) return Cause::site;
  if (active([](const Risk& risk) { return risk.is_cut; })) return Cause::network;
  if (!serving_machine(state, pool)) return Cause::database;
  return front_end_serves(state, pool) ? Cause::server : Cause::front_end;
}

// The chat servers keep their events while no compliance database takes them; with no server there are none.
bool ControlPlaneRules::compliance_waits(const State& state, std::size_t pool) const {
  if (!compliance_[pool]) return false;
  const auto machine = serving_partner(state, *compliance_[pool]);
  if (!machine) return true;
  const auto& servers = plane_.pools[pool].servers;
  return any_up(state, servers) &&
         std::ranges::none_of(servers, [&](std::size_t server) { return up(state, server) && reaches(state, server, *machine); });
}

// --- What operators have reason for

// They fail over when both partners are lost, and not while one of them may come back by itself.
bool ControlPlaneRules::runbook_runs(const State& state, std::size_t pool) const {
  const DatabasePlane& database = *databases_[pool];
  return state.pools[pool].home == Home::primary && database.secondary && up(state, *database.secondary) &&
         !up(state, database.principal) && (!database.mirror || !up(state, *database.mirror));
}

void ControlPlaneRules::add_acts(const State& state, std::size_t pool, std::vector<Act>& acts) const {
  using enum Act::Kind;
  const PoolState& now = state.pools[pool];
  const bool runs = runbook_runs(state, pool);
  if (runs) acts.push_back({fail_over, pool});
  if (now.home == Home::secondary && serving_partner(state, pool)) acts.push_back({decide_failback, pool});
  if (now.home == Home::failing_back) acts.push_back({fail_back, pool});
  if (runs || now.home == Home::failing_back || !any_up(state, front_ends(state, pool, true))) return;
  if (!front_end_serves(state, pool))
    acts.push_back({reroute, pool});
  else if (now.is_rerouted && now.home == Home::primary)
    acts.push_back({route_back, pool});
}

std::vector<Act> ControlPlaneRules::acts(const State& state) const {
  std::vector<Act> all;
  if (state.losses == 0 && is_well(state)) return all;
  for (std::size_t pool = 0; pool < plane_.pools.size(); ++pool) add_acts(state, pool, all);
  for (const DatabaseState& database : state.databases) std::ranges::copy(database.acts, std::back_inserter(all));
  return all;
}

const Operators& ControlPlaneRules::operators_of(const Act& act) const {
  const bool of_database = act.kind == Act::Kind::force_service || act.kind == Act::Kind::resume;
  return plane_.pools[of_database ? pool_of_[act.subject] : act.subject].operators;
}

const std::vector<double>& ControlPlaneRules::times_of(const Act& act) const {
  const Operators& operators = operators_of(act);
  switch (act.kind) {
    case Act::Kind::fail_over:
      return operators.failover;
    case Act::Kind::fail_back:
      return operators.failback;
    case Act::Kind::reroute:
      return operators.front_end_failover;
    case Act::Kind::decide_failback:
    case Act::Kind::route_back:
    case Act::Kind::force_service:
    case Act::Kind::resume:
      break;
  }
  return operators.decision;
}

}  // namespace poolcast::sim::analytic
