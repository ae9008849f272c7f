#include "sim/analytic/availability.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace poolcast::sim::analytic {
namespace {

double rate(Seconds mean) { return mean.count() > 0 ? 1 / mean.count() : 0; }

struct Move {
  MirrorState to;
  double rate = 0;
};

// A loss of the principal from full quorum begins a failover; any other leaves nobody who may serve, and the copy is then not to
// be relied on by itself.
void add_losses(const MirroredDatabase& database, const MirrorState& now, std::vector<Move>& moves) {
  if (now.principal) {
    MirrorState next = now;
    next.principal = false;
    next.taking_over = database.has_witness && now.mirror && now.witness && now.synchronized;
    next.synchronized = next.taking_over;
    moves.push_back({next, rate(database.partner.between_failures)});
  }
  if (now.mirror) {
    MirrorState next = now;
    next.mirror = next.synchronized = next.taking_over = false;
    moves.push_back({next, rate(database.partner.between_failures)});
  }
  if (now.witness && database.has_witness) {
    MirrorState next = now;
    next.witness = next.taking_over = false;
    if (!now.principal) next.synchronized = false;
    moves.push_back({next, rate(database.witness.between_failures)});
  }
}

void add_repairs(const MirroredDatabase& database, const MirrorState& now, std::vector<Move>& moves) {
  const auto back = [&](bool MirrorState::*member, Seconds repair) {
    if (now.*member) return;
    MirrorState next = now;
    next.*member = true;
    if (member == &MirrorState::principal) next.taking_over = false;
    moves.push_back({next, rate(repair)});
  };
  back(&MirrorState::principal, database.partner.repair);
  back(&MirrorState::mirror, database.partner.repair);
  if (database.has_witness) back(&MirrorState::witness, database.witness.repair);
}

std::vector<Move> moves_from(const MirroredDatabase& database, const MirrorState& now) {
  std::vector<Move> moves;
  add_losses(database, now, moves);
  add_repairs(database, now, moves);
  // The partners change their names: the lost one is now a mirror that is down.
  const MirrorState changed{
      .principal = true, .mirror = false, .witness = now.witness, .synchronized = false, .taking_over = false};
  const bool can_be_forced = !now.principal && now.mirror && (!database.has_witness || now.witness);
  if (now.taking_over)
    moves.push_back({changed, rate(database.failover)});
  else if (can_be_forced && database.forced.count() > 0)
    moves.push_back({changed, rate(database.forced)});
  if (now.principal && now.mirror && !now.synchronized) {
    MirrorState next = now;
    next.synchronized = true;
    moves.push_back({next, rate(database.resynchronise)});
  }
  return moves;
}

bool is_served(const MirroredDatabase& database, const MirrorState& now) {
  return now.principal && (!database.has_witness || now.mirror || now.witness);
}

double served_share(const MirrorChain& chain, const Eigen::VectorXd& shares) {
  double lost = 0;
  for (std::size_t state = 0; state < chain.states.size(); ++state)
    if (!chain.served[state]) lost += shares[static_cast<Eigen::Index>(state)];
  return 1 - lost;
}

}  // namespace

double k_of_n_available(unsigned needed, unsigned machines, double available) {
  double sum = 0;
  for (unsigned up = needed; up <= machines; ++up) {
    const double ways = std::exp(std::lgamma(machines + 1.0) - std::lgamma(up + 1.0) - std::lgamma(machines - up + 1.0));
    sum += ways * std::pow(available, up) * std::pow(1 - available, machines - up);
  }
  return sum;
}

MirrorChain mirror_chain(const MirroredDatabase& database) {
  MirrorChain found;
  found.states.push_back({});
  std::vector<std::vector<std::pair<std::size_t, double>>> moves;
  for (std::size_t from = 0; from < found.states.size(); ++from) {
    moves.emplace_back();
    for (const Move& move : moves_from(database, MirrorState(found.states[from]))) {
      auto to = static_cast<std::size_t>(std::ranges::find(found.states, move.to) - found.states.begin());
      if (to == found.states.size()) found.states.push_back(move.to);
      moves[from].emplace_back(to, move.rate);
    }
  }
  found.chain = MarkovChain(found.states.size());
  for (std::size_t from = 0; from < moves.size(); ++from)
    for (const auto& [to, per_s] : moves[from]) found.chain.add(from, to, per_s);
  for (const MirrorState& state : found.states) found.served.push_back(is_served(database, state));
  return found;
}

double available(const MirroredDatabase& database) {
  const MirrorChain chain = mirror_chain(database);
  return served_share(chain, chain.chain.steady_state());
}

double available_over(const MirroredDatabase& database, Seconds time) {
  const MirrorChain chain = mirror_chain(database);
  Eigen::VectorXd well = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(chain.states.size()));
  well[0] = 1;
  return served_share(chain, chain.chain.shares_until(well, time));
}

}  // namespace poolcast::sim::analytic
