// Every way in which a scenario can contradict itself, and what a planner is told.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/scenario.hpp"

namespace poolcast {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

Scenario consistent() {
  Scenario scenario;
  scenario.name = "Consistent";
  Topology& topology = scenario.topology;
  topology.sites = {{SiteId{"north"}}, {SiteId{"south"}}};
  topology.front_end_pools.emplace_back();
  topology.front_end_pools[0].name = PoolId{"front"};
  topology.front_end_pools[0].site = SiteId{"north"};
  topology.chat_pools.emplace_back();
  ChatPool& pool = topology.chat_pools[0];
  pool.name = PoolId{"chat"};
  pool.site = SiteId{"north"};
  pool.next_hop = PoolId{"front"};
  pool.active = {NodeId{"chat-1"}, NodeId{"chat-2"}};
  pool.standby = {NodeId{"chat-3"}};
  topology.databases.emplace_back();
  topology.databases[0].principal = NodeId{"sql-1"};
  scenario.workload.room_classes.emplace_back();
  scenario.workload.room_classes[0].name = "small";
  Fault loss;
  loss.at = Seconds{600};
  loss.lose = NodeId{"chat-2"};
  loss.duration = Seconds{300};
  scenario.faults = {loss};
  Objective objective;
  objective.metric = "users_back";
  objective.statistic = Statistic::p95;
  objective.at_most = Quantity{300, Quantity::Dimension::seconds};
  objective.after = "lose chat-2";
  scenario.objectives = {objective};
  return scenario;
}

Scenario with_two_pools() {
  Scenario scenario = consistent();
  ChatPool second = scenario.topology.chat_pools[0];
  second.name = PoolId{"talk"};
  second.active = {NodeId{"talk-1"}};
  second.standby.clear();
  scenario.topology.chat_pools.push_back(second);
  scenario.topology.databases[0].pool = PoolId{"chat"};
  scenario.topology.databases.push_back(scenario.topology.databases[0]);
  scenario.topology.databases[1].pool = PoolId{"talk"};
  return scenario;
}

struct Case {
  const char* what;
  std::function<void(Scenario&)> spoil;
  const char* key;
  const char* message;
  const char* hint = "";
};

ChatPool& pool_of(Scenario& scenario) { return scenario.topology.chat_pools[0]; }
Objective& objective_of(Scenario& scenario) { return scenario.objectives[0]; }

void expect_found(const Scenario& scenario, const Case& expected) {
  const auto found = inconsistencies(scenario);
  const auto matches = [&](const Inconsistency& one) {
    return one.key == expected.key && one.message == expected.message && one.hint == expected.hint;
  };
  EXPECT_EQ(std::ranges::count_if(found, matches), 1) << expected.what;
  for (const auto& one : found) {
    if (!matches(one)) ADD_FAILURE() << expected.what << ": also " << one.key << ": " << one.message << " (" << one.hint << ")";
  }
}

TEST(Consistency, a_consistent_scenario_has_nothing_to_complain_of) {
  EXPECT_THAT(inconsistencies(consistent()), IsEmpty());
  EXPECT_THAT(inconsistencies(with_two_pools()), IsEmpty());
}

TEST(Consistency, names_that_refer_to_nothing) {
  const Case cases[] = {
      {"a pool's site", [](Scenario& s) { pool_of(s).site = SiteId{"nort"}; }, "topology.chat_pools[0].site",
       "found `nort`; expected a site", "did you mean `north`?"},
      {"a Front End pool's site", [](Scenario& s) { s.topology.front_end_pools[0].site = SiteId{"west"}; },
       "topology.front_end_pools[0].site", "found `west`; expected a site", "known: north or south"},
      {"the next hop", [](Scenario& s) { pool_of(s).next_hop = PoolId{"fronts"}; }, "topology.chat_pools[0].next_hop",
       "found `fronts`; expected a Front End pool", "did you mean `front`?"},
      {"the hardware", [](Scenario& s) { pool_of(s).hardware = HardwareId{"big"}; }, "topology.chat_pools[0].hardware",
       "found `big`; expected a kind of machine listed under `hardware`", "known: reference-2015"},
      {"a database's pool", [](Scenario& s) { s.topology.databases[0].pool = PoolId{"chatt"}; }, "topology.databases[0].pool",
       "found `chatt`; expected a chat pool", "did you mean `chat`?"},
      {"a server's details",
       [](Scenario& s) {
         pool_of(s).servers.emplace_back();
         pool_of(s).servers[0].name = NodeId{"chat-7"};
       },
       "topology.chat_pools[0].servers[0].name", "found `chat-7`; expected one of the pool's active or standby servers",
       "did you mean `chat-1`?"},
      {"a deployed node",
       [](Scenario& s) {
         s.topology.deployment.emplace_back();
         s.topology.deployment[0].node = NodeId{"sql-2"};
       },
       "topology.deployment[0].node", "found `sql-2`; expected a machine of the topology", "did you mean `sql-1`?"},
      {"the site of the file store",
       [](Scenario& s) {
         s.topology.file_store = FileStore{NodeId{"files"}, SiteId{"noth"}, false, false};
       },
       "topology.file_store.site", "found `noth`; expected a site", "did you mean `north`?"},
  };
  for (const Case& one : cases) {
    Scenario scenario = consistent();
    one.spoil(scenario);
    const auto found = inconsistencies(scenario);
    EXPECT_THAT(found, Contains(testing::AllOf(testing::Field(&Inconsistency::key, one.key),
                                               testing::Field(&Inconsistency::message, one.message),
                                               testing::Field(&Inconsistency::hint, one.hint))))
        << one.what;
  }
}

TEST(Consistency, names_used_twice_and_servers_at_two_places) {
  const Case cases[] = {
      {"two sites", [](Scenario& s) { s.topology.sites.push_back(s.topology.sites[0]); }, "topology.sites[2]",
       "the name `north` is used twice; expected another one", "first used by topology.sites[0]"},
      {"two room classes", [](Scenario& s) { s.workload.room_classes.push_back(s.workload.room_classes[0]); },
       "workload.room_classes[1]", "the name `small` is used twice; expected another one",
       "first used by workload.room_classes[0]"},
      {"two variants",
       [](Scenario& s) {
         s.variants = {{"v", {"horizon=1h"}, {}}, {"v", {"horizon=2h"}, {}}};
       },
       "variants[1]", "the name `v` is used twice; expected another one", "first used by variants[0]"},
      {"active and standby", [](Scenario& s) { pool_of(s).standby.emplace_back("chat-1"); }, "topology.chat_pools[0].standby[1]",
       "the server `chat-1` stands at two places; expected one", "first at topology.chat_pools[0].active[0]"},
      {"a pool like a Front End pool", [](Scenario& s) { pool_of(s).name = PoolId{"front"}; }, "topology.chat_pools[0].name",
       "a Front End pool is called `front` too; expected another name"},
      {"two content databases", [](Scenario& s) { s.topology.databases.push_back(s.topology.databases[0]); },
       "topology.databases[1]", "found a second database of the same kind for the same pool; expected one",
       "first topology.databases[0]"},
  };
  for (const Case& one : cases) {
    Scenario scenario = consistent();
    one.spoil(scenario);
    expect_found(scenario, one);
  }
}

TEST(Consistency, pools_without_servers_or_databases) {
  Scenario scenario = consistent();
  pool_of(scenario).active.clear();
  scenario.faults.clear();
  scenario.objectives.clear();
  expect_found(
      scenario,
      {"an empty pool", {}, "topology.chat_pools[0].active", "found a pool without an active server; expected at least one"});
  scenario = consistent();
  scenario.topology.databases.clear();
  expect_found(
      scenario,
      {"no database", {}, "topology.chat_pools[0]", "found no content database for this pool; expected one under `databases`"});
  scenario = consistent();
  pool_of(scenario).compliance = true;
  expect_found(scenario, {"no compliance database",
                          {},
                          "topology.chat_pools[0]",
                          "found no compliance database for this pool; expected one under `databases`"});
  scenario = with_two_pools();
  scenario.topology.databases[1].pool.reset();
  const auto found = inconsistencies(scenario);
  EXPECT_THAT(found, Contains(testing::Field(&Inconsistency::key, "topology.databases[1].pool")));
}

TEST(Consistency, partners_of_a_mirror_are_different_machines) {
  Scenario scenario = consistent();
  scenario.topology.databases[0].mirror = NodeId{"sql-1"};
  expect_found(scenario, {"mirror", {}, "topology.databases[0].mirror", "found the principal itself; expected another instance"});
  scenario.topology.databases[0].mirror = NodeId{"sql-2"};
  scenario.topology.databases[0].witness = NodeId{"sql-2"};
  expect_found(
      scenario,
      {"witness", {}, "topology.databases[0].witness", "found a partner of the mirroring session; expected a third instance"});
}

TEST(Consistency, a_witness_without_a_mirror_is_left_to_the_rules) {
  Scenario scenario = consistent();
  scenario.topology.databases[0].witness = NodeId{"sql-w"};
  EXPECT_THAT(inconsistencies(scenario), IsEmpty());
}

TEST(Consistency, a_link_is_within_one_site_or_between_two) {
  const auto with = [](std::optional<SiteId> within, std::vector<SiteId> between) {
    Scenario scenario = consistent();
    scenario.topology.links.push_back({std::move(within), std::move(between)});
    return scenario;
  };
  const SiteId north{"north"};
  EXPECT_THAT(inconsistencies(with(north, {})), IsEmpty());
  EXPECT_THAT(inconsistencies(with({}, {north, SiteId{"south"}})), IsEmpty());
  expect_found(with({}, {}), {"neither", {}, "topology.links[0]", "found neither `within` nor `between`; expected one of them"});
  expect_found(with(north, {north, SiteId{"south"}}),
               {"both", {}, "topology.links[0]", "found both `within` and `between`; expected one of them"});
  expect_found(with({}, {north, north}), {"one site twice",
                                          {},
                                          "topology.links[0].between",
                                          "found 2 site(s); expected two different ones",
                                          "`within: SITE` is the network of one site"});
}

TEST(Consistency, a_secret_is_in_a_file_or_a_variable) {
  Scenario scenario = consistent();
  scenario.topology.deployment.emplace_back();
  scenario.topology.deployment[0].node = NodeId{"sql-1"};
  scenario.topology.deployment[0].database_password = Secret{};
  expect_found(
      scenario,
      {"neither", {}, "topology.deployment[0].database_password", "found neither `file` nor `variable`; expected one of them"});
  scenario.topology.deployment[0].database_password = Secret{"a", "b"};
  expect_found(
      scenario,
      {"both", {}, "topology.deployment[0].database_password", "found both `file` and `variable`; expected one of them"});
}

TEST(Consistency, shares_of_pools_cover_all_users_once) {
  Scenario scenario = with_two_pools();
  scenario.topology.chat_pools[0].users = Share{0.6};
  EXPECT_THAT(inconsistencies(scenario), IsEmpty()) << "the other pool takes the rest";
  scenario.topology.chat_pools[1].users = Share{0.5};
  expect_found(scenario, {"too much",
                          {},
                          "topology.chat_pools[1].users",
                          "found shares of the pools that make more than 100% together; expected at most 100%"});
  scenario.topology.chat_pools[1].users = Share{0.3};
  expect_found(scenario, {"too little",
                          {},
                          "topology.chat_pools[1].users",
                          "found shares of the pools that leave some users without a pool; expected 100% together",
                          "a pool without `users` takes what is left"});
}

TEST(Consistency, a_fault_does_exactly_one_thing_to_something_that_is_there) {
  const auto with = [](const std::function<void(Fault&)>& change) {
    Scenario scenario = consistent();
    scenario.objectives.clear();
    change(scenario.faults[0]);
    return scenario;
  };
  expect_found(
      with([](Fault& f) { f.lose.reset(); }),
      {"nothing",
       {},
       "faults[0]",
       "found nothing that happens; expected exactly one of lose, lose_disks, drain, activate, swap, fail_over, slow, slow_disk, "
       "fill_disk, hang, sync_directory, "
       "slow_link, narrow_link, lossy_link, cut, make_principal, force_service, "
       "suspend_mirroring, resume_mirroring, new_mirror, new_secondary, restore, fail_back, set_active or follow"});
  expect_found(
      with([](Fault& f) { f.drain = NodeId{"chat-2"}; }),
      {"two things",
       {},
       "faults[0]",
       "found several things that happen; expected exactly one of lose, lose_disks, drain, activate, swap, fail_over, slow, "
       "slow_disk, fill_disk, hang, sync_directory, "
       "slow_link, narrow_link, lossy_link, cut, make_principal, force_service, "
       "suspend_mirroring, resume_mirroring, new_mirror, new_secondary, restore, fail_back, set_active or follow",
       "write one fault for each"});
  expect_found(with([](Fault& f) { f.lose = NodeId{"caht-2"}; }),
               {"unknown",
                {},
                "faults[0].lose",
                "found `caht-2`; expected a machine, a pool or a site of the topology",
                "did you mean `chat-2`?"});
  expect_found(
      with([](Fault& f) {
        f.lose.reset();
        f.drain = NodeId{"sql-1"};
      }),
      {"drain of a database", {}, "faults[0].drain", "found `sql-1`; expected a chat server", "known: chat-3, chat-1 or chat-2"});
  expect_found(with([](Fault& f) {
                 f.lose.reset();
                 f.activate = NodeId{"chat-1"};
               }),
               {"activation of an active server",
                {},
                "faults[0].activate",
                "found `chat-1`; expected a standby chat server",
                "did you mean `chat-3`?"});
  expect_found(with([](Fault& f) {
                 f.lose.reset();
                 f.slow_link = {SiteId{"nort"}};
               }),
               {"slow link", {}, "faults[0].slow_link[0]", "found `nort`; expected a site", "did you mean `north`?"});
  expect_found(
      with([](Fault& f) { f.at = Seconds{3600}; }),
      {"late", {}, "faults[0].at", "found a fault at or after the horizon; expected an earlier one", "or a later `horizon`"});
}

TEST(Consistency, a_drained_server_may_be_activated_again) {
  Scenario scenario = consistent();
  Fault drain;
  drain.at = Seconds{100};
  drain.drain = NodeId{"chat-1"};
  Fault activate;
  activate.at = Seconds{200};
  activate.activate = NodeId{"chat-1"};
  scenario.faults.push_back(drain);
  scenario.faults.push_back(activate);
  EXPECT_THAT(inconsistencies(scenario), IsEmpty());
}

TEST(Consistency, a_lost_server_cannot_be_lost_again) {
  Scenario scenario = consistent();
  scenario.faults.push_back(scenario.faults[0]);
  scenario.faults[1].at = Seconds{700};
  expect_found(scenario, {"overlap",
                          {},
                          "faults[1].lose",
                          "the server `chat-2` is still lost at that time; expected a server that is there",
                          "since faults[0]"});
  scenario.faults[1].at = Seconds{900};
  EXPECT_THAT(inconsistencies(scenario), IsEmpty());
}

TEST(Consistency, a_server_that_is_still_slow_cannot_become_slow_again) {
  Scenario scenario = consistent();
  scenario.objectives.clear();
  Fault slow;
  slow.at = Seconds{100};
  slow.slow = NodeId{"chat-1"};
  slow.duration = Seconds{100};
  scenario.faults = {slow, slow};
  scenario.faults[1].at = Seconds{150};
  expect_found(
      scenario,
      {"slow", {}, "faults[1].slow", "the server `chat-1` is still slow at that time; expected a later time", "since faults[0]"});
  scenario.faults[1].at = Seconds{200};
  EXPECT_THAT(inconsistencies(scenario), IsEmpty());
}

TEST(Consistency, a_server_that_is_still_drained_cannot_be_drained_again_until_it_is_activated) {
  Scenario scenario = consistent();
  scenario.objectives.clear();
  Fault drain;
  drain.at = Seconds{100};
  drain.drain = NodeId{"chat-1"};
  scenario.faults = {drain, drain};
  scenario.faults[1].at = Seconds{300};
  expect_found(scenario, {"drain",
                          {},
                          "faults[1].drain",
                          "the server `chat-1` is still drained at that time; expected a later time",
                          "since faults[0]"});
  Fault activate;
  activate.at = Seconds{200};
  activate.activate = NodeId{"chat-1"};
  scenario.faults.push_back(activate);
  EXPECT_THAT(inconsistencies(scenario), IsEmpty());
}

TEST(Consistency, a_crowd_needs_as_many_rooms_as_each_user_follows) {
  Scenario scenario = consistent();
  RoomClass& room_class = scenario.workload.room_classes[0];
  room_class.users_per_room = 40'000;
  room_class.rooms_per_user = 1;
  EXPECT_THAT(inconsistencies(scenario), IsEmpty());
  scenario.workload.users = 40'000;
  room_class.users_per_room = 1e6;
  room_class.rooms_per_user = 3;
  expect_found(scenario,
               {"rooms",
                {},
                "workload.room_classes[0].rooms_per_user",
                "found 3 rooms per user where 40,000 users in rooms of 1,000,000 have only 1; expected no more than there are",
                "or a smaller `users_per_room`"});
  scenario.workload.users = 400;  // a quick trial of a large workload: its rooms are smaller
  EXPECT_THAT(inconsistencies(scenario), IsEmpty());
}

TEST(Consistency, memberships_fit_into_memory) {
  Scenario scenario = consistent();
  scenario.workload.users = 10'000'000;
  scenario.workload.room_classes[0].rooms_per_user = 100;
  expect_found(scenario,
               {"memberships",
                {},
                "workload.room_classes",
                "found 1,000,000,000 memberships (users × rooms per user); expected at most 500,000,000, which fit into memory"});
  RoomClass more = scenario.workload.room_classes[0];
  more.name = "more";
  more.rooms_per_user = 901;
  scenario.workload.room_classes.push_back(more);
  expect_found(scenario,
               {"rooms", {}, "workload.room_classes", "found 1,001 rooms per user over all classes; expected at most 1,000"});
}

TEST(Consistency, a_warm_up_ends_before_the_horizon) {
  Scenario scenario = consistent();
  scenario.warm_up = scenario.horizon;
  expect_found(scenario,
               {"warm-up", {}, "warm_up", "found a warm-up that does not end before the horizon; expected a shorter one"});
}

TEST(Consistency, an_objective_fits_its_metric) {
  using Dimension = Quantity::Dimension;
  const Case cases[] = {
      {"unknown metric", [](Scenario& s) { objective_of(s).metric = "user_back"; }, "objectives[0].metric",
       "found `user_back`; expected a metric", "did you mean `users_back`?"},
      {"both bounds", [](Scenario& s) { objective_of(s).at_least = objective_of(s).at_most; }, "objectives[0]",
       "found both `at_most` and `at_least`; expected one of them"},
      {"no bound", [](Scenario& s) { objective_of(s).at_most.reset(); }, "objectives[0]",
       "found neither `at_most` nor `at_least`; expected one of them"},
      {"wrong dimension",
       [](Scenario& s) {
         objective_of(s).at_most = Quantity{0.5, Dimension::share};
       },
       "objectives[0].at_most", "found a value of another kind; expected a duration, such as 500ms",
       "users_back is measured in s"},
      {"wrong statistic", [](Scenario& s) { objective_of(s).statistic = Statistic::p99_9; }, "objectives[0].statistic",
       "found `p99-9`; expected p50, p95, p100 or max for users_back"},
      {"no statistic", [](Scenario& s) { objective_of(s).statistic.reset(); }, "objectives[0].statistic",
       "the key is missing; expected p50, p95, p100 or max", "which share of the users is back"},
      {"no such fault", [](Scenario& s) { objective_of(s).after = "lose chat-1"; }, "objectives[0].after",
       "found `lose chat-1`; expected a fault of this scenario, such as `lose chat-2`", "did you mean `lose chat-2`?"},
      {"no such place", [](Scenario& s) { objective_of(s).place = "chta"; }, "objectives[0].place",
       "found `chta`; expected a pool, a server or a room class", "did you mean `chat`?"},
  };
  for (const Case& one : cases) {
    Scenario scenario = consistent();
    one.spoil(scenario);
    expect_found(scenario, one);
  }
}

TEST(Consistency, every_metric_can_be_an_objective_in_its_own_unit) {
  for (const MetricRow& row : metric_table) {
    Scenario scenario = consistent();
    Objective& objective = objective_of(scenario);
    objective.metric = row.name;
    if (row.metric != Metric::users_back) objective.statistic.reset();
    if (row.metric == Metric::comes_back) objective.after.reset();
    using Dimension = Quantity::Dimension;
    const Dimension dimension = row.unit == Unit::seconds ? Dimension::seconds
                                : row.unit == Unit::share ? Dimension::share
                                : row.unit == Unit::bytes ? Dimension::bytes
                                                          : Dimension::number;
    objective.at_most = Quantity{1, dimension};
    EXPECT_THAT(inconsistencies(scenario), IsEmpty()) << row.name;
  }
}

TEST(Consistency, to_come_back_is_asked_of_all_faults_together_with_or_without_a_bound) {
  const auto found = [](const auto& spoil) {
    Scenario scenario = consistent();
    objective_of(scenario) = Objective{};
    objective_of(scenario).metric = "comes_back";
    spoil(objective_of(scenario));
    std::vector<std::string> keys;
    for (const auto& one : inconsistencies(scenario)) keys.push_back(one.key);
    return keys;
  };
  EXPECT_THAT(found([](Objective& what) { what.place = "chat"; }), IsEmpty());
  EXPECT_THAT(found([](Objective& what) {
                what.at_least = Quantity{60, Quantity::Dimension::seconds};
              }),
              ElementsAre("objectives[0].at_least"));
  EXPECT_THAT(found([](Objective& what) { what.after = "lose chat-2"; }), ElementsAre("objectives[0].after"));
  EXPECT_THAT(found([](Objective& what) { what.place = "chat-2"; }), ElementsAre("objectives[0].place"));
  EXPECT_THAT(found([](Objective& what) { what.statistic = Statistic::max; }), ElementsAre("objectives[0].statistic"));
}

TEST(Consistency, places_are_pools_servers_and_room_classes) {
  for (const char* place : {"chat", "front", "chat-3", "front-1", "sql-1", "small"}) {
    Scenario scenario = consistent();
    objective_of(scenario).place = place;
    EXPECT_THAT(inconsistencies(scenario), IsEmpty()) << place;
  }
}

TEST(UsersOfPools, are_all_users_whatever_the_rounding) {
  Scenario scenario = with_two_pools();
  scenario.topology.chat_pools.push_back(scenario.topology.chat_pools[1]);
  scenario.workload.users = 100;
  EXPECT_THAT(users_of_pools(scenario), ElementsAre(33, 34, 33));
  scenario.topology.chat_pools[0].users = Share{0.5};
  EXPECT_THAT(users_of_pools(scenario), ElementsAre(50, 25, 25));
  scenario.topology.chat_pools[1].users = Share{0.5};
  EXPECT_THAT(users_of_pools(scenario), ElementsAre(50, 50, 0));
}

}  // namespace
}  // namespace poolcast
