// A working day: who comes and who leaves, and arrivals that follow its curve.
#include "sim/chat_model.hpp"

namespace poolcast::sim {

void ChatModel::begin_day(std::uint16_t pool_number) {
  Pool& pool = pools_[pool_number];
  pool.comings.emplace(workload_.day_curve, pool.population.users());
  pool.next_to_come = static_cast<UserNumber>(pool.comings->present_at_start());
  for (UserNumber user = pool.next_to_come; user < pool.population.users(); ++user) pool.sessions[user].wanted = false;
  connect_users(pool_number, pool.next_to_come);
  next_comes_or_leaves(pool_number);
  activity_ = day_->activity(0);
}

void ChatModel::next_comes_or_leaves(std::uint16_t pool_number) {
  const auto change = pools_[pool_number].comings->next(day_changes_);
  if (!change || change->at > recorder_.horizon()) return;
  after(change->at - now(), change->comes ? Kind::comes : Kind::leaves, 0, pool_number);
}

void ChatModel::next_arrival(double gap, Kind kind, std::uint32_t subject, std::uint16_t pool_number) {
  const double wait = arrivals_.exponential(gap);
  if (!day_) return after(wait, kind, subject, pool_number);
  const double at = day_->later(now(), wait);
  if (at <= recorder_.horizon()) plane_->schedule({at, subject, static_cast<std::uint16_t>(kind), pool_number});
}

void ChatModel::comes(std::uint16_t pool_number) {
  Pool& pool = pools_[pool_number];
  const UserNumber user = pool.next_to_come++ % pool.population.users();
  next_comes_or_leaves(pool_number);
  pool.sessions[user].wanted = true;
  wants_in(pool_number, user, 0);
}

// Whoever is still signing in, or waits to try again, gives up; a user in the middle of a restart does not come back.
void ChatModel::leaves(std::uint16_t pool_number) {
  Pool& pool = pools_[pool_number];
  const UserNumber user = pool.next_to_leave++ % pool.population.users();
  next_comes_or_leaves(pool_number);
  Session& session = pool.sessions[user];
  session.wanted = false;
  if (pool.population.connected(user)) return signs_out(pool_number, user);
  if (!session.waiting) return;
  ++session.epoch;
  session.pending = 0;
  session.server = nowhere_at_all;
  stops_waiting(pool, user);
  leave_loss(session);
}

// The user may have come back already, while the server did not answer.
void ChatModel::signed_out(const Job& job, double delay) {
  const Session& session = pools_[job.pool].sessions[job.user];
  if (session.wanted && !session.waiting && !pools_[job.pool].population.connected(job.user)) wants_in(job.pool, job.user, delay);
}

}  // namespace poolcast::sim
