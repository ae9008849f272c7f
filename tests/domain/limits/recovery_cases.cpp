#include "tests/domain/limits/base.hpp"

namespace poolcast::limits::test {
namespace {

Database& content(Scenario& scenario) { return scenario.topology.databases[0]; }

void with_mirror_of_secondary(Scenario& scenario) {
  shipped(scenario);
  content(scenario).log_shipping->secondary_mirror = NodeId{"sql-10"};
  instance(scenario, "sql-10").site = SiteId{"south"};
}

void asynchronous(Scenario& scenario) {
  mirrored(scenario);
  content(scenario).mode = AvailabilityMode::high_performance;
  instance(scenario, "sql-1").edition = SqlEdition::enterprise;
  instance(scenario, "sql-2").edition = SqlEdition::enterprise;
}

void front_ends_fail_over(Scenario& scenario) {
  FrontEndPool other = scenario.topology.front_end_pools[0];
  other.name = PoolId{"front-2"};
  scenario.topology.front_end_pools.push_back(other);
  Fault fault;
  fault.fail_over = scenario.topology.front_end_pools[0].name;
  fault.to = other.name;
  scenario.faults.push_back(fault);
}

}  // namespace

std::vector<Case> recovery_cases() {
  return {
      {"PC-DR-SECONDARY-OWN",
       [](Scenario& it) {
         mirrored(it);
         shipped(it);
         content(it).log_shipping->secondary = NodeId{"sql-2"};
       },
       "topology.databases[0].log_shipping.secondary", "sql-2 would be mirror and log-shipping secondary of the same database.",
       with_mirror_of_secondary},
      {"PC-DR-SECONDARY-OWN",
       [](Scenario& it) {
         shipped(it);
         content(it).log_shipping->secondary_mirror = NodeId{"sql-9"};
       },
       "topology.databases[0].log_shipping.secondary_mirror",
       "sql-9 would be log-shipping secondary and mirror of the secondary of the same database.", shipped},
      {"PC-DR-SECONDARY-MIRROR",
       [](Scenario& it) {
         with_mirror_of_secondary(it);
         instance(it, "sql-10").site = SiteId{"north"};
       },
       "topology.databases[0].log_shipping.secondary_mirror", "sql-9 stands in south and its mirror sql-10 in north.",
       with_mirror_of_secondary},
      {"PC-DR-SECONDARY-VERSION",
       [](Scenario& it) {
         shipped(it);
         instance(it, "sql-9").version = 2012;
       },
       "topology.databases[0].log_shipping.secondary", "sql-9 is SQL Server 2012, the principal sql-1 is 2014.", shipped},
      {"PC-DB-ASYNC-EDITION",
       [](Scenario& it) {
         asynchronous(it);
         instance(it, "sql-2").edition = SqlEdition::standard;
       },
       "topology.databases[0].mirror", "sql-2 is Standard Edition and is to be the mirror of an asynchronous pair.",
       asynchronous},
      {"PC-FE-PAIR-EDITION",
       [](Scenario& it) {
         front_ends_fail_over(it);
         it.topology.front_end_pools.back().edition = Edition::standard;
       },
       "faults[0].to", "front is a pool of Enterprise Edition, front-2 one of Standard Edition.", front_ends_fail_over},
  };
}

}  // namespace poolcast::limits::test
