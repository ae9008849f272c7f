// Servers that are up and of no use: behind a cut, or hung.
#include "sim/chat_model.hpp"

namespace poolcast::sim {

void ChatModel::connections_changed() {
  for (Server& server : servers_) update_reachable(server, cutting_);
  databases_reached();
  stop_cut_copies();
  files_change();
}

// A chat server is within reach as long as one Front End server of its pool's next hop reaches it. One that is out of reach loses
// its users as if it had fallen silent. Of a next hop that is lost as a whole nothing can be said: its users are displaced
// anyway.
void ChatModel::update_reachable(Server& server, const Fault* fault) {
  const FrontEnd& front_end = front_ends_[pools_[server.pool].front_end];
  if (!front_end.alive()) return;
  bool reachable = false;
  for (std::size_t number = 0; number < front_end.machines.size() && !reachable; ++number)
    reachable = front_end.up[number] && platform_.connected(front_end.machines[number], server.name);
  if (reachable == server.reachable) return;
  server.reachable = reachable;
  if (reachable || !server.up) return update_accepts(server);
  const std::string what = fault ? label(*fault) : "cut " + server.name.str();
  empty_server(server, open_loss(server.pool, fault, what), LossKind::silent);
}

// What the server has in hand, and whatever it gets from now on, has no answer. Who is connected and asks nothing notices
// nothing.
void ChatModel::hang(const NodeId& node, const Fault& fault) {
  Server* server = find_server(node);
  if (!server) return hang_instance(node);
  if (!server->up) return;
  server->hung = true;
  server->hang = open_loss(server->pool, &fault, label(fault));
  ++server->epoch;
  Recorder::occupy(server->record.station, now(), server->cpu.busy());
  for (const JobId job : server->workers.clear()) get_stuck(job);
  for (const JobId job : server->cpu.clear()) get_stuck(job);  // those in service come back to an older epoch
  queue_changed(*server);
}

void ChatModel::goes_on(const NodeId& node) {
  if (Server* server = find_server(node)) server->hung = false;
  instance_goes_on(node);
}

void ChatModel::gone(JobId number) { servers_[jobs_[number].server].hung ? get_stuck(number) : lose(number); }

void ChatModel::get_stuck(JobId number) {
  const Job& job = jobs_[number];
  if (job.role == Role::fan_out || job.role == Role::roster) return lose(number);
  after(workload_.client.request_timeout.count(), Kind::times_out, number);
}

// The client takes its session for lost and signs in anew, wherever it is sent, the hung server included.
void ChatModel::times_out(JobId number) {
  const Job job = jobs_[number];
  Pool& pool = pools_[job.pool];
  const Session& session = pool.sessions[job.user];
  const bool served = pool.population.connected(job.user) || session.pending > 0;
  const bool current = job.operation != Operation::sign_out && (job.operation != Operation::sign_in || !stale_attempt(job));
  const bool displaced = served && current && session.server == job.server;
  lose(number);
  if (!displaced) return;
  const Server& server = servers_[job.server];
  displace(job.pool, job.user, server.hang, LossKind::reset);
  roster_changes(job.pool, job.user);
  recorder_.fold().level(pool.record.users_connected, now(), pool.population.connected_users());
  recorder_.fold().level(server.record.users, now(), pool.population.users_of(server.number));
}

}  // namespace poolcast::sim
