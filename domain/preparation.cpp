#include "domain/preparation.hpp"

#include <algorithm>
#include <optional>

#include "domain/runbook_effects.hpp"

namespace poolcast {
namespace {

// Where the copy comes from when the machine is to mirror this database, or to be its log-shipping secondary.
std::optional<NodeId> source_of(const Database& database, const Fault& command) {
  if (command.new_secondary) {
    const bool is_shipped = database.log_shipping && database.log_shipping->secondary == *command.new_secondary;
    return is_shipped ? std::optional(database.principal) : std::nullopt;
  }
  const NodeId& mirror = *command.new_mirror;
  if (database.mirror == mirror) return database.principal;
  if (database.principal == mirror) return database.mirror;
  const auto& shipping = database.log_shipping;
  return shipping && shipping->secondary_mirror == mirror ? std::optional(shipping->secondary) : std::nullopt;
}

Seconds time_of(const Database& database, Bandwidth speed) {
  return Seconds{database.size.value_or(*usual_situation().database).count / speed.bytes_per_s};
}

}  // namespace

bool starts_servers(const Fault& command, const Topology& topology) {
  const auto is_standby = [&](const NodeId& server) {
    return std::ranges::any_of(
        topology.chat_pools, [&](const ChatPool& pool) { return std::ranges::find(pool.standby, server) != pool.standby.end(); });
  };
  if (command.swap) return true;
  if (command.activate) return is_standby(*command.activate);
  const ChatPool* pool = command.set_active ? pool_of(topology, command) : nullptr;
  return pool && std::ranges::any_of(servers_named(topology, *pool, *command.set_active), is_standby);
}

Seconds full_copy(const Fault& command, const Topology& topology) {
  const Bandwidth written = *usual_situation().restore_speed;
  if (command.restore) {
    const ChatPool* pool = find_chat_pool(topology, *command.restore);
    const Database* content = pool ? find_database(topology, *pool, Holds::content) : nullptr;
    return content ? time_of(*content, written) : Seconds{0};
  }
  Seconds time{0};
  if (!is_full_copy(command)) return time;
  const NodeId& filled = command.new_mirror ? *command.new_mirror : *command.new_secondary;
  for (const Database& database : topology.databases) {
    const auto source = source_of(database, command);
    if (!source) continue;
    const auto from = site_of(topology, *source);
    const auto to = site_of(topology, filled);
    const Bandwidth link = from && to ? link_between(topology, *from, *to).bandwidth : written;
    time += time_of(database, std::min(link, written));
  }
  return time;
}

SecondsRange preparation(const Fault& command, const Topology& topology, Seconds start_time, Seconds full_copy) {
  if (command.takes) return *command.takes;
  if (is_full_copy(command)) return {full_copy, full_copy};
  if (command.fail_over && find_front_end_pool(topology, *command.fail_over)) return front_end_failover;
  return starts_servers(command, topology) ? SecondsRange{start_time, start_time} : SecondsRange{};
}

}  // namespace poolcast
