// The library's scenarios on mirrored databases, and the answers that docs/model.md gives.
#include <gtest/gtest.h>

#include "domain/io/scenario_file.hpp"
#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

struct Answer {
  double away = 0;   // seconds in which no partner served
  double stall = 0;  // seconds until the last chat server was connected again
  double posts_refused = 0;
  double posts_lost = 0;
  double longest_post = 0;  // seconds
};

Answer answer_of(const std::string& name, const std::vector<std::string>& overrides = {}) {
  const auto loaded = io::load_scenario(name, {.library = {POOLCAST_SCENARIOS}, .overrides = overrides});
  const ReplicationResult result = play(loaded.scenario);
  return {.away = value(result, Metric::database_downtime, "", "content"),
          .stall = value(result, Metric::without_database),
          .posts_refused = total(result, Metric::refusals, "", "post"),
          .posts_lost = total(result, Metric::messages_lost),
          .longest_post = latencies(result, Metric::post_latency).max()};
}

TEST(DatabaseScenarios, a_principal_that_falls_silent_is_replaced_in_14_s_and_missed_by_chat_servers_for_30) {
  const Answer answer = answer_of("principal-failure-with-witness");
  EXPECT_NEAR(answer.away, 11 + 3, 0.01);
  EXPECT_NEAR(answer.stall, 30 + 1.2, 0.01);  // a silent partner takes the first attempt's 1.2 s
  EXPECT_GT(answer.posts_refused, 100);
  EXPECT_EQ(answer.posts_lost, 0);
}

TEST(DatabaseScenarios, a_principal_whose_service_is_killed_costs_four_seconds) {
  const Answer answer = answer_of("principal-failure-with-witness", {"faults[0].kind=reset"});
  EXPECT_NEAR(answer.away, 3, 0.01);
  EXPECT_NEAR(answer.stall, 3.5, 0.1);  // pauses of 0.1, 0.2, 0.4, 0.8, 1 and 1 s
  EXPECT_EQ(answer.posts_lost, 0);
}

TEST(DatabaseScenarios, chat_servers_that_notice_sooner_are_back_sooner) {
  const Answer answer = answer_of("principal-failure-with-witness", {"costs.database_notice_time=9s"});
  EXPECT_NEAR(answer.away, 14, 0.01);
  EXPECT_GT(answer.stall, 14);
  EXPECT_LT(answer.stall, 14 + 3.6);
}

TEST(DatabaseScenarios, without_a_witness_the_stall_lasts_until_an_operator_forces_service) {
  const Answer answer = answer_of("principal-failure-without-witness");
  EXPECT_NEAR(answer.away, 30 * 60 + 3, 0.01);
  EXPECT_NEAR(answer.stall, answer.away, 1.01);
  EXPECT_GT(answer.posts_refused, 1000);
  EXPECT_EQ(answer.posts_lost, 0);
}

TEST(DatabaseScenarios, after_the_witness_the_loss_of_the_principal_stops_chat_until_a_member_returns) {
  EXPECT_NEAR(answer_of("witness-then-principal").away, 20 * 60, 0.01);
  EXPECT_NEAR(answer_of("witness-then-principal", {"faults[0].for=15min"}).away, 15 * 60 + 3, 0.01);
  EXPECT_NEAR(answer_of("witness-then-principal", {"faults[1].for=5min"}).away, 5 * 60 + 3, 0.01);
}

TEST(DatabaseScenarios, a_cluster_needs_its_start_time_more_than_a_mirror_and_nothing_takes_over_from_its_storage) {
  constexpr double redo = 0.02;  // of at most a minute's log at 20 MB/s
  const auto clustered = [](std::vector<std::string> overrides) {
    overrides.emplace_back("workload.users=3_000");
    return answer_of("clustered-database", overrides);
  };
  const Answer lost = clustered({});
  EXPECT_NEAR(lost.away, 5 + 60 + 3, redo);
  EXPECT_NEAR(lost.stall, lost.away, 1);
  EXPECT_GT(lost.posts_refused, 50);
  EXPECT_EQ(lost.posts_lost, 0);
  EXPECT_NEAR(clustered({"costs.cluster_start_time=5min"}).away, 5 + 300 + 3, redo);
  EXPECT_NEAR(clustered({"faults=[{at: 10min, lose_disks: sql-content, for: 5min}]"}).away, 300 + 60 + 3, redo);
  const Answer hung = clustered({"faults=[{at: 10min, hang: sql-content}]"});
  EXPECT_NEAR(hung.away, 60 + 3, redo);
  EXPECT_NEAR(hung.stall, 60 + 60 + 3, 1);
}

TEST(DatabaseScenarios, a_silent_mirror_holds_commits_for_its_time_out_and_a_killed_one_does_not) {
  const Answer silent = answer_of("mirror-loss");
  EXPECT_EQ(silent.away, 0);
  EXPECT_GT(silent.longest_post, 10);
  EXPECT_LT(silent.longest_post, 11.5);
  EXPECT_LT(answer_of("mirror-loss", {"faults[0].kind=reset"}).longest_post, 1);
}

}  // namespace
}  // namespace poolcast::sim
