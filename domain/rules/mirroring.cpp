#include "domain/rules/mirroring.hpp"

#include <algorithm>

#include "domain/rules/quorum.hpp"

namespace poolcast::rules {
namespace {

constexpr std::size_t witness = index_of(Member::witness);

void set_state(Session& session, Member principal, MirroringState state, bool in_step) {
  for (const Member partner : {principal, partner_of(principal)}) {
    session[partner].state = state;
    session[partner].in_step = in_step;
  }
}

// The mirror drops what the principal's log does not have: what was not sent before the principal took over.
void drop_own_branch(Session& session, Member principal) {
  Instance& mirror = session[partner_of(principal)];
  const Instance& other = session[principal];
  mirror.hardened = std::min({mirror.hardened, mirror.branched_at, other.hardened, other.branched_at});
}

void start_synchronizing(Session& session, Member principal) {
  drop_own_branch(session, principal);
  session[principal].forced = false;
  set_state(session, principal, MirroringState::synchronizing, false);
}

// The mirror becomes principal. Its database is open once its redo queue is done.
void take_over(Session& session, Member mirror) {
  Instance& instance = session[mirror];
  if (session.has_witness) {
    Instance& voter = session[Member::witness];
    instance.ballot = voter.ballot = std::max(instance.ballot, voter.ballot) + 1;
  } else {
    ++instance.ballot;
  }
  instance.role = MirroringRole::principal;
  instance.state = MirroringState::disconnected;
  instance.open = false;
  instance.in_step = false;
  instance.branched_at = std::min(instance.branched_at, instance.hardened);
}

void step_down(Instance& partner) {
  partner.role = MirroringRole::mirror;
  partner.state = MirroringState::disconnected;
  partner.open = false;
  partner.in_step = false;
  partner.forced = false;
}

// Two partners meet: the later decision wins. After a forced service the session waits for an operator to resume it, as
// resuming discards the loser's unsent log.
void partners_meet(Session& session) {
  const Member leader = session[Member::first].ballot != session[Member::second].ballot
                            ? (session[Member::first].ballot > session[Member::second].ballot ? Member::first : Member::second)
                            : (session[Member::first].role == MirroringRole::principal ? Member::first : Member::second);
  Instance& principal = session[leader];
  Instance& mirror = session[partner_of(leader)];
  if (principal.role != MirroringRole::principal) return;  // both wait for a principal that will not come by itself
  step_down(mirror);
  mirror.ballot = principal.ballot;
  if (principal.forced || principal.state == MirroringState::suspended) {
    set_state(session, leader, MirroringState::suspended, false);
  } else {
    start_synchronizing(session, leader);
  }
}

// The witness knows the latest decision, or learns it. A partner that was passed over learns that the other is principal.
void witness_meets(Session& session, Member member) {
  Instance& partner = session[member];
  Instance& voter = session[Member::witness];
  if (partner.ballot < voter.ballot && partner.role == MirroringRole::principal) step_down(partner);
  voter.ballot = std::max(voter.ballot, partner.ballot);
}

void connect(Session& session, Member a, Member b) {
  if (!session.has_witness && (a == Member::witness || b == Member::witness)) return;
  if (!reachable(session, a, b)) return;
  if (session[a].sees[index_of(b)] && session[b].sees[index_of(a)]) return;  // an interruption that nobody noticed
  session[a].sees[index_of(b)] = session[b].sees[index_of(a)] = true;
  if (b == Member::witness) return witness_meets(session, a);
  if (a == Member::witness) return witness_meets(session, b);
  partners_meet(session);
}

void restart(Session& session, Member member) {
  Instance& instance = session[member];
  instance.up = true;
  instance.sees = {};
  instance.open = false;
  if (member != Member::witness) {
    // A principal that was in step still is: its mirror may have taken over, and only the witness or the mirror can tell.
    if (instance.role == MirroringRole::mirror) instance.in_step = false;
    if (instance.state != MirroringState::suspended) instance.state = MirroringState::disconnected;
  }
  for (const Member other : all_members) {
    // A connection does not survive the restart of one end, and the other hears of it.
    if (other != member && reachable(session, member, other)) session[other].sees[index_of(member)] = false;
  }
  // The witness first: it knows who is principal.
  for (const Member other : {Member::witness, Member::first, Member::second})
    if (other != member) connect(session, member, other);
}

// A principal that misses its mirror goes on alone only when the witness has been told, for from then on the mirror must not
// take over. Until then commits wait for the mirror, and nobody is told that they are safe.
void principal_decides(Session& session, Member member) {
  Instance& instance = session[member];
  const Member mirror = partner_of(member);
  if (instance.sees[index_of(mirror)]) return;
  if (instance.state != MirroringState::suspended) instance.state = MirroringState::disconnected;
  if (!instance.in_step) return;
  if (session.has_witness) {
    if (!instance.sees[witness] || !reachable(session, member, Member::witness)) return;
    Instance& voter = session[Member::witness];
    instance.ballot = voter.ballot = std::max(instance.ballot, voter.ballot) + 1;
  }
  instance.in_step = false;
}

// A synchronized mirror takes over when the witness misses the principal, too, and knows of no later decision. A mirror that
// has lost both does not, even if it finds the witness again: the principal may have gone on with the witness meanwhile.
void mirror_decides(Session& session, Member member) {
  Instance& instance = session[member];
  const Member principal = partner_of(member);
  if (instance.sees[index_of(principal)]) return;
  if (instance.state != MirroringState::suspended) instance.state = MirroringState::disconnected;
  if (!session.full_safety || !session.has_witness || !instance.sees[witness]) instance.in_step = false;
  if (!instance.in_step || !reachable(session, member, Member::witness)) return;
  const Instance& voter = session[Member::witness];
  if (!voter.sees[index_of(principal)] && instance.ballot >= voter.ballot) take_over(session, member);
}

void decide(Session& session) {
  for (const Member member : partners) {
    if (!session[member].up) continue;
    session[member].role == MirroringRole::principal ? principal_decides(session, member) : mirror_decides(session, member);
  }
}

bool in_manual_failover(const Session& session, Member principal) {
  return session[principal].up && session[principal].role == MirroringRole::principal &&
         session[principal].state == MirroringState::pending_failover;
}

void exchange_roles(Session& session, Member mirror) {
  const Member principal = partner_of(mirror);
  take_over(session, mirror);
  session[principal].ballot = session[mirror].ballot;
  step_down(session[principal]);
  start_synchronizing(session, mirror);
}

void open(Session& session, Member member) {
  Instance& instance = session[member];
  if (!instance.up) return;
  if (instance.role == MirroringRole::mirror) {
    const Member principal = partner_of(member);
    if (!in_manual_failover(session, principal) || !reachable(session, principal, member)) return;
    exchange_roles(session, member);
  }
  if (has_quorum(session, member)) instance.open = true;
}

void end_synchronizing(Session& session) {
  for (const Member principal : partners) {
    Instance& from = session[principal];
    Instance& to = session[partner_of(principal)];
    if (from.role != MirroringRole::principal || from.state != MirroringState::synchronizing || !log_flows(session, principal))
      continue;
    to.hardened = from.hardened;
    from.branched_at = to.branched_at = std::numeric_limits<std::uint64_t>::max();
    set_state(session, principal, MirroringState::synchronized, session.full_safety);
  }
}

void pause(Session& session, Member principal) {
  Instance& instance = session[principal];
  if (!instance.up || instance.role != MirroringRole::principal || instance.state == MirroringState::pending_failover) return;
  if (log_flows(session, principal)) return set_state(session, principal, MirroringState::suspended, false);
  if (!instance.in_step) instance.state = MirroringState::suspended;
}

void go_on(Session& session, Member principal) {
  Instance& instance = session[principal];
  if (!instance.up || instance.role != MirroringRole::principal || instance.state != MirroringState::suspended) return;
  instance.state = MirroringState::disconnected;
  if (instance.sees[index_of(partner_of(principal))] && reachable(session, principal, partner_of(principal)))
    start_synchronizing(session, principal);
}

// A new session on the principal's side, too: whatever it waited for of the old mirror is forgotten.
void set_up_mirror(Session& session, Member member) {
  Instance& principal = session[partner_of(member)];
  Instance& mirror = session[member];
  principal.state = MirroringState::disconnected;
  principal.forced = false;
  principal.branched_at = std::numeric_limits<std::uint64_t>::max();
  mirror = {.role = MirroringRole::mirror, .ballot = principal.ballot, .hardened = mirror.hardened};
  restart(session, member);
}

void give_up(Session& session, Member member, Member other) {
  if (reachable(session, member, other)) return;
  Instance& instance = session[member];
  instance.sees[index_of(other)] = false;
  if (instance.state == MirroringState::pending_failover && other == partner_of(member))
    instance.state = MirroringState::disconnected;  // called off
}

}  // namespace

Session synchronized_session(bool full_safety, bool has_witness) {
  Session session{.full_safety = full_safety, .has_witness = has_witness, .instances = {}};
  session[Member::first].role = MirroringRole::principal;
  session[Member::first].open = true;
  session[Member::witness].up = has_witness;
  for (const Member a : all_members)
    for (const Member b : all_members) session[a].sees[index_of(b)] = a != b && session[a].up && session[b].up;
  set_state(session, Member::first, MirroringState::synchronized, full_safety);
  return session;
}

bool reachable(const Session& session, Member a, Member b) {
  return session[a].up && session[b].up && session.linked[link_of(a, b)];
}

Session step(Session session, const MirroringEvent& event) {
  using enum MirroringEvent::Kind;
  const Member member = event.member;
  switch (event.kind) {
    case lose:
      session[member].up = false;
      break;
    case come_back:
      if (!session[member].up && (member != Member::witness || session.has_witness)) restart(session, member);
      break;
    case cut:
      session.linked[link_of(member, event.other)] = false;
      break;
    case heal:
      if (session.linked[link_of(member, event.other)]) break;
      session.linked[link_of(member, event.other)] = true;
      connect(session, member, event.other);
      break;
    case time_out:
      if (session[member].up) give_up(session, member, event.other);
      break;
    case caught_up:
      end_synchronizing(session);
      break;
    case opened:
      open(session, member);
      break;
    case manual_failover:
      if (const auto principal = who_serves(session); principal && why_no_manual_failover(session).empty())
        session[*principal].state = MirroringState::pending_failover;
      break;
    case force_service:
      if (member == Member::witness || !why_no_forced_service(session, member).empty()) break;
      take_over(session, member);
      session[member].forced = true;
      break;
    case suspend:
      pause(session, member);
      break;
    case resume:
      go_on(session, member);
      break;
    case set_up:
      if (member != Member::witness && why_no_new_mirror(session, member).empty()) set_up_mirror(session, member);
      break;
  }
  decide(session);
  return session;
}

}  // namespace poolcast::rules
