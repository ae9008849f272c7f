#include "domain/rules/quorum.hpp"

#include <algorithm>

namespace poolcast::rules {

bool has_quorum(const Session& session, Member member) {
  const Instance& instance = session[member];
  if (!instance.up) return false;
  if (!session.has_witness) return member != Member::witness;
  return std::ranges::any_of(all_members, [&](Member other) { return other != member && instance.sees[index_of(other)]; });
}

bool serves(const Session& session, Member partner) {
  const Instance& instance = session[partner];
  return instance.role == MirroringRole::principal && instance.open && instance.state != MirroringState::pending_failover &&
         has_quorum(session, partner);
}

std::optional<Member> who_serves(const Session& session) {
  std::optional<Member> found;
  for (const Member partner : partners)
    if (serves(session, partner) && (!found || session[partner].ballot > session[*found].ballot)) found = partner;
  return found;
}

bool exposed(const Session& session) {
  const auto principal = who_serves(session);
  return principal && session[*principal].state != MirroringState::synchronized;
}

Acknowledgement acknowledgement(const Session& session, Member partner) {
  if (!serves(session, partner)) return Acknowledgement::refused;
  if (!session[partner].in_step) return Acknowledgement::with_log;
  return log_flows(session, partner) ? Acknowledgement::with_mirror : Acknowledgement::in_doubt;
}

bool log_flows(const Session& session, Member principal) {
  const Member mirror = partner_of(principal);
  const Instance& from = session[principal];
  const Instance& to = session[mirror];
  return reachable(session, principal, mirror) && from.sees[index_of(mirror)] && to.sees[index_of(principal)] &&
         to.role == MirroringRole::mirror && to.ballot == from.ballot && from.state != MirroringState::suspended;
}

bool fails_over_by_itself(const Session& session) {
  const auto principal = who_serves(session);
  if (!principal || !session.full_safety || !session.has_witness) return false;
  const Member mirror = partner_of(*principal);
  return session[mirror].in_step && log_flows(session, *principal) && reachable(session, mirror, Member::witness) &&
         session[mirror].sees[index_of(Member::witness)];
}

std::string_view why_no_manual_failover(const Session& session) {
  const auto principal = who_serves(session);
  if (!session.full_safety) return "high-performance mode has no manual failover";
  if (!principal) return "no partner serves the database";
  if (session[*principal].state == MirroringState::suspended) return "mirroring is suspended";
  if (!log_flows(session, *principal)) return "the partners are not connected";
  if (session[*principal].state != MirroringState::synchronized) return "the database is not synchronized";
  return {};
}

std::string_view why_no_forced_service(const Session& session, Member mirror) {
  const Instance& instance = session[mirror];
  const std::size_t principal = index_of(partner_of(mirror));
  if (!instance.up) return "the mirror is lost, too";
  if (instance.role != MirroringRole::mirror) return "this partner is the principal";
  if (instance.sees[principal]) return "the mirror is still connected to the principal";
  if (!session.has_witness) return {};
  if (!instance.sees[index_of(Member::witness)] || !reachable(session, mirror, Member::witness))
    return "a witness is set and the mirror is not connected to it";
  if (session[Member::witness].sees[principal]) return "the witness is still connected to the principal";
  return {};
}

std::string_view why_no_suspension(const Session& session) {
  const auto principal = who_serves(session);
  if (!principal) return "no partner serves the database";
  const Instance& instance = session[*principal];
  if (instance.state == MirroringState::suspended) return "mirroring is suspended already";
  if (instance.in_step && !log_flows(session, *principal)) return "the principal waits for its mirror";
  return {};
}

std::string_view why_no_resumption(const Session& session) {
  const auto principal = who_serves(session);
  if (!principal) return "no partner serves the database";
  if (session[*principal].state != MirroringState::suspended) return "mirroring is not suspended";
  return {};
}

std::string_view why_no_new_mirror(const Session& session, Member mirror) {
  const auto principal = who_serves(session);
  if (!principal) return "no partner serves the database";
  if (*principal == mirror) return "it is the principal";
  if (session[mirror].up) return "it is the mirror already";
  if (!session.linked[link_of(*principal, mirror)]) return "the principal does not reach it";
  return {};
}

}  // namespace poolcast::rules
