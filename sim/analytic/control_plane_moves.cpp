// What becomes of a control plane when something happens to it.
#include <algorithm>

#include "sim/analytic/control_plane_rules.hpp"

namespace poolcast::sim::analytic {
namespace {

using rules::Member;
using rules::MirroringEvent;
using rules::Session;

double per_s(Seconds mean) { return 1 / mean.count(); }

// Whoever misses one of these gives up on it.
template <class Members>
Session after_time_outs(Session session, const Members& missed) {
  for (const Member other : missed)
    for (const Member member : rules::all_members)
      if (member != other) session = rules::step(session, {MirroringEvent::Kind::time_out, member, other});
  return session;
}

bool is_in_step(const Session& session) {
  const auto serving = rules::who_serves(session);
  return serving && session[*serving].state == rules::MirroringState::synchronized && rules::log_flows(session, *serving);
}

}  // namespace

void ControlPlaneRules::turn(State& state, std::size_t risk) const {
  const bool begins = !state.active[risk];
  const bool is_cut = plane_.risks[risk].is_cut;
  state.active[risk] = begins;
  begins ? ++state.losses : --state.losses;
  if (is_cut) begins ? ++state.cuts : --state.cuts;
  is_cut ? cut_or_heal(state, risk) : lose_or_return(state, risk);
  for (std::size_t pool = 0; pool < plane_.pools.size(); ++pool) look_at_sessions(state, pool);
}

void ControlPlaneRules::lose_or_return(State& state, std::size_t risk) const {
  const bool begins = state.active[risk];
  std::vector<std::vector<Member>> lost(databases_.size());
  std::vector<bool> changed(databases_.size(), false);
  for (const std::size_t machine : plane_.risks[risk].machines) {
    const bool before = up(state, machine);
    state.lost_by[machine] = static_cast<std::uint8_t>(state.lost_by[machine] + (begins ? 1 : -1));
    if (before == up(state, machine)) continue;
    for (const auto& [database, member] : members_at_[machine]) {
      DatabaseState& one = state.databases[database];
      changed[database] = true;
      if (begins) one.single_open = false;
      if (begins) lost[database].push_back(member);
      const auto kind = begins ? MirroringEvent::Kind::lose : MirroringEvent::Kind::come_back;
      if (databases_[database]->mirror) one.session = rules::step(one.session, {kind, member, Member::first});
    }
  }
  for (std::size_t database = 0; database < databases_.size(); ++database) {
    if (!changed[database]) continue;
    Session& session = state.databases[database].session;
    if (plane_.risks[risk].resets) session = after_time_outs(session, lost[database]);
    look_ahead(state, database);
  }
}

void ControlPlaneRules::cut_or_heal(State& state, std::size_t risk) const {
  for (std::size_t database = 0; database < databases_.size(); ++database) {
    if (!databases_[database]->mirror) continue;
    for (const Member one : rules::all_members)
      for (const Member other : rules::all_members) {
        if (one >= other || !has(database, one) || !has(database, other)) continue;
        if (!separates(risk, machine_of(database, one), machine_of(database, other))) continue;
        Session& session = state.databases[database].session;
        const bool linked = reaches(state, machine_of(database, one), machine_of(database, other));
        if (linked != session.linked[rules::link_of(one, other)])
          session = rules::step(session, {linked ? MirroringEvent::Kind::heal : MirroringEvent::Kind::cut, one, other});
      }
    look_ahead(state, database);
  }
}

void ControlPlaneRules::take(State& state, std::size_t database, const DatabaseStep& step) const {
  DatabaseState& one = state.databases[database];
  switch (step.kind) {
    case DatabaseStep::Kind::time_outs:
      one.session = after_time_outs(one.session, rules::all_members);
      break;
    case DatabaseStep::Kind::mirroring:
      one.session = rules::step(one.session, step.event);
      break;
    case DatabaseStep::Kind::opened:
      one.single_open = true;
      break;
  }
  look_ahead(state, database);
}

void ControlPlaneRules::take(State& state, const Act& act) const {
  using enum Act::Kind;
  if (act.kind == force_service || act.kind == resume) {
    const auto kind = act.kind == resume ? MirroringEvent::Kind::resume : MirroringEvent::Kind::force_service;
    Session& session = state.databases[act.subject].session;
    session = rules::step(session, {kind, act.partner, act.partner});
    return look_ahead(state, act.subject);
  }
  PoolState& pool = state.pools[act.subject];
  if (act.kind == decide_failback) {
    pool.home = Home::failing_back;
    return;
  }
  pool.has_sessions = false;
  if (act.kind == fail_back) {
    pool.home = Home::primary;
    return;
  }
  const bool reroutes = act.kind != fail_over || !front_end_serves(state, act.subject);
  if (act.kind == fail_over) pool.home = Home::secondary;
  if (reroutes && any_up(state, front_ends(state, act.subject, true))) pool.is_rerouted = !pool.is_rerouted;
}

// Sessions survive a database that was away (O-11), but neither the loss of all servers nor of the way to them.
void ControlPlaneRules::look_at_sessions(State& state, std::size_t pool) const {
  const auto reached = [&](std::size_t server) { return is_connected(state, pool, server); };
  const bool secondary = state.pools[pool].home == Home::secondary;
  if (std::ranges::none_of(plane_.pools[pool].servers, reached) &&
      !(secondary && std::ranges::any_of(plane_.pools[pool].standby, reached)))
    state.pools[pool].has_sessions = false;
}

void ControlPlaneRules::look_ahead(State& state, std::size_t database) const {
  DatabaseState& one = state.databases[database];
  one.steps.clear();
  one.acts.clear();
  if (databases_[database]->mirror) {
    add_mirroring(state, database);
  } else if (up(state, databases_[database]->principal) && !one.single_open) {
    one.steps.push_back({DatabaseStep::Kind::opened, per_s(plane_.opening), {}});
  }
  const bool is_single = !databases_[database]->mirror;
  one.is_well = one.steps.empty() && one.acts.empty() && (is_single ? one.single_open : is_in_step(one.session));
}

// Time-outs of whoever misses somebody, databases that open, logs that catch up; operators force service where nobody serves and
// no witness decides, and resume a session that waits for them.
void ControlPlaneRules::add_mirroring(State& state, std::size_t database) const {
  DatabaseState& one = state.databases[database];
  const auto changes = [&](const MirroringEvent& event) { return rules::step(one.session, event) != one.session; };
  const auto add = [&](const MirroringEvent& event, Seconds mean) {
    if (changes(event)) one.steps.push_back({DatabaseStep::Kind::mirroring, per_s(mean), event});
  };
  // One time-out for all: mirror and witness lose the same principal in the same moment.
  if (after_time_outs(one.session, rules::all_members) != one.session)
    one.steps.push_back({DatabaseStep::Kind::time_outs, per_s(databases_[database]->detection), {}});
  for (const Member partner : rules::partners) {
    add({MirroringEvent::Kind::opened, partner, partner}, plane_.opening);
    if (changes({MirroringEvent::Kind::resume, partner, partner})) one.acts.push_back({Act::Kind::resume, database, partner});
    const MirroringEvent force{MirroringEvent::Kind::force_service, partner, partner};
    if (!rules::who_serves(one.session) && rules::why_no_forced_service(one.session, partner).empty() && changes(force))
      one.acts.push_back({Act::Kind::force_service, database, partner});
  }
  add({MirroringEvent::Kind::caught_up, Member::first, Member::second}, plane_.resynchronise);
}

}  // namespace poolcast::sim::analytic
