// What can and cannot stand in for what after a disaster: the log-shipping secondary, its mirror, the paired Front End pool.
#include <algorithm>

#include "domain/limits/look.hpp"
#include "domain/limits/skype_for_business_2015/profile.hpp"
#include "domain/limits/skype_for_business_2015/sources.hpp"
#include "domain/limits/text.hpp"
#include "domain/runbook_effects.hpp"

namespace poolcast::limits::skype_for_business_2015 {
namespace {

using enum Severity;

// Runs `look` on each chat database that is shipped, with its log shipping and the key of that.
template <class Look>
std::vector<Found> each_shipped(const Scenario& scenario, Look look) {
  std::vector<Found> found;
  const auto& databases = scenario.topology.databases;
  for (std::size_t index = 0; index < databases.size(); ++index) {
    if (!is_chat(databases[index]) || !databases[index].log_shipping) continue;
    look(databases[index], *databases[index].log_shipping, key_of("topology.databases", index, "log_shipping"), found);
  }
  return found;
}

std::vector<Found> instances_of_their_own(const Scenario& scenario, const Limits&) {
  return each_shipped(
      scenario, [](const Database& database, const LogShipping& shipping, const std::string& key, std::vector<Found>& found) {
        std::vector<Copy> before;
        for (const Copy& copy : copies_of(database)) {
          const auto same = std::ranges::find(before, copy.instance, &Copy::instance);
          const bool of_shipping = copy.instance == shipping.secondary || copy.instance == shipping.secondary_mirror;
          if (same != before.end() && of_shipping) {
            const std::string own_key = key + (copy.key.ends_with("secondary_mirror") ? ".secondary_mirror" : ".secondary");
            found.push_back({own_key, fill("{} would be {} and {} of the same database.",
                                           {copy.instance.str(), std::string(same->role), std::string(copy.role)})});
          }
          before.push_back(copy);
        }
      });
}

std::vector<Found> mirror_of_secondary_elsewhere(const Scenario& scenario, const Limits&) {
  return each_shipped(
      scenario, [&](const Database& database, const LogShipping& shipping, const std::string& key, std::vector<Found>& found) {
        if (!shipping.secondary_mirror) return;
        const SiteId secondary = site_of_instance(scenario.topology, database, shipping.secondary);
        const SiteId mirror = site_of_instance(scenario.topology, database, *shipping.secondary_mirror);
        if (secondary == mirror) return;
        found.push_back({key + ".secondary_mirror",
                         fill("{} stands in {} and its mirror {} in {}.",
                              {shipping.secondary.str(), secondary.str(), shipping.secondary_mirror->str(), mirror.str()})});
      });
}

std::vector<Found> older_secondary(const Scenario& scenario, const Limits&) {
  return each_shipped(scenario, [&](const Database& database, const LogShipping& shipping, const std::string& key,
                                    std::vector<Found>& found) {
    const Count own = instance_of(scenario.topology, database, database.principal).version;
    const Count secondary = instance_of(scenario.topology, database, shipping.secondary).version;
    if (secondary >= own) return;
    found.push_back({key + ".secondary",
                     fill("{} is SQL Server {}, the principal {} is {}.",
                          {shipping.secondary.str(), std::to_string(secondary), database.principal.str(), std::to_string(own)})});
  });
}

std::vector<Found> asynchronous_edition(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const auto& databases = scenario.topology.databases;
  for (std::size_t index = 0; index < databases.size(); ++index) {
    const Database& database = databases[index];
    if (database.mode != AvailabilityMode::high_performance) continue;
    for (const Copy& copy : copies_of(database)) {
      if (copy.role != "principal" && copy.role != "mirror") continue;
      const SqlEdition edition = instance_of(scenario.topology, database, copy.instance).edition;
      if (edition == SqlEdition::enterprise) continue;
      found.push_back(
          {key_of("topology.databases", index, copy.key),
           fill("{} is {} Edition and is to be the {} of an asynchronous pair.",
                {copy.instance.str(), edition == SqlEdition::express ? "Express" : "Standard", std::string(copy.role)})});
    }
  }
  return found;
}

std::vector<Found> paired_pools(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const auto check = [&](const Fault& fault, std::size_t index, const std::string& key) {
    if (!fault.fail_over || !fault.to) return;
    const FrontEndPool* from = find_front_end_pool(scenario.topology, *fault.fail_over);
    const FrontEndPool* to = find_front_end_pool(scenario.topology, *fault.to);
    if (!from || !to || from->edition == to->edition) return;
    const auto name = [](Edition edition) { return edition == Edition::standard ? "Standard" : "Enterprise"; };
    found.push_back(
        {key_of("faults", index, key), fill("{} is a pool of {} Edition, {} one of {} Edition.",
                                            {from->name.str(), name(from->edition), to->name.str(), name(to->edition)})});
  };
  for (std::size_t index = 0; index < scenario.faults.size(); ++index) {
    check(scenario.faults[index], index, "to");
    for (const Fault& effect : effects_of(scenario.topology, scenario.faults[index])) check(effect, index, "follow");
  }
  return found;
}

}  // namespace

std::vector<CheckedRule> recovery_rules() {
  return {
      {{"PC-DR-SECONDARY-OWN", error, both, "The log-shipping secondary and its mirror are instances of their own.",
        "The content database needs three further instances: its mirror, the secondary, the mirror of the secondary.",
        source::recovery},
       instances_of_their_own},
      {{"PC-DR-SECONDARY-MIRROR", error, both, "The log-shipping secondary and its mirror stand in the same data centre.",
        "A database and its mirror are never in two sites, also in the second one.", source::recovery},
       mirror_of_secondary_elsewhere},
      {{"PC-DR-SECONDARY-VERSION", error, both,
        "The log-shipping secondary runs no older version of SQL Server than the principal.",
        "An older version cannot restore a newer one's backups. For the same reason a newer secondary has no way back.",
        source::sql_restore},
       older_secondary},
      {{"PC-DB-ASYNC-EDITION", error, both, "Asynchronous mirroring needs Enterprise Edition of SQL Server on both partners.",
        "Standard Edition mirrors with full safety only.", source::sql_editions},
       asynchronous_edition},
      {{"PC-FE-PAIR-EDITION", error, both,
        "A Front End pool fails over to one of its own edition: Enterprise to Enterprise, Standard to Standard.", "",
        source::front_end_recovery},
       paired_pools},
  };
}

}  // namespace poolcast::limits::skype_for_business_2015
