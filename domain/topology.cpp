#include "domain/topology.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace poolcast {
namespace {

template <class Item, class Name>
const Item* find_named(const std::vector<Item>& items, const Name& name) {
  const auto found = std::ranges::find_if(items, [&](const Item& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

bool joins(const Link& link, const SiteId& a, const SiteId& b) {
  if (a == b) return link.within == a;
  return link.between.size() == 2 &&
         ((link.between[0] == a && link.between[1] == b) || (link.between[0] == b && link.between[1] == a));
}

}  // namespace

const Site* find_site(const Topology& topology, const SiteId& name) { return find_named(topology.sites, name); }

const FrontEndPool* find_front_end_pool(const Topology& topology, const PoolId& name) {
  return find_named(topology.front_end_pools, name);
}

const ChatPool* find_chat_pool(const Topology& topology, const PoolId& name) { return find_named(topology.chat_pools, name); }

const SqlInstance* find_sql_instance(const Topology& topology, const NodeId& name) {
  return find_named(topology.sql_instances, name);
}

const ChatServer* find_chat_server(const ChatPool& pool, const NodeId& name) { return find_named(pool.servers, name); }

const Hardware* find_hardware(const Topology& topology, const HardwareId& name) {
  static const Hardware reference{.name = HardwareId{"reference-2015"}};
  if (const Hardware* listed = find_named(topology.hardware, name)) return listed;
  return name == reference.name ? &reference : nullptr;
}

const Database* find_database(const Topology& topology, const ChatPool& pool, Holds holds) {
  const auto belongs = [&](const Database& database) {
    return database.holds == holds && (database.pool ? *database.pool == pool.name : topology.chat_pools.size() == 1);
  };
  const auto found = std::ranges::find_if(topology.databases, belongs);
  return found == topology.databases.end() ? nullptr : &*found;
}

const SiteId& site_of(const ChatPool& pool, const NodeId& server) {
  const ChatServer* own = find_chat_server(pool, server);
  return own && own->site ? *own->site : pool.site;
}

Bytes log_disk_of(const Topology& topology, const NodeId& name) {
  const SqlInstance* instance = find_sql_instance(topology, name);
  if (instance && instance->log_disk) return *instance->log_disk;
  const Hardware* hardware = instance ? find_hardware(topology, instance->hardware) : nullptr;
  return hardware ? hardware->free_disk : Hardware{}.free_disk;
}

const Link& link_between(const Topology& topology, const SiteId& a, const SiteId& b) {
  static const Link usual{};
  const auto found = std::ranges::find_if(topology.links, [&](const Link& link) { return joins(link, a, b); });
  return found == topology.links.end() ? usual : *found;
}

std::vector<NodeId> front_end_servers(const FrontEndPool& pool) {
  std::vector<NodeId> names;
  for (Count server = 1; server <= pool.servers; ++server) names.emplace_back(pool.name.str() + "-" + std::to_string(server));
  return names;
}

std::vector<NodeId> all_nodes(const Topology& topology) {
  std::vector<NodeId> nodes;
  std::set<NodeId> seen;
  const auto add_machine = [&](const NodeId& node) {
    if (!node.empty() && seen.insert(node).second) nodes.push_back(node);
  };
  const auto add = [&](const NodeId& node) {
    const SqlInstance* instance = find_sql_instance(topology, node);
    if (instance == nullptr || instance->cluster.empty()) return add_machine(node);
    std::ranges::for_each(instance->cluster, add_machine);
  };
  for (const auto& pool : topology.front_end_pools) std::ranges::for_each(front_end_servers(pool), add_machine);
  for (const auto& pool : topology.chat_pools) {
    std::ranges::for_each(pool.active, add_machine);
    std::ranges::for_each(pool.standby, add_machine);
  }
  for (const auto& instance : topology.sql_instances) add(instance.name);
  for (const auto& database : topology.databases) {
    add(database.principal);
    if (database.mirror) add(*database.mirror);
    if (database.witness) add(*database.witness);
    if (database.log_shipping) add(database.log_shipping->secondary);
    if (database.log_shipping && database.log_shipping->secondary_mirror) add(*database.log_shipping->secondary_mirror);
    if (database.log_shipping && database.log_shipping->secondary_witness) add(*database.log_shipping->secondary_witness);
  }
  if (topology.file_store) add_machine(topology.file_store->server);
  return nodes;
}

namespace {

bool keeps(const Database& database, const NodeId& machine) {
  const auto& shipping = database.log_shipping;
  return database.principal == machine || database.mirror == machine || database.witness == machine ||
         (shipping &&
          (shipping->secondary == machine || shipping->secondary_mirror == machine || shipping->secondary_witness == machine));
}

// The pool that a database belongs to names its site; one without a pool belongs to the only one, or the first.
const SiteId* site_of_owner(const Topology& topology, const Database& database) {
  if (database.pool) {
    if (const ChatPool* chat = find_chat_pool(topology, *database.pool)) return &chat->site;
    if (const FrontEndPool* front = find_front_end_pool(topology, *database.pool)) return &front->site;
  }
  return topology.chat_pools.empty() ? nullptr : &topology.chat_pools.front().site;
}

const SqlInstance* cluster_of(const Topology& topology, const NodeId& machine) {
  const auto found = std::ranges::find_if(topology.sql_instances, [&](const SqlInstance& instance) {
    return std::ranges::find(instance.cluster, machine) != instance.cluster.end();
  });
  return found == topology.sql_instances.end() ? nullptr : &*found;
}

bool has(const std::vector<NodeId>& nodes, const NodeId& node) { return std::ranges::find(nodes, node) != nodes.end(); }

// What the scenario says of this machine itself.
std::optional<SiteId> own_site_of(const Topology& topology, const NodeId& machine) {
  for (const FrontEndPool& pool : topology.front_end_pools)
    if (has(front_end_servers(pool), machine)) return pool.site;
  for (const ChatPool& pool : topology.chat_pools)
    if (has(pool.active, machine) || has(pool.standby, machine)) return site_of(pool, machine);
  if (const SqlInstance* instance = find_sql_instance(topology, machine); instance && instance->site) return instance->site;
  for (const Database& database : topology.databases) {
    const SiteId* site = keeps(database, machine) ? site_of_owner(topology, database) : nullptr;
    if (site) return *site;
  }
  return std::nullopt;
}

}  // namespace

bool can_run_on(const Topology& topology, const NodeId& instance, const NodeId& machine) {
  if (instance == machine) return true;
  const SqlInstance* listed = find_sql_instance(topology, instance);
  return listed != nullptr && has(listed->cluster, machine);
}

std::optional<SiteId> site_of(const Topology& topology, const NodeId& machine) {
  if (const auto own = own_site_of(topology, machine)) return own;
  const SqlInstance* cluster = cluster_of(topology, machine);  // the place of a node is that of its instance
  if (const auto shared = cluster ? own_site_of(topology, cluster->name) : std::nullopt) return shared;
  const bool listed = cluster != nullptr || find_sql_instance(topology, machine) != nullptr;
  const bool files = topology.file_store && topology.file_store->server == machine;
  if (files && topology.file_store->site) return topology.file_store->site;
  if ((listed || files) && !topology.chat_pools.empty()) return topology.chat_pools.front().site;
  return std::nullopt;
}

std::vector<NodeId> machines_of(const Topology& topology, std::string_view name) {
  const std::string text(name);
  const std::vector<NodeId> nodes = all_nodes(topology);
  if (has(nodes, NodeId(text))) return {NodeId(text)};
  if (const FrontEndPool* pool = find_front_end_pool(topology, PoolId(text))) return front_end_servers(*pool);
  const SqlInstance* instance = find_sql_instance(topology, NodeId(text));
  if (instance != nullptr && !instance->cluster.empty()) return instance->cluster;
  std::vector<NodeId> machines;
  if (const ChatPool* pool = find_chat_pool(topology, PoolId(text))) {
    machines = pool->active;
    machines.insert(machines.end(), pool->standby.begin(), pool->standby.end());
    return machines;
  }
  std::ranges::copy_if(nodes, std::back_inserter(machines),
                       [&](const NodeId& node) { return site_of(topology, node) == SiteId(text); });
  return machines;
}

std::vector<NodeId> machines_of(const Topology& topology, const Names& names) {
  std::vector<NodeId> machines;
  for (const std::string& name : names.each)
    for (const NodeId& machine : machines_of(topology, name))
      if (!has(machines, machine)) machines.push_back(machine);
  return machines;
}

}  // namespace poolcast
