// Mean-value analysis against published tables, the product form, Markov chains and itself.
#include "sim/analytic/mean_value.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "sim/analytic/markov.hpp"
#include "sim/analytic/queues.hpp"

namespace poolcast::sim::analytic {
namespace {

ClosedNetwork one_class(std::vector<double> demand, double think, unsigned population) {
  ClosedNetwork network;
  network.demand = Eigen::Map<Eigen::RowVectorXd>(demand.data(), static_cast<Eigen::Index>(demand.size()));
  network.think_time = Eigen::VectorXd::Constant(1, think);
  network.population = {population};
  return network;
}

ClosedNetwork two_classes(const Eigen::Matrix2d& demand, unsigned first, unsigned second) {
  ClosedNetwork network;
  network.demand = demand;
  network.population = {first, second};
  return network;
}

}  // namespace

// Lazowska, Zahorjan, Graham and Sevcik, "Quantitative system performance", 1984, section 6.4.2: processor 0.605 s, disks 2.1 s
// and 1.35 s, think time 15 s, up to three users.
TEST(MeanValues, are_those_of_the_textbook_s_time_sharing_example) {
  EXPECT_NEAR(exact_mean_values(one_class({0.605, 2.1, 1.35}, 15, 1)).throughput[0], 0.0525, 5e-5);
  const MeanValues two = exact_mean_values(one_class({0.605, 2.1, 1.35}, 15, 2));
  EXPECT_NEAR(two.residence(0, 0), 0.624, 5e-4);
  EXPECT_NEAR(two.residence(0, 1), 2.331, 5e-4);
  EXPECT_NEAR(two.residence(0, 2), 1.446, 5e-4);
  EXPECT_NEAR(exact_mean_values(one_class({0.605, 2.1, 1.35}, 15, 3)).throughput[0], 0.1515, 5e-5);
}

// Machines that fail and one repairer: the finite-source line has a chain of its own.
TEST(MeanValues, agree_with_the_markov_chain_of_machines_and_one_repairer) {
  constexpr unsigned machines = 6;
  constexpr double up = 10, repair = 3;
  MarkovChain chain(machines + 1);  // state: how many are down
  for (unsigned down = 0; down < machines; ++down) {
    chain.add(down, down + 1, (machines - down) / up);
    chain.add(down + 1, down, 1 / repair);
  }
  const Eigen::VectorXd share = chain.steady_state();
  const MeanValues values = exact_mean_values(one_class({repair}, up, machines));
  EXPECT_NEAR(values.throughput[0], (1 - share[0]) / repair, 1e-12);
  double down = 0;
  for (unsigned n = 0; n <= machines; ++n) down += n * share[n];
  EXPECT_NEAR(values.queue(0, 0), down, 1e-11);
}

// Two classes of one customer each, two stations that share their server: four states.
TEST(MeanValues, agree_with_the_markov_chain_of_two_classes_under_processor_sharing) {
  Eigen::Matrix2d demand;
  demand << 1, 3, 2, 4;
  MarkovChain chain(4);  // state: station of the first customer × 2 + station of the second
  for (std::size_t a = 0; a < 2; ++a)
    for (std::size_t b = 0; b < 2; ++b) {
      const double share = a == b ? 0.5 : 1;
      chain.add(2 * a + b, 2 * (1 - a) + b, share / demand(0, static_cast<Eigen::Index>(a)));
      chain.add(2 * a + b, 2 * a + (1 - b), share / demand(1, static_cast<Eigen::Index>(b)));
    }
  const Eigen::VectorXd share = chain.steady_state();
  const MeanValues values = exact_mean_values(two_classes(demand, 1, 1));
  // The first customer leaves the first station at its share of it, once per round.
  EXPECT_NEAR(values.throughput[0], share[0] * 0.5 / 1 + share[1] / 1, 1e-12);
  EXPECT_NEAR(values.throughput[0], 3.0 / 19, 1e-12);
  EXPECT_NEAR(values.throughput[1], 2.0 / 19, 1e-12);
}

RC_GTEST_PROP(MeanValues, keep_little_s_law_and_stay_below_the_bottleneck, ()) {
  Eigen::Matrix2d demand;
  for (Eigen::Index i = 0; i < 4; ++i) demand(i / 2, i % 2) = *rc::gen::inRange(1, 100) / 10.0;
  const auto first = *rc::gen::inRange(0U, 8U);
  const auto second = *rc::gen::inRange(1U, 8U);
  const ClosedNetwork network = two_classes(demand, first, second);
  for (const MeanValues& values : {exact_mean_values(network), approximate_mean_values(network)}) {
    RC_ASSERT(std::abs(values.queue.sum() - (first + second)) < 1e-6);
    for (Eigen::Index station = 0; station < 2; ++station)
      RC_ASSERT((values.throughput.transpose() * demand)(station) <= 1 + 1e-9);
  }
}

namespace {

double worst_error_of_approximation(unsigned fewest, unsigned most) {
  Eigen::Matrix2d demand;
  for (Eigen::Index i = 0; i < 4; ++i) demand(i / 2, i % 2) = *rc::gen::inRange(10, 100) / 10.0;
  const auto customers = rc::gen::inRange(fewest, most + 1);
  const ClosedNetwork network = two_classes(demand, *customers, *customers);
  const Eigen::VectorXd near = approximate_mean_values(network).throughput;
  const Eigen::VectorXd exact = exact_mean_values(network).throughput;
  return (near.array() / exact.array() - 1).abs().maxCoeff();
}

}  // namespace

// The worst of 600,000 random networks was 7 % wrong: classes of 10 and 39 customers.
RC_GTEST_PROP(MeanValues, of_ten_customers_and_more_are_approximated_within_a_tenth, ()) {
  RC_ASSERT(worst_error_of_approximation(10, 40) < 0.1);
}

// The worst was 18 % too few rounds: one customer who needs the one station most, beside eleven of the other class.
RC_GTEST_PROP(MeanValues, of_few_customers_are_approximated_within_a_fifth, ()) {
  RC_ASSERT(worst_error_of_approximation(1, 11) < 0.2);
}

TEST(MeanValues, of_a_split_station_are_right_at_one_customer_and_at_saturation) {
  const SplitDemand split = split_servers(0.6, 4);
  EXPECT_NEAR(split.queue + split.delay, 0.6, 1e-15);
  ClosedNetwork network = one_class({split.queue, split.delay}, 1, 1);
  network.is_delay = {false, true};
  EXPECT_NEAR(exact_mean_values(network).throughput[0], 1 / 1.6, 1e-12);
  network.population = {200};
  EXPECT_NEAR(exact_mean_values(network).throughput[0], 4 / 0.6, 1e-3);
}

TEST(MeanValues, of_too_many_populations_are_refused_and_not_begun) {
  ClosedNetwork network;
  network.demand = Eigen::MatrixXd::Ones(5, 1);
  network.population = std::vector<unsigned>(5, 100);
  EXPECT_THROW(exact_mean_values(network), std::invalid_argument);
  EXPECT_GT(approximate_mean_values(network).throughput.sum(), 0.99);
}

}  // namespace poolcast::sim::analytic
