// Sites, domains and time zones; pools stretched over two sites.
#include <algorithm>

#include "domain/limits/look.hpp"
#include "domain/limits/skype_for_business_2015/profile.hpp"
#include "domain/limits/skype_for_business_2015/sources.hpp"
#include "domain/limits/text.hpp"

namespace poolcast::limits::skype_for_business_2015 {
namespace {

using enum Severity;

std::vector<Found> next_hop_missing(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    if (next_hop(scenario, pools[pool])) continue;
    found.push_back({key_of("topology.chat_pools", pool, "next_hop"),
                     fill("{} has no Front End pool as next hop.", {pools[pool].name.str()})});
  }
  return found;
}

std::vector<Found> domains(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const Topology& topology = scenario.topology;
  for (std::size_t index = 0; index < topology.chat_pools.size(); ++index) {
    const ChatPool& pool = topology.chat_pools[index];
    const FrontEndPool* front = next_hop(scenario, pool);
    const Site* site = front ? find_site(topology, front->site) : nullptr;
    if (!site) continue;
    for (const NodeId& server : servers_of(pool)) {
      const std::string domain = domain_of(topology, pool, server);
      if (domain == site->domain) continue;
      found.push_back(
          {key_of("topology.chat_pools", index, "servers"),
           fill("{} is in the domain {}; its next hop {} is in {}.", {server.str(), domain, front->name.str(), site->domain})});
    }
  }
  return found;
}

std::vector<Found> time_zones(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const Topology& topology = scenario.topology;
  for (std::size_t index = 0; index < topology.chat_pools.size(); ++index) {
    const ChatPool& pool = topology.chat_pools[index];
    const FrontEndPool* front = next_hop(scenario, pool);
    const Site* site = front ? find_site(topology, front->site) : nullptr;
    if (!site) continue;
    for (const NodeId& server : pool.active) {
      const std::string zone = time_zone_of(topology, pool, server);
      if (zone == site->time_zone) continue;
      found.push_back(
          {key_of("topology.chat_pools", index, "active"), fill("{} is active in the time zone {}; its next hop {} is in {}.",
                                                                {server.str(), zone, front->name.str(), site->time_zone})});
    }
  }
  return found;
}

std::vector<Found> sites(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const auto all = sites_of(pools[pool]);
    if (all.size() < 3) continue;
    std::vector<std::string> names;
    for (const SiteId& site : all) names.push_back(site.str());
    found.push_back(
        {key_of("topology.chat_pools", pool, "servers"),
         fill("{} stands in {} sites: {}.", {pools[pool].name.str(), number(static_cast<double>(all.size())), listed(names)})});
  }
  return found;
}

// An active server away from the principal of its pool's content database, and the link to it.
struct Away {
  std::size_t pool = 0;
  NodeId server;
  SiteId site;
  SiteId principal_site;
  Link link;
};

std::vector<Away> active_away(const Scenario& scenario) {
  std::vector<Away> away;
  const Topology& topology = scenario.topology;
  for (std::size_t index = 0; index < topology.chat_pools.size(); ++index) {
    const ChatPool& pool = topology.chat_pools[index];
    const Database* content = find_database(topology, pool, Holds::content);
    if (!content) continue;
    const SiteId principal = site_of_instance(topology, *content, content->principal);
    for (const NodeId& server : pool.active) {
      const SiteId& site = site_of(pool, server);
      if (site != principal) away.push_back({index, server, site, principal, link_between(topology, site, principal)});
    }
  }
  return away;
}

std::vector<Found> active_far(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  for (const Away& away : active_away(scenario)) {
    if (away.link.latency.count() <= limits.stretched_latency_at_most_s.value) continue;
    found.push_back(
        {key_of("topology.chat_pools", away.pool, "active"),
         fill("{} is active in {}, {} one way from the principal in {}; we take {} as the most that may be called low.",
              {away.server.str(), away.site.str(), duration(away.link.latency), away.principal_site.str(),
               duration(Seconds{limits.stretched_latency_at_most_s.value})})});
  }
  return found;
}

std::vector<Found> active_apart(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  for (const Away& away : active_away(scenario)) {
    const double latency = away.link.latency.count();
    if (latency > limits.stretched_latency_at_most_s.value) continue;  // PC-STRETCH-ACTIVE
    const bool slow = latency >= limits.stretched_latency_s.value;
    const bool narrow = away.link.bandwidth.bytes_per_s < limits.stretched_bandwidth_bytes_per_s.value;
    if (!slow && !narrow) continue;
    found.push_back(
        {key_of("topology.chat_pools", away.pool, "active"),
         fill("{} is active in {} and the principal in {}: {} one way and {} Gb/s, where a stretched farm asks for less than "
              "{} and at least {} Gb/s.",
              {away.server.str(), away.site.str(), away.principal_site.str(), duration(away.link.latency),
               number(away.link.bandwidth.bytes_per_s * 8 / 1e9), duration(Seconds{limits.stretched_latency_s.value}),
               number(limits.stretched_bandwidth_bytes_per_s.value * 8 / 1e9)})});
  }
  return found;
}

std::vector<Found> next_hop_elsewhere(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const Topology& topology = scenario.topology;
  for (std::size_t index = 0; index < topology.chat_pools.size(); ++index) {
    const ChatPool& pool = topology.chat_pools[index];
    const FrontEndPool* front = next_hop(scenario, pool);
    if (!front) continue;
    std::vector<NodeId> elsewhere;
    std::ranges::copy_if(pool.active, std::back_inserter(elsewhere),
                         [&](const NodeId& server) { return site_of(pool, server) != front->site; });
    if (elsewhere.empty()) continue;
    const Link& link = link_between(topology, front->site, site_of(pool, elsewhere.front()));
    found.push_back(
        {key_of("topology.chat_pools", index, "next_hop"),
         fill("Every message of {} crosses the link to the next hop {} in {}, {} each way; the loss of {} cuts them off.",
              {names_of(elsewhere), front->name.str(), front->site.str(), duration(link.latency), front->site.str()})});
  }
  return found;
}

std::vector<Found> stretched_without_shipping(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const Topology& topology = scenario.topology;
  for (std::size_t index = 0; index < topology.chat_pools.size(); ++index) {
    const ChatPool& pool = topology.chat_pools[index];
    const Database* content = find_database(topology, pool, Holds::content);
    if (sites_of(pool).size() < 2 || (content && content->log_shipping)) continue;
    found.push_back({key_of("topology.chat_pools", index, "servers"),
                     fill("{} is stretched over {} sites, but no log-shipping secondary keeps its content in the second.",
                          {pool.name.str(), number(static_cast<double>(sites_of(pool).size()))})});
  }
  return found;
}

}  // namespace

std::vector<CheckedRule> site_rules() {
  return {
      {{"PC-NEXT-HOP", error, both, "A chat pool needs a Front End pool as its next hop.", "", source::add_server},
       next_hop_missing},
      {{"PC-NEXT-HOP-SITE", note, both, "Everything that users send reaches a chat server through its next-hop Front End pool.",
        "A pool has one next hop, also when it is stretched over two sites.", source::how_it_works},
       next_hop_elsewhere},
      {{"PC-AD-DOMAIN", warning, both, "The chat servers of a pool should be in the Active Directory domain of the Front Ends.",
        "Advice (\"should\"), also for the compliance service.", source::topology},
       domains},
      {{"PC-TIME-ZONE", warning, only_2013, "Active chat servers must be in the time zone of their next-hop pool.",
        "A \"must\" of the 2013 documents that the 2015 documents do not repeat. The 2015 service is the successor of the same "
        "service and nothing says that the rule was lifted, so we tell; but we do not refuse what the product's own documents "
        "allow. It stands against active servers in sites of different longitude.",
        source::resources_2013},
       time_zones},
      {{"PC-STRETCH-SITES", error, both, "A stretched chat pool spans two sites.", "", source::recovery}, sites},
      {{"PC-STRETCH-ACTIVE", error, both,
        "Every active server stands in the data centre of the principal database or has a low-latency, high-bandwidth path to "
        "it.",
        "The documents give no figure. We take more than 20 ms one way as not low by any reading (assumption O-5)"
        "; less than 1 ms is what stretched SharePoint farms were allowed.",
        source::recovery_operation},
       active_far},
      {{"PC-STRETCH-LATENCY", warning, both,
        "Active servers in a second site need low latency and high bandwidth; no document says how much.",
        "We borrow the rule of stretched SharePoint farms, less than 1 ms one way and at least 1 Gb/s (assumption O-5)"
        ". Otherwise keep all active servers in the first site and all standby servers in the second.",
        source::recovery},
       active_apart},
      {{"PC-STRETCH-SHIPPING", warning, both,
        "A stretched pool has a log-shipping secondary of the content database in its second site.",
        "A stretched pool with log shipping is the only documented design for disaster recovery of chat.", source::recovery},
       stretched_without_shipping},
  };
}

}  // namespace poolcast::limits::skype_for_business_2015
