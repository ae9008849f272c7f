#include "domain/failure_recovery.hpp"

#include <gtest/gtest.h>

#include "tests/domain/results.hpp"

namespace poolcast {
namespace {

TEST(TimeSpread, has_the_quantiles_of_the_sample) {
  const TimeSpread spread = spread_of({30.0, 10.0, 20.0, 50.0, 40.0});
  EXPECT_EQ(spread.asked, 5u);
  EXPECT_EQ(spread.reached, 5u);
  EXPECT_DOUBLE_EQ(spread.p5.value(), 12);
  EXPECT_DOUBLE_EQ(spread.p50.value(), 30);
  EXPECT_DOUBLE_EQ(spread.p95.value(), 48);
}

TEST(TimeSpread, counts_who_never_got_there_as_later_than_all_others) {
  const TimeSpread spread = spread_of({std::nullopt, 10.0, 20.0});
  EXPECT_EQ(spread.reached, 2u);
  EXPECT_EQ(spread.p50, 20.0);  // the middle of three, whatever the third is
  EXPECT_FALSE(spread.p95);
  EXPECT_FALSE(spread_of({std::nullopt, std::nullopt}).p5);
  EXPECT_EQ(spread_of({}), TimeSpread{});
}

// A failure that displaces users, and one that takes the database for `away` seconds (negative: to the end).
ReplicationResult with_failures(double back, double away, double lost, Count replication = 0) {
  Fold fold(Seconds{600}, Seconds{60});
  fold.add(Metric::arrivals, {});
  const SeriesId users = fold.add(Metric::users_back, {.pool = "chat", .part = "lose chat-2"});
  fold.once(users, "displaced", 200);
  fold.once(users, "user_minutes", 300);
  fold.once(users, "at", 120);
  fold.once(users, "p95", back);
  const SeriesId database = fold.add(Metric::database_back, {.pool = "chat", .part = "lose sql-1"});
  fold.once(database, "at", 60);
  fold.once(database, "lost", lost);
  fold.once(database, "in_doubt", 2);
  if (lost > 0) fold.once(database, "oldest_lost", 900);
  if (away >= 0) fold.once(database, "", away);
  return finished(std::move(fold), replication);
}

TEST(FailureRecovery, has_an_entry_per_failure_in_the_order_of_time) {
  const auto all = failure_recoveries({with_failures(10, 14, 0), with_failures(30, -1, 8, 1)});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].failure, "lose sql-1");
  EXPECT_EQ(all[0].at, 60);
  EXPECT_FALSE(all[0].users_affected);
  EXPECT_EQ(all[0].half_back.asked, 0u);
  EXPECT_EQ(all[0].database_back.asked, 2u);
  EXPECT_EQ(all[0].database_back.reached, 1u);
  EXPECT_EQ(all[0].recovery_point.reached, 2u);
  EXPECT_EQ(all[0].recovery_point.p50, 450);  // nothing was lost in one of two
  EXPECT_EQ(all[0].messages_lost->value, 4);
  EXPECT_EQ(all[0].messages_in_doubt->value, 2);
  EXPECT_EQ(all[1].failure, "lose chat-2");
  EXPECT_EQ(all[1].users_affected->value, 200);
  EXPECT_EQ(all[1].user_minutes_lost->value, 300);
  EXPECT_EQ(all[1].most_back.p50, 20);
  EXPECT_EQ(all[1].half_back.reached, 0u);
  EXPECT_FALSE(all[1].messages_lost);
  EXPECT_EQ(all[1].recovery_point.asked, 0u);
}

TEST(FailureRecovery, of_two_pools_is_over_when_both_are_back) {
  Fold fold(Seconds{600}, Seconds{60});
  fold.add(Metric::arrivals, {});
  for (const double back : {10.0, 50.0}) {
    const SeriesId id = fold.add(Metric::users_back, {.pool = back > 20 ? "b" : "a", .part = "lose north"});
    fold.once(id, "displaced", 100);
    fold.once(id, "p50", back);
    if (back > 20) fold.once(id, "p95", back);
  }
  const SeriesId nobody = fold.add(Metric::users_back, {.pool = "c", .part = "lose north"});
  fold.once(nobody, "displaced", 0);
  const auto all = failure_recoveries({finished(std::move(fold))});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].users_affected->value, 200);
  EXPECT_EQ(all[0].half_back.p50, 50);
  EXPECT_EQ(all[0].most_back.asked, 1u);
  EXPECT_EQ(all[0].most_back.reached, 0u);
}

TEST(FailureRecovery, is_not_told_of_a_failure_that_nobody_felt) {
  Fold fold(Seconds{600}, Seconds{60});
  fold.once(fold.add(Metric::users_back, {.pool = "chat", .part = "fail over front"}), "displaced", 0);
  EXPECT_TRUE(failure_recoveries({finished(std::move(fold))}).empty());
}

}  // namespace
}  // namespace poolcast
