// The pool as a whole: what is conserved, what is deterministic, what the engine must not change.
#include <gtest/gtest.h>

#include "sim/run.hpp"
#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

// Losses, restarts, and workers so few and searches so slow that requests are refused and some are in service at a loss.
Scenario troubled_pool() {
  Scenario scenario = small_pool();
  scenario.workload.restarts_per_user = Rate{2.0 / 3600};
  scenario.costs.workers.value = 2;
  scenario.costs.search_cpu.value = 5s;
  scenario.costs.inbound_queue.value = 4;
  scenario.faults = {lose("chat-2", 3min, 2min), lose("chat-3", 4min)};
  return scenario;
}

TEST(ChatModel, every_request_is_answered_refused_lost_or_in_flight) {
  const ReplicationResult result = play(troubled_pool());
  EXPECT_GT(total(result, Metric::refusals), 0);
  EXPECT_GT(total(result, Metric::requests_lost), 0);
  EXPECT_EQ(total(result, Metric::arrivals), total(result, Metric::completions) + total(result, Metric::refusals) +
                                                 total(result, Metric::requests_lost) +
                                                 value(result, Metric::requests_in_flight));
}

TEST(ChatModel, every_user_is_connected_or_waits_once_all_that_began_has_ended) {
  Scenario scenario = troubled_pool();
  scenario.workload.restarts_per_user = Rate{0};
  const ReplicationResult result = play(scenario);
  const std::size_t last = series(result, Metric::users_connected).windows.size() - 1;
  EXPECT_NEAR(level_at(result, Metric::users_connected, last) + level_at(result, Metric::users_waiting, last), 1200, 1e-6);
}

TEST(ChatModel, every_displaced_user_is_back_when_servers_and_time_are_left) {
  Scenario scenario = small_pool();
  scenario.faults = {lose("chat-2", 3min)};
  const ReplicationResult result = play(scenario);
  const double displaced = value(result, Metric::users_back, "displaced", "lose chat-2");
  EXPECT_EQ(displaced, 300);
  EXPECT_EQ(value(result, Metric::users_back, "back", "lose chat-2"), displaced);
  const double t50 = value(result, Metric::users_back, "p50", "lose chat-2");
  const double t95 = value(result, Metric::users_back, "p95", "lose chat-2");
  const double t100 = value(result, Metric::users_back, "p100", "lose chat-2");
  EXPECT_GT(t50, 0);
  EXPECT_LE(t50, t95);
  EXPECT_LE(t95, t100);
}

TEST(ChatModel, nothing_acknowledged_is_lost_and_every_stored_post_was_sent) {
  const ReplicationResult result = play(troubled_pool());
  EXPECT_EQ(total(result, Metric::messages_lost), 0);
  EXPECT_GE(total(result, Metric::messages_stored), total(result, Metric::completions, "", "post"));
  EXPECT_LE(total(result, Metric::messages_stored), total(result, Metric::arrivals, "", "post"));
  EXPECT_DOUBLE_EQ(value(result, Metric::database_bytes), total(result, Metric::messages_stored) * 1200);
}

TEST(ChatModel, the_modes_of_the_plane_give_the_same_bits) {
  const ReplicationResult batch = play(troubled_pool(), {.mode = PlaneMode::batch});
  EXPECT_TRUE(batch == play(troubled_pool(), {.mode = PlaneMode::step}));
  EXPECT_TRUE(batch == play(troubled_pool(), {.mode = PlaneMode::timer}));
}

TEST(ChatModel, the_same_seed_gives_the_same_bits_and_another_one_does_not) {
  const ReplicationResult first = play(troubled_pool(), {.seed = 7});
  EXPECT_TRUE(first == play(troubled_pool(), {.seed = 7}));
  EXPECT_FALSE(first.series == play(troubled_pool(), {.seed = 8}).series);
}

// One event per recipient is the oracle of one job per post and server. Without faults: events of the same date come out in an
// order of their own in either mode, and only what is drawn after a loss would show it.
TEST(ChatModel, fan_out_as_one_job_delivers_what_an_event_per_recipient_delivers) {
  Scenario scenario = small_pool();
  const Histogram jobs = latencies(play(scenario), Metric::delivery_latency);
  const Histogram events = latencies(play(scenario, {.fan_out = FanOut::exact}), Metric::delivery_latency);
  EXPECT_EQ(jobs.count(), events.count());
  EXPECT_NEAR(jobs.mean(), events.mean(), 1e-9);
  EXPECT_NEAR(jobs.max(), events.max(), 1e-9);
  EXPECT_DOUBLE_EQ(jobs.quantile(0.95), events.quantile(0.95));
}

TEST(ChatModel, a_fault_on_a_machine_that_is_not_modelled_is_named) {
  Scenario scenario = small_pool();
  Fault slow = at(1min);
  slow.slow = NodeId{"front-1"};
  scenario.faults = {lose("chat-1", 1min), slow};
  const auto found = not_modelled(scenario);
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found.front().key, "faults[1].slow");
  EXPECT_NE(found.front().message.find("front-1"), std::string::npos);
}

}  // namespace
}  // namespace poolcast::sim
