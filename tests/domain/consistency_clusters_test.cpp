// What may be said of a SQL Server failover cluster.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/scenario.hpp"

namespace poolcast {
namespace {

using testing::IsEmpty;

// The content database is on the cluster `sql`.
Scenario clustered() {
  Scenario scenario;
  Topology& topology = scenario.topology;
  topology.sites = {{SiteId{"north"}}};
  FrontEndPool& front = topology.front_end_pools.emplace_back();
  front.name = PoolId{"front"};
  front.site = SiteId{"north"};
  ChatPool& chat = topology.chat_pools.emplace_back();
  chat.name = PoolId{"chat"};
  chat.site = SiteId{"north"};
  chat.next_hop = PoolId{"front"};
  chat.active = {NodeId{"chat-1"}, NodeId{"chat-2"}};
  SqlInstance& instance = topology.sql_instances.emplace_back();
  instance.name = NodeId{"sql"};
  instance.cluster = {NodeId{"node-1"}, NodeId{"node-2"}};
  Database& content = topology.databases.emplace_back();
  content.principal = NodeId{"sql"};
  content.mode = AvailabilityMode::failover_cluster;
  scenario.workload.room_classes.emplace_back().name = "small";
  return scenario;
}

void expect_found(const std::function<void(Topology&)>& change, std::string_view key, std::string_view message) {
  Scenario scenario = clustered();
  change(scenario.topology);
  const auto found = inconsistencies(scenario);
  ASSERT_EQ(found.size(), 1U) << message;
  EXPECT_EQ(found.front().key, key);
  EXPECT_EQ(found.front().message, message);
}

TEST(ConsistencyOfClusters, faults_name_a_node_or_the_instance_for_both) {
  EXPECT_THAT(inconsistencies(clustered()), IsEmpty());
  for (const std::string name : {"sql", "node-1", "node-2"}) {
    Scenario scenario = clustered();
    scenario.faults.emplace_back().lose = NodeId{name};
    EXPECT_THAT(inconsistencies(scenario), IsEmpty()) << name;
    EXPECT_EQ(machines_of(scenario.topology, name).size(), name == "sql" ? 2U : 1U);
    EXPECT_EQ(site_of(scenario.topology, NodeId{name}), SiteId{"north"});
  }
  Scenario scenario = clustered();
  scenario.faults.emplace_back().lose_disks = NodeId{"node-1"};
  ASSERT_EQ(inconsistencies(scenario).size(), 1U) << "the storage is the instance's";
  EXPECT_EQ(inconsistencies(scenario).front().key, "faults[0].lose_disks");
}

TEST(ConsistencyOfClusters, disks_are_not_lost_in_silence) {
  Scenario scenario = clustered();
  Fault& fault = scenario.faults.emplace_back();
  fault.lose_disks = NodeId{"sql"};
  fault.kind = LossKind::destroyed;
  EXPECT_THAT(inconsistencies(scenario), IsEmpty());
  fault.kind = LossKind::silent;
  ASSERT_EQ(inconsistencies(scenario).size(), 1U);
  EXPECT_EQ(inconsistencies(scenario).front().key, "faults[0].kind");
}

TEST(ConsistencyOfClusters, a_cluster_has_two_machines_and_a_name_of_its_own) {
  const std::string two = "expected two different machines, the active one first";
  expect_found([](Topology& it) { it.sql_instances[0].cluster.pop_back(); }, "topology.sql_instances[0].cluster", two);
  expect_found([](Topology& it) { it.sql_instances[0].cluster[1] = NodeId{"node-1"}; }, "topology.sql_instances[0].cluster", two);
  expect_found([](Topology& it) { it.sql_instances[0].cluster[1] = NodeId{"sql"}; }, "topology.sql_instances[0].name",
               "a machine is called `sql` too; expected another name");
}

// Faults that name a site ask every machine for its place before anything else is known to be right.
TEST(ConsistencyOfClusters, clusters_that_name_each_other_as_nodes_are_refused) {
  Scenario scenario = clustered();
  SqlInstance& other = scenario.topology.sql_instances.emplace_back();
  other.name = NodeId{"other"};
  other.cluster = {NodeId{"sql-spare"}, NodeId{"node-3"}};
  SqlInstance& spare = scenario.topology.sql_instances.emplace_back();
  spare.name = NodeId{"sql-spare"};
  spare.cluster = {NodeId{"other"}, NodeId{"node-4"}};
  scenario.faults.emplace_back().lose = NodeId{"north"};
  EXPECT_FALSE(inconsistencies(scenario).empty());
}

TEST(ConsistencyOfClusters, the_mode_of_a_database_says_what_its_instance_is) {
  expect_found([](Topology& it) { it.sql_instances[0].cluster.clear(); }, "topology.databases[0].mode",
               "found failover-cluster, and `sql` is one machine");
  expect_found([](Topology& it) { it.databases[0].mode = AvailabilityMode::none; }, "topology.databases[0].mode",
               "found none, and `sql` is a cluster; expected failover-cluster");
}

}  // namespace
}  // namespace poolcast
