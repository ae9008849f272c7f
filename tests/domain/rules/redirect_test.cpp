#include "domain/rules/redirect.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace poolcast::rules {
namespace {

TEST(Redirect, attempts_at_silent_partners_grow_by_rounds_and_the_last_has_what_is_left_of_the_login_time_out) {
  // SQL Server, "Connect Clients to a Database Mirroring Session": three rounds take 14.4 s and leave 0.6 s.
  const std::vector<double> expected{1.2, 1.2, 2.4, 2.4, 3.6, 3.6, 0.6};
  Login login;
  bool initial = true;
  for (const double seconds : expected) {
    const auto attempt = next_attempt(login);
    ASSERT_TRUE(attempt);
    EXPECT_NEAR(attempt->allotted.count(), seconds, 1e-9);
    EXPECT_EQ(attempt->at_initial_partner, initial);
    login = after_attempt(login, attempt->allotted, false);
    initial = !initial;
  }
  EXPECT_NEAR(login.elapsed.count(), 15, 1e-9);
  EXPECT_FALSE(next_attempt(login));
}

TEST(Redirect, a_longer_time_out_allots_eight_percent_more_each_round) {
  Login login{.timeout = Seconds{100}};
  for (const double seconds : {8, 8, 16, 16, 24, 24}) {
    EXPECT_NEAR(next_attempt(login)->allotted.count(), seconds, 1e-9);
    login = after_attempt(login, next_attempt(login)->allotted, false);
  }
  EXPECT_NEAR(next_attempt(login)->allotted.count(), 4, 1e-9);
}

TEST(Redirect, partners_that_say_they_are_inactive_are_asked_again_after_pauses_that_double_up_to_a_second) {
  Login login;
  for (const double pause : {0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0}) {
    const Seconds before = login.elapsed;
    login = after_attempt(login, Seconds{0}, true);
    EXPECT_EQ(login.elapsed, before);  // no pause within a round
    login = after_attempt(login, Seconds{0}, false);
    EXPECT_NEAR((login.elapsed - before).count(), pause, 1e-9);
  }
}

TEST(Redirect, a_round_without_an_answer_is_not_followed_by_a_pause) {
  Login login = after_attempt(after_attempt(Login{}, Seconds{1.2}, false), Seconds{1.2}, false);
  EXPECT_NEAR(login.elapsed.count(), 2.4, 1e-12);
  login = after_attempt(after_attempt(login, Seconds{2.4}, false), Seconds{0}, true);
  EXPECT_NEAR(login.elapsed.count(), 4.9, 1e-12);  // the first pause
}

TEST(Redirect, a_pause_does_not_outlast_the_login) {
  Login login{.elapsed = Seconds{14.95}, .attempts = 1};
  login = after_attempt(login, Seconds{0}, true);
  EXPECT_EQ(login.elapsed, Seconds{15});
  EXPECT_FALSE(next_attempt(login));
}

}  // namespace
}  // namespace poolcast::rules
