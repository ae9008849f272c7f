// Front End pools, cuts, hung services, lossy links, lost disks: what each takes from whom, and what comes back.
#include <algorithm>

#include <gtest/gtest.h>

#include "domain/random.hpp"
#include "domain/rules/retransmission.hpp"
#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

Names names(std::vector<std::string> each) { return Names(std::move(each)); }

Fault from_minute(int minute, std::optional<Seconds> duration = std::nullopt) {
  Fault fault;
  fault.at = minute * 1min;
  fault.duration = duration;
  return fault;
}

// A second Front End pool in another site, which nobody uses until the first one fails over to it.
Scenario with_a_backup() {
  Scenario scenario = small_pool();
  scenario.topology.front_end_pools[0].servers = 2;
  FrontEndPool backup = scenario.topology.front_end_pools[0];
  backup.name = PoolId{"backup"};
  backup.site = SiteId{"south"};
  scenario.topology.front_end_pools.push_back(backup);
  return scenario;
}

double front_end_utilisation(const ReplicationResult& result, const std::string& pool, std::size_t window) {
  const auto found = std::ranges::find_if(result.series, [&](const Series& each) {
    return each.metric == Metric::utilisation && each.place.pool == pool && each.place.node.empty();
  });
  return found->windows.at(window).mean;
}

TEST(FrontEnds, without_one_of_two_the_other_does_all_the_work) {
  Scenario scenario = with_a_backup();
  scenario.faults = {lose("front-1", 3min, 3min)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(level_at(result, Metric::users_connected, 4), 1200);
  const double both = front_end_utilisation(result, "front", 1);
  EXPECT_NEAR(front_end_utilisation(result, "front", 4), 2 * both, 0.2 * both);
  EXPECT_NEAR(front_end_utilisation(result, "front", 8), both, 0.2 * both);
}

TEST(FrontEnds, the_loss_of_the_next_hop_takes_chat_from_everybody_until_it_is_back) {
  Scenario scenario = with_a_backup();
  scenario.faults = {from_minute(3, 2min)};
  scenario.faults[0].lose = names({"front"});
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(value(result, Metric::users_back, "displaced", "lose front"), 1200);
  EXPECT_EQ(level_at(result, Metric::users_connected, 4), 0);
  EXPECT_GT(value(result, Metric::users_back, "p50", "lose front"), 120);
  EXPECT_EQ(value(result, Metric::users_back, "back", "lose front"), 1200);
  EXPECT_EQ(total(result, Metric::messages_lost), 0);
  expect_requests_to_be_conserved(result);
}

TEST(FrontEnds, a_failover_brings_users_back_and_the_failback_costs_them_another_sign_in) {
  Scenario scenario = with_a_backup();
  Fault failover = from_minute(3, 4min);
  failover.fail_over = PoolId{"front"};
  failover.to = PoolId{"backup"};
  failover.takes = SecondsRange{1min, 1min};
  scenario.faults = {from_minute(2, 4min), failover};
  scenario.faults[0].lose = names({"front"});
  const ReplicationResult result = play(scenario);
  const double t50 = value(result, Metric::users_back, "p50", "lose front");
  EXPECT_GT(t50, 120);
  EXPECT_LT(t50, 180);
  EXPECT_EQ(value(result, Metric::users_back, "back", "lose front"), 1200);
  EXPECT_GT(front_end_utilisation(result, "backup", 5), 0);
  EXPECT_EQ(value(result, Metric::users_back, "displaced", "fail back front"), 1200);
  EXPECT_EQ(value(result, Metric::users_back, "back", "fail back front"), 1200);
  EXPECT_GT(front_end_utilisation(result, "front", 9), 0);
  expect_requests_to_be_conserved(result);
}

TEST(Sites, the_loss_of_one_is_one_loss_however_many_machines_stand_in_it) {
  Scenario scenario = with_a_backup();
  for (const char* name : {"chat-1", "chat-2"}) {
    scenario.topology.chat_pools[0].servers.emplace_back().name = NodeId{name};
    scenario.topology.chat_pools[0].servers.back().site = SiteId{"south"};
  }
  scenario.faults = {from_minute(3, 2min)};
  scenario.faults[0].lose = names({"south"});
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(value(result, Metric::users_back, "displaced", "lose south"), 600);
  EXPECT_EQ(value(result, Metric::users_back, "back", "lose south"), 600);
  expect_requests_to_be_conserved(result);
}

TEST(Racks, machines_that_two_faults_lose_return_with_the_later_end) {
  Scenario scenario = small_pool();
  scenario.faults = {lose("chat-1", 2min, 2min), from_minute(3, 3min)};
  scenario.faults[1].lose = names({"chat-1", "chat-2"});
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(level_at(result, Metric::users_connected, 5, "chat-1"), 0);
  EXPECT_EQ(value(result, Metric::users_back, "back", "lose chat-1, chat-2"),
            value(result, Metric::users_back, "displaced", "lose chat-1, chat-2"));
}

TEST(RestartLoops, each_round_displaces_whoever_came_back) {
  Scenario scenario = small_pool();
  scenario.workload.restarts_per_user = Rate{10.0 / 3600};
  scenario.faults = {lose("chat-2", 2min, 10s)};
  scenario.faults[0].every = 2min;
  scenario.faults[0].times = 3;
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(value(result, Metric::users_back, "displaced", "lose chat-2"), 300);
  EXPECT_GT(value(result, Metric::users_back, "displaced", "lose chat-2 (2)"), 0);
  EXPECT_GT(value(result, Metric::users_back, "displaced", "lose chat-2 (3)"), 0);
}

TEST(Cuts, a_server_that_front_ends_cannot_reach_loses_its_users_as_if_it_were_silent) {
  Scenario scenario = small_pool();
  scenario.faults = {from_minute(3, 3min)};
  scenario.faults[0].cut = names({"front"});
  scenario.faults[0].away_from = names({"chat-2"});
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(value(result, Metric::users_back, "displaced", "cut front from chat-2"), 300);
  EXPECT_GT(value(result, Metric::users_back, "p50", "cut front from chat-2"), 30);  // keep-alive, O-2
  EXPECT_EQ(level_at(result, Metric::users_connected, 5, "chat-2"), 0);
  EXPECT_EQ(value(result, Metric::users_back, "back", "cut front from chat-2"), 300);
  expect_requests_to_be_conserved(result);
}

TEST(Cuts, between_servers_posts_do_not_cross_and_nobody_is_displaced) {
  Scenario scenario = small_pool();
  const double whole = total(play(scenario), Metric::deliveries);
  scenario.faults = {from_minute(2)};
  scenario.faults[0].cut = names({"chat-1", "chat-2"});
  scenario.faults[0].away_from = names({"chat-3", "chat-4"});
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(level_at(result, Metric::users_connected, 9), 1200);
  // Half of the participants of every room are behind the cut, for eight minutes of ten.
  EXPECT_NEAR(total(result, Metric::deliveries), whole * (0.2 + 0.8 * 0.5), 0.03 * whole);
}

TEST(HungServices, users_notice_by_asking_and_those_who_ask_nothing_stay) {
  Scenario scenario = small_pool();
  scenario.faults = {from_minute(2, 4min)};
  scenario.faults[0].hang = NodeId{"chat-2"};
  const ReplicationResult result = play(scenario);
  const double displaced = value(result, Metric::users_back, "displaced", "hang chat-2");
  EXPECT_GT(displaced, 100);
  EXPECT_LT(displaced, 300);
  EXPECT_GT(level_at(result, Metric::users_connected, 5, "chat-2"), 0);
  EXPECT_GT(total(result, Metric::requests_lost), displaced);  // some are sent to the hung server again
  EXPECT_EQ(value(result, Metric::users_back, "back", "hang chat-2"), displaced);
  expect_requests_to_be_conserved(result);
}

TEST(LossyLinks, a_lost_packet_costs_the_timeout_and_twice_that_when_it_is_lost_again) {
  const auto delay = [](double chance) { return rules::retransmission_delay(Share{0.1}, Seconds{0.3}, chance).count(); };
  EXPECT_DOUBLE_EQ(delay(0.5), 0);
  EXPECT_DOUBLE_EQ(delay(0.05), 0.3);
  EXPECT_DOUBLE_EQ(delay(0.005), 0.9);
  EXPECT_DOUBLE_EQ(delay(0), 0.3 * 1023);
  RandomStream random(1, 0, "network");
  double sum = 0;
  constexpr int times = 200'000;
  for (int i = 0; i < times; ++i) sum += rules::retransmission_delay(Share{0.05}, Seconds{0.3}, random.uniform()).count();
  EXPECT_NEAR(sum / times, rules::mean_retransmission_delay(Share{0.05}, Seconds{0.3}).count(), 0.001);
}

TEST(LossyLinks, add_the_mean_delay_of_every_crossing_to_a_post) {
  Scenario scenario = small_pool();
  const double sound = latencies(play(scenario), Metric::post_latency).mean();
  scenario.faults = {from_minute(0)};
  scenario.faults[0].lossy_link = {SiteId{"north"}};
  scenario.faults[0].loss = Share{0.02};
  const ReplicationResult result = play(scenario);
  // Client, Front End, server, database, and the same way back.
  const double each = rules::mean_retransmission_delay(Share{0.02}, Seconds{0.3}).count();
  EXPECT_NEAR(latencies(result, Metric::post_latency).mean(), sound + 6 * each, 0.15 * 6 * each);
}

TEST(ComplianceQueues, survive_a_restart_and_are_gone_with_the_disk) {
  Scenario scenario = small_pool();
  scenario.costs.compliance_db.value = 2s;  // so slow that events wait
  scenario.faults = {lose("chat-2", 4min, 1min)};
  const ReplicationResult restarted = play(scenario);
  const double waiting = level_at(restarted, Metric::compliance_backlog, 4, "chat-2");
  EXPECT_GT(waiting, 50);
  scenario.faults[0].kind = LossKind::destroyed;
  const ReplicationResult destroyed = play(scenario);
  EXPECT_GT(value(destroyed, Metric::compliance_lost), 0);
  EXPECT_LE(level_at(destroyed, Metric::compliance_backlog, 4, "chat-2"), 100);  // the batch on its way
}

TEST(ActiveLists, swapping_them_sends_new_connections_to_the_standby_servers) {
  Scenario scenario = small_pool();
  scenario.faults = {from_minute(1), lose("chat-1", 3min)};
  scenario.faults[0].swap = PoolId{"chat"};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(level_at(result, Metric::users_connected, 9, "chat-5"), 300);
  EXPECT_EQ(level_at(result, Metric::users_connected, 9, "chat-2"), 300);
}

// North has everything; south a Front End pool, two standby servers and the secondary.
Scenario with_a_second_site() {
  Scenario scenario = with_a_backup();
  Topology& topology = scenario.topology;
  topology.chat_pools[0].standby = {NodeId{"chat-5"}, NodeId{"chat-6"}};
  for (const char* name : {"chat-5", "chat-6"}) {
    topology.chat_pools[0].servers.emplace_back().name = NodeId{name};
    topology.chat_pools[0].servers.back().site = SiteId{"south"};
  }
  topology.sql_instances.emplace_back().name = NodeId{"sql-5"};
  topology.sql_instances.back().site = SiteId{"south"};
  LogShipping& shipping = topology.databases[0].log_shipping.emplace();
  shipping.secondary = NodeId{"sql-5"};
  shipping.backup_interval = shipping.copy_interval = shipping.restore_interval = 1min;
  return scenario;
}

Fault chat_fails_over(int minute, std::optional<Seconds> duration = std::nullopt) {
  Fault fault = from_minute(minute, duration);
  fault.fail_over = PoolId{"chat"};
  return fault;
}

TEST(Sites, a_disk_that_is_freed_while_its_pool_is_failed_over_is_free_after_the_failback) {
  Scenario scenario = with_a_second_site();
  Fault full = from_minute(1, 3min);
  full.fill_disk = NodeId{"sql-1"};
  scenario.faults = {full, chat_fails_over(3, 3min)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(series(result, Metric::messages_stored).windows[2].count, 0);
  EXPECT_GT(series(result, Metric::messages_stored).windows[9].count, 0);
}

TEST(Sites, after_the_loss_of_the_first_one_everybody_chats_in_the_second_and_the_last_log_is_gone) {
  Scenario scenario = with_a_second_site();
  Fault next_hop = from_minute(3);
  next_hop.fail_over = PoolId{"front"};
  next_hop.to = PoolId{"backup"};
  next_hop.takes = SecondsRange{30s, 30s};
  Fault active = from_minute(3);
  active.swap = PoolId{"chat"};
  scenario.faults = {from_minute(3), next_hop, chat_fails_over(4), active};
  scenario.faults[0].at = 3min + 30s;
  scenario.faults[0].lose = names({"north"});
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(value(result, Metric::users_back, "displaced", "lose north"), 1200);
  EXPECT_EQ(value(result, Metric::users_back, "back", "lose north"), 1200);
  EXPECT_EQ(level_at(result, Metric::users_connected, 9, "chat-5"), 600);
  EXPECT_EQ(series(result, Metric::messages_stored).windows[3].count > 0, true);
  EXPECT_GT(series(result, Metric::messages_stored).windows[8].count, 0);
  // Lost after 3 min 30 s; the backup of 3 min had been begun and not yet copied, that of 2 min had. 2.5 posts a second.
  EXPECT_NEAR(total(result, Metric::messages_lost), 90 * 2.5, 60);
  EXPECT_GT(level_at(result, Metric::compliance_backlog, 9, "chat-5"), 0);  // its database is not failed over
}

TEST(PoolState, a_planned_failover_and_its_failback_lose_nothing) {
  Scenario scenario = with_a_second_site();
  scenario.faults = {chat_fails_over(3, 3min)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(total(result, Metric::messages_lost), 0);
  EXPECT_EQ(level_at(result, Metric::users_connected, 9), 1200);
  EXPECT_GT(level_at(result, Metric::utilisation, 4, "sql-5"), 0);
  EXPECT_EQ(level_at(result, Metric::utilisation, 8, "sql-5"), 0);
  EXPECT_GT(level_at(result, Metric::utilisation, 8, "sql-1"), 0);
  expect_requests_to_be_conserved(result);
}

// The secondary is lost in its turn; with a mirror and a witness of its own the pool goes on after the opening.
TEST(PoolState, a_mirror_of_the_secondary_serves_when_the_secondary_is_lost_after_the_failover) {
  Scenario scenario = with_a_second_site();
  LogShipping& shipping = *scenario.topology.databases[0].log_shipping;
  scenario.faults = {chat_fails_over(2), lose("sql-5", 5min)};
  const ReplicationResult alone = play(scenario);
  EXPECT_EQ(series(alone, Metric::messages_stored).windows[8].count, 0);
  EXPECT_EQ(series(alone, Metric::database_exposed, "", "content").windows[3].mean, 1);

  shipping.secondary_mirror = NodeId{"sql-6"};
  shipping.secondary_witness = NodeId{"sql-v"};
  const ReplicationResult mirrored = play(scenario);
  EXPECT_GT(series(mirrored, Metric::messages_stored).windows[8].count, 0);
  EXPECT_EQ(series(mirrored, Metric::database_exposed, "", "content").windows[3].mean, 0);
  EXPECT_GT(level_at(mirrored, Metric::utilisation, 8, "sql-6"), 0);
  EXPECT_NEAR(value(mirrored, Metric::database_downtime, "", "content"), 3, 0.01);
  EXPECT_EQ(total(mirrored, Metric::messages_lost), 0);
  expect_requests_to_be_conserved(mirrored);
}

// Commits wait for the mirror's log too.
TEST(PoolState, a_slow_disk_of_the_secondarys_mirror_slows_commits_after_the_failover) {
  Scenario scenario = with_a_second_site();
  scenario.topology.databases[0].log_shipping->secondary_mirror = NodeId{"sql-6"};
  scenario.topology.sql_instances.emplace_back().name = NodeId{"sql-6"};
  scenario.topology.sql_instances.back().site = SiteId{"south"};
  const auto posts = [](const ReplicationResult& result, std::size_t minute) {
    return series(result, Metric::post_latency).windows[minute].histogram.mean();
  };
  Fault slow = from_minute(4);
  slow.slow = NodeId{"sql-6"};
  slow.factor = 50;
  scenario.faults = {chat_fails_over(2), slow};
  const ReplicationResult result = play(scenario);
  EXPECT_GT(posts(result, 7), posts(result, 3) + 0.15);
}

TEST(FullDisks, refuse_posts_and_nothing_else) {
  Scenario scenario = small_pool();
  scenario.faults = {from_minute(3, 3min)};
  scenario.faults[0].fill_disk = NodeId{"sql-1"};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(series(result, Metric::messages_stored).windows[4].count, 0);
  EXPECT_GT(series(result, Metric::messages_stored).windows[7].count, 0);
  EXPECT_GT(total(result, Metric::refusals, "", "post"), 0);
  EXPECT_EQ(total(result, Metric::refusals, "", "search"), 0);
  EXPECT_EQ(level_at(result, Metric::users_connected, 5), 1200);
  expect_requests_to_be_conserved(result);
}

TEST(SlowDisks, make_posts_wait_for_the_flush_and_searches_for_nothing) {
  Scenario scenario = small_pool();
  const ReplicationResult before = play(scenario);
  scenario.faults = {from_minute(0)};
  scenario.faults[0].slow_disk = NodeId{"sql-1"};
  scenario.faults[0].factor = 50;
  const ReplicationResult after = play(scenario);
  // A flush of 200 ms: a post waits for its own, and on average for half of the one before when there is one.
  EXPECT_GT(latencies(after, Metric::post_latency).mean(), latencies(before, Metric::post_latency).mean() + 0.19);
  EXPECT_NEAR(latencies(after, Metric::search_latency).mean(), latencies(before, Metric::search_latency).mean(), 0.005);
}

TEST(DirectorySynchronisation, stretches_what_asks_the_database) {
  Scenario scenario = small_pool();
  const double before = latencies(play(scenario), Metric::search_latency).mean();
  scenario.faults = {from_minute(0)};
  scenario.faults[0].sync_directory = PoolId{"chat"};
  scenario.faults[0].factor = 200;
  // The database's half millisecond becomes 100 ms.
  EXPECT_NEAR(latencies(play(scenario), Metric::search_latency).mean() - before, 0.0995, 0.03);
}

TEST(ComplianceQueues, grow_while_the_compliance_database_is_away_and_drain_afterwards) {
  Scenario scenario = small_pool();
  scenario.faults = {lose("sql-2", 2min, 4min)};
  const ReplicationResult result = play(scenario);
  EXPECT_GT(level_at(result, Metric::compliance_backlog, 5, "chat-1"), 2.5 * 60 * 3.5 / 4 * 0.7);
  EXPECT_LT(level_at(result, Metric::compliance_backlog, 9, "chat-1"), 1);
  EXPECT_EQ(level_at(result, Metric::users_connected, 5), 1200);
}

TEST(Chance, seeds_differ_in_when_things_fail_and_a_seed_is_the_same_again) {
  Scenario scenario = small_pool();
  Fault fault = lose("chat-2", 0s);
  fault.about_every = Parameter<Seconds>{3min, {}, {}, ""};
  fault.for_about = Parameter<Seconds>{20s, {}, {}, ""};
  scenario.faults = {fault};
  const auto first = play(scenario);
  EXPECT_TRUE(first == play(scenario));
  EXPECT_TRUE(first == play(scenario, {.mode = PlaneMode::step}));
  EXPECT_NE(value(first, Metric::users_back, "at", "lose chat-2"),
            value(play(scenario, {.seed = 2}), Metric::users_back, "at", "lose chat-2"));
}

}  // namespace
}  // namespace poolcast::sim
