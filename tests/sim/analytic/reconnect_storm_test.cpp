// The fluid model of a reconnect storm: what it keeps, and where its answer is known without it.
#include "sim/analytic/reconnect_storm.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace poolcast::sim::analytic {
namespace {

StormPool four_servers() {
  StormPool pool;
  pool.users = 8000;
  pool.gate_rate_per_s = 10;
  pool.sequence_s = 0.5;
  pool.sign_in_work_s = 0.01;
  pool.client.backoff = {Seconds{5}, Seconds{40}};
  pool.servers.assign(4, {.cores = 12});
  return pool;
}

void play(ReconnectStorm& storm, double seconds) {
  const double end = storm.now() + seconds;
  while (storm.now() < end) storm.step();
}

}  // namespace

// A gate that is never idle lets its rate through: 2,000 users at 10 a second.
TEST(ReconnectStorm, lasts_as_long_as_the_gate_needs_for_those_who_were_displaced) {
  ReconnectStorm storm(four_servers());
  storm.connect_everybody();
  storm.lose({1}, LossKind::reset, "lose b");
  play(storm, 1200);
  const StormLoss& loss = storm.losses().front();
  EXPECT_DOUBLE_EQ(loss.displaced, 2000);
  ASSERT_TRUE(loss.t50 && loss.t95);
  EXPECT_NEAR(*loss.t50, 100, 3);
  EXPECT_NEAR(*loss.t95, 190, 6);
}

// Without a gate the clients' own waits are all there is: even over 30 s, and the sequence behind it.
TEST(ReconnectStorm, without_a_gate_lasts_as_long_as_the_clients_wait) {
  StormPool pool = four_servers();
  pool.gate_rate_per_s = 0;
  ReconnectStorm storm(pool);
  storm.connect_everybody();
  storm.lose({0}, LossKind::reset, "lose a");
  play(storm, 60);
  EXPECT_NEAR(*storm.losses().front().t50, 15.5, 0.4);
  EXPECT_NEAR(*storm.losses().front().t95, 29, 0.4);
  EXPECT_EQ(storm.refused(), 0);
  EXPECT_FALSE(storm.saturated());
}

TEST(ReconnectStorm, ends_nowhere_when_no_server_accepts) {
  StormPool pool = four_servers();
  pool.servers.resize(1);
  ReconnectStorm storm(pool);
  storm.connect_everybody();
  storm.lose({0}, LossKind::silent, "lose a");
  play(storm, 600);
  EXPECT_EQ(storm.connected(), 0);
  EXPECT_GT(storm.refused(), 8000);
  EXPECT_NEAR(storm.minutes_lost(), 8000 * 10, 30);
  storm.returns(0);
  play(storm, 1500);
  EXPECT_NEAR(storm.connected(), 8000, 40);
}

TEST(ReconnectStorm, counts_who_is_displaced_twice_for_the_later_loss_only) {
  ReconnectStorm storm(four_servers());
  storm.connect_everybody();
  storm.lose({0}, LossKind::reset, "lose a");
  play(storm, 1000);
  storm.lose({1}, LossKind::reset, "lose b");
  play(storm, 2000);
  EXPECT_NEAR(storm.losses()[0].displaced, 2000, 1e-6);
  EXPECT_NEAR(storm.losses()[1].displaced, 8000.0 / 3, 5);
  EXPECT_TRUE(storm.losses()[1].t100.has_value());
}

TEST(ReconnectStorm, of_servers_that_are_lost_together_is_one) {
  ReconnectStorm storm(four_servers());
  storm.connect_everybody();
  storm.lose({0, 1, 2}, LossKind::reset, "lose three");
  ASSERT_EQ(storm.losses().size(), 1);
  EXPECT_DOUBLE_EQ(storm.losses().front().displaced, 6000);
}

TEST(ReconnectStorm, keeps_a_server_away_until_all_of_its_losses_are_over) {
  ReconnectStorm storm(four_servers());
  storm.connect_everybody();
  storm.lose({1}, LossKind::reset, "lose b");
  storm.lose({1, 2}, LossKind::reset, "lose b, c");
  storm.returns(1);
  storm.returns(2);
  play(storm, 100);
  EXPECT_EQ(storm.connected_to(1), 0);
  EXPECT_GT(storm.connected_to(2), 0);
  storm.returns(1);
  play(storm, 100);
  EXPECT_GT(storm.connected_to(1), 0);
}

// Refusals by a pool without a server count like those of a full gate: waits grow from 5 s to 40 s, with a gate or without.
TEST(ReconnectStorm, waits_ever_longer_while_no_server_accepts) {
  for (const double gate : {0.0, 10'000.0}) {
    StormPool pool = four_servers();
    pool.servers.resize(1);
    pool.gate_rate_per_s = gate;
    pool.gate_places = 10'000;
    ReconnectStorm storm(pool);
    storm.connect_everybody();
    storm.lose({0}, LossKind::reset, "lose a");
    play(storm, 600);
    const double before = storm.attempts();
    play(storm, 400);
    EXPECT_NEAR(storm.attempts() - before, 8000.0 * 400 / 40, 8000) << gate;
  }
}

TEST(ReconnectStorm, fills_the_cores_and_says_so) {
  StormPool pool = four_servers();
  pool.gate_rate_per_s = 0;
  pool.sign_in_work_s = 1;
  ReconnectStorm storm(pool);
  storm.connect_everybody();
  storm.lose({0}, LossKind::reset, "lose a");
  play(storm, 20);
  EXPECT_TRUE(storm.saturated());
  EXPECT_DOUBLE_EQ(storm.utilisation(1), 1);
  EXPECT_EQ(storm.utilisation(0), 0);
}

// Nobody is lost and nobody is made: connected, waiting and those on their way are all there are.
RC_GTEST_PROP(ReconnectStorm, keeps_its_users, ()) {
  StormPool pool = four_servers();
  pool.gate_rate_per_s = *rc::gen::inRange(0, 100);
  pool.restarts_per_s = *rc::gen::inRange(0, 5);
  pool.gate_places = *rc::gen::inRange(0, 200);
  ReconnectStorm storm(pool);
  storm.connect_everybody();
  play(storm, *rc::gen::inRange(0, 50));
  storm.lose({static_cast<std::size_t>(*rc::gen::inRange(0, 4))}, LossKind::silent, "lose one");
  double before = storm.connected();
  for (int second = 0; second < 300; ++second) {
    play(storm, 1);
    RC_ASSERT(storm.connected() <= pool.users * (1 + 1e-9));
    RC_ASSERT(storm.connected() >= 0.5 * before);
    RC_ASSERT(storm.losses().front().back <= storm.losses().front().displaced * (1 + 1e-9));
  }
}

RC_GTEST_PROP(ReconnectStorm, is_over_sooner_with_a_wider_gate, ()) {
  const auto over_after = [](double rate) {
    StormPool pool = four_servers();
    pool.gate_rate_per_s = rate;
    ReconnectStorm storm(pool);
    storm.connect_everybody();
    storm.lose({2}, LossKind::reset, "lose c");
    play(storm, 1500);
    return *storm.losses().front().t95;
  };
  const double rate = *rc::gen::inRange(5, 60);
  RC_ASSERT(over_after(rate * 1.5) <= over_after(rate) + 0.5);
}

}  // namespace poolcast::sim::analytic
