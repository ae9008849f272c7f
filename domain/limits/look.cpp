#include "domain/limits/look.hpp"

#include <algorithm>

#include "domain/limits/text.hpp"

namespace poolcast::limits {

std::string key_of(std::string_view list, std::size_t index, std::string_view key) {
  std::string path = std::string(list) + "[" + std::to_string(index) + "]";
  if (!key.empty()) path.append(".").append(key);
  return path;
}

double users_of(const Scenario& scenario, std::size_t chat_pool) {
  return static_cast<double>(users_of_pools(scenario).at(chat_pool));
}

double share_of(const Scenario& scenario, std::size_t chat_pool) {
  return users_of(scenario, chat_pool) / static_cast<double>(scenario.workload.users);
}

double users_per_active(const Scenario& scenario, std::size_t chat_pool) {
  const std::size_t active = scenario.topology.chat_pools.at(chat_pool).active.size();
  return active == 0 ? 0 : users_of(scenario, chat_pool) / static_cast<double>(active);
}

const FrontEndPool* next_hop(const Scenario& scenario, const ChatPool& pool) {
  return find_front_end_pool(scenario.topology, pool.next_hop);
}

bool behind(const Scenario& scenario, const ChatPool& pool, Edition edition) {
  const FrontEndPool* front = next_hop(scenario, pool);
  return front && front->edition == edition;
}

double users_through(const Scenario& scenario, const FrontEndPool& front) {
  double users = 0;
  for (std::size_t pool = 0; pool < scenario.topology.chat_pools.size(); ++pool) {
    if (scenario.topology.chat_pools[pool].next_hop == front.name) users += users_of(scenario, pool);
  }
  return users;
}

std::vector<NodeId> servers_of(const ChatPool& pool) {
  std::vector<NodeId> servers = pool.active;
  servers.insert(servers.end(), pool.standby.begin(), pool.standby.end());
  return servers;
}

std::string names_of(const std::vector<NodeId>& nodes) {
  std::vector<std::string> words;
  for (const NodeId& node : nodes) words.push_back(node.str());
  return listed(words);
}

std::string domain_of(const Topology& topology, const ChatPool& pool, const NodeId& server) {
  const ChatServer* own = find_chat_server(pool, server);
  if (own && own->domain) return *own->domain;
  const Site* site = find_site(topology, site_of(pool, server));
  return site ? site->domain : "";
}

std::string time_zone_of(const Topology& topology, const ChatPool& pool, const NodeId& server) {
  const ChatServer* own = find_chat_server(pool, server);
  if (own && own->time_zone) return *own->time_zone;
  const Site* site = find_site(topology, site_of(pool, server));
  return site ? site->time_zone : "";
}

const ChatPool* pool_of(const Topology& topology, const Database& database) {
  if (database.pool) return find_chat_pool(topology, *database.pool);
  return topology.chat_pools.size() == 1 ? &topology.chat_pools.front() : nullptr;
}

std::size_t index_of(const Topology& topology, const ChatPool& pool) {
  return static_cast<std::size_t>(std::ranges::find(topology.chat_pools, pool.name, &ChatPool::name) -
                                  topology.chat_pools.begin());
}

SqlInstance instance_of(const Topology& topology, const Database& database, const NodeId& name) {
  const SqlInstance* known = find_sql_instance(topology, name);
  SqlInstance instance = known ? *known : SqlInstance{};
  instance.name = name;
  if (!instance.site) {
    if (const ChatPool* pool = pool_of(topology, database)) instance.site = pool->site;
  }
  return instance;
}

SiteId site_of_instance(const Topology& topology, const Database& database, const NodeId& name) {
  return instance_of(topology, database, name).site.value_or(SiteId{});
}

std::string domain_of_instance(const Topology& topology, const Database& database, const NodeId& name) {
  const SqlInstance instance = instance_of(topology, database, name);
  if (instance.domain) return *instance.domain;
  const Site* site = find_site(topology, instance.site.value_or(SiteId{}));
  return site ? site->domain : "";
}

std::vector<Copy> copies_of(const Database& database) {
  std::vector<Copy> copies{{database.principal, "principal", "principal"}};
  if (database.mirror) copies.push_back({*database.mirror, "mirror", "mirror"});
  if (database.log_shipping) {
    copies.push_back({database.log_shipping->secondary, "log-shipping secondary", "log_shipping.secondary"});
    if (database.log_shipping->secondary_mirror) {
      copies.push_back({*database.log_shipping->secondary_mirror, "mirror of the secondary", "log_shipping.secondary_mirror"});
    }
  }
  return copies;
}

bool is_chat(const Database& database) { return database.holds == Holds::content || database.holds == Holds::compliance; }

std::string_view holds_name(Holds holds) {
  switch (holds) {
    case Holds::content:
      return "chat content";
    case Holds::compliance:
      return "chat compliance";
    case Holds::front_end:
      return "Front End back-end";
    case Holds::monitoring:
      return "monitoring";
    case Holds::archiving:
      return "archiving";
  }
  return "";
}

std::vector<SiteId> sites_of(const ChatPool& pool) {
  std::vector<SiteId> sites;
  for (const NodeId& server : servers_of(pool)) {
    const SiteId& site = site_of(pool, server);
    if (std::ranges::find(sites, site) == sites.end()) sites.push_back(site);
  }
  std::ranges::stable_partition(sites, [&](const SiteId& site) { return site == pool.site; });
  return sites;
}

}  // namespace poolcast::limits
