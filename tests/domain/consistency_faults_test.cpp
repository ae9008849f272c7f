// What a fault may not say, and what a planner is told.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/scenario.hpp"

namespace poolcast {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

// Two sites: a stretched pool with a shipped database, a Front End pool in each site.
Scenario two_sites() {
  Scenario scenario;
  Topology& topology = scenario.topology;
  topology.sites = {{SiteId{"north"}}, {SiteId{"south"}}};
  for (const char* site : {"north", "south"}) {
    FrontEndPool& pool = topology.front_end_pools.emplace_back();
    pool.name = PoolId{std::string("front-") + site};
    pool.site = SiteId{site};
    pool.servers = 2;
  }
  ChatPool& chat = topology.chat_pools.emplace_back();
  chat.name = PoolId{"chat"};
  chat.site = SiteId{"north"};
  chat.next_hop = PoolId{"front-north"};
  chat.active = {NodeId{"chat-1"}, NodeId{"chat-2"}};
  chat.standby = {NodeId{"chat-3"}};
  chat.servers.emplace_back().name = NodeId{"chat-3"};
  chat.servers.back().site = SiteId{"south"};
  Database& content = topology.databases.emplace_back();
  content.principal = NodeId{"sql-1"};
  content.mirror = NodeId{"sql-2"};
  content.log_shipping.emplace().secondary = NodeId{"sql-5"};
  topology.sql_instances.emplace_back().name = NodeId{"sql-5"};
  topology.sql_instances.back().site = SiteId{"south"};
  topology.file_store.emplace().server = NodeId{"files-1"};
  scenario.workload.room_classes.emplace_back().name = "small";
  return scenario;
}

Scenario with(const std::function<void(Fault&)>& change) {
  Scenario scenario = two_sites();
  change(scenario.faults.emplace_back());
  return scenario;
}

void expect_sound(const char* what, const std::function<void(Fault&)>& change) {
  for (const Inconsistency& one : inconsistencies(with(change))) ADD_FAILURE() << what << ": " << one.key << ": " << one.message;
}

void expect_refused(const char* key, const char* message, const char* hint, const std::function<void(Fault&)>& change) {
  const auto found = inconsistencies(with(change));
  ASSERT_EQ(found.size(), 1) << message;
  EXPECT_EQ(found[0].key, key);
  EXPECT_EQ(found[0].message, message);
  EXPECT_EQ(found[0].hint, hint);
}

Names names(std::vector<std::string> each) { return Names(std::move(each)); }

TEST(ConsistentFaults, machines_pools_and_sites_can_be_lost_alone_or_together) {
  for (const char* name : {"chat-1", "front-north-2", "sql-2", "files-1", "front-north", "chat", "south"})
    expect_sound(name, [name](Fault& fault) { fault.lose = names({name}); });
  expect_sound("a rack", [](Fault& fault) { fault.lose = names({"chat-1", "sql-1", "front-north-1"}); });
}

TEST(ConsistentFaults, chat_servers_instances_of_chat_databases_and_the_file_store_can_hang_and_nothing_else) {
  for (const char* name : {"chat-1", "sql-1", "sql-2", "sql-5", "files-1"})
    expect_sound(name, [name](Fault& fault) { fault.hang = NodeId{name}; });
  expect_refused("faults[0].hang",
                 "found `front-north-1`; expected a chat server, an instance of a chat database or the file store",
                 "known: chat-3, chat-1, chat-2, files-1, sql-1, sql-2 or sql-5",
                 [](Fault& fault) { fault.hang = NodeId{"front-north-1"}; });
}

TEST(ConsistentFaults, only_a_link_between_two_sites_can_narrow) {
  expect_sound("narrow", [](Fault& fault) { fault.narrow_link = {SiteId{"north"}, SiteId{"south"}}; });
  for (const auto& sites : {std::vector{SiteId{"north"}}, std::vector{SiteId{"north"}, SiteId{"north"}}})
    expect_refused("faults[0].narrow_link", "expected a link between two different sites",
                   "the network within a site is taken to be wide enough", [&](Fault& fault) { fault.narrow_link = sites; });
}

TEST(ConsistentFaults, a_name_in_a_list_that_means_nothing_is_pointed_at) {
  expect_refused("faults[0].lose[1]", "found `chat-8`; expected a machine, a pool or a site of the topology",
                 "did you mean `chat-1`?", [](Fault& fault) {
                   fault.lose = names({"chat-2", "chat-8"});
                 });
}

TEST(ConsistentFaults, a_name_with_two_meanings_is_refused) {
  Scenario scenario = two_sites();
  scenario.topology.front_end_pools[1].name = PoolId{"south"};
  scenario.faults.emplace_back().lose = names({"south"});
  const auto found = inconsistencies(scenario);
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0].key, "faults[0].lose");
}

TEST(ConsistentFaults, a_front_end_pool_fails_over_to_another_one) {
  const auto to = [](const char* pool) {
    return [pool](Fault& fault) {
      fault.fail_over = PoolId{"front-north"};
      if (*pool != 0) fault.to = PoolId{pool};
    };
  };
  expect_sound("to the south", to("front-south"));
  expect_refused("faults[0].fail_over", "the key `to` is missing: the Front End pool that takes the users of `front-north`", "",
                 to(""));
  expect_refused("faults[0].to", "found `front-soth`; expected a Front End pool", "did you mean `front-south`?",
                 to("front-soth"));
  expect_refused("faults[0].to", "found the pool that fails over itself; expected another Front End pool", "", to("front-north"));
}

TEST(ConsistentFaults, a_chat_pool_fails_over_to_its_secondary_or_not_at_all) {
  const auto change = [](Fault& fault) { fault.fail_over = PoolId{"chat"}; };
  expect_sound("shipped", change);
  Scenario scenario = with(change);
  scenario.topology.databases[0].log_shipping.reset();
  const auto found = inconsistencies(scenario);
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0].message, "the content database of `chat` is not shipped to another site");
  expect_refused("faults[0].to", "a chat pool fails over to its log-shipping secondary; expected no `to`", "", [](Fault& fault) {
    fault.fail_over = PoolId{"chat"};
    fault.to = PoolId{"front-south"};
  });
}

TEST(ConsistentFaults, what_happens_again_ends_first) {
  const auto every = [](Seconds lasts) {
    return [lasts](Fault& fault) {
      fault.lose = NodeId{"chat-1"};
      fault.every = 10min;
      fault.duration = lasts;
      fault.times = 3;
    };
  };
  expect_sound("a restart loop", every(1min));
  expect_refused("faults[0].every", "what happens again has to end first; expected a `for` that is shorter than `every`", "",
                 every(10min));
  expect_refused("faults[0].times", "found `times` without `every`; expected both", "", [](Fault& fault) {
    fault.lose = NodeId{"chat-1"};
    fault.times = 2;
  });
}

TEST(ConsistentFaults, what_happens_at_random_has_an_end_and_is_nothing_that_operators_do) {
  expect_sound("fails", [](Fault& fault) {
    fault.lose = NodeId{"chat-1"};
    fault.about_every = Parameter<Seconds>{90 * 24h, {}, {}, ""};
    fault.for_about = Parameter<Seconds>{4h, {}, {}, ""};
  });
  expect_refused("faults[0].about_every", "what happens at random needs an end; expected one of `for` and `for_about`", "",
                 [](Fault& fault) {
                   fault.lose = NodeId{"chat-1"};
                   fault.about_every = Parameter<Seconds>{1h, {}, {}, ""};
                 });
  expect_refused("faults[0].about_every", "operators do nothing at random; expected `at` alone, or `every`", "",
                 [](Fault& fault) {
                   fault.drain = NodeId{"chat-1"};
                   fault.about_every = Parameter<Seconds>{1h, {}, {}, ""};
                   fault.duration = 10min;
                 });
}

TEST(ConsistentFaults, a_cut_has_two_sides) {
  expect_sound("two sites", [](Fault& fault) {
    fault.cut = names({"north"});
    fault.away_from = names({"south"});
  });
  expect_sound("from everything", [](Fault& fault) { fault.cut = names({"sql-1"}); });
  expect_refused("faults[0].cut",
                 "found a cut of every machine, with none on the other side; expected an `away_from`, or fewer machines", "",
                 [](Fault& fault) {
                   fault.cut = names({"north", "south"});
                 });
  expect_refused("faults[0].away_from", "`chat-3` stands on both sides of the cut; expected it on one", "", [](Fault& fault) {
    fault.cut = names({"chat-3", "sql-1"});
    fault.away_from = names({"south"});
  });
}

TEST(ConsistentFaults, a_lossy_link_says_how_much_it_loses) {
  const auto lossy = [](std::optional<Share> loss) {
    return [loss](Fault& fault) {
      fault.lossy_link = {SiteId{"north"}, SiteId{"south"}};
      fault.loss = loss;
    };
  };
  expect_sound("1 %", lossy(Share{0.01}));
  expect_refused("faults[0].lossy_link", "the key `loss` is missing: the share of packets lost", "", lossy({}));
  expect_refused("faults[0].loss", "found a link that loses more than half of its packets; expected at most 50%, or a `cut`", "",
                 lossy(Share{0.6}));
}

TEST(ConsistentFaults, a_disk_is_the_principals) {
  expect_sound("full", [](Fault& fault) { fault.fill_disk = NodeId{"sql-1"}; });
  expect_refused("faults[0].slow_disk", "found `chat-1`; expected the principal of a content database", "known: sql-1",
                 [](Fault& fault) { fault.slow_disk = NodeId{"chat-1"}; });
}

TEST(ConsistentFaults, operators_of_mirroring_name_a_partner_and_do_nothing_at_random) {
  expect_sound("failover", [](Fault& fault) { fault.make_principal = NodeId{"sql-2"}; });
  expect_sound("pause", [](Fault& fault) { fault.suspend_mirroring = NodeId{"sql-1"}; });
  expect_refused("faults[0].force_service", "found `sql-5`; expected a partner of a mirrored database", "did you mean `sql-1`?",
                 [](Fault& fault) { fault.force_service = NodeId{"sql-5"}; });
  expect_refused("faults[0].about_every", "operators do nothing at random; expected `at` alone, or `every`", "",
                 [](Fault& fault) {
                   fault.suspend_mirroring = NodeId{"sql-1"};
                   fault.about_every.emplace().value = Seconds{60};
                   fault.duration = Seconds{1};
                 });
}

struct Clash {
  const char* key;
  const char* message;
  std::function<void(Fault&)> first, second;
};

// The first from minute 0 to 10, the second from minute 5 to 15.
Scenario ten_minutes_each(const Clash& clash) {
  Scenario scenario = two_sites();
  for (const auto& change : {clash.first, clash.second}) {
    Fault& fault = scenario.faults.emplace_back();
    fault.at = scenario.faults.size() == 1 ? 0min : 5min;
    fault.duration = 10min;
    change(fault);
  }
  return scenario;
}

Clash clash(const char* key, const char* message, const std::function<void(Fault&)>& both) { return {key, message, both, both}; }

TEST(ConsistentFaults, what_still_holds_does_not_begin_again_for_its_end_would_end_the_second) {
  const auto lossy = [](const char* from, const char* to) {
    return [from, to](Fault& fault) {
      fault.lossy_link = {SiteId{from}, SiteId{to}};
      fault.loss = Share{0.01};
    };
  };
  const std::vector<Clash> clashes{
      {"faults[1].lossy_link", "the link `north` to `south` is still lossy at that time; expected a later time",
       lossy("north", "south"), lossy("south", "north")},
      clash("faults[1].sync_directory", "the pool `chat` is still synchronising at that time; expected a later time",
            [](Fault& fault) { fault.sync_directory = PoolId{"chat"}; }),
      clash("faults[1].fill_disk", "the server `sql-1` is still out of disk at that time; expected a later time",
            [](Fault& fault) { fault.fill_disk = NodeId{"sql-1"}; }),
      clash("faults[1].fail_over", "the pool `chat` is still failed over at that time; expected a later time",
            [](Fault& fault) { fault.fail_over = PoolId{"chat"}; }),
  };
  for (const Clash& each : clashes) {
    Scenario scenario = ten_minutes_each(each);
    const auto found = inconsistencies(scenario);
    ASSERT_EQ(found.size(), 1) << each.message;
    EXPECT_EQ(found[0].key, each.key);
    EXPECT_EQ(found[0].message, each.message);
    EXPECT_EQ(found[0].hint, "since faults[0]");
    scenario.faults[1].at = 10min;
    EXPECT_THAT(inconsistencies(scenario), IsEmpty()) << each.message;
  }
}

TEST(ConsistentFaults, every_round_of_what_happens_again_is_looked_at) {
  const auto slow = [](Fault& fault) { fault.slow = NodeId{"chat-1"}; };
  Scenario scenario = ten_minutes_each(clash("", "", slow));
  scenario.horizon = 2h;
  scenario.faults[0].every = 20min;
  scenario.faults[1].at = 45min;  // the third round lasts from minute 40 to 50
  EXPECT_EQ(inconsistencies(scenario).size(), 1);
  scenario.faults[1].at = 50min;
  scenario.faults[1].duration = 10min;
  EXPECT_THAT(inconsistencies(scenario), IsEmpty());
  std::swap(scenario.faults[0], scenario.faults[1]);
  EXPECT_THAT(inconsistencies(scenario), IsEmpty());
  scenario.faults[0].duration = 11min;  // into the fourth round
  const auto found = inconsistencies(scenario);
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0].key, "faults[1].slow");
}

TEST(ConsistentFaults, nothing_happens_more_than_a_million_times) {
  expect_refused("faults[0].every", "it would happen 3,600,000,000 times before the horizon; expected at most a million times",
                 "happen more rarely, or end the scenario earlier (`horizon`)", [](Fault& fault) {
                   fault.lose = NodeId{"chat-1"};
                   fault.duration = Seconds{0.5e-6};
                   fault.every = Seconds{1e-6};
                 });
  expect_refused("faults[0].about_every",
                 "it would happen 1,800,000,000 times before the horizon; expected at most a million times",
                 "happen more rarely, or end the scenario earlier (`horizon`)", [](Fault& fault) {
                   fault.lose = NodeId{"chat-1"};
                   fault.duration = Seconds{1e-6};
                   fault.about_every = Parameter<Seconds>{Seconds{1e-6}, {}, {}, ""};
                 });
  expect_sound("a few of them", [](Fault& fault) {
    fault.lose = NodeId{"chat-1"};
    fault.duration = Seconds{0.5e-6};
    fault.every = Seconds{1e-6};
    fault.times = 10;
  });
}

TEST(ConsistentFaults, a_failback_comes_after_the_failover) {
  const auto front_end = [](Seconds lasts, std::optional<SecondsRange> takes) {
    return [lasts, takes](Fault& fault) {
      fault.fail_over = PoolId{"front-north"};
      fault.to = PoolId{"front-south"};
      fault.duration = lasts;
      fault.takes = takes;
    };
  };
  expect_refused("faults[0].for", "the failback may come before the failover is done; expected a longer `for`",
                 "operators need up to 20 min to fail over (`takes`)", front_end(10min, {}));
  expect_sound("later", front_end(21min, {}));
  expect_sound("fast operators", front_end(10min, SecondsRange{1min, 2min}));
}

TEST(Machines, of_a_site_are_all_that_stand_in_it) {
  const Topology topology = two_sites().topology;
  const auto nodes = [](std::initializer_list<const char*> texts) {
    std::vector<NodeId> all;
    for (const char* text : texts) all.emplace_back(text);
    return all;
  };
  EXPECT_EQ(machines_of(topology, "south"), nodes({"front-south-1", "front-south-2", "chat-3", "sql-5"}));
  EXPECT_EQ(machines_of(topology, "chat"), nodes({"chat-1", "chat-2", "chat-3"}));
  EXPECT_EQ(machines_of(topology, names({"front-north", "front-north-2", "sql-1"})),
            nodes({"front-north-1", "front-north-2", "sql-1"}));
  EXPECT_EQ(site_of(topology, NodeId{"files-1"}), SiteId{"north"});
  EXPECT_THAT(machines_of(topology, "west"), IsEmpty());
}

}  // namespace
}  // namespace poolcast
