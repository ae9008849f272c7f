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

Refusal ChatModel::why_no_activation(const NodeId& node) const {
  const bool is_active = std::ranges::find(servers_, node, &Server::name)->in_active_list;
  return is_active ? node.str() + " is in the active list already" : Refusal();
}

Refusal ChatModel::activate(const NodeId& node) {
  if (Refusal why = why_no_activation(node); !why.empty()) return why;
  Server& server = *find_server(node);
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

// --- partners ----------------------------------------------------------------------------------------------------------------

// The databases of which the machine is a partner, but for those at which it is so already, unless it is so at all of them.
std::vector<std::uint16_t> ChatModel::databases_of(const NodeId& node, const Test& already) const {
  std::vector<std::uint16_t> all;
  std::vector<std::uint16_t> others;
  const auto databases = static_cast<std::uint16_t>(databases_.size());
  for (std::uint16_t number = 0; number < databases; ++number) {
    const DatabaseSession& session = databases_[number].session;
    const auto member = session.member(node);
    if (!member || *member == rules::Member::witness) continue;
    all.push_back(number);
    if (!already(session)) others.push_back(number);
  }
  return others.empty() ? all : others;
}

Refusal ChatModel::refusal(const NodeId& node, const std::vector<std::uint16_t>& databases, const Reason& why_not) const {
  if (databases.empty()) return node.str() + " is no partner of a database that is in use";
  Refusal refusal;
  for (const std::uint16_t number : databases) {
    const std::string_view why = why_not(databases_[number].session);
    if (why.empty()) continue;
    refusal += (refusal.empty() ? "" : "; ") + std::string(name_of(databases_[number].holds)) + ": " + std::string(why);
  }
  return refusal;
}

// All are asked before one of them changes: what is refused has changed nothing.
Refusal ChatModel::command(const NodeId& node, const std::vector<std::uint16_t>& databases, const Reason& why_not,
                           const std::function<void(DatabaseSession&)>& apply) {
  if (Refusal why = refusal(node, databases, why_not); !why.empty()) return why;
  for (const std::uint16_t number : databases) apply_to_database(number, apply);
  return {};
}

Refusal ChatModel::make_principal(const NodeId& node) {
  const auto serves = [&](const DatabaseSession& session) { return session.member(node) == session.serving(); };
  return command(
      node, databases_of(node, serves), [&](const DatabaseSession& session) { return session.why_no_principal(node); },
      [&](DatabaseSession& session) { session.make_principal(node, now()); });
}

Refusal ChatModel::force_service(const NodeId& node) {
  const auto serves = [&](const DatabaseSession& session) { return session.member(node) == session.serving(); };
  return command(
      node, databases_of(node, serves), [&](const DatabaseSession& session) { return session.why_no_forced_service(node); },
      [&](DatabaseSession& session) { session.force_service(node, now()); });
}

// Not where it is so already: the end of the suspension would resume what somebody else has suspended.
Refusal ChatModel::suspend_mirroring(const NodeId& node) {
  return command(
      node, databases_of(node, [](const DatabaseSession&) { return false; }),
      [](const DatabaseSession& session) { return session.why_no_suspension(); },
      [&](DatabaseSession& session) { session.suspend(now()); });
}

Refusal ChatModel::resume_mirroring(const NodeId& node) {
  return command(
      node, databases_of(node, [](const DatabaseSession&) { return false; }),
      [](const DatabaseSession& session) { return session.why_no_resumption(); },
      [&](DatabaseSession& session) { session.resume(now()); });
}

// --- a new mirror ------------------------------------------------------------------------------------------------------------

bool ChatModel::lost_since(const NodeId& node, double date) const {
  const auto lost = last_lost_.find(node);
  return lost != last_lost_.end() && lost->second >= date;
}

// While its pool is failed over, a partner of the first site waits with its copy until the pool works there again.
bool ChatModel::waits_with_copy(const Pool& pool, const NodeId& node) const {
  const auto& machine = pool.database.elsewhere[1];
  return pool.failed_over && machine && machine->name == node;
}

bool ChatModel::is_there(const DatabaseSession& session, const NodeId& node) { return session.rules()[*session.member(node)].up; }

std::vector<std::uint16_t> ChatModel::without(const NodeId& node) const {
  const auto there = [&](const DatabaseSession& session) { return is_there(session, node); };
  auto found = databases_of(node, there);
  std::erase_if(found, [&](std::uint16_t number) { return there(databases_[number].session); });
  return found;
}

Refusal ChatModel::why_no_new_mirror(const NodeId& node) const {
  if (down_.contains(node)) return why_away(node);
  const auto there = [&](const DatabaseSession& session) { return is_there(session, node); };
  const Refusal why =
      refusal(node, databases_of(node, there), [&](const DatabaseSession& session) { return session.why_no_new_mirror(node); });
  const bool waits = std::ranges::any_of(pools_, [&](const Pool& pool) { return waits_with_copy(pool, node); });
  return waits ? Refusal() : why;
}

void ChatModel::copy_for_mirror(const NodeId& node) {
  for (const std::uint16_t number : without(node)) databases_[number].session.copy_for_mirror();
}

// A copy is of no use when the machine that was filled or the one that it came from was lost meanwhile.
Refusal ChatModel::new_mirror(const NodeId& node, double begun) {
  if (Refusal why = why_no_new_mirror(node); !why.empty()) return why;
  if (lost_since(node, begun)) return node.str() + " was lost during the full copy";
  const auto source_lost = [&](const ManagedDatabase& managed) { return lost_since(managed.session.principal_node(), begun); };
  const auto databases = without(node);
  for (const std::uint16_t number : databases)
    if (source_lost(databases_[number])) return "the principal was lost during the full copy";
  for (Pool& pool : pools_) {
    if (!waits_with_copy(pool, node)) continue;
    if (source_lost(databases_[pool.content])) return "the principal was lost during the full copy";
    pool.mirror_is_filled = true;
  }
  for (const std::uint16_t number : databases)
    apply_to_database(number, [&](DatabaseSession& session) { session.new_mirror(node, now()); });
  without_disks_.erase(node);
  return {};
}

// Full copies of all that the machine is to mirror, one after another, each over the link or as quickly as it can be written.
double ChatModel::copy_time(const NodeId& mirror) const {
  const auto there = site_of(scenario_.topology, mirror);
  const auto size_of = [&](const ManagedDatabase& managed) {
    const Pool& pool = pools_[managed.pool];
    if (managed.holds == Holds::content) return database_size(pool);
    const ChatPool& chat = *find_chat_pool(scenario_.topology, pool.name);
    return find_database(scenario_.topology, chat, managed.holds)->size.value_or(*usual_situation().database);
  };
  const auto copy = [&](const ManagedDatabase& managed) {
    const auto source = site_of(scenario_.topology, managed.session.principal_node());
    const SiteNumber here = source ? platform_.site(*source) : pools_[managed.pool].database.here().site;
    const double link = platform_.bandwidth(here, there ? platform_.site(*there) : here);
    return size_of(managed).count / std::min(link, usual_situation().restore_speed->bytes_per_s);
  };
  double time = 0;
  for (const std::uint16_t number : without(mirror)) time += copy(databases_[number]);
  for (const Pool& pool : pools_)
    if (waits_with_copy(pool, mirror)) time += copy(databases_[pool.content]);
  return time;
}

double ChatModel::restore_time(const PoolId& name) const {
  return database_size(*find_pool(name)).count / usual_situation().restore_speed->bytes_per_s;
}

}  // namespace poolcast::sim
