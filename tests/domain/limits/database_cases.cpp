#include "tests/domain/limits/base.hpp"

namespace poolcast::limits::test {
namespace {

Database& content(Scenario& scenario) { return scenario.topology.databases[0]; }
Database& compliance(Scenario& scenario) { return scenario.topology.databases[1]; }

void busy_database(Scenario& scenario, Seconds query) {
  scenario.costs.join_rate.value = Rate{10};
  scenario.costs.write_db_cpu.value = Seconds{0.1};
  scenario.costs.read_db_cpu.value = query;
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): a table, one entry per rule.
std::vector<Case> database_cases() {
  return {
      {"PC-DB-CONTENT", [](Scenario& it) { it.topology.databases.erase(it.topology.databases.begin()); },
       "topology.chat_pools[0]", "chat has no content database."},
      {"PC-DB-ALWAYSON", [](Scenario& it) { content(it).mode = AvailabilityMode::always_on; }, "topology.databases[0].mode",
       "The chat content database on sql-1 is in an AlwaysOn availability group.", mirrored},
      {"PC-DB-ASYNC",
       [](Scenario& it) {
         mirrored(it);
         content(it).mode = AvailabilityMode::high_performance;
       },
       "topology.databases[0].mode", "The chat content database on sql-1 is mirrored asynchronously (high-performance).",
       mirrored},
      {"PC-DB-ASYNC-WITNESS",
       [](Scenario& it) {
         mirrored(it);
         content(it).mode = AvailabilityMode::high_performance;
       },
       "topology.databases[0].witness", "sql-w votes on the chat content database, which is in high-performance mode.", mirrored},
      {"PC-DB-WITNESS-ALONE", [](Scenario& it) { content(it).witness = NodeId{"sql-w"}; }, "topology.databases[0].witness",
       "sql-w is the witness of the chat content database, which has no mirror.", mirrored},
      {"PC-DB-WITNESS-ALONE",
       [](Scenario& it) {
         shipped(it);
         content(it).log_shipping->secondary_witness = NodeId{"sql-v"};
       },
       "topology.databases[0].log_shipping.secondary_witness",
       "sql-v is the witness of sql-9, the secondary of the chat content database, which has no mirror.",
       [](Scenario& it) {
         shipped(it);
         content(it).log_shipping->secondary_mirror = NodeId{"sql-10"};
         content(it).log_shipping->secondary_witness = NodeId{"sql-v"};
       }},
      {"PC-DB-MIRROR-MODE", [](Scenario& it) { content(it).mode = AvailabilityMode::high_safety; }, "topology.databases[0].mode",
       "The chat content database on sql-1 is to be mirrored and has no mirror.", mirrored},
      {"PC-DB-MIRROR-MODE", [](Scenario& it) { content(it).mirror = NodeId{"sql-2"}; }, "topology.databases[0].mirror",
       "The chat content database has the mirror sql-2, but its mode is not one of mirroring."},
      {"PC-DB-MANUAL-FAILOVER",
       [](Scenario& it) {
         mirrored(it);
         content(it).witness.reset();
       },
       "topology.databases[0].mirror",
       "When sql-1 is lost, sql-2 serves the chat content database only after an administrator has acted.", mirrored},
      {"PC-DB-WITNESS-SHARED",
       [](Scenario& it) {
         mirrored(it);
         compliance(it) = content(it);
         compliance(it).holds = Holds::compliance;
       },
       "topology.databases[1].witness",
       "sql-w is the witness of 2 mirrored pairs; its loss takes automatic failover from all of them.", mirrored},
      {"PC-DB-CLUSTER-MIRRORED",
       [](Scenario& it) {
         mirrored(it);
         instance(it, "sql-1").cluster = {NodeId{"sql-1a"}, NodeId{"sql-1b"}};
       },
       "topology.databases[0].mirror",
       "sql-2 takes the chat content database over before the cluster sql-1 has started it on its other node.", mirrored},
      {"PC-DB-CLUSTER-MIRRORED",
       [](Scenario& it) {
         mirrored(it);
         it.topology.databases[0].witness.reset();
         instance(it, "sql-1").cluster = {NodeId{"sql-1a"}, NodeId{"sql-1b"}};
       },
       "topology.databases[0].mirror", "The chat content database is mirrored, and its partner sql-1 is a cluster.", mirrored},
      {"PC-DB-CLUSTER-MIRRORED",
       [](Scenario& it) {
         mirrored(it);
         instance(it, "sql-2").cluster = {NodeId{"sql-2a"}, NodeId{"sql-2b"}};
       },
       "topology.databases[0].mirror", "The chat content database is mirrored, and its partner sql-2 is a cluster.", mirrored},
      {"PC-DB-CLUSTER-NODE", [](Scenario& it) { instance(it, "sql-1").cluster[1] = NodeId{"sql-3b"}; },
       "topology.sql_instances[0].cluster", "sql-3b is a node of the cluster sql-1 and the SQL instance sql-3 as well."},
      {"PC-DB-CLUSTER-NODE", [](Scenario& it) { instance(it, "sql-1").cluster[1] = NodeId{"chat-5"}; },
       "topology.sql_instances[0].cluster", "chat-5 is a node of the cluster sql-1 and a server of another kind as well."},
      {"PC-DB-EXPRESS-CLUSTER", [](Scenario& it) { instance(it, "sql-3").edition = SqlEdition::express; },
       "topology.sql_instances[1].edition", "sql-3 is a failover cluster and Express."},
      {"PC-DB-MIRROR-SITE",
       [](Scenario& it) {
         mirrored(it);
         add_south(it, Seconds{1e-3});
         instance(it, "sql-2").site = SiteId{"south"};
       },
       "topology.databases[0].mirror", "sql-1 stands in north and its mirror sql-2 in south.", mirrored},
      {"PC-DB-MIRROR-DOMAIN",
       [](Scenario& it) {
         mirrored(it);
         instance(it, "sql-2").domain = "other.example";
       },
       "topology.databases[0].mirror", "sql-1 is in the domain corp.example and its mirror sql-2 in other.example.", mirrored},
      {"PC-DB-TIMEOUT",
       [](Scenario& it) {
         mirrored(it);
         content(it).partner_timeout = Seconds{6};
       },
       "topology.databases[0].partner_timeout",
       "A partner of the chat content database is taken for lost after 6 s of silence, 4 s below the recommended 10 s.",
       mirrored},
      {"PC-DB-TIMEOUT-FIXED",
       [](Scenario& it) {
         mirrored(it);
         content(it).mode = AvailabilityMode::high_performance;
         content(it).partner_timeout = Seconds{30};
       },
       "topology.databases[0].partner_timeout", "The chat content database is in high-performance mode: 30 s have no effect.",
       [](Scenario& it) {
         mirrored(it);
         content(it).partner_timeout = Seconds{30};
       }},
      // 3.75 posts × 0.1 s + 10 sign-ins × 1.5 endpoints × (5 + 1.5) queries × 0.06 s + 60,000 / 3,600 s opened × 0.06 s, 12
      // cores
      {"PC-DB-LOAD",
       [](Scenario& it) {
         mirrored(it);
         busy_database(it, Seconds{0.06});
       },
       "topology.databases[0].principal",
       "sql-1 is 60 % busy when it serves 3.75 posts and 10 sign-ins per second, above the advised 50 %.",
       [](Scenario& it) {
         mirrored(it);
         busy_database(it, Seconds{0.049});
       }},
      // 3.75 posts/s × 28,800 s × 1,200 bytes × 1.5
      {"PC-DB-LOG-BACKUP", mirrored, "topology.databases[0].mirror",
       "The log of sql-1 grows by about 194 MB a day until somebody backs it up.",
       [](Scenario& it) {
         mirrored(it);
         shipped(it);
       }},
      {"PC-DR-SECONDARY-SITE",
       [](Scenario& it) {
         shipped(it);
         instance(it, "sql-9").site = SiteId{"north"};
       },
       "topology.databases[0].log_shipping.secondary",
       "sql-9 stands in north with the principal sql-1, so both are lost together.", shipped},
      {"PC-DR-SCHEDULE",
       [](Scenario& it) {
         shipped(it);
         content(it).log_shipping->copy_interval = Seconds{3600};
       },
       "topology.databases[0].log_shipping.copy_interval",
       "The log is backed up every 15 min, copied every 60 min and restored every 15 min.", shipped},
      {"PC-DR-SCHEDULE",
       [](Scenario& it) {
         shipped(it);
         content(it).log_shipping->restore_delay = Seconds{600};
       },
       "topology.databases[0].log_shipping.restore_delay", "sql-9 restores the shipped log 10 min late.", shipped},
      {"PC-DR-MIRROR-PRIMARY",
       [](Scenario& it) {
         mirrored(it);
         shipped(it);
       },
       "topology.databases[0].log_shipping",
       "sql-2 must be set up as a log-shipping primary too, by script and with a failover to it and back, or shipping to sql-9 "
       "stops when it "
       "becomes the principal.",
       shipped},
      {"PC-COMPLIANCE-DB", [](Scenario& it) { it.topology.databases.pop_back(); }, "topology.chat_pools[0].compliance",
       "chat records compliance events and has no compliance database."},
      {"PC-COMPLIANCE-OFF", [](Scenario& it) { it.topology.chat_pools[0].compliance = false; }, "topology.databases[1].holds",
       "The compliance database on sql-3 stays empty, because compliance is off in chat."},
      {"PC-COMPLIANCE-DR", shipped, "topology.chat_pools[0].compliance",
       "After the failover of chat to sql-9, compliance events that were not processed are the administrator's matter.",
       [](Scenario& it) {
         shipped(it);
         it.topology.chat_pools[0].compliance = false;
       }},
      // Instances.
      {"PC-DB-ONE-OF-EACH", [](Scenario& it) { instance(it, "sql-1").also_holds = {Holds::content}; },
       "topology.sql_instances[0].also_holds", "sql-1 holds more than one chat content database.",
       [](Scenario& it) { compliance(it).principal = content(it).principal; }},
      {"PC-DB-SHARED",
       [](Scenario& it) {
         add_second_pool(it);
         it.topology.databases[2].principal = compliance(it).principal;
       },
       "topology.databases[2].principal", "sql-3 holds databases of chat and of chat-south.", add_second_pool},
      {"PC-DB-FRONT-END", [](Scenario& it) { instance(it, "sql-1").also_holds = {Holds::front_end}; },
       "topology.databases[0].principal",
       "sql-1 holds the chat content, which grows by about 130 MB a day, and the Front End back-end database.",
       [](Scenario& it) { instance(it, "sql-1").also_holds = {Holds::monitoring}; }},
      {"PC-SE-DEDICATED",
       [](Scenario& it) {
         behind_standard_edition(it);
         instance(it, "sql-1").also_holds = {Holds::monitoring};
       },
       "topology.sql_instances[0].also_holds", "sql-1 holds the chat databases of chat and a monitoring database.",
       behind_standard_edition},
      {"PC-DB-EXPRESS-SIZE", [](Scenario& it) { instance(it, "sql-1").edition = SqlEdition::express; },
       "topology.databases[0].principal", "sql-1 is Express: 130 MB a day fill its 10 GB in 77.2 working days."},
      {"PC-DB-EXPRESS-SHIPPING",
       [](Scenario& it) {
         shipped(it);
         instance(it, "sql-1").edition = SqlEdition::express;
       },
       "topology.databases[0].principal", "sql-1, the principal, is Express and has no SQL Server Agent to ship the log with.",
       shipped},
      {"PC-DB-EXPRESS-MIRROR",
       [](Scenario& it) {
         mirrored(it);
         instance(it, "sql-2").edition = SqlEdition::express;
       },
       "topology.databases[0].mirror", "sql-2 is Express and is to be the mirror of a mirrored pair.",
       [](Scenario& it) {
         mirrored(it);
         instance(it, "sql-w").edition = SqlEdition::express;
       }},
      {"PC-DB-PARTNERS",
       [](Scenario& it) {
         mirrored(it);
         instance(it, "sql-2").version = 2016;
       },
       "topology.databases[0].mirror", "sql-1 is SQL Server 2014 standard, its mirror sql-2 is 2016 standard.", mirrored},
      {"PC-DB-THREE",
       [](Scenario& it) {
         mirrored(it);
         content(it).witness = content(it).mirror;
       },
       "topology.databases[0].witness", "sql-2 would vote on its own database.", mirrored},
      {"PC-DB-VERSION", [](Scenario& it) { instance(it, "sql-1").version = 2022; }, "topology.databases[0].principal",
       "sql-1 is SQL Server 2022.", [](Scenario& it) { instance(it, "sql-1").version = 2019; }},
      {"PC-DB-VERSION-2008", [](Scenario& it) { instance(it, "sql-1").version = 2008; }, "topology.databases[0].principal",
       "sql-1 is SQL Server 2008 R2, which only the earliest 2015 document lists."},
  };
}

}  // namespace poolcast::limits::test
