// Markov chains against closed forms, and their two ways of computing against each other.
#include "sim/analytic/markov.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace poolcast::sim::analytic {
namespace {

// Up in state 0, down in state 1.
MarkovChain machine(double failures, double repairs) {
  MarkovChain chain(2);
  chain.add(0, 1, failures);
  chain.add(1, 0, repairs);
  return chain;
}

Eigen::VectorXd starting_in(std::size_t state, std::size_t states) {
  Eigen::VectorXd start = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(states));
  start[static_cast<Eigen::Index>(state)] = 1;
  return start;
}

MarkovChain random_chain(std::size_t states) {
  MarkovChain chain(states);
  for (std::size_t from = 0; from < states; ++from)
    for (std::size_t to = 0; to < states; ++to)
      if (from != to) chain.add(from, to, std::pow(10.0, *rc::gen::inRange(-40, 20) / 10.0));
  return chain;
}

}  // namespace

TEST(MarkovChain, finds_every_digit_of_a_very_rare_state) {
  // Ten machines with one repair crew each that fail once in 10^9 repairs: all down together is 10^-90.
  MarkovChain chain(11);
  for (std::size_t down = 0; down < 10; ++down) {
    chain.add(down, down + 1, static_cast<double>(10 - down) * 1e-9);
    chain.add(down + 1, down, static_cast<double>(down + 1));
  }
  const double all_down = chain.steady_state()[10];
  EXPECT_NEAR(all_down / std::pow(1e-9 / (1 + 1e-9), 10), 1, 1e-12);
}

// P(up at t) = (μ + λ e^-(λ+μ)t) / (λ + μ); its mean over the time is in every textbook on reliability too.
TEST(MarkovChain, has_the_closed_form_of_one_machine_at_any_date) {
  constexpr double failures = 1 / 1000.0, repairs = 1 / 4.0;
  const MarkovChain chain = machine(failures, repairs);
  const double sum = failures + repairs;
  for (const double t : {0.001, 1.0, 10.0, 1e4, 3e7}) {
    const double up = (repairs + failures * std::exp(-sum * t)) / sum;
    EXPECT_NEAR(chain.after(starting_in(0, 2), Seconds{t})[1], 1 - up, 1e-13) << t;
    const double share = repairs / sum + failures / (sum * sum * t) * (1 - std::exp(-sum * t));
    EXPECT_NEAR(chain.shares_until(starting_in(0, 2), Seconds{t})[1] / (1 - share), 1, 1e-6) << t;
  }
}

TEST(MarkovChain, stays_where_it_is_in_no_time) {
  const MarkovChain chain = machine(1, 1);
  EXPECT_EQ(chain.after(starting_in(1, 2), Seconds{0})[1], 1);
  EXPECT_EQ(chain.shares_until(starting_in(1, 2), Seconds{0})[1], 1);
}

RC_GTEST_PROP(MarkovChain, is_in_the_long_run_where_a_long_time_leads, ()) {
  const MarkovChain chain = random_chain(5);
  const Eigen::VectorXd steady = chain.steady_state();
  const Eigen::VectorXd late = chain.after(starting_in(3, 5), Seconds{1e9});
  RC_ASSERT((steady - late).cwiseAbs().maxCoeff() < 1e-9);
}

RC_GTEST_PROP(MarkovChain, goes_the_same_way_in_one_step_and_in_two, ()) {
  const MarkovChain chain = random_chain(4);
  const double first = *rc::gen::inRange(0, 1000) / 10.0;
  const double second = *rc::gen::inRange(0, 1000) / 10.0;
  const Eigen::VectorXd at_once = chain.after(starting_in(0, 4), Seconds{first + second});
  const Eigen::VectorXd in_two = chain.after(chain.after(starting_in(0, 4), Seconds{first}), Seconds{second});
  RC_ASSERT((at_once - in_two).cwiseAbs().maxCoeff() < 1e-10);
  RC_ASSERT(std::abs(at_once.sum() - 1) < 1e-12);
}

}  // namespace poolcast::sim::analytic
