// What several rules need to know about a scenario.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/scenario.hpp"

namespace poolcast::limits {

// Key paths: key_of("topology.chat_pools", 0, "active") is "topology.chat_pools[0].active".
std::string key_of(std::string_view list, std::size_t index, std::string_view key = {});

// The users of each pool and of its active servers, in the order of the topology.
double users_of(const Scenario& scenario, std::size_t chat_pool);
double share_of(const Scenario& scenario, std::size_t chat_pool);  // of all users
double users_per_active(const Scenario& scenario, std::size_t chat_pool);

// The next hop of a pool, and whether it is of this edition. A pool whose next hop is unknown has none.
const FrontEndPool* next_hop(const Scenario& scenario, const ChatPool& pool);
bool behind(const Scenario& scenario, const ChatPool& pool, Edition edition);

// The users whose chat goes through a Front End pool.
double users_through(const Scenario& scenario, const FrontEndPool& front);

std::vector<NodeId> servers_of(const ChatPool& pool);  // active, then standby
std::string names_of(const std::vector<NodeId>& nodes);

// Domain and time zone of a chat server: its own or its site's.
std::string domain_of(const Topology& topology, const ChatPool& pool, const NodeId& server);
std::string time_zone_of(const Topology& topology, const ChatPool& pool, const NodeId& server);

// The chat pool of a database; nullptr when it belongs to none.
const ChatPool* pool_of(const Topology& topology, const Database& database);
std::size_t index_of(const Topology& topology, const ChatPool& pool);

// A SQL instance as a database uses it: listed, or with the defaults in the site of the database's pool.
SqlInstance instance_of(const Topology& topology, const Database& database, const NodeId& name);
SiteId site_of_instance(const Topology& topology, const Database& database, const NodeId& name);
std::string domain_of_instance(const Topology& topology, const Database& database, const NodeId& name);

// Every instance that keeps a copy of the database, and what for.
struct Copy {
  NodeId instance;
  std::string_view role;  // "principal", "mirror", "log-shipping secondary", "mirror of the secondary"
  std::string_view key;   // within the database: "principal", "mirror", "log_shipping.secondary", …
};
std::vector<Copy> copies_of(const Database& database);

// Whether the vendor's chat database: the content or the compliance of a chat pool.
bool is_chat(const Database& database);
std::string_view holds_name(Holds holds);  // "content", "Front End back-end", …

// Sites that the pool's servers stand in, each once, the pool's own first when used.
std::vector<SiteId> sites_of(const ChatPool& pool);

// The loss of one active chat server in a scenario, with where its users go: evenly to the others that accept connections,
// nobody moves back (assumption O-3).
struct Loss {
  std::size_t fault = 0;
  std::size_t chat_pool = 0;
  NodeId server;
  double displaced = 0;
  std::size_t survivors = 0;  // active servers that are left
  double fullest = 0;         // users of the fullest of them once everybody is back
  NodeId fullest_server;
  bool even = true;          // whether all survivors carry the same
  std::vector<NodeId> away;  // servers that were already lost
};
std::vector<Loss> losses(const Scenario& scenario);

// When more servers of a pool would be active than before: an activation, or the return of a lost server after one.
struct Crowd {
  std::size_t fault = 0;
  std::size_t chat_pool = 0;
  NodeId server;
  bool returned = false;
  Seconds at{0};
  std::size_t active = 0;
};
std::vector<Crowd> activations(const Scenario& scenario);

}  // namespace poolcast::limits
