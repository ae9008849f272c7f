#include "domain/rules/commit.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace poolcast::rules {
namespace {

TEST(Commit, takes_the_longer_of_the_local_log_and_the_way_to_the_mirror_and_back) {
  EXPECT_NEAR(commit_latency(Seconds{0.004}, Seconds{0.0005}, Seconds{0.004}).count(), 0.0045, 1e-12);
  EXPECT_EQ(commit_latency(Seconds{0.004}, Seconds{0.0005}, Seconds{0.001}), Seconds{0.004});
  EXPECT_EQ(commit_latency(Seconds{0.004}, Seconds{0}, Seconds{0}), Seconds{0.004});
}

TEST(Queues, grow_while_the_mirror_is_away_and_drain_at_what_the_network_has_left) {
  const LogQueues away = advance({}, {.written = 2, .sent = 0, .redone = 20}, Seconds{100});
  EXPECT_DOUBLE_EQ(away.send, 200);
  EXPECT_DOUBLE_EQ(away.redo, 0);
  const LogRates back{.written = 2, .sent = 10, .redone = 5};
  EXPECT_DOUBLE_EQ(time_to_catch_up(away.send, back).count(), 25);
  const LogQueues after = advance(away, back, Seconds{25});
  EXPECT_DOUBLE_EQ(after.send, 0);
  EXPECT_DOUBLE_EQ(after.redo, 125);  // 25 s at 10 - 5
  EXPECT_DOUBLE_EQ(advance(after, back, Seconds{10}).redo, 95);
  EXPECT_DOUBLE_EQ(advance(after, back, Seconds{1000}).redo, 0);
}

TEST(Queues, never_drain_over_a_network_that_is_slower_than_what_is_written) {
  EXPECT_TRUE(std::isinf(time_to_catch_up(1, {.written = 2, .sent = 1, .redone = 5}).count()));
  EXPECT_TRUE(std::isinf(time_to_catch_up(1, {.written = 2, .sent = 2, .redone = 5}).count()));
  EXPECT_DOUBLE_EQ(advance({}, {.written = 2, .sent = 1, .redone = 5}, Seconds{10}).send, 10);
}

RC_GTEST_PROP(Queues, two_steps_are_one_of_both_lengths, ()) {
  const auto number = [] { return *rc::gen::inRange(0, 50) * 1.0; };
  const LogQueues begin{number(), number()};
  const LogRates rates{number(), number(), number()};
  const Seconds first{number()};
  const Seconds second{number()};
  const LogQueues once = advance(begin, rates, first + second);
  const LogQueues twice = advance(advance(begin, rates, first), rates, second);
  RC_ASSERT(std::abs(once.send - twice.send) < 1e-9);
  RC_ASSERT(std::abs(once.redo - twice.redo) < 1e-9);
}

TEST(Failover, rolls_forward_by_one_thread_or_on_enterprise_edition_by_one_for_four_cpus) {
  EXPECT_EQ(redo_threads(SqlEdition::standard, 64), 1);
  EXPECT_EQ(redo_threads(SqlEdition::express, 64), 1);
  EXPECT_EQ(redo_threads(SqlEdition::enterprise, 4), 1);
  EXPECT_EQ(redo_threads(SqlEdition::enterprise, 5), 1);
  EXPECT_EQ(redo_threads(SqlEdition::enterprise, 12), 3);
}

TEST(Failover, takes_detection_redo_and_opening) {
  // Assumption O-10: 10 s, 20 MB/s, 3 s.
  const RoleSwitch failover = role_switch(Seconds{10}, 400e6, {.bytes_per_s = 20e6, .threads = 1}, Seconds{3});
  EXPECT_DOUBLE_EQ(failover.redo.count(), 20);
  EXPECT_DOUBLE_EQ(failover.interruption().count(), 33);
  EXPECT_DOUBLE_EQ(role_switch(Seconds{10}, 0, {.bytes_per_s = 20e6, .threads = 1}, Seconds{3}).interruption().count(), 13);
}

TEST(Failover, knows_a_reported_error_at_once_and_a_silent_one_after_the_time_out_and_one_more_ping) {
  EXPECT_EQ(detection_time(ErrorKind::hard, mirroring_timeout, Seconds{1}, Seconds{0.5}), Seconds{0});
  EXPECT_EQ(detection_time(ErrorKind::soft, mirroring_timeout, Seconds{1}, Seconds{0}), Seconds{11});
  EXPECT_EQ(detection_time(ErrorKind::soft, mirroring_timeout, Seconds{1}, Seconds{1}), Seconds{10});
}

TEST(Log, fills_at_the_rate_of_writing_while_it_cannot_be_truncated) {
  EXPECT_EQ(time_to_full_log(10e9, 72e9, 1e6), Seconds{62e3});
  EXPECT_EQ(time_to_full_log(72e9, 72e9, 1e6), Seconds{0});
  EXPECT_TRUE(std::isinf(time_to_full_log(0, 1, 0).count()));
}

}  // namespace
}  // namespace poolcast::rules
