// What faults do to the model; called from SimGrid's side, at SimGrid's date.
#include <algorithm>
#include <utility>

#include "sim/chat_model.hpp"

namespace poolcast::sim {

ChatModel::Server* ChatModel::find_server(const NodeId& node) {
  const auto found = std::ranges::find(servers_, node, &Server::name);
  return found == servers_.end() ? nullptr : &*found;
}

void ChatModel::expect_loss(const NodeId& machine, const Fault& fault) { expected_[machine.str()] = &fault; }

void ChatModel::machine_lost(const NodeId& node) {
  machines_lost_.insert(node);
  const auto expected = expected_.find(node.str());
  const Fault* fault = expected == expected_.end() ? nullptr : expected->second;
  const LossKind kind = fault ? fault->kind : LossKind::reset;
  instance_lost(node, kind);
  nodes_lost(node, fault, kind);
  if (FrontEnd* front_end = front_end_of(node)) {
    front_end_machine_changes(*front_end, node, false);
    if (!front_end->alive()) front_end_lost(*front_end, fault);
  }
  Server* server = find_server(node);
  if (server && server->up) lose_server(*server, fault);
  const auto& store = scenario_.topology.file_store;
  files_destroyed_ |= store && store->server == node && !store->replicated && kind == LossKind::destroyed;
  files_change();
}

void ChatModel::lose_disks(const NodeId& node) {
  without_disks_.insert(node);
  for (Pool& pool : pools_) {
    if (const auto& mirror = pool.database.elsewhere[1]; mirror && mirror->name == node) pool.mirror_is_filled = false;
    if (pool.shipped && secondary_of(pool) == node) pool.secondary_is_filled = false;
  }
}

// A server may be lost more than once: `lose chat-2`, `lose chat-2 (2)`; in each pool for itself.
std::string ChatModel::unique_label(std::uint16_t pool, const std::string& label) const {
  const auto earlier = std::ranges::count_if(losses_, [&](const Loss& loss) {
    return loss.pool == pool && (loss.label == label || loss.label.starts_with(label + " ("));
  });
  return earlier == 0 ? label : label + " (" + std::to_string(earlier + 1) + ")";
}

// What a fault takes from a pool at one moment is one loss, however many machines go.
std::int16_t ChatModel::open_loss(std::uint16_t pool_number, const Fault* fault, const std::string& what) {
  for (std::size_t number = 0; number < losses_.size(); ++number) {
    const Loss& loss = losses_[number];
    if (fault && loss.fault == fault && loss.pool == pool_number && loss.at == now()) return static_cast<std::int16_t>(number);
  }
  losses_.push_back({.label = unique_label(pool_number, what), .pool = pool_number, .at = now(), .fault = fault});
  return static_cast<std::int16_t>(losses_.size() - 1);
}

void ChatModel::lose_server(Server& server, const Fault* fault) {
  server.up = false;
  server.hung = false;
  set_connection(server, true);  // a server that is gone waits for nothing
  if (fault && fault->kind == LossKind::destroyed) lose_queue(server);
  const std::string what = fault ? label(*fault) : "lose " + server.name.str();
  empty_server(server, open_loss(server.pool, fault, what), fault ? fault->kind : LossKind::reset);
}

// Everybody whom the server served, or was signing in, is displaced; what it was working on is lost.
void ChatModel::empty_server(Server& server, std::int16_t loss, LossKind kind) {
  ++server.epoch;
  update_accepts(server);
  clear_stations(server);
  displace_all(server.pool, static_cast<std::uint16_t>(&server - servers_.data()), loss, kind);
  queue_changed(server);
}

void ChatModel::displace_all(std::uint16_t pool_number, std::optional<std::uint16_t> server, std::int16_t loss, LossKind kind) {
  Pool& pool = pools_[pool_number];
  for (UserNumber user = 0; user < pool.population.users(); ++user) {
    const Session& session = pool.sessions[user];
    if (server && session.server != *server) continue;
    if (!pool.population.connected(user) && session.pending == 0) continue;
    displace(pool_number, user, loss, kind);
    roster_changes(pool_number, user);
  }
  recorder_.fold().level(pool.record.users_connected, now(), pool.population.connected_users());
  for (std::size_t number = 0; number < pool.accepts.size(); ++number) {
    const Server& each = servers_[pool.first_server + number];
    if (!server || *server == pool.first_server + number)
      recorder_.fold().level(each.record.users, now(), pool.population.users_of(each.number));
  }
}

void ChatModel::clear_stations(Server& server) {
  Recorder::occupy(server.record.station, now(), server.cpu.busy());
  for (const JobId job : server.workers.clear()) lose(job);
  for (const JobId job : server.cpu.clear()) lose(job);  // those in service come back to an older epoch
  for (const JobId job : std::exchange(server.stranded, {})) lose(job);
}

void ChatModel::machine_returned(const NodeId& node) {
  machines_lost_.erase(node);
  if (!disks_away_.contains(node)) instance_returned(node);
  nodes_returned(node);
  if (FrontEnd* front_end = front_end_of(node)) front_end_machine_changes(*front_end, node, true);
  files_change();
  Server* server = find_server(node);
  if (!server || server->up) return;
  server->up = true;
  server->has_database = false;
  set_connection(*server, false);
  begin_login(static_cast<std::uint16_t>(server - servers_.data()));  // at once, if the database serves
  update_accepts(*server);
  drain_compliance(*server);
}

void ChatModel::update_accepts(const Server& server) {
  pools_[server.pool].accepts[server.number] = server.up && server.in_active_list && server.reachable;
}

// Wherever it is: while a pool is failed over, its partners stand aside.
void ChatModel::for_database_machine(const NodeId& node, const std::function<void(DatabaseMachine&)>& change) {
  for (Pool& pool : pools_)
    for (auto* machines : {&pool.database.machines, &pool.database.elsewhere})
      for (auto& machine : *machines)
        if (machine && machine->name == node) change(*machine);
}

void ChatModel::slow(const NodeId& node, double factor) {
  if (Server* server = find_server(node)) server->slowdown = factor;
  for_database_machine(node, [&](DatabaseMachine& machine) { machine.slowdown = factor; });
}

void ChatModel::slow_disk(const NodeId& node, double factor) {
  for_database_machine(node, [&](DatabaseMachine& machine) { machine.disk_slowdown = factor; });
}

void ChatModel::fill_disk(const NodeId& node, bool full) {
  for_database_machine(node, [&](DatabaseMachine& machine) { machine.disk_full = full; });
}

void ChatModel::sync_directory(const PoolId& name, double factor) {
  const auto pool = std::ranges::find(pools_, name, &Pool::name);
  if (pool != pools_.end()) pool->database.locks = factor;
}

}  // namespace poolcast::sim
