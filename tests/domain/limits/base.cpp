#include "tests/domain/limits/base.hpp"

namespace poolcast::limits::test {

Scenario base() {
  Scenario scenario;
  scenario.name = "Nothing to find";
  Topology& topology = scenario.topology;
  topology.name = "Enterprise Edition, several chat servers";
  Site north;
  north.name = SiteId{"north"};
  topology.sites = {north};

  FrontEndPool front;
  front.name = PoolId{"front"};
  front.site = SiteId{"north"};
  front.servers = 10;
  topology.front_end_pools = {front};

  ChatPool chat;
  chat.name = PoolId{"chat"};
  chat.site = SiteId{"north"};
  chat.next_hop = PoolId{"front"};
  for (int index = 1; index <= 4; ++index) chat.active.emplace_back("chat-" + std::to_string(index));
  for (int index = 5; index <= 8; ++index) chat.standby.emplace_back("chat-" + std::to_string(index));
  chat.compliance = true;
  topology.chat_pools = {chat};

  Database content;
  content.holds = Holds::content;
  content.principal = NodeId{"sql-1"};
  content.mode = AvailabilityMode::failover_cluster;
  Database compliance = content;
  compliance.holds = Holds::compliance;
  compliance.principal = NodeId{"sql-3"};
  topology.databases = {content, compliance};
  instance(scenario, "sql-1").cluster = {NodeId{"sql-1a"}, NodeId{"sql-1b"}};
  instance(scenario, "sql-3").cluster = {NodeId{"sql-3a"}, NodeId{"sql-3b"}};
  FileStore files;
  files.server = NodeId{"files-1"};
  topology.file_store = files;

  Workload& workload = scenario.workload;
  workload.name = "rooms of 100";
  workload.users = 60'000;
  RoomClass rooms_of_100;
  rooms_of_100.name = "medium";
  rooms_of_100.users_per_room = 100;
  rooms_of_100.rooms_per_user = 4;
  rooms_of_100.posts = {5, PostRate::Basis::per_second};
  rooms_of_100.with_invitations = Share{0};
  workload.room_classes = {rooms_of_100};
  workload.polled_per_visible_room = 5;
  return scenario;
}

void behind_standard_edition(Scenario& scenario) {
  FrontEndPool& front = scenario.topology.front_end_pools[0];
  front.edition = Edition::standard;
  front.servers = 1;
  ChatPool& chat = scenario.topology.chat_pools[0];
  chat.active = {NodeId{"chat-1"}};
  chat.standby.clear();
  scenario.workload.users = 2'000;
}

void mirrored(Scenario& scenario) {
  Database& content = scenario.topology.databases[0];
  content.mode = AvailabilityMode::high_safety;
  content.mirror = NodeId{"sql-2"};
  instance(scenario, content.principal.str()).cluster.clear();
  content.witness = NodeId{"sql-w"};
}

void add_south(Scenario& scenario, Seconds latency) {
  Site south = scenario.topology.sites[0];
  south.name = SiteId{"south"};
  scenario.topology.sites.push_back(south);
  Link link;
  link.between = {SiteId{"north"}, SiteId{"south"}};
  link.latency = latency;
  scenario.topology.links = {link};
}

void shipped(Scenario& scenario) {
  add_south(scenario, Seconds{0.5e-3});
  LogShipping shipping;
  shipping.secondary = NodeId{"sql-9"};
  scenario.topology.databases[0].log_shipping = shipping;
  instance(scenario, "sql-9").site = SiteId{"south"};
}

void add_second_pool(Scenario& scenario) {
  ChatPool second = scenario.topology.chat_pools[0];
  second.name = PoolId{"chat-south"};
  second.active = {NodeId{"south-1"}, NodeId{"south-2"}, NodeId{"south-3"}, NodeId{"south-4"}};
  second.standby = {NodeId{"south-5"}};
  auto& databases = scenario.topology.databases;
  for (Database& database : databases) database.pool = PoolId{"chat"};
  scenario.topology.chat_pools.push_back(second);
  for (const Database& database : std::vector<Database>(databases)) {
    databases.push_back(database);
    databases.back().pool = second.name;
    const std::string name = database.holds == Holds::content ? "sql-5" : "sql-7";
    databases.back().principal = NodeId{name};
    instance(scenario, name).cluster = {NodeId{name + "a"}, NodeId{name + "b"}};
  }
}

SqlInstance& instance(Scenario& scenario, const std::string& name) {
  for (SqlInstance& known : scenario.topology.sql_instances) {
    if (known.name.str() == name) return known;
  }
  SqlInstance added;
  added.name = NodeId{name};
  return scenario.topology.sql_instances.emplace_back(added);
}

ChatServer& server(Scenario& scenario, const std::string& name) {
  ChatServer added;
  added.name = NodeId{name};
  return scenario.topology.chat_pools[0].servers.emplace_back(added);
}

void lose(Scenario& scenario, const std::string& node) {
  Fault fault;
  fault.at = Seconds{20 * 60};
  fault.lose = NodeId{node};
  fault.duration = Seconds{15 * 60};
  scenario.faults.push_back(fault);
}

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const auto& family : {user_cases(), placement_cases(), database_cases(), recovery_cases(), availability_cases()}) {
    all.insert(all.end(), family.begin(), family.end());
  }
  return all;
}

}  // namespace poolcast::limits::test
