// The two files of the first design sketch load as they were written there.
#include <gtest/gtest.h>

#include "support.hpp"

namespace poolcast::io {
namespace {

constexpr std::string_view sketched_scenario = R"(name: One of four servers dies at peak
topology: sketched                        # from the library; or written out in place
workload:
  model: performance-user-model           # 24 posts/s, 10 sign-ins/s for the pool
  users: 80_000
faults:
  - {at: 20min, lose: chat-2, for: 15min}
horizon: 1h
warm_up: 5min
objectives:
  - {metric: delivery_latency, statistic: p95, at_most: 500ms}
  - {metric: users_back, statistic: p95, at_most: 5min, after: lose chat-2}
  - {metric: messages_lost, at_most: 0}
)";

constexpr std::string_view sketched_topology = R"(name: Enterprise Edition, several chat servers
product: skype-for-business-2015          # which rules apply
sites:
  - {name: north, domain: corp.example, time_zone: Europe/Madrid}
front_end_pools:
  - {name: front, edition: enterprise, site: north, servers: 2, hardware: reference-2015}
chat_pools:
  - name: chat
    site: north
    next_hop: front
    active: [chat-1, chat-2, chat-3, chat-4]
    standby: [chat-5, chat-6, chat-7, chat-8]
    hardware: reference-2015
    compliance: on
databases:
  - {holds: content,    principal: sql-1, mirror: sql-2, witness: sql-w, mode: high-safety}
  - {holds: compliance, principal: sql-3, mirror: sql-4, witness: sql-w, mode: high-safety}
file_store: {server: files-1}
links:
  - {within: north, latency: 200us, bandwidth: 1 Gb/s}
)";

TEST(ByExample, the_sketched_files_load_as_written) {
  const Folder folder("sketch");
  folder.write("lose.yaml", sketched_scenario);
  folder.write("topologies/sketched.yaml", sketched_topology);
  const Scenario scenario = load_scenario((folder.path() / "lose.yaml").string(), test_options()).scenario;
  EXPECT_EQ(scenario.workload.users, 80'000);
  ASSERT_EQ(scenario.faults.size(), 1U);
  EXPECT_EQ(scenario.faults[0].duration, Seconds{900});
  EXPECT_TRUE(scenario.topology.chat_pools.at(0).compliance);
  EXPECT_EQ(scenario.topology.databases.at(1).mode, AvailabilityMode::high_safety);
  EXPECT_EQ(scenario.topology.links.at(0).bandwidth, Bandwidth{125e6});
  EXPECT_EQ(scenario.objectives.at(0).at_most, (Quantity{0.5, Quantity::Dimension::seconds}));
}

}  // namespace
}  // namespace poolcast::io
