#include "domain/rules/client.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace poolcast::rules {
namespace {

// Domain sheet O-2: noticed at once or after 30 to 60 s, then 0 to 30 s; waits double up to 5 min, ±50 %.
const ClientBehaviour documented{};

TEST(ClientRules, a_reset_is_noticed_at_once_and_a_silent_machine_after_the_keep_alive) {
  EXPECT_EQ(first_attempt(documented, LossKind::reset, 0.9, 0), Seconds{0});
  EXPECT_EQ(first_attempt(documented, LossKind::reset, 0, 1), Seconds{30});
  EXPECT_EQ(first_attempt(documented, LossKind::silent, 0, 0), Seconds{30});
  EXPECT_EQ(first_attempt(documented, LossKind::silent, 1, 1), Seconds{90});
}

TEST(ClientRules, waits_double_after_each_refusal_up_to_the_longest) {
  const double expected[] = {15, 30, 60, 120, 240, 300, 300};
  for (unsigned refusals = 1; refusals <= 7; ++refusals)
    EXPECT_EQ(after_refusal(documented, refusals, 0.5), Seconds{expected[refusals - 1]}) << refusals;
}

TEST(ClientRules, jitter_spreads_a_wait_by_its_share_and_none_makes_clients_march_in_step) {
  EXPECT_EQ(after_refusal(documented, 1, 0), Seconds{7.5});
  EXPECT_EQ(after_refusal(documented, 1, 1), Seconds{22.5});
  ClientBehaviour in_step = documented;
  in_step.jitter = Share{0};
  EXPECT_EQ(after_refusal(in_step, 3, 0), after_refusal(in_step, 3, 1));
}

TEST(ClientRules, clients_that_may_retry_at_once_still_let_time_pass) {
  ClientBehaviour eager = documented;
  eager.backoff = {Seconds{0}, Seconds{0}};
  EXPECT_EQ(after_refusal(eager, 5000, 0.5), Seconds{0.001});
}

RC_GTEST_PROP(ClientRules, no_wait_is_negative_or_beyond_the_longest_and_its_jitter, ()) {
  const auto refusals = *rc::gen::inRange(1U, 10'000U);
  const double chance = *rc::gen::inRange(0, 1001) / 1000.0;
  const Seconds wait = after_refusal(documented, refusals, chance);
  RC_ASSERT(wait >= Seconds{0});
  RC_ASSERT(wait <= Seconds{450});
}

}  // namespace
}  // namespace poolcast::rules
