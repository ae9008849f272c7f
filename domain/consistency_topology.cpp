#include <algorithm>
#include <cmath>
#include <map>

#include "domain/consistency.hpp"
#include "domain/runbook.hpp"

namespace poolcast::consistency {
namespace {

void check_site(const Topology& topology, const SiteId& site, std::string key, Found& found) {
  if (!find_site(topology, site)) found.push_back(unknown_name(std::move(key), site.str(), "a site", names_of(topology.sites)));
}

void check_hardware(const Topology& topology, const HardwareId& hardware, std::string key, Found& found) {
  if (find_hardware(topology, hardware)) return;
  std::vector<std::string> known = names_of(topology.hardware);
  known.emplace_back("reference-2015");
  found.push_back(unknown_name(std::move(key), hardware.str(), "a kind of machine listed under `hardware`", known));
}

void check_secret(const std::optional<Secret>& secret, std::string key, Found& found) {
  if (!secret || secret->file.has_value() != secret->variable.has_value()) return;
  found.push_back({std::move(key),
                   secret->file ? "found both `file` and `variable`; expected one of them"
                                : "found neither `file` nor `variable`; expected one of them",
                   ""});
}

void check_link(const Topology& topology, const Link& link, const std::string& key, Found& found) {
  if (link.within.has_value() == !link.between.empty()) {
    found.push_back({key,
                     link.within ? "found both `within` and `between`; expected one of them"
                                 : "found neither `within` nor `between`; expected one of them",
                     ""});
  }
  if (link.within) check_site(topology, *link.within, key + ".within", found);
  for (std::size_t i = 0; i < link.between.size(); ++i) {
    check_site(topology, link.between[i], item(key + ".between", i), found);
  }
  if (link.between.empty()) return;
  if (link.between.size() != 2 || link.between[0] == link.between[1]) {
    found.push_back({key + ".between", "found " + std::to_string(link.between.size()) + " site(s); expected two different ones",
                     "`within: SITE` is the network of one site"});
  }
}

void check_links(const Topology& topology, Found& found) {
  std::map<std::string, std::size_t> joined;
  for (std::size_t i = 0; i < topology.links.size(); ++i) {
    const Link& link = topology.links[i];
    const std::string key = item("topology.links", i);
    check_link(topology, link, key, found);
    auto ends = link.within ? std::vector<std::string>{link.within->str()} : names_of(link.between);
    std::ranges::sort(ends);
    std::string pair;
    for (const auto& end : ends) pair += end + " ";
    const auto [first, fresh] = joined.try_emplace(pair, i);
    if (!fresh && !ends.empty()) {
      found.push_back(
          {key, "found a second link for the same place; expected one", "first " + item("topology.links", first->second)});
    }
  }
}

void check_deployment(const Topology& topology, Found& found) {
  auto nodes = all_nodes(topology);
  for (const SqlInstance& instance : topology.sql_instances)
    if (!instance.cluster.empty()) nodes.push_back(instance.name);  // its node connects to the cluster's name
  std::vector<std::string> used;
  for (std::size_t i = 0; i < topology.deployment.size(); ++i) {
    const Deployment& one = topology.deployment[i];
    const std::string key = item("topology.deployment", i);
    if (std::ranges::find(nodes, one.node) == nodes.end()) {
      found.push_back(unknown_name(key + ".node", one.node.str(), "a machine of the topology", names_of(nodes)));
    }
    check_secret(one.private_key, key + ".private_key", found);
    check_secret(one.database_password, key + ".database_password", found);
    check_secret(one.link_private_key, key + ".link_private_key", found);
    if (one.link_certificate.has_value() != one.link_private_key.has_value()) {
      found.push_back({key + (one.link_certificate ? ".link_certificate" : ".link_private_key"),
                       "found one of `link_certificate` and `link_private_key`; expected both or none",
                       "without both, `certificate` and `private_key` are used"});
    }
    used.push_back(one.node.str());
  }
  check_duplicates("topology.deployment", used, found);
}

}  // namespace

void check_places(const Topology& topology, Found& found) {
  if (topology.sites.empty()) found.push_back({"topology.sites", "found no site; expected at least one", ""});
  check_duplicates("topology.hardware", names_of(topology.hardware), found);
  check_duplicates("topology.sites", names_of(topology.sites), found);
  check_duplicates("topology.front_end_pools", names_of(topology.front_end_pools), found);
  for (std::size_t i = 0; i < topology.front_end_pools.size(); ++i) {
    const FrontEndPool& pool = topology.front_end_pools[i];
    const std::string key = item("topology.front_end_pools", i);
    check_site(topology, pool.site, key + ".site", found);
    check_hardware(topology, pool.hardware, key + ".hardware", found);
    if (pool.servers < 1) found.push_back({key + ".servers", "found no server; expected at least one", ""});
  }
  if (topology.file_store && topology.file_store->site) {
    check_site(topology, *topology.file_store->site, "topology.file_store.site", found);
  }
  check_links(topology, found);
  check_deployment(topology, found);
}

namespace {

// One machine, one place in one list: a server is active or standby, of one pool.
void check_members(const Topology& topology, Found& found) {
  std::map<std::string, std::string> first_place;
  const auto check = [&](const std::vector<NodeId>& members, const std::string& list) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto [first, fresh] = first_place.try_emplace(members[i].str(), item(list, i));
      if (fresh) continue;
      found.push_back({item(list, i), "the server `" + members[i].str() + "` stands at two places; expected one",
                       "first at " + first->second});
    }
  };
  for (std::size_t i = 0; i < topology.chat_pools.size(); ++i) {
    const std::string key = item("topology.chat_pools", i);
    check(topology.chat_pools[i].active, key + ".active");
    check(topology.chat_pools[i].standby, key + ".standby");
  }
}

void check_server_details(const Topology& topology, const ChatPool& pool, const std::string& pool_key, Found& found) {
  std::vector<std::string> members = names_of(pool.active);
  for (auto& name : names_of(pool.standby)) members.push_back(std::move(name));
  for (std::size_t i = 0; i < pool.servers.size(); ++i) {
    const ChatServer& server = pool.servers[i];
    const std::string key = item(pool_key + ".servers", i);
    if (std::ranges::find(members, server.name.str()) == members.end()) {
      found.push_back(unknown_name(key + ".name", server.name.str(), "one of the pool's active or standby servers", members));
    }
    if (server.site) check_site(topology, *server.site, key + ".site", found);
    if (server.hardware) check_hardware(topology, *server.hardware, key + ".hardware", found);
  }
  check_duplicates(pool_key + ".servers", names_of(pool.servers), found);
}

void check_shares(const Topology& topology, Found& found) {
  double given = 0;
  std::size_t without = 0;
  std::string last = "topology.chat_pools";
  for (std::size_t i = 0; i < topology.chat_pools.size(); ++i) {
    const auto& share = topology.chat_pools[i].users;
    given += share ? share->of_one : 0;
    without += share ? 0 : 1;
    if (share) last = item("topology.chat_pools", i) + ".users";
  }
  constexpr double rounding = 1e-9;  // three times 33.3333333333% are not quite one
  if (given > 1 + rounding) {
    found.push_back({last, "found shares of the pools that make more than 100% together; expected at most 100%", ""});
  }
  if (without == 0 && !topology.chat_pools.empty() && given < 1 - rounding) {
    found.push_back({last, "found shares of the pools that leave some users without a pool; expected 100% together",
                     "a pool without `users` takes what is left"});
  }
}

}  // namespace

void check_chat_pools(const Topology& topology, Found& found) {
  if (topology.chat_pools.empty()) found.push_back({"topology.chat_pools", "found no pool; expected at least one", ""});
  check_duplicates("topology.chat_pools", names_of(topology.chat_pools), found);
  for (std::size_t i = 0; i < topology.chat_pools.size(); ++i) {
    const ChatPool& pool = topology.chat_pools[i];
    const std::string key = item("topology.chat_pools", i);
    if (find_front_end_pool(topology, pool.name)) {
      found.push_back({key + ".name", "a Front End pool is called `" + pool.name.str() + "` too; expected another name", ""});
    }
    check_site(topology, pool.site, key + ".site", found);
    check_hardware(topology, pool.hardware, key + ".hardware", found);
    if (!find_front_end_pool(topology, pool.next_hop)) {
      found.push_back(
          unknown_name(key + ".next_hop", pool.next_hop.str(), "a Front End pool", names_of(topology.front_end_pools)));
    }
    if (pool.active.empty()) {
      found.push_back({key + ".active", "found a pool without an active server; expected at least one", ""});
    }
    check_server_details(topology, pool, key, found);
  }
  check_members(topology, found);
  check_shares(topology, found);
}

namespace {

bool is_chat(Holds holds) { return holds == Holds::content || holds == Holds::compliance; }

void check_partners(const Database& database, const std::string& key, Found& found) {
  if (database.mirror == database.principal) {
    found.push_back({key + ".mirror", "found the principal itself; expected another instance", ""});
  }
  if (database.witness && (database.witness == database.principal || database.witness == database.mirror)) {
    found.push_back({key + ".witness", "found a partner of the mirroring session; expected a third instance", ""});
  }
  const auto& shipping = database.log_shipping;
  if (shipping && shipping->secondary_witness &&
      (shipping->secondary_witness == shipping->secondary || shipping->secondary_witness == shipping->secondary_mirror)) {
    found.push_back(
        {key + ".log_shipping.secondary_witness", "found a partner of the mirroring session; expected a third instance", ""});
  }
  if (database.log_shipping && database.log_shipping->secondary == database.principal) {
    found.push_back({key + ".log_shipping.secondary", "found the principal itself; expected another instance", ""});
  }
}

// Of a topology that no file says.
void check_jobs(const Database& database, const std::string& key, Found& found) {
  const auto check = [&](const std::string& name, Seconds interval) {
    if (interval.count() >= at_least_a_minute.at_least) return;
    found.push_back({key + "." + name, "found an interval shorter than that of any job; expected at least 1min", ""});
  };
  if (database.backup_interval) check("backup_interval", *database.backup_interval);
  if (!database.log_shipping) return;
  check("log_shipping.backup_interval", database.log_shipping->backup_interval);
  check("log_shipping.copy_interval", database.log_shipping->copy_interval);
  check("log_shipping.restore_interval", database.log_shipping->restore_interval);
}

void check_owner(const Topology& topology, const Database& database, const std::string& key, Found& found) {
  if (database.pool) {
    const bool front_end = !is_chat(database.holds) && find_front_end_pool(topology, *database.pool);
    if (!find_chat_pool(topology, *database.pool) && !front_end) {
      found.push_back(unknown_name(key + ".pool", database.pool->str(), "a chat pool", names_of(topology.chat_pools)));
    }
  } else if (is_chat(database.holds) && topology.chat_pools.size() > 1) {
    found.push_back(
        {key + ".pool", "the key is missing; expected the pool that the database belongs to", "there are several pools"});
  }
}

void check_cluster(const Topology& topology, const SqlInstance& instance, const std::string& key, Found& found) {
  if (instance.cluster.empty()) return;
  if (instance.cluster.size() != 2 || instance.cluster[0] == instance.cluster[1])
    found.push_back({key + ".cluster", "expected two different machines, the active one first", ""});
  const auto machines = all_nodes(topology);
  if (std::ranges::find(machines, instance.name) != machines.end())
    found.push_back({key + ".name", "a machine is called `" + instance.name.str() + "` too; expected another name",
                     "of a cluster it is the name that clients connect to"});
}

// An instance is a cluster or none, whatever is said of its databases.
void check_mode(const Topology& topology, const Database& database, const std::string& key, Found& found) {
  const SqlInstance* principal = find_sql_instance(topology, database.principal);
  const bool is_cluster = principal != nullptr && !principal->cluster.empty();
  if (database.mode == AvailabilityMode::failover_cluster && !is_cluster)
    found.push_back({key + ".mode", "found failover-cluster, and `" + database.principal.str() + "` is one machine",
                     "list the instance under `sql_instances` with the two machines of its `cluster`"});
  if (database.mode == AvailabilityMode::none && is_cluster)
    found.push_back(
        {key + ".mode", "found none, and `" + database.principal.str() + "` is a cluster; expected failover-cluster", ""});
}

void check_sql_instances(const Topology& topology, Found& found) {
  check_duplicates("topology.sql_instances", names_of(topology.sql_instances), found);
  for (std::size_t i = 0; i < topology.sql_instances.size(); ++i) {
    const std::string key = item("topology.sql_instances", i);
    const SqlInstance& instance = topology.sql_instances[i];
    if (instance.site) check_site(topology, *instance.site, key + ".site", found);
    check_hardware(topology, instance.hardware, key + ".hardware", found);
    check_cluster(topology, instance, key, found);
  }
}

}  // namespace

void check_databases(const Topology& topology, Found& found) {
  check_sql_instances(topology, found);
  std::map<std::pair<Holds, std::string>, std::size_t> owners;
  for (std::size_t i = 0; i < topology.databases.size(); ++i) {
    const Database& database = topology.databases[i];
    const std::string key = item("topology.databases", i);
    check_owner(topology, database, key, found);
    check_partners(database, key, found);
    check_mode(topology, database, key, found);
    check_jobs(database, key, found);
    const auto owner = std::pair(database.holds, database.pool ? database.pool->str() : "");
    const auto [first, fresh] = owners.try_emplace(owner, i);
    if (!fresh && is_chat(database.holds)) {
      found.push_back({key, "found a second database of the same kind for the same pool; expected one",
                       "first " + item("topology.databases", first->second)});
    }
  }
  for (std::size_t i = 0; i < topology.chat_pools.size(); ++i) {
    const ChatPool& pool = topology.chat_pools[i];
    const auto missing = [&](Holds holds) {
      if (find_database(topology, pool, holds)) return;
      found.push_back({item("topology.chat_pools", i),
                       "found no " + std::string(name_of(holds)) + " database for this pool; expected one under `databases`",
                       ""});
    };
    missing(Holds::content);
    if (pool.compliance) missing(Holds::compliance);
  }
}

bool is_active(const Topology& topology, const NodeId& node) {
  return std::ranges::any_of(topology.chat_pools,
                             [&](const ChatPool& pool) { return std::ranges::count(pool.active, node) > 0; });
}

bool is_standby(const Topology& topology, const NodeId& node) {
  return std::ranges::any_of(topology.chat_pools,
                             [&](const ChatPool& pool) { return std::ranges::count(pool.standby, node) > 0; });
}

}  // namespace poolcast::consistency
