// How many users, endpoints and servers there may be.
#include <algorithm>
#include <cmath>

#include "domain/limits/look.hpp"
#include "domain/limits/skype_for_business_2015/profile.hpp"
#include "domain/limits/skype_for_business_2015/sources.hpp"
#include "domain/limits/text.hpp"

namespace poolcast::limits::skype_for_business_2015 {
namespace {

using enum Severity;

std::vector<Found> active_servers(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const double active = static_cast<double>(pools[pool].active.size());
    if (active <= limits.active_servers.value) continue;
    found.push_back({key_of("topology.chat_pools", pool, "active"),
                     fill("{} has {} active servers, {} more than the documented {}.",
                          {pools[pool].name.str(), number(active), number(active - limits.active_servers.value),
                           number(limits.active_servers.value)})});
  }
  return found;
}

std::vector<Found> total_servers(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const double total = static_cast<double>(servers_of(pools[pool]).size());
    if (total <= limits.total_servers.value) continue;
    found.push_back({key_of("topology.chat_pools", pool, "standby"),
                     fill("{} has {} servers, {} active and {} standby; the documented most is {}.",
                          {pools[pool].name.str(), number(total), number(static_cast<double>(pools[pool].active.size())),
                           number(static_cast<double>(pools[pool].standby.size())), number(limits.total_servers.value)})});
  }
  return found;
}

std::vector<Found> users_per_server(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const double each = users_per_active(scenario, pool);
    const double limit = limits.users_per_server.value;
    if (each <= limit) continue;
    found.push_back({key_of("topology.chat_pools", pool, "active"),
                     fill("{} users on {} active servers of {} are {} each, {} above the documented {}.",
                          {number(users_of(scenario, pool)), number(static_cast<double>(pools[pool].active.size())),
                           pools[pool].name.str(), fixed(each, 0), fixed(each - limit, 0), number(limit)})});
  }
  return found;
}

std::vector<Found> users_of_organisation(const Scenario& scenario, const Limits& limits) {
  const double users = static_cast<double>(scenario.workload.users);
  const double limit = limits.users_of_organisation.value;
  if (users <= limit) return {};
  const std::size_t pools = scenario.topology.chat_pools.size();
  return {{"workload.users", fill("{} users are {} above the documented {}{}.",
                                  {number(users), number(users - limit), number(limit),
                                   pools > 1 ? fill(", which is the ceiling across all pools: {} pools do not raise it",
                                                    {number(static_cast<double>(pools))})
                                             : std::string()})}};
}

std::vector<Found> provisioned_users(const Scenario& scenario, const Limits& limits) {
  const double users = static_cast<double>(scenario.workload.provisioned_users);
  const double limit = limits.provisioned_users.value;
  if (users <= limit) return {};
  return {{"workload.provisioned_users",
           fill("{} provisioned users are {} above the documented {}.", {number(users), number(users - limit), number(limit)})}};
}

std::vector<Found> endpoints_of_organisation(const Scenario& scenario, const Limits& limits) {
  const double all = endpoints(scenario.workload);
  const double limit = limits.endpoints_of_organisation.value;
  if (all <= limit) return {};
  return {{"workload.endpoints_per_user",
           fill("{} users with {} endpoints each make {} endpoints, {} above the documented {}.",
                {number(static_cast<double>(scenario.workload.users)), number(scenario.workload.endpoints_per_user),
                 fixed(all, 0), fixed(all - limit, 0), number(limit)})}};
}

std::vector<Found> endpoints_per_server(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  const double limit = limits.endpoints_of_organisation.value / limits.active_servers.value;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const double each = users_per_active(scenario, pool) * scenario.workload.endpoints_per_user;
    if (each <= limit) continue;
    found.push_back({key_of("topology.chat_pools", pool, "active"),
                     fill("Each active server of {} carries {} endpoints, {} above the {} that follow from {} over {} servers.",
                          {pools[pool].name.str(), fixed(each, 0), fixed(each - limit, 0), number(limit),
                           number(limits.endpoints_of_organisation.value), number(limits.active_servers.value)})});
  }
  return found;
}

std::vector<Found> standard_edition_users(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const double users = users_of(scenario, pool);
    const double limit = limits.users_at_standard_edition.value;
    if (!behind(scenario, pools[pool], Edition::standard) || users <= limit) continue;
    found.push_back(
        {key_of("topology.chat_pools", pool, "next_hop"),
         fill("{} carries {} users behind the Standard Edition server {}, {} above the documented {}.",
              {pools[pool].name.str(), number(users), pools[pool].next_hop.str(), number(users - limit), number(limit)})});
  }
  return found;
}

std::vector<Found> front_ends(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.front_end_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const FrontEndPool& front = pools[pool];
    const double users = users_through(scenario, front);
    const double exact = users / limits.users_per_front_end.value;
    double needed = std::ceil(exact);
    // 80,000 / 6,660 is 12.01, and a pool of 12 is documented for 80,000 users.
    if (users <= limits.users_per_front_end_pool.value) needed = std::min(needed, limits.front_ends_per_pool.value);
    if (front.edition == Edition::standard || static_cast<double>(front.servers) >= needed) continue;
    found.push_back({key_of("topology.front_end_pools", pool, "servers"),
                     fill("{} users at {} for each Front End server need {} servers; {} has {}.",
                          {number(users), number(limits.users_per_front_end.value), number(needed), front.name.str(),
                           number(static_cast<double>(front.servers))})});
  }
  return found;
}

std::vector<Found> front_end_pool_size(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.front_end_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const double limit = pools[pool].edition == Edition::standard ? 1 : limits.front_ends_per_pool.value;
    const double servers = static_cast<double>(pools[pool].servers);
    if (servers <= limit) continue;
    found.push_back(
        {key_of("topology.front_end_pools", pool, "servers"),
         fill("{} has {} Front End servers; {} has at most {}.",
              {pools[pool].name.str(), number(servers),
               pools[pool].edition == Edition::standard ? "Standard Edition" : "an Enterprise Edition pool", number(limit)})});
  }
  return found;
}

std::vector<Found> several_pools(const Scenario& scenario, const Limits& limits) {
  const std::size_t pools = scenario.topology.chat_pools.size();
  if (pools < 2) return {};
  return {{"topology.chat_pools", fill("{} chat pools share the one ceiling of {} users; each room belongs to one of them.",
                                       {number(static_cast<double>(pools)), number(limits.users_of_organisation.value)})}};
}

}  // namespace

std::vector<CheckedRule> user_rules() {
  return {
      {{"PC-POOL-ACTIVE", error, both, "A chat pool has at most 4 active servers.", "", source::capacity}, active_servers},
      {{"PC-POOL-TOTAL", error, both, "A chat pool has at most 8 servers: 4 active and 4 standby.", "", source::capacity},
       total_servers},
      {{"PC-USERS-SERVER", error, both, "An active chat server carries at most 20,000 connected users.",
        "The users of a pool spread evenly over its active servers.", source::capacity},
       users_per_server},
      {{"PC-USERS-ORG", error, both, "At most 80,000 users are connected to chat, over all pools of an organisation.",
        "4 active servers × 20,000 users make 80,000 in one pool. Several pools are for keeping data where the law wants it, and "
        "the ceiling of 80,000 holds across all of them.",
        source::plan},
       users_of_organisation},
      {{"PC-USERS-PROVISIONED", error, both, "At most 150,000 users are provisioned for chat.", "", source::capacity},
       provisioned_users},
      {{"PC-ENDPOINTS-ORG", error, both, "At most 120,000 endpoints are connected.", "80,000 users × 1.5 endpoints = 120,000.",
        source::capacity},
       endpoints_of_organisation},
      {{"PC-ENDPOINTS-SERVER", warning, both, "An active chat server carries at most 30,000 endpoints.",
        "Not stated, but it follows: 120,000 endpoints / 4 active servers = 30,000.", source::capacity},
       endpoints_per_server},
      {{"PC-SE-USERS", error, both, "Chat with Standard Edition carries at most 20,000 connected users.", "",
        source::requirements},
       standard_edition_users},
      {{"PC-FE-COUNT", warning, only_2015, "A Front End pool has one server for each 6,660 users.",
        "80,000 users / 6,660 = 12.01; a pool of 12 is documented for 80,000.", source::front_end_capacity},
       front_ends},
      {{"PC-FE-POOL-SIZE", error, only_2015,
        "An Enterprise Edition Front End pool has at most 12 servers, a Standard Edition one is a single server.", "",
        source::front_end_capacity},
       front_end_pool_size},
      {{"PC-POOLS-SCALE", warning, both, "Several chat pools are for keeping data apart, not for more users.",
        "A room, category or add-in belongs to exactly one pool, and 80,000 users is the ceiling across all pools.",
        source::plan},
       several_pools},
  };
}

}  // namespace poolcast::limits::skype_for_business_2015
