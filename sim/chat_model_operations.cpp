// What faults and operators do to the model; called from SimGrid's side, at SimGrid's date.
#include <algorithm>

#include "sim/chat_model.hpp"

namespace poolcast::sim {

ChatModel::Server* ChatModel::find_server(const NodeId& node) {
  const auto found = std::ranges::find(servers_, node, &Server::name);
  return found == servers_.end() ? nullptr : &*found;
}

void ChatModel::expect_loss(const NodeId& machine, const Fault& fault) { expected_[machine.str()] = &fault; }

void ChatModel::machine_lost(const NodeId& node) {
  Server* server = find_server(node);
  if (!server || !server->up) return;
  const auto expected = expected_.find(node.str());
  lose_server(*server, expected == expected_.end() ? nullptr : expected->second);
}

// A server may be lost more than once: `lose chat-2`, `lose chat-2 (2)`.
std::string ChatModel::unique_label(const std::string& label) const {
  const auto earlier = std::ranges::count_if(
      losses_, [&](const Loss& loss) { return loss.label == label || loss.label.starts_with(label + " ("); });
  return earlier == 0 ? label : label + " (" + std::to_string(earlier + 1) + ")";
}

// Everybody whom the server served, or was signing in, is displaced; what it was working on is lost.
void ChatModel::lose_server(Server& server, const Fault* fault) {
  Pool& pool = pools_[server.pool];
  const auto server_number = static_cast<std::uint16_t>(&server - servers_.data());
  server.up = false;
  ++server.epoch;
  update_accepts(server);
  clear_stations(server);
  const auto loss = static_cast<std::int16_t>(losses_.size());
  losses_.push_back(
      {.label = unique_label(fault ? label(*fault) : "lose " + server.name.str()), .pool = server.pool, .at = now()});
  for (UserNumber user = 0; user < pool.population.users(); ++user) {
    const Session& session = pool.sessions[user];
    if (session.server != server_number) continue;
    if (!pool.population.connected(user) && session.pending == 0) continue;
    displace(server.pool, user, loss, fault);
    roster_changes(server.pool, user);
  }
  recorder_.fold().level(pool.record.users_connected, now(), pool.population.connected_users());
  recorder_.fold().level(server.record.users, now(), 0);
  queue_changed(server);
}

void ChatModel::clear_stations(Server& server) {
  Recorder::occupy(server.record.station, now(), server.cpu.busy());
  for (const JobId job : server.workers.clear()) lose(job);
  for (const JobId job : server.cpu.clear()) lose(job);  // those in service come back to an older epoch
}

void ChatModel::machine_returned(const NodeId& node) {
  Server* server = find_server(node);
  if (!server || server->up) return;
  server->up = true;
  update_accepts(*server);
  drain_compliance(*server);
}

void ChatModel::update_accepts(const Server& server) {
  pools_[server.pool].accepts[server.number] = server.up && server.in_active_list;
}

bool ChatModel::drain(const NodeId& node) {
  Server* server = find_server(node);
  if (!server || !server->in_active_list) return false;
  server->in_active_list = false;
  update_accepts(*server);
  return true;
}

void ChatModel::accept(const NodeId& node) {
  Server* server = find_server(node);
  if (!server) return;
  server->in_active_list = true;
  update_accepts(*server);
}

void ChatModel::slow(const NodeId& node, double factor) {
  if (Server* server = find_server(node)) server->slowdown = factor;
  for (std::size_t pool = 0; pool < pools_.size(); ++pool) {
    const Database* content = find_database(scenario_.topology, scenario_.topology.chat_pools[pool], Holds::content);
    if (content && content->principal == node) pools_[pool].database.slowdown = factor;
  }
}

}  // namespace poolcast::sim
