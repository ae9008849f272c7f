// How databases are kept: mirroring, witness, log shipping, compliance.
#include <algorithm>
#include <map>

#include "domain/limits/capacity.hpp"
#include "domain/limits/look.hpp"
#include "domain/limits/skype_for_business_2015/profile.hpp"
#include "domain/limits/skype_for_business_2015/sources.hpp"
#include "domain/limits/text.hpp"

namespace poolcast::limits::skype_for_business_2015 {
namespace {

using enum Severity;

// Runs `look` on each chat database and its key.
template <class Look>
std::vector<Found> each_database(const Scenario& scenario, Look look) {
  std::vector<Found> found;
  for (std::size_t index = 0; index < scenario.topology.databases.size(); ++index) {
    const Database& database = scenario.topology.databases[index];
    if (is_chat(database)) look(database, key_of("topology.databases", index), found);
  }
  return found;
}

std::string name_of_database(const Database& database) { return std::string(holds_name(database.holds)); }

std::vector<Found> always_on(const Scenario& scenario, const Limits&) {
  return each_database(scenario, [](const Database& database, const std::string& key, std::vector<Found>& found) {
    if (database.mode != AvailabilityMode::always_on) return;
    found.push_back({key + ".mode", fill("The {} database on {} is in an AlwaysOn availability group.",
                                         {name_of_database(database), database.principal.str()})});
  });
}

std::vector<Found> asynchronous(const Scenario& scenario, const Limits&) {
  return each_database(scenario, [](const Database& database, const std::string& key, std::vector<Found>& found) {
    if (database.mode != AvailabilityMode::high_performance) return;
    found.push_back({key + ".mode", fill("The {} database on {} is mirrored asynchronously (high-performance).",
                                         {name_of_database(database), database.principal.str()})});
  });
}

std::vector<Found> asynchronous_witness(const Scenario& scenario, const Limits&) {
  return each_database(scenario, [](const Database& database, const std::string& key, std::vector<Found>& found) {
    if (database.mode != AvailabilityMode::high_performance || !database.witness) return;
    found.push_back({key + ".witness", fill("{} votes on the {} database, which is in high-performance mode.",
                                            {database.witness->str(), name_of_database(database)})});
  });
}

std::vector<Found> witness_alone(const Scenario& scenario, const Limits&) {
  return each_database(scenario, [](const Database& database, const std::string& key, std::vector<Found>& found) {
    const auto& shipping = database.log_shipping;
    if (shipping && shipping->secondary_witness && !shipping->secondary_mirror)
      found.push_back({key + ".log_shipping.secondary_witness",
                       fill("{} is the witness of {}, the secondary of the {} database, which has no mirror.",
                            {shipping->secondary_witness->str(), shipping->secondary.str(), name_of_database(database)})});
    if (!database.witness || database.mirror) return;
    found.push_back({key + ".witness", fill("{} is the witness of the {} database, which has no mirror.",
                                            {database.witness->str(), name_of_database(database)})});
  });
}

std::vector<Found> mode_of_mirror(const Scenario& scenario, const Limits&) {
  return each_database(scenario, [](const Database& database, const std::string& key, std::vector<Found>& found) {
    const bool mirroring = database.mode == AvailabilityMode::high_safety || database.mode == AvailabilityMode::high_performance;
    if (mirroring == database.mirror.has_value()) return;
    found.push_back(mirroring
                        ? Found{key + ".mode", fill("The {} database on {} is to be mirrored and has no mirror.",
                                                    {name_of_database(database), database.principal.str()})}
                        : Found{key + ".mirror", fill("The {} database has the mirror {}, but its mode is not one of mirroring.",
                                                      {name_of_database(database), database.mirror->str()})});
  });
}

std::vector<Found> manual_failover(const Scenario& scenario, const Limits&) {
  return each_database(scenario, [](const Database& database, const std::string& key, std::vector<Found>& found) {
    if (!database.mirror || database.witness) return;
    found.push_back({key + ".mirror", fill("When {} is lost, {} serves the {} database only after an administrator has acted.",
                                           {database.principal.str(), database.mirror->str(), name_of_database(database)})});
  });
}

std::vector<Found> shared_witness(const Scenario& scenario, const Limits&) {
  std::map<NodeId, std::vector<std::size_t>> votes;
  const auto& databases = scenario.topology.databases;
  for (std::size_t index = 0; index < databases.size(); ++index) {
    if (databases[index].witness) votes[*databases[index].witness].push_back(index);
  }
  std::vector<Found> found;
  for (const auto& [witness, indexes] : votes) {
    if (indexes.size() < 2) continue;
    found.push_back({key_of("topology.databases", indexes[1], "witness"),
                     fill("{} is the witness of {} mirrored pairs; its loss takes automatic failover from all of them.",
                          {witness.str(), number(static_cast<double>(indexes.size()))})});
  }
  return found;
}

// A mirrored database whose partner is a cluster.
std::vector<Found> mirrored_cluster(const Scenario& scenario, const Limits&) {
  const auto is_cluster = [&](const NodeId& name) {
    const SqlInstance* instance = find_sql_instance(scenario.topology, name);
    return instance != nullptr && !instance->cluster.empty();
  };
  return each_database(scenario, [&](const Database& database, const std::string& key, std::vector<Found>& found) {
    if (!database.mirror || (!is_cluster(database.principal) && !is_cluster(*database.mirror))) return;
    const bool by_itself = database.witness && database.mode == AvailabilityMode::high_safety;
    const NodeId& cluster = is_cluster(database.principal) ? database.principal : *database.mirror;
    found.push_back(
        {key + ".mirror", by_itself && cluster == database.principal
                              ? fill("{} takes the {} database over before the cluster {} has started it on its other node.",
                                     {database.mirror->str(), name_of_database(database), cluster.str()})
                              : fill("The {} database is mirrored, and its partner {} is a cluster.",
                                     {name_of_database(database), cluster.str()})});
  });
}

std::vector<Found> mirror_site(const Scenario& scenario, const Limits&) {
  const Topology& topology = scenario.topology;
  return each_database(scenario, [&](const Database& database, const std::string& key, std::vector<Found>& found) {
    if (!database.mirror) return;
    const SiteId principal = site_of_instance(topology, database, database.principal);
    const SiteId mirror = site_of_instance(topology, database, *database.mirror);
    if (principal == mirror) return;
    found.push_back({key + ".mirror", fill("{} stands in {} and its mirror {} in {}.",
                                           {database.principal.str(), principal.str(), database.mirror->str(), mirror.str()})});
  });
}

std::vector<Found> mirror_domain(const Scenario& scenario, const Limits&) {
  const Topology& topology = scenario.topology;
  return each_database(scenario, [&](const Database& database, const std::string& key, std::vector<Found>& found) {
    if (!database.mirror) return;
    const std::string principal = domain_of_instance(topology, database, database.principal);
    const std::string mirror = domain_of_instance(topology, database, *database.mirror);
    if (principal == mirror) return;
    found.push_back({key + ".mirror", fill("{} is in the domain {} and its mirror {} in {}.",
                                           {database.principal.str(), principal, database.mirror->str(), mirror})});
  });
}

std::vector<Found> secondary_site(const Scenario& scenario, const Limits&) {
  const Topology& topology = scenario.topology;
  return each_database(scenario, [&](const Database& database, const std::string& key, std::vector<Found>& found) {
    if (!database.log_shipping) return;
    const SiteId principal = site_of_instance(topology, database, database.principal);
    if (site_of_instance(topology, database, database.log_shipping->secondary) != principal) return;
    found.push_back({key + ".log_shipping.secondary",
                     fill("{} stands in {} with the principal {}, so both are lost together.",
                          {database.log_shipping->secondary.str(), principal.str(), database.principal.str()})});
  });
}

std::vector<Found> shipping_schedule(const Scenario& scenario, const Limits& limits) {
  return each_database(scenario, [&](const Database& database, const std::string& key, std::vector<Found>& found) {
    if (!database.log_shipping) return;
    const LogShipping& shipping = *database.log_shipping;
    if (shipping.restore_delay.count() > limits.restore_delay_s.value) {
      found.push_back({key + ".log_shipping.restore_delay", fill("{} restores the shipped log {} late.",
                                                                 {shipping.secondary.str(), duration(shipping.restore_delay)})});
    }
    if (shipping.copy_interval != shipping.backup_interval || shipping.restore_interval != shipping.backup_interval) {
      found.push_back(
          {key + ".log_shipping.copy_interval",
           fill("The log is backed up every {}, copied every {} and restored every {}.",
                {duration(shipping.backup_interval), duration(shipping.copy_interval), duration(shipping.restore_interval)})});
    }
  });
}

std::vector<Found> dormant_primary(const Scenario& scenario, const Limits&) {
  return each_database(scenario, [](const Database& database, const std::string& key, std::vector<Found>& found) {
    if (!database.mirror || !database.log_shipping) return;
    found.push_back(
        {key + ".log_shipping",
         fill("{} must be set up as a log-shipping primary too, by script and with a failover to it and back, or shipping to {} "
              "stops when it becomes the principal.",
              {database.mirror->str(), database.log_shipping->secondary.str()})});
  });
}

std::vector<Found> log_backup(const Scenario& scenario, const Limits&) {
  return each_database(scenario, [&](const Database& database, const std::string& key, std::vector<Found>& found) {
    const ChatPool* pool = pool_of(scenario.topology, database);
    if (!database.mirror || database.log_shipping || database.holds != Holds::content || !pool) return;
    const double a_day = log_bytes_per_day(scenario, index_of(scenario.topology, *pool));
    found.push_back({key + ".mirror", fill("The log of {} grows by about {} a day until somebody backs it up.",
                                           {database.principal.str(), bytes(a_day)})});
  });
}

std::vector<Found> content_missing(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const Topology& topology = scenario.topology;
  for (std::size_t pool = 0; pool < topology.chat_pools.size(); ++pool) {
    if (find_database(topology, topology.chat_pools[pool], Holds::content)) continue;
    found.push_back(
        {key_of("topology.chat_pools", pool), fill("{} has no content database.", {topology.chat_pools[pool].name.str()})});
  }
  return found;
}

std::vector<Found> compliance_missing(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const Topology& topology = scenario.topology;
  for (std::size_t pool = 0; pool < topology.chat_pools.size(); ++pool) {
    const ChatPool& chat = topology.chat_pools[pool];
    if (!chat.compliance || find_database(topology, chat, Holds::compliance)) continue;
    found.push_back({key_of("topology.chat_pools", pool, "compliance"),
                     fill("{} records compliance events and has no compliance database.", {chat.name.str()})});
  }
  return found;
}

std::vector<Found> compliance_idle(const Scenario& scenario, const Limits&) {
  return each_database(scenario, [&](const Database& database, const std::string& key, std::vector<Found>& found) {
    const ChatPool* pool = pool_of(scenario.topology, database);
    if (database.holds != Holds::compliance || (pool && pool->compliance)) return;
    found.push_back({key + ".holds", fill("The compliance database on {} stays empty, because compliance is off{}.",
                                          {database.principal.str(), pool ? " in " + pool->name.str() : ""})});
  });
}

std::vector<Found> compliance_recovery(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const Topology& topology = scenario.topology;
  for (std::size_t pool = 0; pool < topology.chat_pools.size(); ++pool) {
    const ChatPool& chat = topology.chat_pools[pool];
    const Database* content = find_database(topology, chat, Holds::content);
    if (!chat.compliance || !content || !content->log_shipping) continue;
    found.push_back(
        {key_of("topology.chat_pools", pool, "compliance"),
         fill("After the failover of {} to {}, compliance events that were not processed are the administrator's matter.",
              {chat.name.str(), content->log_shipping->secondary.str()})});
  }
  return found;
}

}  // namespace

std::vector<CheckedRule> database_rules() {
  return {
      {{"PC-DB-CONTENT", error, both, "A chat pool has a content database.", "It is the single system of record (mgc).",
        source::requirements},
       content_missing},
      {{"PC-DB-ALWAYSON", error, both, "AlwaysOn availability groups are not supported for chat databases.",
        "Supported are synchronous mirroring, with or without a witness, and failover clustering.", source::recovery},
       always_on},
      {{"PC-DB-ASYNC", error, both, "Asynchronous mirroring is not supported for high availability of the back end.",
        "High-performance mode (SAFETY OFF) acknowledges a commit before the mirror has it.", source::back_end},
       asynchronous},
      {{"PC-DB-ASYNC-WITNESS", warning, both, "A witness in high-performance mode only takes availability away.",
        "Quorum is enforced as soon as a witness is set, but high-performance mode never fails over by itself.",
        source::sql_quorum},
       asynchronous_witness},
      {{"PC-DB-WITNESS-ALONE", error, both, "A witness belongs to a mirrored pair.", "", source::sql_witness}, witness_alone},
      {{"PC-DB-MIRROR-MODE", error, both, "A mirror goes with a mode of mirroring, and such a mode with a mirror.", "",
        source::sql_modes},
       mode_of_mirror},
      {{"PC-DB-MANUAL-FAILOVER", note, both, "Without a witness a mirrored database does not fail over by itself.",
        "With a witness: detection (10 s) and a few seconds. Without: Invoke-CsDatabaseFailover by hand.", source::sql_modes},
       manual_failover},
      {{"PC-DB-WITNESS-SHARED", note, both, "One witness may serve several mirrored pairs, which is less resilient.", "",
        source::back_end},
       shared_witness},
      {{"PC-DB-CLUSTER-MIRRORED", warning, both,
        "A database is mirrored or on a failover cluster; the documents offer one of them.",
        "Both work together, but a mirror with a witness takes over within seconds, while the cluster still needs a minute or "
        "more (SQL Server, Database Mirroring and SQL Server Failover Cluster Instances).",
        source::back_end},
       mirrored_cluster},
      {{"PC-DB-MIRROR-SITE", error, both, "A database and its mirror stand in the same data centre.",
        "The second site is reached by log shipping, not by the mirror.", source::recovery},
       mirror_site},
      {{"PC-DB-MIRROR-DOMAIN", error, both, "Topology Builder does not set up mirroring across Active Directory domains.", "",
        source::back_end},
       mirror_domain},
      {{"PC-DB-LOG-BACKUP", note, both, "Mirroring needs the full recovery model: back the log up regularly or the disk fills.",
        "Log bytes ≈ 1.5 × row bytes × posts of a day (assumption O-4). Log shipping backs the log up by "
        "itself.",
        source::back_end},
       log_backup},
      {{"PC-DR-SECONDARY-SITE", warning, both, "The log-shipping secondary stands in the second site.", "", source::recovery},
       secondary_site},
      {{"PC-DR-SCHEDULE", warning, both,
        "The shipped log is restored without delay, and copied and restored about as often as it is backed up.",
        "Restore delay 0 minutes.", source::recovery_setup},
       shipping_schedule},
      {{"PC-DR-MIRROR-PRIMARY", note, both,
        "With mirroring and log shipping together, the mirror is configured as a dormant log-shipping primary.",
        "The graphical tool knows one primary only; the mirror's part is scripted and takes a failover and a failback.",
        source::recovery_setup},
       dormant_primary},
      {{"PC-COMPLIANCE-DB", error, both, "A pool with compliance has a compliance database.", "", source::requirements},
       compliance_missing},
      {{"PC-COMPLIANCE-OFF", warning, both, "A compliance database is used only when compliance is on.", "",
        source::requirements},
       compliance_idle},
      {{"PC-COMPLIANCE-DR", note, both, "The compliance database is not failed over to the second site.",
        "The runbook leaves unprocessed compliance events to the administrator.", source::recovery_operation},
       compliance_recovery},
  };
}

}  // namespace poolcast::limits::skype_for_business_2015
