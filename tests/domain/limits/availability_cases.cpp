#include "tests/domain/limits/base.hpp"

namespace poolcast::limits::test {
namespace {

ChatPool& chat_of(Scenario& scenario) { return scenario.topology.chat_pools[0]; }

void one_of_four(Scenario& scenario) {
  scenario.workload.users = 80'000;
  scenario.topology.front_end_pools[0].servers = 12;
  lose(scenario, "chat-2");
}

void activate(Scenario& scenario, const std::string& node, Seconds at) {
  Fault fault;
  fault.at = at;
  fault.activate = NodeId{node};
  scenario.faults.push_back(fault);
}

void new_list(Scenario& scenario, std::vector<std::string> servers, Seconds at) {
  Fault fault;
  fault.at = at;
  fault.set_active = Names(std::move(servers));
  scenario.faults.push_back(fault);
}

void drill(Scenario& scenario, std::vector<std::string> servers, Seconds takes) {
  Fault fault;
  fault.at = Seconds{60};
  Runbook& runbook = fault.follow.emplace();
  RunbookStep& step = runbook.steps.emplace_back();
  step.name = runbook.back_in_service_after = StepId{"activate"};
  step.takes = SecondsRange{takes, takes};
  step.then.emplace().set_active = Names(std::move(servers));
  scenario.faults.push_back(fault);
}

void fails_at_random(Scenario& scenario, const std::string& node) {
  lose(scenario, node);
  scenario.faults.back().duration.reset();
  scenario.faults.back().about_every = Parameter<Seconds>{Seconds{90 * 86'400.0}, {}, {}, ""};
  scenario.faults.back().for_about = Parameter<Seconds>{Seconds{4 * 3600.0}, {}, {}, ""};
}

void move_last_fault(Scenario& scenario, Seconds at) { scenario.faults.back().at = at; }

}  // namespace

// NOLINTNEXTLINE(readability-function-size): a table, one entry per rule.
std::vector<Case> availability_cases() {
  return {
      {"PC-USERS-N1", one_of_four, "faults[0].lose",
       "20,000 users of chat-2 make 26,667 on each survivor, 6,667 above the documented 20,000.",
       [](Scenario& it) { lose(it, "chat-2"); }},
      {"PC-USERS-N1", [](Scenario& it) { it.workload.users = 80'000; }, "topology.chat_pools[0].active",
       "80,000 users on 4 servers of chat leave 26,667 on each survivor of a loss, 6,667 above the documented 20,000; 60,000 "
       "users would be "
       "safe."},
      {"PC-USERS-N1",
       [](Scenario& it) {
         lose(it, "chat-2");
         lose(it, "chat-3");
       },
       "faults[1].lose",
       "20,000 users of chat-3 while chat-2 is away make 30,000 on each survivor, 10,000 above the documented 20,000."},
      // A rolling restart: nobody moves back, so the second loss takes 20,000 users to three servers of which one is empty.
      {"PC-USERS-N1",
       [](Scenario& it) {
         one_of_four(it);
         it.workload.users = 60'000;
         lose(it, "chat-3");
         move_last_fault(it, Seconds{40 * 60});
       },
       "faults[1].lose", "20,000 users of chat-3 make 26,667 on chat-1, 6,667 above the documented 20,000."},
      {"PC-USERS-N1",
       [](Scenario& it) {
         one_of_four(it);
         activate(it, "chat-5", Seconds{21 * 60});
       },
       "faults[0].lose",
       "20,000 users of chat-2 make 26,667 on each survivor, 6,667 above the documented 20,000; with chat-5, activated 60 s "
       "later, an even "
       "share is 20,000."},
      {"PC-USERS-N1",  // servers that fail at random do not all fail at once, and for ever
       [](Scenario& it) {
         it.workload.users = 80'000;
         for (const char* server : {"chat-1", "chat-2", "chat-3", "chat-4"}) fails_at_random(it, server);
       },
       "faults[0].lose", "20,000 users of chat-1 make 26,667 on each survivor, 6,667 above the documented 20,000.",
       [](Scenario& it) {
         fails_at_random(it, "chat-1");
         fails_at_random(it, "chat-2");
       }},
      {"PC-USERS-N1",  // the second round comes while another server is away
       [](Scenario& it) {
         it.workload.users = 60'000;
         lose(it, "chat-2");
         it.faults.back().at = Seconds{60};
         it.faults.back().duration = Seconds{60};
         it.faults.back().every = Seconds{1200};
         lose(it, "chat-3");
         it.faults.back().at = Seconds{1200};
         it.faults.back().duration = Seconds{600};
       },
       "faults[0].lose",
       "6,667 users of chat-2 while chat-3 is away make 30,000 on each survivor, 10,000 above the documented 20,000."},
      {"PC-USERS-N1",
       [](Scenario& it) {
         behind_standard_edition(it);
         lose(it, "chat-1");
       },
       "faults[0].lose", "2,000 users of chat-1 have no server left to go to.", behind_standard_edition},
      {"PC-HA-ONE-SERVER",
       [](Scenario& it) {
         it.workload.users = 20'000;
         chat_of(it).active.resize(1);
       },
       "topology.chat_pools[0].active", "The loss of chat-1 ends chat for all 20,000 users of chat until chat-5 is activated."},
      {"PC-HA-STANDBY", [](Scenario& it) { chat_of(it).standby.clear(); }, "topology.chat_pools[0].standby",
       "chat has 4 active servers and none that could be activated after a loss."},
      {"PC-ACTIVE-RETURN",
       [](Scenario& it) {
         one_of_four(it);
         activate(it, "chat-5", Seconds{21 * 60});
       },
       "faults[0].for", "When chat-2 returns at 35 min, 5 servers of chat are active; the documented most is 4.", one_of_four},
      {"PC-ACTIVE-RETURN", [](Scenario& it) { activate(it, "chat-5", Seconds{60}); }, "faults[0].activate",
       "When chat-5 is activated at 60 s, 5 servers of chat are active; the documented most is 4."},
      {"PC-ACTIVE-RETURN",
       [](Scenario& it) {
         one_of_four(it);
         new_list(it, {"chat-5", "chat-6", "chat-7", "chat-8", "chat-2"}, Seconds{21 * 60});
       },
       "faults[0].for", "When chat-2 returns at 35 min, 5 servers of chat are active; the documented most is 4.", one_of_four},
      {"PC-ACTIVE-RETURN",
       [](Scenario& it) {
         chat_of(it).standby.emplace_back("chat-9");
         Fault fault;
         fault.at = Seconds{60};
         fault.swap = chat_of(it).name;
         it.faults.push_back(fault);
       },
       "faults[0].swap", "When chat-9 is activated at 60 s, 5 servers of chat are active; the documented most is 4.",
       [](Scenario& it) { chat_of(it).standby.emplace_back("chat-9"); }},
      {"PC-ACTIVE-RETURN",
       [](Scenario& it) {
         drill(it, {"chat-1", "chat-2", "chat-3", "chat-4", "chat-5"}, Seconds{120});
       },
       "faults[0].follow", "When chat-5 is activated at 3 min, 5 servers of chat are active; the documented most is 4.",
       [](Scenario& it) {
         drill(it, {"chat-1", "chat-2", "chat-3", "chat-5"}, Seconds{120});
       }},
      {"PC-JOIN-RATE",
       [](Scenario& it) {
         one_of_four(it);
         it.workload.room_classes[0].rooms_per_user = 16;
       },
       "faults[0].lose",
       "\"10 per second\" may mean sign-ins or room joins: 20,000 users of chat-2 are back in 33 min, or in 8.9 h (16 rooms "
       "each) or 13.3 h (24 "
       "with their endpoints); the Front Ends' 12 per second alone take 28 min."},
      {"PC-SIGN-IN-JOIN",
       [](Scenario& it) {
         it.workload.users = 80'000;
         it.workload.sign_in_window = Seconds{7200};
       },
       "workload.sign_in_window",
       "80,000 users within 2 h are 11.11 sign-ins per second, above the documented peak join rate of 10 if a join is a sign-in.",
       [](Scenario& it) { it.workload.sign_in_window = Seconds{7200}; }},
      {"PC-SIGN-IN-JOIN",
       [](Scenario& it) {
         it.workload.users = 80'000;
         it.workload.day_curve = {
             {Seconds{7 * 3600}, Share{0}, 1}, {Seconds{8 * 3600}, Share{0.5}, 1}, {Seconds{18 * 3600}, Share{0}, 1}};
       },
       "workload.day_curve[1].present",
       "40,000 users within 60 min are 11.11 sign-ins per second, above the documented peak join rate of 10 if a join is a "
       "sign-in.",
       [](Scenario& it) {
         it.workload.day_curve = {
             {Seconds{7 * 3600}, Share{0}, 1}, {Seconds{9 * 3600}, Share{0.5}, 1}, {Seconds{18 * 3600}, Share{0}, 1}};
       }},
      {"PC-SIGN-IN-FE", [](Scenario& it) { it.workload.sign_in_window = Seconds{3600}; }, "workload.sign_in_window",
       "60,000 users within 60 min are 16.67 sign-ins per second at front, above the documented 12 of a Front End pool.",
       [](Scenario& it) { it.workload.sign_in_window = Seconds{5000}; }},
      {"PC-NEXT-HOP-LOSS", [](Scenario& it) { lose(it, "front-1"); }, "topology.front_end_pools[0].servers",
       "60,000 users reach chat through the 10 servers of front and by no other way."},
      {"PC-DB-ALONE",
       [](Scenario& it) {
         it.topology.databases[0].mode = AvailabilityMode::none;
         instance(it, "sql-1").cluster.clear();
       },
       "topology.databases[0].mode", "chat has 8 servers and one database server: without sql-1 none of them takes a post.",
       mirrored},
      {"PC-FILES-SITE", shipped, "topology.file_store.replicated", "Uploaded files on files-1 are lost with north.",
       [](Scenario& it) {
         shipped(it);
         it.topology.file_store->replicated = true;
       }},
      {"PC-SRC-SURVIVORS", one_of_four, "faults[0].lose",
       "26,667 on a survivor: the 2013 page allows 30,000 there, the 2015 page says nothing.",
       [](Scenario& it) { lose(it, "chat-2"); }},
      {"PC-SRC-SE-USERS",
       [](Scenario& it) {
         behind_standard_edition(it);
         it.workload.users = 3'000;
       },
       "topology.chat_pools[0].next_hop",
       "3,000 users are above the 2,500 that the Standard Edition server front hosts (5,000 while its pair is down); 20,000 are "
       "documented for "
       "chat with Standard Edition.",
       behind_standard_edition},
      {"PC-SRC-SE-GROWTH", behind_standard_edition, "topology.chat_pools[0].next_hop",
       "chat stands beside the Standard Edition server front: it may be joined by further servers, but not for high "
       "availability.",
       [](Scenario& it) {
         behind_standard_edition(it);
         chat_of(it).collocated = true;
       }},
      {"PC-SRC-FORCED",
       [](Scenario& it) {
         mirrored(it);
         lose(it, "sql-1");
       },
       "topology.databases[0].witness",
       "Service on sql-2 may be forced only while it sees sql-w and neither sees sql-1, if one page's text holds and its table "
       "does not.",
       mirrored},
  };
}

}  // namespace poolcast::limits::test
