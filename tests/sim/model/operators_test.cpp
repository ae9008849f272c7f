// Operators: commands that the rules refuse, runbooks, new mirrors, restores, and what is lost when nothing else is left.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

Scenario mirrored_six_gigabytes() {
  Scenario scenario = mirrored_pool();
  scenario.topology.databases.front().size = Bytes{6e9};
  return scenario;
}

// The other site has a Front End pool, standby servers, the log-shipping secondary and its mirror.
Scenario with_a_second_site() {
  Scenario scenario = mirrored_six_gigabytes();
  Topology& topology = scenario.topology;
  FrontEndPool backup = topology.front_end_pools.front();
  backup.name = PoolId{"backup"};
  backup.site = SiteId{"south"};
  topology.front_end_pools.push_back(backup);
  topology.chat_pools[0].standby = {NodeId{"chat-5"}, NodeId{"chat-6"}};
  for (const char* name : {"chat-5", "chat-6"}) {
    topology.chat_pools[0].servers.emplace_back().name = NodeId{name};
    topology.chat_pools[0].servers.back().site = SiteId{"south"};
  }
  for (const char* name : {"sql-5", "sql-6"}) {
    topology.sql_instances.emplace_back().name = NodeId{name};
    topology.sql_instances.back().site = SiteId{"south"};
  }
  LogShipping& shipping = topology.databases[0].log_shipping.emplace();
  shipping.secondary = NodeId{"sql-5"};
  shipping.secondary_mirror = NodeId{"sql-6"};
  shipping.backup_interval = shipping.copy_interval = shipping.restore_interval = 1min;
  return scenario;
}

RunbookStep step(const char* name, Seconds takes, std::optional<Effect> then = std::nullopt) {
  RunbookStep each;
  each.name = StepId{name};
  each.takes = SecondsRange{takes, takes};
  each.then = std::move(then);
  each.who = RoleId{"administrator"};
  return each;
}

Effect effect(const std::function<void(Effect&)>& change) {
  Effect one;
  change(one);
  return one;
}

Fault following(Seconds when, std::vector<RunbookStep> steps) {
  Fault fault = at(when);
  Runbook& runbook = fault.follow.emplace();
  runbook.name = "Drill";
  runbook.people = {{.name = RoleId{"administrator"}, .on_shift = 1}};
  runbook.back_in_service_after = steps.back().name;
  runbook.steps = std::move(steps);
  return fault;
}

// --- refused -----------------------------------------------------------------------------------------------------------------

TEST(Logbook, a_manual_failover_of_what_is_synchronized_is_done_and_of_what_is_not_refused_with_the_reason) {
  Scenario scenario = mirrored_six_gigabytes();
  scenario.faults = {at(1min), at(3min), at(4min)};
  scenario.faults[0].make_principal = NodeId{"sql-m"};
  scenario.faults[1].suspend_mirroring = NodeId{"sql-m"};
  scenario.faults[2].make_principal = NodeId{"sql-1"};
  const ReplicationResult result = play(scenario);
  ASSERT_EQ(result.logbook.size(), 3U);
  EXPECT_EQ(result.logbook[0].what, "make principal sql-m");
  EXPECT_EQ(result.logbook[0].kind, EntryKind::done);
  EXPECT_EQ(result.logbook[1].kind, EntryKind::done);
  EXPECT_EQ(result.logbook[2].kind, EntryKind::refused);
  EXPECT_EQ(result.logbook[2].why, "content: mirroring is suspended");
  EXPECT_EQ(result.logbook[2].begins, Seconds{4min});
}

TEST(Logbook, a_forced_service_on_a_mirror_that_its_witness_cannot_reach_is_refused_with_the_reason) {
  Scenario scenario = mirrored_six_gigabytes();
  scenario.faults = {lose("sql-w", 1min), lose("sql-1", 2min), at(5min)};
  scenario.faults[2].force_service = NodeId{"sql-m"};
  const ReplicationResult result = play(scenario);
  ASSERT_EQ(entries(result, EntryKind::refused).size(), 1U);
  EXPECT_EQ(result.logbook[0].why, "content: a witness is set and the mirror is not connected to it");
}

TEST(Logbook, nobody_fails_over_to_what_is_lost_and_its_failback_does_not_happen_either) {
  Scenario scenario = with_a_second_site();
  scenario.faults = {lose("south", 1min), at(2min), at(2min)};
  scenario.faults[1].fail_over = PoolId{"front"};
  scenario.faults[1].to = PoolId{"backup"};
  scenario.faults[1].takes = SecondsRange{1min, 1min};
  scenario.faults[1].duration = 3min;
  scenario.faults[2].fail_over = PoolId{"chat"};
  scenario.faults[2].duration = 3min;
  const ReplicationResult result = play(scenario);
  ASSERT_EQ(result.logbook.size(), 2U);
  EXPECT_EQ(result.logbook[0].why, "its log-shipping secondary sql-5 is lost");
  EXPECT_EQ(result.logbook[1].why, "all servers of backup are lost");
  EXPECT_EQ(result.logbook[1].begins, Seconds{2min});
  EXPECT_EQ(result.logbook[1].ends, Seconds{3min});
  EXPECT_EQ(level_at(result, Metric::users_connected, 9), 1200);  // nobody was displaced for nothing
  EXPECT_EQ(messages_lost(result), 0);
}

// sql-2 mirrors the content of sql-1, and sql-1 the compliance of sql-2.
Scenario crossed_databases() {
  Scenario scenario = mirrored_six_gigabytes();
  Topology& topology = scenario.topology;
  Database& compliance = *std::ranges::find(topology.databases, Holds::compliance, &Database::holds);
  compliance.principal = NodeId{"sql-m"};
  compliance.mirror = NodeId{"sql-1"};
  compliance.mode = AvailabilityMode::high_safety;
  compliance.size = Bytes{6e9};
  return scenario;
}

TEST(Logbook, a_machine_becomes_principal_of_what_it_mirrors_although_it_serves_another_database_already) {
  Scenario scenario = crossed_databases();
  scenario.faults = {at(5min), at(6min)};
  scenario.faults[0].make_principal = scenario.faults[1].make_principal = NodeId{"sql-m"};
  const ReplicationResult result = play(scenario);
  ASSERT_EQ(result.logbook.size(), 2U);
  EXPECT_EQ(result.logbook[0].kind, EntryKind::done);
  EXPECT_EQ(result.logbook[1].why, "content: it is the principal; compliance: it is the principal");
}

TEST(Logbook, a_command_that_one_database_refuses_changes_none) {
  Scenario scenario = crossed_databases();
  scenario.topology.databases[1].principal = NodeId{"sql-1"};
  scenario.topology.databases[1].mirror = NodeId{"sql-4"};
  scenario.faults = {at(2min), at(4min)};
  scenario.faults[0].suspend_mirroring = NodeId{"sql-4"};
  scenario.faults[1].suspend_mirroring = NodeId{"sql-1"};
  scenario.faults[1].duration = 1min;
  const ReplicationResult result = play(scenario);
  ASSERT_EQ(result.logbook.size(), 2U);
  EXPECT_EQ(result.logbook[1].why, "compliance: mirroring is suspended already");
  EXPECT_EQ(series(result, Metric::database_exposed, "", "content").windows.at(4).mean, 0);
  EXPECT_EQ(series(result, Metric::database_exposed, "", "compliance").windows.at(8).mean, 1);
}

// --- runbooks ----------------------------------------------------------------------------------------------------------------

TEST(Runbooks, bring_about_what_their_steps_are_for_when_each_is_done) {
  Scenario scenario = with_a_second_site();
  scenario.faults = {
      destroy("north", 2min),
      following(2min, {step("decide", 60s), step("front", 30s, effect([](Effect& then) { then.fail_over = PoolId{"next-hop"}; })),
                       step("state", 30s, effect([](Effect& then) { then.fail_over = PoolId{"chat-pool"}; })),
                       step("active", 30s, effect([](Effect& then) { then.set_active = Names({"second-site"}); }))})};
  const ReplicationResult result = play(scenario);
  ASSERT_EQ(entries(result, EntryKind::done).size(), 4U);
  EXPECT_EQ(entries(result, EntryKind::done)[3].what, "active");
  EXPECT_EQ(entries(result, EntryKind::done)[3].runbook, "follow drill");
  EXPECT_EQ(entries(result, EntryKind::done)[3].begins, Seconds{4min});
  EXPECT_EQ(entries(result, EntryKind::done)[3].ends, Seconds{5min + 30s});  // standby servers start for a minute
  EXPECT_EQ(series(result, Metric::messages_stored).windows[4].count, 0U);
  EXPECT_GT(series(result, Metric::messages_stored).windows[8].count, 0U);
  EXPECT_EQ(level_at(result, Metric::users_connected, 9, "chat-5"), 600);
  EXPECT_NEAR(messages_lost(result), 2.5 * 120, 60);  // the backup of 1 min was not copied before 2 min
  ASSERT_EQ(entries(result, EntryKind::lost).size(), 1U);
}

TEST(Runbooks, draw_the_time_of_a_step_from_a_stream_of_its_own) {
  Scenario scenario = small_pool();
  scenario.faults = {following(1min, {step("one", 10s), step("two", 10s)})};
  scenario.faults[0].follow->steps[1].takes = SecondsRange{10s, 4min};
  const ReplicationResult first = play(scenario);
  EXPECT_EQ(first.logbook, play(scenario).logbook);
  RunOptions other;
  other.seed = 2;
  EXPECT_NE(first.logbook, play(scenario, other).logbook);
  scenario.faults[0].follow->steps[0].takes = SecondsRange{0s, 10s};
  const auto took = [](const LogbookEntry& entry) { return entry.ends - entry.begins; };
  EXPECT_NEAR((took(play(scenario).logbook[1]) - took(first.logbook[1])).count(), 0, 1e-6);
}

TEST(Runbooks, a_step_that_the_rules_refuse_is_in_the_logbook_and_the_next_one_goes_on) {
  Scenario scenario = with_a_second_site();
  scenario.faults = {following(
      1min, {step("back", 10s, effect([](Effect& then) { then.fail_back = PoolId{"chat-pool"}; })),
             step("force", 10s, effect([](Effect& then) { then.force_service = NodeId{"mirror"}; })), step("long", 1h)})};
  const ReplicationResult result = play(scenario);
  ASSERT_EQ(result.logbook.size(), 3U);
  EXPECT_EQ(result.logbook[0].kind, EntryKind::refused);
  EXPECT_EQ(result.logbook[0].why, "fail back chat: chat is not failed over");
  EXPECT_EQ(result.logbook[1].why, "force service sql-m: content: the mirror is still connected to the principal");
  EXPECT_EQ(result.logbook[2].kind, EntryKind::unfinished);
  EXPECT_EQ(result.logbook[2].ends, Seconds{10min});
}

RunbookStep after(const char* name, RunbookStep step) {
  step.after.emplace_back(name);
  return step;
}

TEST(Runbooks, a_step_that_is_refused_holds_up_those_that_wait_for_it_however_indirectly_and_no_others) {
  Scenario scenario = with_a_second_site();
  scenario.faults = {
      following(1min, {step("back", 10s, effect([](Effect& then) { then.fail_back = PoolId{"chat-pool"}; })),
                       after("back", step("clear", 10s, effect([](Effect& then) { then.set_active = Names({"nobody"}); }))),
                       after("clear", step("tell", 10s)), step("beside", 10s)})};
  const ReplicationResult result = play(scenario);
  ASSERT_EQ(result.logbook.size(), 4U);
  const auto held_up = entries(result, EntryKind::not_begun);
  ASSERT_EQ(held_up.size(), 2U);
  EXPECT_EQ(held_up[0].what, "clear");
  EXPECT_EQ(held_up[0].begins, Seconds{70s});
  EXPECT_EQ(held_up[0].why, "back was refused");
  EXPECT_EQ(held_up[1].what, "tell");
  EXPECT_EQ(held_up[1].why, "back was refused");
  EXPECT_EQ(entries(result, EntryKind::done).at(0).what, "beside");
  EXPECT_EQ(entries(result, EntryKind::done).at(0).ends, Seconds{80s});
  EXPECT_EQ(level_at(result, Metric::users_connected, 9), 1200);  // the list was not cleared
}

// A standby server starts for a minute, but whether it may is known when it is ordered to.
TEST(Runbooks, what_waits_for_a_server_that_starts_does_not_begin_when_that_is_refused) {
  const auto follow = [](bool twice) {
    Scenario scenario = with_a_second_site();
    const Effect activate = effect([](Effect& then) { then.activate = NodeId{"chat-5"}; });
    scenario.faults = {
        following(3min, {step("start", 10s, activate),
                         after("start", step("clear", 10s, effect([](Effect& then) { then.set_active = Names({"nobody"}); })))})};
    if (!twice) return play(scenario);
    scenario.faults.push_back(at(1min));
    scenario.faults.back().activate = NodeId{"chat-5"};
    return play(scenario);
  };
  const auto done = entries(follow(false), EntryKind::done);
  ASSERT_EQ(done.size(), 2U);
  EXPECT_EQ(done[0].what, "clear");
  EXPECT_EQ(done[0].begins, Seconds{3min + 10s});  // nobody waits for a start
  EXPECT_EQ(done[1].ends, Seconds{4min + 10s});
  const ReplicationResult twice = follow(true);
  ASSERT_EQ(entries(twice, EntryKind::refused).size(), 1U);
  EXPECT_EQ(entries(twice, EntryKind::refused)[0].ends, Seconds{3min + 10s});
  EXPECT_EQ(entries(twice, EntryKind::refused)[0].why, "activate chat-5: chat-5 is in the active list already");
  ASSERT_EQ(entries(twice, EntryKind::not_begun).size(), 1U);
  EXPECT_EQ(entries(twice, EntryKind::not_begun)[0].what, "clear");
  EXPECT_EQ(level_at(twice, Metric::users_connected, 9), 1200);  // the list was not cleared
}

TEST(Runbooks, who_is_refused_at_the_beginning_of_a_step_is_free_for_the_next_at_once) {
  Scenario scenario = with_a_second_site();
  scenario.faults = {following(1min, {step("mirror", 5min, effect([](Effect& then) { then.new_mirror = NodeId{"mirror"}; })),
                                      after("mirror", step("tell", 10s)), step("beside", 10s)})};
  const ReplicationResult result = play(scenario);
  ASSERT_EQ(result.logbook.size(), 3U);
  EXPECT_EQ(result.logbook[0].kind, EntryKind::refused);  // there is one
  EXPECT_EQ(result.logbook[0].ends, Seconds{1min});
  EXPECT_EQ(result.logbook[1].kind, EntryKind::not_begun);
  EXPECT_EQ(result.logbook[2].begins, Seconds{1min});
}

TEST(Runbooks, a_copy_is_as_long_as_the_database_is_large_when_the_copy_begins) {
  const auto took = [](Seconds wait) {
    Scenario scenario = with_a_second_site();
    scenario.topology.databases[0].size = Bytes{0};
    scenario.faults = {following(1min, {step("wait", wait), step("copy", 0s)})};
    Runbook& runbook = *scenario.faults[0].follow;
    runbook.steps[1].machine = {MachineWork::copy_database};
    runbook.situation.wan = Bandwidth{20 * scenario.workload.row.count};
    const ReplicationResult result = play(scenario);
    const LogbookEntry copy = entries(result, EntryKind::done).at(1);
    return (copy.ends - copy.begins).count();
  };
  EXPECT_NEAR(took(4min) / took(0s), 5, 0.7);  // posts of five minutes instead of one
}

TEST(Runbooks, a_failback_takes_chat_away_for_as_long_as_the_database_is_large) {
  const auto away = [](double bytes) {
    Scenario scenario = with_a_second_site();
    scenario.topology.databases[0].size = Bytes{bytes};
    scenario.topology.links.emplace_back().between = {SiteId{"north"}, SiteId{"south"}};
    scenario.topology.links.back().bandwidth = Bandwidth{50e6};
    scenario.faults = {
        at(0s),
        following(1min, {step("clear", 0s, effect([](Effect& then) { then.set_active = Names({"nobody"}); })), step("copy", 0s),
                         step("state", 0s, effect([](Effect& then) { then.fail_back = PoolId{"chat-pool"}; })),
                         step("on", 0s, effect([](Effect& then) { then.set_active = Names({"second-site"}); }))})};
    scenario.faults[0].fail_over = PoolId{"chat"};
    scenario.faults[1].follow->steps[1].machine = {MachineWork::copy_database};
    const ReplicationResult result = play(scenario);
    EXPECT_EQ(value(result, Metric::users_back, "displaced", "follow drill"), 1200);
    EXPECT_EQ(messages_lost(result), 0);
    EXPECT_EQ(entries(result, EntryKind::refused).size(), 0U);
    return value(result, Metric::users_back, "p50", "follow drill");
  };
  EXPECT_NEAR(away(10e9) - away(5e9), 100, 5);  // 5 GB more at 50 MB/s
}

TEST(ActiveLists, who_leaves_keeps_connections_unless_nobody_is_left) {
  Scenario scenario = small_pool();
  scenario.faults = {at(2min), at(5min)};
  scenario.faults[0].set_active = Names({"chat-1", "chat-5"});
  scenario.faults[1].set_active = Names({"nobody"});
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(level_at(result, Metric::users_connected, 4), 1200);
  EXPECT_EQ(level_at(result, Metric::users_connected, 9), 0);
  EXPECT_EQ(value(result, Metric::users_back, "displaced", "set active nobody"), 1200);
}

// --- a new mirror, a restore -------------------------------------------------------------------------------------------------

// 6 GB at 100 MB/s take a minute; what was written meanwhile follows, and then commits wait for the mirror again.
TEST(NewMirrors, are_filled_then_synchronized_and_can_take_over) {
  Scenario scenario = mirrored_six_gigabytes();
  scenario.faults = {destroy("sql-m", 1min, 1min), at(3min), lose("sql-1", 6min)};
  scenario.faults[1].new_mirror = NodeId{"sql-m"};
  const ReplicationResult result = play(scenario);
  ASSERT_EQ(entries(result, EntryKind::done).size(), 1U);
  EXPECT_NEAR(result.logbook[0].ends.count(), 240, 2);
  EXPECT_EQ(series(result, Metric::database_exposed, "", "content").windows.at(3).mean, 1);
  EXPECT_EQ(series(result, Metric::database_exposed, "", "content").windows.at(5).mean, 0);
  EXPECT_NEAR(value(result, Metric::database_downtime, "", "content"), 3, 0.01);  // it takes over at once
  EXPECT_EQ(messages_lost(result), 0);
  scenario.faults.erase(scenario.faults.begin() + 1);
  EXPECT_NEAR(value(play(scenario), Metric::database_downtime, "", "content"), 240, 0.01);  // nobody made it a mirror again
}

TEST(NewMirrors, are_refused_where_there_is_one_and_where_the_machine_is_lost) {
  Scenario scenario = mirrored_six_gigabytes();
  scenario.faults = {at(1min), lose("sql-m", 4min), at(5min)};
  scenario.faults[0].new_mirror = scenario.faults[2].new_mirror = NodeId{"sql-m"};
  const ReplicationResult result = play(scenario);
  ASSERT_EQ(result.logbook.size(), 2U);
  EXPECT_EQ(result.logbook[0].why, "content: it is the mirror already");
  EXPECT_EQ(result.logbook[1].why, "sql-m is lost");
}

// 6 GB at 100 MB/s take a minute for each database that the machine mirrors.
TEST(NewMirrors, take_the_time_of_all_databases_that_the_machine_mirrors) {
  const auto ends = [](Scenario scenario) {
    scenario.faults = {destroy("sql-m", 1min, 1min), at(3min)};
    scenario.faults[1].new_mirror = NodeId{"sql-m"};
    const ReplicationResult result = play(scenario);
    EXPECT_EQ(entries(result, EntryKind::done).size(), 1U);
    return result.logbook[0].ends.count();
  };
  Scenario scenario = crossed_databases();
  std::swap(scenario.topology.databases[1].principal, *scenario.topology.databases[1].mirror);
  EXPECT_NEAR(ends(scenario), 300, 2);
  scenario.topology.databases[0].mirror = NodeId{"sql-2"};
  EXPECT_NEAR(ends(scenario), 240, 0.01);
}

TEST(NewMirrors, and_restores_come_to_nothing_when_a_machine_is_lost_during_the_copy) {
  Scenario scenario = mirrored_six_gigabytes();
  scenario.faults = {destroy("sql-m", 1min, 1min), at(3min), lose("sql-m", 3min + 20s, 20s)};
  scenario.faults[1].new_mirror = NodeId{"sql-m"};
  EXPECT_EQ(play(scenario).logbook.at(0).why, "sql-m was lost during the full copy");
  scenario.faults[2] = lose("sql-1", 3min + 20s, 20s);
  EXPECT_EQ(play(scenario).logbook.at(0).why, "the principal was lost during the full copy");
  Scenario alone = small_pool();
  alone.faults = {destroy("sql-1", 2min, 1min), at(4min), lose("sql-1", 4min + 20s, 20s)};
  alone.faults[1].restore = PoolId{"chat"};
  alone.faults[1].takes = SecondsRange{1min, 1min};
  EXPECT_EQ(entries(play(alone), EntryKind::refused).at(0).why, "sql-1 was lost while it was restored");
}

TEST(Destroyed, nobody_begins_to_restore_to_a_machine_that_is_gone) {
  Scenario scenario = small_pool();
  scenario.faults = {destroy("sql-1", 2min, 3min), at(4min)};
  scenario.faults[1].restore = PoolId{"chat"};
  scenario.faults[1].takes = SecondsRange{2min, 2min};
  const auto refused = entries(play(scenario), EntryKind::refused);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].ends, Seconds{4min});
  EXPECT_EQ(refused[0].why, "its principal sql-1 is lost");
}

TEST(Destroyed, a_database_without_a_mirror_loses_all_of_the_run_or_what_came_after_the_last_backup) {
  Scenario scenario = small_pool();
  scenario.faults = {destroy("sql-1", 5min, 1min), at(7min)};
  scenario.faults[1].restore = PoolId{"chat"};
  scenario.faults[1].takes = SecondsRange{30s, 30s};
  const ReplicationResult all = play(scenario);
  EXPECT_NEAR(messages_lost(all), 2.5 * 300, 100);
  EXPECT_NE(entries(all, EntryKind::lost).at(0).why.find("all of the run"), std::string::npos);
  EXPECT_GT(series(all, Metric::messages_stored).windows[9].count, 0U);  // restored, posts are stored again
  EXPECT_EQ(series(all, Metric::messages_stored).windows[6].count, 0U);
  scenario.topology.databases[0].backup_interval = 2min;
  const ReplicationResult some = play(scenario);
  EXPECT_NEAR(messages_lost(some), 2.5 * 60, 50);  // since the backup at 4 min
  EXPECT_EQ(messages_stored(some), messages_stored(all));
  scenario.faults.pop_back();
  const ReplicationResult gone = play(scenario);
  EXPECT_EQ(series(gone, Metric::messages_stored).windows[9].count, 0U);  // the machine is back, its disks are not
  EXPECT_EQ(messages_lost(gone), messages_lost(some));
}

TEST(Destroyed, what_is_shipped_elsewhere_is_counted_once_whether_or_not_somebody_turns_to_it) {
  Scenario scenario = with_a_second_site();
  scenario.topology.databases[0].mirror.reset();
  scenario.topology.databases[0].witness.reset();
  scenario.topology.databases[0].mode = AvailabilityMode::none;
  scenario.faults = {destroy("sql-1", 5min + 30s)};
  const double left_alone = messages_lost(play(scenario));
  EXPECT_GT(left_alone, 2.5 * 30);
  EXPECT_LT(left_alone, 2.5 * 160);
  scenario.faults.push_back(at(7min));
  scenario.faults[1].fail_over = PoolId{"chat"};
  EXPECT_EQ(messages_lost(play(scenario)), left_alone);
}

// --- faults that coincide ----------------------------------------------------------------------------------------------------

// Whoever is sent to a server that hangs waits 32 s for nothing, and then signs in anew.
TEST(Coincidence, a_restart_does_not_cure_what_hangs_a_server_and_one_of_two_ends_does_not_either) {
  const auto hang = [](Seconds when, Seconds duration) {
    Fault fault = at(when);
    fault.hang = NodeId{"chat-2"};
    fault.duration = duration;
    return fault;
  };
  const auto sent_there_in_vain = [](std::vector<Fault> faults) {
    Scenario scenario = small_pool();
    scenario.faults = std::move(faults);
    scenario.faults.push_back(lose("chat-1", 5min));
    const ReplicationResult result = play(scenario);
    double users = 0;
    for (const Series& each : result.series)
      if (each.metric == Metric::users_back && each.place.part == "hang chat-2 (2)") users += each.values.at(0);
    return users;
  };
  const Fault restart = lose("chat-2", 3min, 1min);
  EXPECT_GT(sent_there_in_vain({restart, hang(2min, 6min)}), 50);
  EXPECT_EQ(sent_there_in_vain({restart, hang(2min, 2min)}), 0);
  EXPECT_GT(sent_there_in_vain({restart, hang(2min, 6min), hang(3min + 30s, 1min)}), 50);
}

TEST(Coincidence, a_server_that_two_faults_slow_is_slow_until_the_second_ends) {
  Scenario scenario = small_pool();
  const auto slow = [](Seconds when, Seconds duration) {
    Fault fault = at(when);
    fault.slow = NodeId{"chat-2"};
    fault.duration = duration;
    return fault;
  };
  scenario.faults = {slow(1min, 7min), slow(2min, 1min)};
  const ReplicationResult result = play(scenario);
  const double both = level_at(result, Metric::utilisation, 2, "chat-2"),
               one = level_at(result, Metric::utilisation, 5, "chat-2"),
               none = level_at(result, Metric::utilisation, 9, "chat-2");
  EXPECT_GT(both, 2 * one);
  EXPECT_GT(one, 4 * none);
}

}  // namespace
}  // namespace poolcast::sim
