// Waiting lines against closed forms, published values and each other.
#include "sim/analytic/queues.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "domain/random.hpp"
#include "sim/analytic/markov.hpp"

namespace poolcast::sim::analytic {
namespace {

Line line(double rate, double mean, double variation, unsigned servers) { return {rate, {mean, variation}, servers}; }

// The steady state of M/M/c as a chain that is cut off where nobody gets to.
double waiting_in_chain(double offered, unsigned servers, std::size_t states) {
  MarkovChain chain(states);
  for (std::size_t n = 0; n + 1 < states; ++n) {
    chain.add(n, n + 1, offered);
    chain.add(n + 1, n, static_cast<double>(std::min<std::size_t>(n + 1, servers)));
  }
  const Eigen::VectorXd share = chain.steady_state();
  double waiting = 0;
  for (std::size_t n = servers; n < states; ++n) waiting += share[static_cast<Eigen::Index>(n)];
  return waiting;
}

}  // namespace

// Erlang's table of 1917 as every later one prints it: the load that so many circuits carry at a loss of 1 %.
TEST(Erlang, blocks_one_call_in_a_hundred_at_the_loads_of_the_printed_table) {
  EXPECT_NEAR(erlang_b(0.0101, 1), 0.01, 5e-5);
  EXPECT_NEAR(erlang_b(1.361, 5), 0.01, 5e-5);
  EXPECT_NEAR(erlang_b(4.461, 10), 0.01, 5e-5);
  EXPECT_NEAR(erlang_b(12.03, 20), 0.01, 5e-5);
  EXPECT_NEAR(erlang_b(84.06, 100), 0.01, 5e-5);
}

TEST(Erlang, waits_with_probability_rho_at_one_server_and_4_9ths_at_two_erlangs_on_three) {
  EXPECT_DOUBLE_EQ(erlang_c(0.7, 1), 0.7);
  EXPECT_NEAR(erlang_c(2, 3), 4.0 / 9, 1e-15);
  EXPECT_EQ(erlang_c(3, 3), 1);
}

TEST(Erlang, agrees_with_the_markov_chain_of_the_same_line) {
  for (const unsigned servers : {1U, 2U, 7U})
    for (const double busy : {0.2, 0.6, 0.8})
      EXPECT_NEAR(erlang_c(busy * servers, servers), waiting_in_chain(busy * servers, servers, 120), 1e-9)
          << servers << ' ' << busy;
}

RC_GTEST_PROP(Erlang, fewer_wait_than_all_and_more_servers_make_it_fewer, ()) {
  const double offered = *rc::gen::inRange(1, 5000) / 100.0;
  const auto servers = static_cast<unsigned>(std::floor(offered)) + *rc::gen::inRange(1U, 30U);
  const double waits = erlang_c(offered, servers);
  RC_ASSERT(waits > 0 && waits < 1);
  RC_ASSERT(erlang_b(offered, servers) < waits);
  RC_ASSERT(erlang_c(offered, servers + 1) < waits);
}

TEST(Wait, is_pollaczek_and_khinchine_s_at_one_server) {
  for (const double variation : {0.0, 0.5, 1.0, 20.0}) {
    const double exact = 0.8 * 1 * (1 + variation) / (2 * 0.2);
    EXPECT_NEAR(wait_lee_longton(line(0.8, 1, variation, 1)), exact, 1e-12);
  }
}

TEST(Wait, is_erlang_s_for_exponential_service_on_any_number_of_servers) {
  const Line many = line(9, 1, 1, 12);
  EXPECT_DOUBLE_EQ(wait_lee_longton(many), wait_exponential(many));
}

namespace {

// The recursion of Kiefer and Wolfowitz on random numbers, as the engine's own tests do; exact but for chance.
double wait_by_recursion(const Line& asked, double short_mean, double long_mean, double long_share, const char* name) {
  RandomStream random(7, 0, name);
  std::vector<double> free_at(asked.servers, 0.0);
  double now = 0, waited = 0;
  constexpr int jobs = 600'000;
  for (int job = 0; job < jobs; ++job) {
    now += random.exponential(1 / asked.rate);
    auto first = std::ranges::min_element(free_at);
    const double begins = std::max(now, *first);
    waited += begins - now;
    *first = begins + (random.chance(long_share) ? random.exponential(long_mean) : random.exponential(short_mean));
  }
  return waited / jobs;
}

}  // namespace

// One job in fifty is fifty times as long: cs² is 25.
TEST(Wait, of_very_uneven_jobs_on_twelve_servers_is_overstated_by_half_and_not_understated) {
  const double share = 0.02, brief = 1, lengthy = 50;
  const double mean = (1 - share) * brief + share * lengthy;
  const double square = 2 * ((1 - share) * brief * brief + share * lengthy * lengthy);
  const Line uneven = line(0.7 * 12 / mean, mean, square / (mean * mean) - 1, 12);
  const double truth = wait_by_recursion(uneven, brief, lengthy, share, "uneven jobs");
  EXPECT_NEAR(wait_lee_longton(uneven) / truth, 1.5, 0.2) << truth;
}

// Constant work on several servers: cs² is 0.
TEST(Wait, of_constant_jobs_on_four_servers_is_within_a_tenth_of_the_truth) {
  const Line even = line(0.8 * 4, 1, 0, 4);
  RandomStream random(7, 0, "even jobs");
  std::vector<double> free_at(4, 0.0);
  double now = 0, waited = 0;
  constexpr int jobs = 600'000;
  for (int job = 0; job < jobs; ++job) {
    now += random.exponential(1 / even.rate);
    auto first = std::ranges::min_element(free_at);
    waited += std::max(now, *first) - now;
    *first = std::max(now, *first) + 1;
  }
  EXPECT_NEAR(wait_lee_longton(even) / (waited / jobs), 1, 0.1);
}

RC_GTEST_PROP(Wait, grows_with_load_and_with_variation, ()) {
  const auto servers = *rc::gen::inRange(1U, 40U);
  const double busy = *rc::gen::inRange(1, 94) / 100.0;
  const double variation = *rc::gen::inRange(0, 300) / 10.0;
  const Line less = line(busy * servers, 1, variation, servers);
  RC_ASSERT(wait_lee_longton(line((busy + 0.05) * servers, 1, variation, servers)) > wait_lee_longton(less));
  RC_ASSERT(wait_lee_longton(line(busy * servers, 1, variation + 1, servers)) > wait_lee_longton(less));
}

TEST(Wait, is_none_where_nothing_arrives) { EXPECT_EQ(wait_lee_longton(line(0, 1, 1, 3)), 0); }

// Played: commits at random dates, one flush at a time, everything that came meanwhile in the next.
TEST(GroupCommit, has_the_latency_and_the_busy_share_of_a_played_log) {
  for (const double rate : {20.0, 250.0, 1000.0}) {
    const GroupCommit log{rate, 0.004};
    RandomStream random(3, 0, "commits");
    double now = 0, free_at = 0, latency = 0, busy = 0;
    constexpr int commits = 400'000;
    double flush_begins = -1;  // the flush that what arrives now will be in, if it has not begun
    for (int i = 0; i < commits; ++i) {
      now += random.exponential(1 / rate);
      if (flush_begins >= now) {
        latency += flush_begins + log.flush - now;
        continue;
      }
      flush_begins = std::max(now, free_at);
      free_at = flush_begins + log.flush;
      busy += log.flush;
      latency += free_at - now;
    }
    EXPECT_NEAR(log.latency() / (latency / commits), 1, 0.01) << rate;
    EXPECT_NEAR(log.busy_share() / (busy / now), 1, 0.01) << rate;
  }
}

}  // namespace poolcast::sim::analytic
