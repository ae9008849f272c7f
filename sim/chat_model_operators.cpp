// What operators do to the model, at SimGrid's date: the active list, the partners of a database, a new mirror, a restore. What
// the rules refuse changes nothing, and the reason goes to the logbook.
#include <algorithm>
#include <utility>

#include "domain/runbook_effects.hpp"
#include "sim/chat_model.hpp"

namespace poolcast::sim {

using Refusal = std::string;

ChatModel::Pool* ChatModel::find_pool(const PoolId& name) {
  const auto pool = std::ranges::find(pools_, name, &Pool::name);
  return pool == pools_.end() ? nullptr : &*pool;
}

const ChatModel::Pool* ChatModel::find_pool(const PoolId& name) const {
  const auto pool = std::ranges::find(pools_, name, &Pool::name);
  return pool == pools_.end() ? nullptr : &*pool;
}

// --- the active list ---------------------------------------------------------------------------------------------------------

Refusal ChatModel::drain(const NodeId& node) {
  Server& server = *find_server(node);
  if (!server.in_active_list) return node.str() + " is not in the active list";
  server.in_active_list = false;
  update_accepts(server);
  return {};
}

Refusal ChatModel::activate(const NodeId& node) {
  Server& server = *find_server(node);
  if (server.in_active_list) return node.str() + " is in the active list already";
  server.in_active_list = true;
  update_accepts(server);
  return {};
}

Refusal ChatModel::swap(const PoolId& name) {
  const Pool& pool = *find_pool(name);
  for (std::size_t number = 0; number < pool.accepts.size(); ++number) {
    Server& server = servers_[pool.first_server + number];
    server.in_active_list = !server.in_active_list;
    update_accepts(server);
  }
  return {};
}

// Who leaves the list keeps its connections (Set-CsPersistentChatActiveServer), but a pool without any active server is out of
// service ("High availability and disaster recovery for Persistent Chat Server: operation", failback step 1).
Refusal ChatModel::set_active(const PoolId& name, const Names& names, const Fault& cause) {
  const Pool& pool = *find_pool(name);
  const auto number = static_cast<std::uint16_t>(&pool - pools_.data());
  const auto chosen = servers_named(scenario_.topology, *find_chat_pool(scenario_.topology, name), names);
  for (std::size_t each = 0; each < pool.accepts.size(); ++each) {
    Server& server = servers_[pool.first_server + each];
    server.in_active_list = std::ranges::find(chosen, server.name) != chosen.end();
    update_accepts(server);
  }
  if (chosen.empty()) displace_all(number, std::nullopt, open_loss(number, &cause, label(cause)), LossKind::reset);
  return {};
}

bool ChatModel::is_chat_server(const NodeId& node) const {
  return std::ranges::find(servers_, node, &Server::name) != servers_.end();
}

bool ChatModel::is_standby(const NodeId& node) const {
  return std::ranges::any_of(scenario_.topology.chat_pools,
                             [&](const ChatPool& pool) { return std::ranges::find(pool.standby, node) != pool.standby.end(); });
}

// --- partners ----------------------------------------------------------------------------------------------------------------

// A machine may be a partner of several databases: the command is given for each, and refused when one of them refuses it.
Refusal ChatModel::command(const NodeId& node, const std::function<std::string_view(DatabaseSession&)>& apply) {
  Refusal refusal;
  bool is_partner = false;
  const auto databases = static_cast<std::uint16_t>(databases_.size());
  for (std::uint16_t number = 0; number < databases; ++number) {
    if (!databases_[number].session.involves(node)) continue;
    is_partner = true;
    std::string_view why_not;
    apply_to_database(number, [&](DatabaseSession& session) { why_not = apply(session); });
    if (!why_not.empty())
      refusal += (refusal.empty() ? "" : "; ") + std::string(name_of(databases_[number].holds)) + ": " + std::string(why_not);
  }
  return is_partner ? refusal : node.str() + " is no partner of a database that is in use";
}

Refusal ChatModel::make_principal(const NodeId& node) {
  return command(node, [&](DatabaseSession& session) { return session.make_principal(node, now()); });
}

Refusal ChatModel::force_service(const NodeId& node) {
  return command(node, [&](DatabaseSession& session) { return session.force_service(node, now()); });
}

Refusal ChatModel::suspend_mirroring(const NodeId& node) {
  return command(node, [&](DatabaseSession& session) { return session.suspend(now()); });
}

Refusal ChatModel::resume_mirroring(const NodeId& node) {
  return command(node, [&](DatabaseSession& session) { return session.resume(now()); });
}

// --- a new mirror ------------------------------------------------------------------------------------------------------------

void ChatModel::copy_for_mirror(const NodeId& node) {
  for (ManagedDatabase& managed : databases_)
    if (managed.session.involves(node)) managed.session.copy_for_mirror();
}

// While its pool is failed over, a partner of the first site waits with its copy until the pool works there again.
Refusal ChatModel::new_mirror(const NodeId& node) {
  if (down_.contains(node)) return node.str() + " is lost";
  for (Pool& pool : pools_) {
    const auto& machine = pool.database.elsewhere[1];
    if (!pool.failed_over || !machine || machine->name != node) continue;
    pool.mirror_is_filled = true;
    return {};
  }
  return command(node, [&](DatabaseSession& session) { return session.new_mirror(node, now()); });
}

// A full copy, over the link or as quickly as it can be written.
double ChatModel::copy_time(const NodeId& mirror) const {
  const Situation usual = usual_situation();
  for (const Pool& pool : pools_) {
    const ManagedDatabase& managed = databases_[pool.content];
    if (!managed.session.involves(mirror)) continue;
    const auto there = site_of(scenario_.topology, mirror);
    const SiteNumber here = pool.database.here().site;
    const double link = platform_.bandwidth(here, there ? platform_.site(*there) : here);
    return database_size(pool).count / std::min(link, usual.restore_speed->bytes_per_s);
  }
  return 0;
}

double ChatModel::restore_time(const PoolId& name) const {
  return database_size(*find_pool(name)).count / usual_situation().restore_speed->bytes_per_s;
}

}  // namespace poolcast::sim
