// Signing in, losing a server and finding another one.
#include <cmath>
#include <utility>

#include "domain/rules/client.hpp"
#include "domain/rules/routing.hpp"
#include "sim/chat_model.hpp"

namespace poolcast::sim {

// A client that waited tries now, unless its user has been served otherwise or has left in the meantime.
void ChatModel::sends(JobId number) {
  Job& job = jobs_[number];
  const Pool& pool = pools_[job.pool];
  if (job.operation == Operation::sign_in) {
    if (job.user_epoch != pool.sessions[job.user].epoch) return free_job(number);
  } else if (job.operation != Operation::sign_out) {
    if (!pool.population.connected(job.user)) return free_job(number);
    job.server = pool.sessions[job.user].server;
  }
  send(number);
}

void ChatModel::sends_after(double delay, JobId number) {
  const Event event{now() + delay, number, static_cast<std::uint16_t>(Kind::sends), 0};
  if (event.at > recorder_.horizon()) return;  // it waits to the end
  delay < LongWaits::shortest_s ? plane_->schedule(event) : long_waits_.add(event);
}

// At the beginning of a second, what is due in the next one goes to the heap.
void ChatModel::second_begins(std::uint32_t second) {
  for (const Event& event : long_waits_.take(second + 1)) plane_->schedule(event);
  platform_.second_begins(now());
  const auto databases = static_cast<std::uint16_t>(databases_.size());
  watch_posts(second);
  for (std::uint16_t number = 0; number < databases; ++number) {
    watch_load(number);
    record_database(databases_[number]);  // its queues change without events
  }
  if (day_) activity_ = day_->activity(now());
  after(second + 1 - now(), Kind::second_begins, second + 1);
}

// `delay` until the first attempt.
void ChatModel::wants_in(std::uint16_t pool_number, UserNumber user, double delay) {
  Pool& pool = pools_[pool_number];
  Session& session = pool.sessions[user];
  if (!session.waiting) {
    session.waiting = true;
    session.since = now();
    recorder_.fold().level(pool.record.users_waiting, now(), ++pool.waiting);
  }
  const JobId number = new_job();
  Job& job = jobs_[number];
  job.began = now() + delay;
  job.user = user;
  job.pool = pool_number;
  job.user_epoch = session.epoch;
  job.role = Role::gate;
  sends_after(delay, number);
}

void ChatModel::stops_waiting(Pool& pool, UserNumber user) {
  Session& session = pool.sessions[user];
  session.waiting = false;
  pool.minutes_lost += (now() - session.since) / 60;
  recorder_.fold().level(pool.record.users_waiting, now(), --pool.waiting);
}

void ChatModel::reaches_gate(JobId number) {
  if (costs_.gate_spacing <= 0) return admitted(number);
  Pool& pool = pools_[jobs_[number].pool];
  switch (pool.gate.arrive(number)) {
    case FcfsStation::Arrival::started:
      return after(costs_.gate_spacing, Kind::gate_done, number);
    case FcfsStation::Arrival::waits:
      return;
    case FcfsStation::Arrival::refused:
      return refuse(number);
  }
}

void ChatModel::gate_done(JobId number) {
  Pool& pool = pools_[jobs_[number].pool];
  if (const JobId next = pool.gate.finish(); next != no_job) after(costs_.gate_spacing, Kind::gate_done, next);
  if (stale(jobs_[number])) return lose(number);
  if (cut_off(jobs_[number])) return unreachable(number);
  admitted(number);
}

// The pool lets the user in: each of its endpoints goes through the sign-in sequence at the next server.
void ChatModel::admitted(JobId number) {
  Pool& pool = pools_[jobs_[number].pool];
  const auto chosen = rules::next_server(pool.accepts, pool.turn);
  if (!chosen) return refuse(number);
  Job first = jobs_[number];
  pool.record.completions.add(Operation::sign_in);
  Session& session = pool.sessions[first.user];
  session.server = static_cast<std::uint16_t>(pool.first_server + *chosen);
  session.pending = pool.population.endpoints(first.user);
  first.role = Role::command;
  first.refusals = 0;
  first.server = session.server;
  first.server_epoch = servers_[first.server].epoch;
  const double way = trip(front_ends_[pool.front_end].site, servers_[first.server].site);
  for (std::uint8_t endpoint = 0; endpoint < session.pending; ++endpoint) {
    const JobId session_job = endpoint == 0 ? number : new_job();
    const double open = workload_.open_rooms_at_sign_in;
    first.opened = static_cast<std::uint16_t>(std::floor(open) + (clients_.chance(open - std::floor(open)) ? 1 : 0));
    first.in_flight = true;
    jobs_[session_job] = first;
    pool.record.arrivals.add(Operation::sign_in);
    after(way, Kind::reaches_server, session_job);
  }
}

// The sequence of "How Persistent Chat Server works" (Lync Server 2013): provisioning and invitation, getserverinfo,
// getassociations twice, bjoin, a join per room left open, a bccontext per followed room, getinv.
Command ChatModel::sign_in_command(const Job& job) const {
  constexpr std::array prefix{Command::sign_in, Command::server_info, Command::associations, Command::associations,
                              Command::batch_join};
  if (job.position < prefix.size()) return prefix[job.position];
  const std::size_t behind = job.position - prefix.size();
  if (behind < job.opened) return Command::join;
  const std::size_t rooms = pools_[job.pool].population.rooms_of(job.user).size();
  return behind - job.opened < rooms ? Command::latest : Command::invitations;
}

void ChatModel::next_sign_in_command(JobId number, double answered_at) {
  Job& job = jobs_[number];
  if (job.command == Command::invitations) return endpoint_signed_in(number, answered_at);
  ++job.position;
  job.refusals = 0;
  job.command = sign_in_command(job);
  after(answered_at - now(), Kind::sends, number);
}

void ChatModel::endpoint_signed_in(JobId number, double answered_at) {
  const Job job = jobs_[number];
  free_job(number);
  Pool& pool = pools_[job.pool];
  recorder_.fold().latency(pool.record.sign_in, now(), answered_at - job.began);
  if (--pool.sessions[job.user].pending == 0) connected(job.pool, job.user);
}

void ChatModel::connected(std::uint16_t pool_number, UserNumber user) {
  Pool& pool = pools_[pool_number];
  Session& session = pool.sessions[user];
  Server& server = servers_[session.server];
  pool.population.connect(user, server.number);
  recorder_.fold().level(pool.record.users_connected, now(), pool.population.connected_users());
  recorder_.fold().level(server.record.users, now(), pool.population.users_of(server.number));
  stops_waiting(pool, user);
  if (session.loss >= 0) {
    Loss& loss = losses_[static_cast<std::size_t>(session.loss)];
    ++loss.back;
    loss.user_minutes += (now() - session.lost_at) / 60;
    note_who_is_back(loss);
  }
  session.loss = -1;
  roster_changes(pool_number, user);
  comply(server, pool.population.rooms_of(user).size());
}

void ChatModel::note_who_is_back(Loss& loss) {
  const double since = now() - loss.at;
  const auto reached = [&](double share) { return loss.back >= share * loss.displaced; };
  if (loss.t50 < 0 && reached(0.50)) loss.t50 = since;
  if (loss.t95 < 0 && reached(0.95)) loss.t95 = since;
  if (loss.t100 < 0 && reached(1.00)) loss.t100 = since;
}

// The user does not count any more for the loss that displaced it.
void ChatModel::leave_loss(Session& session) {
  if (session.loss < 0) return;
  Loss& loss = losses_[static_cast<std::size_t>(std::exchange(session.loss, std::int16_t{-1}))];
  --loss.displaced;
  loss.user_minutes += (now() - session.lost_at) / 60;
  note_who_is_back(loss);
}

// The user's server is gone. A user who is displaced again before being back counts for the later loss only.
void ChatModel::displace(std::uint16_t pool_number, UserNumber user, std::int16_t loss, LossKind kind) {
  Pool& pool = pools_[pool_number];
  Session& session = pool.sessions[user];
  if (pool.population.connected(user)) pool.population.disconnect(user);
  ++session.epoch;
  session.pending = 0;
  session.server = nowhere_at_all;
  leave_loss(session);
  session.loss = loss;
  session.lost_at = now();
  Loss& mine = losses_[static_cast<std::size_t>(loss)];
  ++mine.displaced;
  // Of a hung service users are displaced one after another, while earlier ones are back already.
  if (mine.back < 0.50 * mine.displaced) mine.t50 = -1;
  if (mine.back < 0.95 * mine.displaced) mine.t95 = -1;
  if (mine.back < mine.displaced) mine.t100 = -1;
  wants_in(pool_number, user, rules::first_attempt(workload_.client, kind, clients_.uniform(), clients_.uniform()).count());
}

void ChatModel::restarts(std::uint16_t pool_number) {
  Pool& pool = pools_[pool_number];
  const UserNumber user = arrivals_.below(pool.population.users());
  if (pool.population.connected(user)) signs_out(pool_number, user);
}

void ChatModel::signs_out(std::uint16_t pool_number, UserNumber user) {
  Pool& pool = pools_[pool_number];
  Server& server = servers_[pool.sessions[user].server];
  const JobId number = new_operation(pool_number, user, Operation::sign_out, Command::sign_out);
  pool.population.disconnect(user);
  recorder_.fold().level(pool.record.users_connected, now(), pool.population.connected_users());
  recorder_.fold().level(server.record.users, now(), pool.population.users_of(server.number));
  roster_changes(pool_number, user);
  comply(server, pool.population.rooms_of(user).size());
  send(number);
}

}  // namespace poolcast::sim
