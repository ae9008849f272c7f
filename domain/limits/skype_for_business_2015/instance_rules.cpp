// What SQL Server instances may hold and be.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "domain/limits/capacity.hpp"
#include "domain/limits/look.hpp"
#include "domain/limits/skype_for_business_2015/profile.hpp"
#include "domain/limits/skype_for_business_2015/sources.hpp"
#include "domain/limits/text.hpp"

namespace poolcast::limits::skype_for_business_2015 {
namespace {

using enum Severity;

// One database or role on one instance, and where the scenario says so.
struct Tenant {
  Holds holds{};
  const ChatPool* pool = nullptr;
  std::string key;
};

std::map<NodeId, std::vector<Tenant>> tenants(const Topology& topology) {
  std::map<NodeId, std::vector<Tenant>> all;
  for (std::size_t index = 0; index < topology.databases.size(); ++index) {
    const Database& database = topology.databases[index];
    for (const Copy& copy : copies_of(database)) {
      all[copy.instance].push_back({database.holds, pool_of(topology, database), key_of("topology.databases", index, copy.key)});
    }
  }
  for (std::size_t index = 0; index < topology.sql_instances.size(); ++index) {
    for (const Holds holds : topology.sql_instances[index].also_holds) {
      all[topology.sql_instances[index].name].push_back({holds, nullptr, key_of("topology.sql_instances", index, "also_holds")});
    }
  }
  return all;
}

std::vector<Found> one_of_each(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  for (const auto& [instance, all] : tenants(scenario.topology)) {
    std::map<Holds, int> seen;
    for (const Tenant& tenant : all) {
      if (++seen[tenant.holds] != 2) continue;
      found.push_back(
          {tenant.key, fill("{} holds more than one {} database.", {instance.str(), std::string(holds_name(tenant.holds))})});
    }
  }
  return found;
}

std::vector<Found> shared_by_pools(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  for (const auto& [instance, all] : tenants(scenario.topology)) {
    const ChatPool* first = nullptr;
    for (const Tenant& tenant : all) {
      if (!tenant.pool || tenant.pool == first) continue;
      if (!first) {
        first = tenant.pool;
        continue;
      }
      found.push_back({tenant.key, fill("{} holds databases of {} and of {}.",
                                        {instance.str(), first->name.str(), tenant.pool->name.str()})});
      break;
    }
  }
  return found;
}

std::vector<Found> with_front_end(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  for (const auto& [instance, all] : tenants(scenario.topology)) {
    const bool front_end = std::ranges::any_of(all, [](const Tenant& tenant) { return tenant.holds == Holds::front_end; });
    const auto content = std::ranges::find(all, Holds::content, &Tenant::holds);
    if (!front_end || content == all.end() || !content->pool) continue;
    found.push_back(
        {content->key,
         fill("{} holds the chat content, which grows by about {} a day, and the Front End back-end database.",
              {instance.str(), bytes(database_bytes_per_day(scenario, index_of(scenario.topology, *content->pool)))})});
  }
  return found;
}

std::vector<Found> standard_edition_instance(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  for (const auto& [instance, all] : tenants(scenario.topology)) {
    const auto standard = std::ranges::find_if(all, [&](const Tenant& tenant) {
      return tenant.pool && behind(scenario, *tenant.pool, Edition::standard) && !tenant.pool->collocated;
    });
    const auto other = std::ranges::find_if(
        all, [](const Tenant& tenant) { return tenant.holds != Holds::content && tenant.holds != Holds::compliance; });
    const SqlInstance* known = find_sql_instance(scenario.topology, instance);
    const bool express = known && known->edition == SqlEdition::express;
    if (standard == all.end() || other == all.end() || express) continue;
    found.push_back({other->key, fill("{} holds the chat databases of {} and a {} database.",
                                      {instance.str(), standard->pool->name.str(), std::string(holds_name(other->holds))})});
  }
  return found;
}

// The databases of the topology with each instance they use, as that instance is.
template <class Look>
std::vector<Found> each_copy(const Scenario& scenario, Look look) {
  std::vector<Found> found;
  const Topology& topology = scenario.topology;
  for (std::size_t index = 0; index < topology.databases.size(); ++index) {
    for (const Copy& copy : copies_of(topology.databases[index])) {
      look(topology.databases[index], copy, instance_of(topology, topology.databases[index], copy.instance),
           key_of("topology.databases", index, copy.key), found);
    }
  }
  return found;
}

std::vector<Found> express_size(const Scenario& scenario, const Limits& limits) {
  return each_copy(scenario, [&](const Database& database, const Copy& copy, const SqlInstance& instance, const std::string& key,
                                 std::vector<Found>& found) {
    const ChatPool* pool = pool_of(scenario.topology, database);
    if (database.holds != Holds::content || instance.edition != SqlEdition::express || copy.role != "principal" || !pool) return;
    const double a_day = database_bytes_per_day(scenario, index_of(scenario.topology, *pool));
    if (a_day <= 0) return;
    const double days = limits.express_database_bytes.value / a_day;
    found.push_back({key, fill("{} is Express: {} a day fill its {} in {} working days.",
                               {instance.name.str(), bytes(a_day), bytes(limits.express_database_bytes.value), times(days)})});
  });
}

std::vector<Found> express_shipping(const Scenario& scenario, const Limits&) {
  return each_copy(scenario, [](const Database& database, const Copy& copy, const SqlInstance& instance, const std::string& key,
                                std::vector<Found>& found) {
    if (!database.log_shipping || instance.edition != SqlEdition::express) return;
    found.push_back({key, fill("{}, the {}, is Express and has no SQL Server Agent to ship the log with.",
                               {instance.name.str(), std::string(copy.role)})});
  });
}

std::vector<Found> express_mirror(const Scenario& scenario, const Limits&) {
  return each_copy(scenario, [](const Database& database, const Copy& copy, const SqlInstance& instance, const std::string& key,
                                std::vector<Found>& found) {
    const bool partner = copy.role == "principal" || copy.role == "mirror";
    if (!database.mirror || !partner || instance.edition != SqlEdition::express) return;
    found.push_back(
        {key, fill("{} is Express and is to be the {} of a mirrored pair.", {instance.name.str(), std::string(copy.role)})});
  });
}

// What else a machine is: another instance, another cluster's node, or a server of another kind.
std::optional<std::string> also_is(const Topology& topology, const SqlInstance& cluster, const NodeId& node) {
  for (const SqlInstance& other : topology.sql_instances)
    if (other.name != cluster.name && can_run_on(topology, other.name, node)) return "the SQL instance " + other.name.str();
  for (const Database& database : topology.databases)
    for (const Copy& copy : copies_of(database))
      if (copy.instance == node) return "the SQL instance " + node.str();
  Topology others = topology;
  others.sql_instances.clear();
  others.databases.clear();
  const auto machines = all_nodes(others);
  return std::ranges::find(machines, node) == machines.end() ? std::nullopt : std::optional("a server of another kind");
}

std::vector<Found> shared_node(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const Topology& topology = scenario.topology;
  for (std::size_t index = 0; index < topology.sql_instances.size(); ++index) {
    const SqlInstance& instance = topology.sql_instances[index];
    for (const NodeId& node : instance.cluster)
      if (const auto also = also_is(topology, instance, node))
        found.push_back({key_of("topology.sql_instances", index, "cluster"),
                         fill("{} is a node of the cluster {} and {} as well.", {node.str(), instance.name.str(), *also})});
  }
  return found;
}

std::vector<Found> express_cluster(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const auto& instances = scenario.topology.sql_instances;
  for (std::size_t index = 0; index < instances.size(); ++index)
    if (!instances[index].cluster.empty() && instances[index].edition == SqlEdition::express)
      found.push_back({key_of("topology.sql_instances", index, "edition"),
                       fill("{} is a failover cluster and Express.", {instances[index].name.str()})});
  return found;
}

std::vector<Found> partners_alike(const Scenario& scenario, const Limits&) {
  return each_copy(scenario, [&](const Database& database, const Copy& copy, const SqlInstance& instance, const std::string& key,
                                 std::vector<Found>& found) {
    if (copy.role != "mirror") return;
    const SqlInstance principal = instance_of(scenario.topology, database, database.principal);
    if (principal.edition == instance.edition && principal.version == instance.version) return;
    found.push_back(
        {key, fill("{} is SQL Server {} {}, its mirror {} is {} {}.",
                   {principal.name.str(), std::to_string(principal.version), std::string(poolcast::name_of(principal.edition)),
                    instance.name.str(), std::to_string(instance.version), std::string(poolcast::name_of(instance.edition))})});
  });
}

std::vector<Found> three_instances(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const auto& databases = scenario.topology.databases;
  for (std::size_t index = 0; index < databases.size(); ++index) {
    const Database& database = databases[index];
    if (database.mirror == database.principal) {
      found.push_back({key_of("topology.databases", index, "mirror"),
                       fill("{} would be principal and mirror of the same database.", {database.principal.str()})});
    }
    if (database.witness && (database.witness == database.principal || database.witness == database.mirror)) {
      found.push_back({key_of("topology.databases", index, "witness"),
                       fill("{} would vote on its own database.", {database.witness->str()})});
    }
  }
  return found;
}

std::vector<Found> versions(const Scenario& scenario, const Limits&) {
  static const std::set<Count> supported{2008, 2012, 2014, 2016, 2017, 2019};
  return each_copy(scenario, [](const Database& database, const Copy&, const SqlInstance& instance, const std::string& key,
                                std::vector<Found>& found) {
    if (!is_chat(database) || supported.contains(instance.version)) return;
    found.push_back({key, fill("{} is SQL Server {}.", {instance.name.str(), std::to_string(instance.version)})});
  });
}

std::vector<Found> version_2008(const Scenario& scenario, const Limits&) {
  return each_copy(scenario, [](const Database& database, const Copy&, const SqlInstance& instance, const std::string& key,
                                std::vector<Found>& found) {
    if (!is_chat(database) || instance.version != 2008) return;
    found.push_back({key, fill("{} is SQL Server 2008 R2, which only the earliest 2015 document lists.", {instance.name.str()})});
  });
}

}  // namespace

std::vector<CheckedRule> instance_rules() {
  return {
      {{"PC-DB-ONE-OF-EACH", error, only_2015,
        "An instance, and a database server, holds at most one each of Front End back-end, monitoring, archiving, chat content "
        "and chat "
        "compliance.",
        "", source::collocation},
       one_of_each},
      {{"PC-DB-SHARED", error, only_2015, "Two pools do not share a SQL Server back end.", "", source::server_requirements},
       shared_by_pools},
      {{"PC-DB-FRONT-END", warning, both, "Chat content should not share an instance with the Front End back-end database.",
        "Supported, but discouraged: chat content grows without bound.", source::topology},
       with_front_end},
      {{"PC-SE-DEDICATED", warning, both,
        "Chat databases of a Standard Edition deployment stand on the local SQL Server Express or on an instance of their own.",
        "", source::topology},
       standard_edition_instance},
      {{"PC-DB-EXPRESS-SIZE", warning, both, "A database of SQL Server Express ends at 10 GB.",
        "Bytes a day = posts per second × seconds of the working day × bytes of a row: 24 × 28,800 × 1,200 = 0.83 GB, 12 days "
        "(domain "
        "sheet O-4, an assumption: no page publishes the bytes of a message). Chat content is kept for ever by design.",
        source::sql_editions},
       express_size},
      {{"PC-DB-EXPRESS-SHIPPING", error, both, "SQL Server Express cannot ship its log.", "It has no SQL Server Agent.",
        source::sql_editions},
       express_shipping},
      {{"PC-DB-EXPRESS-MIRROR", error, both, "SQL Server Express can be a witness, not principal or mirror.",
        "Mirroring is a matter of Standard and Enterprise Edition; a witness may run any edition.", source::sql_mirroring},
       express_mirror},
      {{"PC-DB-EXPRESS-CLUSTER", error, both, "SQL Server Express has no failover clustering.",
        "Failover clustering is supported with Standard and Enterprise Edition.", source::back_end},
       express_cluster},
      {{"PC-DB-CLUSTER-NODE", error, both, "The nodes of a failover cluster serve nothing else.",
        "Clustering is supported active/passive only, and the passive node is not shared with another SQL instance.",
        source::server_requirements},
       shared_node},
      {{"PC-DB-PARTNERS", error, both, "Principal and mirror run the same version and edition of SQL Server.", "",
        source::sql_prerequisites},
       partners_alike},
      {{"PC-DB-THREE", error, both, "Principal, mirror and witness are three instances.", "", source::sql_witness},
       three_instances},
      {{"PC-DB-VERSION", error, only_2015, "Chat databases run on SQL Server 2012, 2014, 2016, 2017 or 2019.",
        "2014 from cumulative update 6, 2016 SP1 from update 7; 2019 for the back end. Lync Server 2013: 2008 R2 and 2012.",
        source::requirements},
       versions},
      {{"PC-DB-VERSION-2008", warning, only_2015,
        "SQL Server 2008 R2 was listed by the earliest 2015 document and by no later one.", "Lync Server 2013 supports it.",
        source::requirements},
       version_2008},
  };
}

}  // namespace poolcast::limits::skype_for_business_2015
