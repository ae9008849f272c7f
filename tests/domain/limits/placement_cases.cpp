#include "tests/domain/limits/base.hpp"

namespace poolcast::limits::test {
namespace {

ChatPool& chat_of(Scenario& scenario) { return scenario.topology.chat_pools[0]; }

void add_machine(Scenario& scenario) {
  Hardware small;
  small.name = HardwareId{"small"};
  small.cores = 8;
  small.memory = Bytes{16e9};
  scenario.topology.hardware.push_back(small);
}

void active_in_south(Scenario& scenario, Seconds latency) {
  add_south(scenario, latency);
  server(scenario, "chat-4").site = SiteId{"south"};
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): a table, one entry per rule.
std::vector<Case> placement_cases() {
  return {
      {"PC-EE-COLLOCATED", [](Scenario& it) { chat_of(it).collocated = true; }, "topology.chat_pools[0].collocated",
       "chat runs on the Front End servers of front, which is Enterprise Edition.",
       [](Scenario& it) {
         behind_standard_edition(it);
         chat_of(it).collocated = true;
       }},
      {"PC-SE-GROW",
       [](Scenario& it) {
         behind_standard_edition(it);
         chat_of(it).collocated = true;
         chat_of(it).active.emplace_back("chat-2");
       },
       "topology.chat_pools[0].active", "chat is collocated with front and has 2 servers: chat-1 and chat-2.",
       [](Scenario& it) {
         behind_standard_edition(it);
         chat_of(it).collocated = true;
       }},
      {"PC-SE-HA",
       [](Scenario& it) {
         behind_standard_edition(it);
         mirrored(it);
       },
       "topology.chat_pools[0].next_hop",
       "chat has 1 chat server and a mirrored database, but high availability is documented as not an option with Standard "
       "Edition (front).",
       behind_standard_edition},
      {"PC-SINGLE-COMPUTER", [](Scenario& it) { chat_of(it).growth = PoolGrowth::single_computer; },
       "topology.chat_pools[0].growth",
       "chat was created as a single-computer pool and has 8 servers: chat-1, chat-2, chat-3, chat-4, chat-5, chat-6, chat-7 and "
       "chat-8."},
      {"PC-SINGLE-COMPUTER-TRAP",
       [](Scenario& it) {
         behind_standard_edition(it);
         chat_of(it).growth = PoolGrowth::single_computer;
       },
       "topology.chat_pools[0].growth", "chat with its one server chat-1 can never take a second one.", behind_standard_edition},
      {"PC-MULTI-HOMED", [](Scenario& it) { server(it, "chat-3").multi_homed = true; },
       "topology.chat_pools[0].servers[0].multi_homed", "chat-3 has more than one network address."},
      {"PC-HARDWARE",
       [](Scenario& it) {
         add_machine(it);
         chat_of(it).hardware = HardwareId{"small"};
       },
       "topology.chat_pools[0].hardware", "chat runs on small, which has 8 cores of 12 and 16 GB memory of 32 GB.",
       [](Scenario& it) {  // a witness may be any machine
         add_machine(it);
         mirrored(it);
         instance(it, "sql-w").hardware = HardwareId{"small"};
       }},
      {"PC-VIRTUAL",
       [](Scenario& it) {
         add_machine(it);
         server(it, "chat-1").virtualised = true;
         it.topology.chat_pools[0].servers[0].hardware = HardwareId{"small"};
       },
       "topology.chat_pools[0].servers[0].virtualised",
       "chat-1 is virtual with 8 cores of 12 and 16 GB memory of 32 GB; it is supported for 20,000 users only with as much as a "
       "physical server.",
       [](Scenario& it) { server(it, "chat-1").virtualised = true; }},
      {"PC-FILES-DATABASE",
       [](Scenario& it) {
         mirrored(it);
         it.topology.file_store->server = NodeId{"sql-1"};
       },
       "topology.file_store.server", "sql-1 is a database server and holds the file share.", mirrored},
      {"PC-FILES-UNC", [](Scenario& it) { it.topology.file_store->local_path = true; }, "topology.file_store.local_path",
       "The 8 servers of chat cannot share the local path on files-1.",
       [](Scenario& it) {
         behind_standard_edition(it);
         it.topology.file_store->local_path = true;
       }},
      {"PC-NEXT-HOP", [](Scenario& it) { chat_of(it).next_hop = PoolId{"fornt"}; }, "topology.chat_pools[0].next_hop",
       "chat has no Front End pool as next hop."},
      {"PC-NEXT-HOP-SITE", [](Scenario& it) { active_in_south(it, Seconds{0.5e-3}); }, "topology.chat_pools[0].next_hop",
       "Every message of chat-4 crosses the link to the next hop front in north, 0.5 ms each way; the loss of north cuts them "
       "off."},
      {"PC-AD-DOMAIN", [](Scenario& it) { server(it, "chat-2").domain = "other.example"; }, "topology.chat_pools[0].servers",
       "chat-2 is in the domain other.example; its next hop front is in corp.example."},
      {"PC-TIME-ZONE", [](Scenario& it) { server(it, "chat-2").time_zone = "Asia/Tokyo"; }, "topology.chat_pools[0].active",
       "chat-2 is active in the time zone Asia/Tokyo; its next hop front is in UTC.",
       [](Scenario& it) { server(it, "chat-5").time_zone = "Asia/Tokyo"; }},  // a standby server
      {"PC-STRETCH-SITES",
       [](Scenario& it) {
         add_south(it, Seconds{0.5e-3});
         Site east = it.topology.sites[0];
         east.name = SiteId{"east"};
         it.topology.sites.push_back(east);
         server(it, "chat-7").site = SiteId{"south"};
         server(it, "chat-8").site = SiteId{"east"};
       },
       "topology.chat_pools[0].servers", "chat stands in 3 sites: north, south and east.",
       [](Scenario& it) { active_in_south(it, Seconds{0.5e-3}); }},
      {"PC-STRETCH-ACTIVE", [](Scenario& it) { active_in_south(it, Seconds{35e-3}); }, "topology.chat_pools[0].active",
       "chat-4 is active in south, 35 ms one way from the principal in north; we take 20 ms as the most that may be called low.",
       [](Scenario& it) { active_in_south(it, Seconds{20e-3}); }},
      {"PC-STRETCH-LATENCY", [](Scenario& it) { active_in_south(it, Seconds{5e-3}); }, "topology.chat_pools[0].active",
       "chat-4 is active in south and the principal in north: 5 ms one way and 1 Gb/s, where a stretched farm asks for less than "
       "1 ms and at "
       "least 1 Gb/s.",
       [](Scenario& it) { active_in_south(it, Seconds{0.9e-3}); }},
      {"PC-STRETCH-SHIPPING", [](Scenario& it) { active_in_south(it, Seconds{0.5e-3}); }, "topology.chat_pools[0].servers",
       "chat is stretched over 2 sites, but no log-shipping secondary keeps its content in the second.",
       [](Scenario& it) {
         shipped(it);
         server(it, "chat-4").site = SiteId{"south"};
       }},
      // Configuration.
      {"PC-CFG-HISTORY", [](Scenario& it) { chat_of(it).default_chat_history = 501; },
       "topology.chat_pools[0].default_chat_history", "chat keeps 501 messages of a room; 1 to 500 are possible.",
       [](Scenario& it) { chat_of(it).default_chat_history = 500; }},
      {"PC-CFG-COMPLIANCE", [](Scenario& it) { chat_of(it).compliance_run_interval = Seconds{30}; },
       "topology.chat_pools[0].compliance_run_interval",
       "The compliance adapter of chat runs every 30 s; 60 s to 30 days are possible.",
       [](Scenario& it) { chat_of(it).compliance_run_interval = Seconds{60}; }},
      {"PC-CFG-FILE-SIZE", [](Scenario& it) { chat_of(it).max_file_size = Bytes{50e6}; }, "topology.chat_pools[0].max_file_size",
       "chat takes files up to 50 MB; the default is 20 MB."},
      {"PC-CFG-ROSTER", [](Scenario& it) { chat_of(it).participant_update_limit = 150; },
       "topology.chat_pools[0].participant_update_limit",
       "chat sends roster updates in rooms of up to 150 users: 594 for one sign-in, where the default of 75 makes 0.",
       [](Scenario& it) { chat_of(it).participant_update_limit = 10; }},
      {"PC-PORT-881", [](Scenario& it) { chat_of(it).wcf_port = 881; }, "topology.chat_pools[0].wcf_port",
       "The chat servers of chat would talk over 881, where the topology pages say 8011."},
      {"PC-PORT-WCF", [](Scenario& it) { chat_of(it).wcf_port = 8012; }, "topology.chat_pools[0].wcf_port",
       "The chat servers of chat would talk over 8012; the documented port is 8011.",
       [](Scenario& it) { chat_of(it).wcf_port = 881; }},
      {"PC-PORT-CLASH", [](Scenario& it) { chat_of(it).sip_port = 8011; }, "topology.chat_pools[0].wcf_port",
       "chat uses port 8011 both towards its Front Ends and between its servers.",
       [](Scenario& it) { chat_of(it).sip_port = 5061; }},
      {"PC-PORT-CLASH", [](Scenario& it) { chat_of(it).sip_port = 445; }, "topology.chat_pools[0].sip_port",
       "chat uses port 445, which is taken by file sharing."},
  };
}

}  // namespace poolcast::limits::test
