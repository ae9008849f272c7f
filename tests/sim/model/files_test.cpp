// The share with uploaded files: when users reach it, and when its files are gone.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

Scenario with_files() {
  Scenario scenario = small_pool();
  FileStore& files = scenario.topology.file_store.emplace();
  files.server = NodeId{"files-1"};
  return scenario;
}

double available(const ReplicationResult& result, std::size_t minute) {
  return series(result, Metric::files_available).windows.at(minute).mean;
}

TEST(Files, are_away_while_their_server_is_and_come_back_with_it) {
  Scenario scenario = with_files();
  scenario.faults = {lose("files-1", 2min, 3min)};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(available(result, 1), 1);
  EXPECT_EQ(available(result, 3), 0);
  EXPECT_EQ(available(result, 6), 1);
  EXPECT_EQ(value(result, Metric::files_lost), 0);
  EXPECT_EQ(level_at(result, Metric::users_connected, 4), 1200);  // chat does not feel it
}

TEST(Files, that_are_destroyed_stay_away_and_are_lost_unless_they_are_replicated) {
  Scenario scenario = with_files();
  scenario.faults = {lose("files-1", 2min, 3min)};
  scenario.faults[0].kind = LossKind::destroyed;
  const ReplicationResult alone = play(scenario);
  EXPECT_EQ(available(alone, 8), 0);
  EXPECT_EQ(value(alone, Metric::files_lost), 1);
  scenario.topology.file_store->replicated = true;
  const ReplicationResult replicated = play(scenario);
  EXPECT_EQ(available(replicated, 4), 1);
  EXPECT_EQ(value(replicated, Metric::files_lost), 0);
}

TEST(Files, of_a_hung_server_are_away_until_it_goes_on) {
  Scenario scenario = with_files();
  Fault hang;
  hang.at = 2min;
  hang.duration = 3min;
  hang.hang = NodeId{"files-1"};
  scenario.faults = {hang};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(available(result, 3), 0);
  EXPECT_EQ(available(result, 6), 1);
  EXPECT_EQ(value(result, Metric::files_lost), 0);
}

TEST(Files, are_reached_through_the_front_end_pool_and_over_the_network) {
  Scenario scenario = with_files();
  Fault cut;
  cut.at = 5min;
  cut.duration = 2min;
  cut.cut = Names(std::vector<std::string>{"files-1"});
  scenario.faults = {lose("front-1", 1min, 2min), cut};
  const ReplicationResult result = play(scenario);
  EXPECT_EQ(available(result, 2), 0);
  EXPECT_EQ(available(result, 4), 1);
  EXPECT_EQ(available(result, 6), 0);
  EXPECT_EQ(available(result, 8), 1);
}

TEST(Files, are_not_recorded_when_nothing_happens_to_them) {
  Scenario scenario = with_files();
  scenario.faults = {lose("chat-2", 2min, 1min)};
  const ReplicationResult result = play(scenario);
  EXPECT_TRUE(std::ranges::none_of(result.series, [](const Series& each) { return each.metric == Metric::files_available; }));
}

}  // namespace
}  // namespace poolcast::sim
