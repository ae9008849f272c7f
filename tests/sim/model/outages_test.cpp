// What failures cost: posts at risk and lost, how old they are, and whose users waited for how long.
#include <gtest/gtest.h>

#include <algorithm>

#include "domain/failure_recovery.hpp"
#include "domain/io/scenario_file.hpp"
#include "sim/database_outages.hpp"
#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

TEST(DatabaseOutages, count_for_the_fault_that_began_last_and_are_numbered) {
  DatabaseOutages outages;
  outages.fault_begins("lose sql-1");
  outages.gone(0, 100);
  outages.doubted(0, 100, 3);
  outages.gone(0, 101);  // nobody served already
  outages.serves(0, 114);
  outages.serves(0, 200);  // somebody served already
  outages.gone(1, 100);
  outages.gone(0, 300);
  ASSERT_EQ(outages.all().size(), 3u);
  EXPECT_EQ(outages.all()[0].label, "lose sql-1");
  EXPECT_EQ(outages.all()[0].lasted, 14);
  EXPECT_EQ(outages.all()[0].in_doubt, 3u);
  EXPECT_EQ(outages.all()[1].label, "lose sql-1");  // of another pool
  EXPECT_EQ(outages.all()[2].label, "lose sql-1 (2)");
  EXPECT_FALSE(outages.all()[2].lasted);
}

TEST(DatabaseOutages, keep_doubts_while_somebody_serves_for_the_fault_that_began_last) {
  DatabaseOutages outages;
  outages.fault_begins("lose sql-1");
  outages.gone(0, 100);
  outages.serves(0, 114);
  outages.fault_begins("hang sql-m");
  for (const double at : {200.0, 201.0}) outages.doubted(0, at, 2);
  ASSERT_EQ(outages.all().size(), 2u);
  EXPECT_EQ(outages.all()[0].in_doubt, 0u);
  EXPECT_EQ(outages.all()[1].label, "hang sql-m");
  EXPECT_EQ(outages.all()[1].in_doubt, 4u);
  EXPECT_EQ(outages.all()[1].lasted, 0);
}

TEST(DatabaseOutages, the_oldest_lost_post_came_after_the_last_date_with_no_more_than_what_is_kept) {
  DatabaseOutages outages;
  outages.fault_begins("lose sql-1");
  for (int second = 0; second <= 60; ++second)
    outages.note_stored(0, second, second < 20 ? 0 : 2 * static_cast<std::uint64_t>(second - 20));  // two a second from 20 s on
  outages.forget(0, 30);
  outages.gone(0, 60.5);
  outages.note_stored(0, 90, 80);  // nothing is stored meanwhile
  outages.lost(0, 95, 11, 80);     // posts 70 to 80 of 80; the 70th came in the 35th second
  EXPECT_EQ(outages.all()[0].lost, 11u);
  EXPECT_DOUBLE_EQ(outages.all()[0].oldest_lost, 60.5 - 54);
  outages.lost(0, 95, 0, 80);
  EXPECT_EQ(outages.all().size(), 1u);
}

TEST(DatabaseOutages, keep_few_dates_when_nothing_is_ever_safe_and_tell_the_age_by_them) {
  constexpr int seconds = 40 * 86'400;
  DatabaseOutages outages;
  for (int second = 0; second <= seconds; ++second) outages.note_stored(0, second, static_cast<std::uint64_t>(second));
  EXPECT_LT(outages.dates(0), 40'000u);
  outages.gone(0, seconds);
  outages.lost(0, seconds, seconds / 2, seconds);
  EXPECT_NEAR(outages.all()[0].oldest_lost, seconds / 2.0, seconds * DatabaseOutages::precision);
  outages.lost(0, seconds, seconds, seconds);
  EXPECT_EQ(outages.all()[0].oldest_lost, seconds);
}

Scenario small(const std::string& name, const std::vector<std::string>& set = {}) {
  std::vector<std::string> overrides{"workload.users=4_000", "costs.join_rate=0.5/s"};
  overrides.insert(overrides.end(), set.begin(), set.end());
  return io::load_scenario(name, {.library = {POOLCAST_SCENARIOS}, .overrides = overrides}).scenario;
}

FailureRecovery recovery_of(const ReplicationResult& result, const std::string& failure) {
  for (const FailureRecovery& one : failure_recoveries({result}))
    if (one.failure == failure) return one;
  ADD_FAILURE() << "no failure " << failure;
  return {};
}

TEST(Recovery, of_a_mirrored_principal_is_the_downtime_and_loses_nothing) {
  const ReplicationResult result = play(small("principal-failure-with-witness"));
  const FailureRecovery recovery = recovery_of(result, "lose sql-1");
  EXPECT_NEAR(recovery.database_back.p50.value(), value(result, Metric::database_downtime, "", "content"), 1e-9);
  EXPECT_EQ(recovery.recovery_point.p50, 0.0);
  EXPECT_EQ(recovery.messages_lost->value, 0);
  EXPECT_EQ(recovery.messages_in_doubt->value, total(result, Metric::messages_in_doubt));
  EXPECT_FALSE(recovery.users_affected);
  EXPECT_EQ(level_at(result, Metric::messages_at_risk, 1), 0);  // before the loss the mirror is in step
}

// The backup of 15 min waits for the copy of 30 min, so that everything since the start is lost; 24 posts a second at 80,000.
TEST(Recovery, of_a_lost_site_is_the_operators_time_and_what_the_shipped_log_lacks) {
  const ReplicationResult result =
      play(small("site-failure", {"faults[1].follow.steps.decide.p90=40min", "workload.restarts_per_user=0/h"}));
  const FailureRecovery recovery = recovery_of(result, "lose north");
  const auto state = std::ranges::find(result.logbook, "pool-state", &LogbookEntry::what);
  ASSERT_NE(state, result.logbook.end());
  EXPECT_NEAR(recovery.database_back.p50.value(), (state->ends - Seconds{20 * 60}).count(), 1);
  EXPECT_EQ(recovery.messages_lost->value, total(result, Metric::messages_lost));
  EXPECT_GT(recovery.messages_lost->value, 1000);
  EXPECT_NEAR(recovery.recovery_point.p50.value(), 20 * 60, 5);
  EXPECT_EQ(recovery.users_affected->value, 4000);
  EXPECT_NEAR(recovery.user_minutes_lost->value, value(result, Metric::user_minutes_lost), 1);
  // The mirror has everything until the site with both partners is gone; the secondary alone is no mirror.
  EXPECT_EQ(level_at(result, Metric::messages_at_risk, 3), 0);
}

// Both partners are destroyed at 70 min; the secondary has the backup of 45 min, which was copied at 60 min. That the link is
// narrow since 65 min takes nothing from it: the backup of 60 min would have been copied at 75 min.
TEST(Recovery, of_what_was_shipped_is_the_same_when_the_link_narrows_afterwards) {
  const std::string lost = "{at: 70min, lose: [sql-1, sql-2], kind: destroyed}, {at: 70min, fail_over: chat, takes: 5min..5min}";
  const auto stretched = [&](const std::string& before) {
    return play(small("narrow-link",
                      {"topology=stretched-low-bandwidth", "horizon=80min", "objectives=[]", "faults=[" + before + lost + "]"}));
  };
  const ReplicationResult narrow = stretched("{at: 65min, narrow_link: [north, south], factor: 1000000, for: 20min}, ");
  const ReplicationResult wide = stretched("");
  for (const ReplicationResult* result : {&narrow, &wide}) {
    const FailureRecovery recovery = recovery_of(*result, "lose sql-1, sql-2");
    EXPECT_NEAR(recovery.recovery_point.p50.value(), 25 * 60, 5);
    EXPECT_GT(recovery.messages_lost->value, 500);
    EXPECT_LT(recovery.messages_lost->value, 25 * 60 * 1.4);  // 24 posts a second at 80,000
  }
}

// Suspended at 5 min, the principal lost at 10 min: the mirror lacks five minutes of posts.
TEST(Recovery, point_of_a_forced_service_is_the_age_of_the_first_post_that_the_mirror_lacks) {
  const ReplicationResult result =
      play(small("principal-failure-without-witness",
                 {"faults=[{at: 5min, suspend_mirroring: sql-2}, {at: 10min, lose: sql-1}, {at: 20min, force_service: sql-2}]",
                  "objectives=[]"}));
  const FailureRecovery recovery = recovery_of(result, "lose sql-1");
  EXPECT_GT(recovery.messages_lost->value, 100);
  EXPECT_EQ(recovery.messages_lost->value, total(result, Metric::messages_lost));
  EXPECT_NEAR(recovery.recovery_point.p50.value(), 300, 5);
  const double before = level_at(result, Metric::messages_at_risk, 8), after = level_at(result, Metric::messages_at_risk, 9);
  EXPECT_GT(before, 0);
  EXPECT_GT(after, before);
  EXPECT_LE(after, recovery.messages_lost->value);
}

TEST(Recovery, splits_the_minutes_of_users_who_are_lost_again_before_they_are_back) {
  const ReplicationResult result =
      play(small("lose-one-of-four", {"faults=[{at: 20min, lose: chat-2}, {at: 25min, lose: chat-3}]", "objectives=[]",
                                      "workload.restarts_per_user=0/h"}));
  const double first = recovery_of(result, "lose chat-2").user_minutes_lost->value;
  const double second = recovery_of(result, "lose chat-3").user_minutes_lost->value;
  EXPECT_GT(first, 0);
  EXPECT_GT(second, first);
  EXPECT_NEAR(first + second, value(result, Metric::user_minutes_lost), 1);
}

}  // namespace
}  // namespace poolcast::sim
