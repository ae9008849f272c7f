// Runbooks that a scenario follows, as the control plane takes them.
#include "sim/analytic/followed.hpp"

#include <gtest/gtest.h>

#include <string>

#include "domain/io/scenario_file.hpp"

namespace poolcast::sim::analytic {
namespace {

constexpr const char* loss = "{at: 0s, lose: north, about_every: 1825day, for_about: 20day}";

Scenario following(const std::string& runbooks, const std::string& topology = "stretched-low-bandwidth") {
  const io::LoadOptions options{
      .library = {POOLCAST_SCENARIOS},
      .overrides = {"topology=" + topology, "workload.users=400", "faults=[" + std::string(loss) + ", " + runbooks + "]"}};
  return io::load_scenario("years-of-chance", options).scenario;
}

// A runbook of two steps, the first of which brings about what is given.
std::string runbook(const std::string& first, const std::string& last, const std::string& more = "") {
  return "{at: 0s, follow: {name: Mine, steps: [{name: one, takes: 1min..2min, then: {" + first +
         "}}, {name: two, takes: 1min..2min, after: [one], then: {" + last + "}}], back_in_service_after: two" + more + "}}";
}

std::string refusal(const Scenario& scenario, bool has_failover = false, bool has_failback = false) {
  const auto found = followed_refusals(scenario, has_failover, has_failback);
  return found.empty() ? "" : found.front().key + ": " + found.front().message;
}

}  // namespace

TEST(FollowedRunbook, takes_what_it_leaves_open_from_the_scenario) {
  Scenario scenario = following("{at: 0s, follow: site-failover}, {at: 0s, follow: site-failback}");
  scenario.topology.databases.front().size = Bytes{5e9};
  EXPECT_EQ(refusal(scenario), "");
  const auto found = followed_runbooks(scenario);
  ASSERT_EQ(found.size(), 1U);
  ASSERT_TRUE(found.front().failover && found.front().failback);
  EXPECT_EQ(found.front().failover->name, "Site failover");
  const Situation& situation = found.front().failback->situation;
  EXPECT_EQ(situation.database, Bytes{5e9});
  EXPECT_EQ(situation.wan->bytes_per_s, 100e6 / 8);
  EXPECT_FALSE(*situation.share_survives);
}

TEST(FollowedRunbook, is_that_of_its_own_pool) {
  const auto found = followed_runbooks(following("{at: 0s, follow: site-failover, pool: chat-south}", "two-stretched-pools"));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_FALSE(found[0].failover || found[0].failback || found[1].failback);
  EXPECT_TRUE(found[1].failover);
}

TEST(FollowedRunbook, is_refused_with_the_step_that_cannot_be_played) {
  const std::string over = "fail_over: chat-pool";
  EXPECT_EQ(refusal(following(runbook("fail_over: next-hop", over))), "");
  EXPECT_EQ(refusal(following(runbook("set_active: second-site", over))), "");
  EXPECT_EQ(refusal(following(runbook("set_active: nobody", "fail_back: chat-pool"))), "");
  EXPECT_EQ(refusal(following(runbook("activate: chat-5", over))),
            "faults[1].follow.steps[0].then: step one brings `activate` about, which availability cannot play");
  EXPECT_EQ(
      refusal(following(runbook("set_active: [chat-5, chat-6]", over))),
      "faults[1].follow.steps[0].then: step one makes other servers active than the pool's standby ones, which availability "
      "cannot play");
  EXPECT_EQ(
      refusal(following(runbook("fail_over: front-south", over))),
      "faults[1].follow.steps[0].then: step one fails over or back front-south, which is neither chat nor its next hop, which "
      "availability cannot play");
}

TEST(FollowedRunbook, that_makes_servers_active_is_refused_of_a_pool_without_standby_ones) {
  Scenario scenario = following(runbook("set_active: [chat-1]", "fail_over: chat-pool"));
  scenario.topology.chat_pools.front().standby.clear();
  EXPECT_EQ(
      refusal(scenario),
      "faults[1].follow.steps[0].then: step one makes servers active, of a pool that has no standby ones, which availability "
      "cannot play");
  EXPECT_EQ(
      refusal(following(runbook("set_active: nobody", "fail_over: chat-pool"), "stretched-low-bandwidth")),
      "faults[1].follow.steps[0].then: step one makes other servers active than the pool's standby ones, which availability "
      "cannot play");
}

TEST(FollowedRunbook, is_refused_when_the_scenarios_line_is_no_faster_than_its_log) {
  Scenario scenario = following("{at: 0s, follow: site-failover}, {at: 0s, follow: site-failback}");
  scenario.workload.users = 80'000;
  EXPECT_EQ(refusal(scenario), "");
  for (Link& link : scenario.topology.links) link.bandwidth = Bandwidth{200e3 / 8};
  EXPECT_EQ(refusal(scenario),
            "faults[1].follow: availability cannot play the runbook `Site failover`: found a line that is no faster than the log "
            "grows; expected a faster one");
  EXPECT_EQ(followed_refusals(scenario, false, false).size(), 2U);
  EXPECT_EQ(refusal(scenario, true, true), "");
}

TEST(FollowedRunbook, is_refused_when_it_leads_no_way_both_or_the_same_as_another) {
  const std::string over = "fail_over: chat-pool", back = "fail_back: chat-pool";
  const std::string cannot = "faults[1].follow: availability cannot play the runbook `Mine`: ";
  EXPECT_EQ(refusal(following(runbook("set_active: nobody", "set_active: second-site"))),
            cannot + "it fails chat pool chat neither over nor back");
  EXPECT_EQ(refusal(following(runbook(over, back))), cannot + "it fails chat pool chat over and back");
  EXPECT_EQ(refusal(following(runbook("fail_over: next-hop", over, ", out_of_service_from: two"))),
            cannot + "users are away from one of its steps on, and not from the loss of the site");
  EXPECT_EQ(
      refusal(following("{at: 0s, follow: site-failover}, {at: 1s, follow: site-failover-prepared}")),
      "faults[2].follow: availability cannot play the runbook `Site failover, decision prepared`: another one leads the same "
      "way for chat");
}

TEST(FollowedRunbook, that_another_one_takes_the_place_of_may_be_any) {
  const Scenario over = following(runbook("activate: chat-5", "fail_over: chat-pool"));
  EXPECT_EQ(refusal(over, true, false), "");
  EXPECT_NE(refusal(over, false, true), "");
  const Scenario neither = following(runbook("set_active: nobody", "set_active: second-site"));
  EXPECT_NE(refusal(neither, true, false), "");
  EXPECT_EQ(refusal(neither, true, true), "");
}

}  // namespace poolcast::sim::analytic
