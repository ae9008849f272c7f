// The path of a request: Front End, worker, cores, database, answer; refusals and losses.
#include <limits>

#include "domain/rules/client.hpp"
#include "sim/chat_model.hpp"

namespace poolcast::sim {

// Waits for the network between two places count on both ways; clients are taken to be in their Front End's site.
void ChatModel::send(JobId number) {
  Job& job = jobs_[number];
  Pool& pool = pools_[job.pool];
  job.in_flight = true;
  job.front_end = static_cast<std::uint16_t>(pool.front_end);
  pool.record.arrivals.add(job.operation);
  const SiteNumber site = front_ends_[pool.front_end].site;
  after(trip(site, site), Kind::reaches_front_end, number);
}

void ChatModel::reaches_front_end(JobId number) {
  FrontEnd& front_end = front_ends_[jobs_[number].front_end];
  if (!front_end.alive()) return unreachable(number);
  jobs_[number].front_end_epoch = front_end.epoch;
  Recorder::occupy(front_end.record, now(), front_end.station.busy());
  if (front_end.station.arrive(number) == FcfsStation::Arrival::started) start_front_end(number);
  recorder_.queue(front_end.record, now(), front_end.station.waiting());
}

// Presence polling, keep-alives and outgoing notices are a steady load that slows requests down; they are not events.
void ChatModel::start_front_end(JobId number) {
  const FrontEnd& front_end = front_ends_[jobs_[number].front_end];
  const double work = random_work(costs_.front_end_request) / front_end.core_speed;
  after(work / (1 - front_end_background(front_end)), Kind::front_end_done, number);
}

// Share of the Front End cores that polling and notices take, at most 95 %: beyond it the pool is overloaded, which the
// utilisation shows.
double ChatModel::front_end_background(const FrontEnd& front_end) const {
  if (!front_end.alive()) return 0;
  double work = 0;
  for (const Pool& pool : pools_)
    if (&front_ends_[pool.front_end] == &front_end && pool.population.users() > 0)
      work += (pool.poll_work + activity_ * pool.notice_work) * pool.population.connected_users() / pool.population.users();
  return std::min(0.95, work / (front_end.core_speed * front_end.cores));
}

void ChatModel::front_end_done(JobId number) {
  Job& job = jobs_[number];
  FrontEnd& front_end = front_ends_[job.front_end];
  if (cut_off(job)) return unreachable(number);  // the station is empty
  Recorder::occupy(front_end.record, now(), front_end.station.busy());
  if (const JobId next = front_end.station.finish(); next != no_job) start_front_end(next);
  recorder_.queue(front_end.record, now(), front_end.station.waiting());
  if (job.operation == Operation::sign_in && stale(job)) return lose(number);
  if (job.role == Role::gate) return reaches_gate(number);
  const Server& server = servers_[job.server];
  job.server_epoch = server.epoch;
  after(trip(front_end.site, server.site), Kind::reaches_server, number);
}

// Whether the server, or the user's attempt to sign in, that this job belongs to is gone.
bool ChatModel::stale(const Job& job) const {
  if (job.role != Role::gate && job.server_epoch != servers_[job.server].epoch) return true;
  return job.operation == Operation::sign_in && stale_attempt(job);
}

void ChatModel::reaches_server(JobId number) {
  Job& job = jobs_[number];
  Server& server = servers_[job.server];
  if (!server.up || stale(job) || !server.reachable) return gone(number);
  if (server.hung) return get_stuck(number);
  switch (server.workers.arrive(number)) {
    case FcfsStation::Arrival::started:
      return use_cores(number);
    case FcfsStation::Arrival::waits:
      return queue_changed(server);
    case FcfsStation::Arrival::refused:
      return refuse(number);
  }
}

void ChatModel::queue_changed(Server& server) { recorder_.queue(server.record.station, now(), server.workers.waiting()); }

void ChatModel::use_cores(JobId number) {
  Server& server = servers_[jobs_[number].server];
  Recorder::occupy(server.record.station, now(), server.cpu.busy());
  if (server.cpu.arrive(number) == FcfsStation::Arrival::started) start_cores(number);
}

void ChatModel::start_cores(JobId number) {
  Job& job = jobs_[number];
  const Server& server = servers_[job.server];
  job.started = now();
  const double time = job.role == Role::command ? random_work(server.work(costs_.of(job.command).cpu)) : start_fan_out(number);
  after(time, Kind::cpu_done, number);
}

void ChatModel::cpu_done(JobId number) {
  Job& job = jobs_[number];
  Server& server = servers_[job.server];
  if (job.server_epoch != server.epoch) return gone(number);  // the server was lost under it: its stations are empty
  Recorder::occupy(server.record.station, now(), server.cpu.busy());
  if (const JobId next = server.cpu.finish(); next != no_job) start_cores(next);
  if (job.role != Role::command) return fan_out_done(number);
  if (costs_.of(job.command).database <= 0) return answered(number);
  if (!server.has_database) return reject(number);
  job.database_epoch = server.database_epoch;
  after(trip(server.site, pools_[job.pool].database.here().site), Kind::reaches_database, number);
}

void ChatModel::reaches_database(JobId number) {
  const bool reached = servers_[jobs_[number].server].reaches_database;
  if (!reached || pools_[jobs_[number].pool].database.epoch != jobs_[number].database_epoch) return strand(number);
  DatabaseMachine& database = pools_[jobs_[number].pool].database.here();
  Recorder::occupy(database.record, now(), database.cpu.busy());
  jobs_[number].started = now();
  if (database.cpu.arrive(number) == FcfsStation::Arrival::started) start_database(number);
  recorder_.queue(database.record, now(), database.cpu.waiting());
}

void ChatModel::start_database(JobId number) {
  const Job& job = jobs_[number];
  const DatabaseHost& host = pools_[job.pool].database;
  const DatabaseMachine& database = host.here();
  const double slower = database.slowdown * host.locks;
  after(random_work(costs_.of(job.command).database) * slower / database.core_speed, Kind::database_done, number);
}

void ChatModel::database_done(JobId number) {
  const Job& job = jobs_[number];
  if (pools_[job.pool].database.epoch != job.database_epoch) return strand(number);
  if (!hung_.empty() && hung_.contains(pools_[job.pool].database.here().name))
    return pools_[job.pool].database.frozen.push_back(number);
  DatabaseMachine& database = pools_[job.pool].database.here();
  Recorder::occupy(database.record, now(), database.cpu.busy());
  if (const JobId next = database.cpu.finish(); next != no_job) start_database(next);
  recorder_.queue(database.record, now(), database.cpu.waiting());
  if (job.command == Command::post) return append_to_log(number);
  after(trip(database.site, servers_[job.server].site), Kind::answered, number);
}

double ChatModel::to_client(const Job& job) {
  const FrontEnd& front_end = front_ends_[pools_[job.pool].front_end];
  return trip(servers_[job.server].site, front_end.site) + trip(front_end.site, front_end.site);
}

void ChatModel::release_worker(Server& server) {
  const JobId next = server.workers.finish();
  if (next == no_job) return;
  queue_changed(server);
  use_cores(next);
}

// The server has the result; the client has it one trip later.
void ChatModel::answered(JobId number) {
  Job& job = jobs_[number];
  Server& server = servers_[job.server];
  if (job.server_epoch != server.epoch) return gone(number);
  release_worker(server);
  if (cut_off(job) || stale(job)) return lose(number);
  job.in_flight = false;
  Pool& pool = pools_[job.pool];
  pool.record.completions.add(job.operation);
  const double at_client = now() + to_client(job);
  const double latency = at_client - job.began;
  switch (job.operation) {
    case Operation::sign_in:
      return next_sign_in_command(number, at_client);
    case Operation::open_room:
      recorder_.fold().latency(job.command == Command::join ? pool.record.join : pool.record.history, now(), latency);
      if (job.command == Command::history) break;
      job.command = Command::history;
      job.refusals = 0;
      job.began = at_client;
      return after(at_client - now(), Kind::sends, number);
    case Operation::search:
      recorder_.fold().latency(pool.record.search, now(), latency);
      break;
    case Operation::post:
      recorder_.fold().latency(pool.record.post, now(), latency);
      fan_out(jobs_[number]);
      break;
    case Operation::sign_out:
      signed_out(job, to_client(job));
      break;
  }
  free_job(number);
}

// 503: the client tries the same request again, later ("How Persistent Chat Server works", Lync Server 2013; O-2).
void ChatModel::refuse(JobId number) {
  Job& job = jobs_[number];
  pools_[job.pool].record.refusals.add(job.operation);
  if (job.refusals < std::numeric_limits<std::uint16_t>::max()) ++job.refusals;
  job.in_flight = false;
  sends_after(rules::after_refusal(workload_.client, job.refusals, clients_.uniform()).count(), number);
}

void ChatModel::lose(JobId number) {
  const Job job = jobs_[number];
  free_job(number);
  if (job.role == Role::fan_out || job.role == Role::roster) return;
  pools_[job.pool].record.lost.add(job.operation);
  if (job.operation == Operation::sign_out) signed_out(job, 0);  // it wanted to come back anyway
}

JobId ChatModel::new_operation(std::uint16_t pool, UserNumber user, Operation operation, Command command) {
  const JobId number = new_job();
  Job& job = jobs_[number];
  job.began = now();
  job.user = user;
  job.pool = pool;
  job.server = pools_[pool].sessions[user].server;
  job.operation = operation;
  job.command = command;
  return number;
}

void ChatModel::opens_room(std::uint16_t pool_number) {
  const Pool& pool = pools_[pool_number];
  const UserNumber user = arrivals_.below(pool.population.users());
  if (pool.population.connected(user)) send(new_operation(pool_number, user, Operation::open_room, Command::join));
}

void ChatModel::searches(std::uint16_t pool_number) {
  const Pool& pool = pools_[pool_number];
  const UserNumber user = arrivals_.below(pool.population.users());
  if (pool.population.connected(user)) send(new_operation(pool_number, user, Operation::search, Command::search));
}

}  // namespace poolcast::sim
