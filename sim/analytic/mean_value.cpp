#include "sim/analytic/mean_value.hpp"

#include <algorithm>
#include <stdexcept>

#include "domain/ensure.hpp"

namespace poolcast::sim::analytic {
namespace {

using Eigen::Index;

bool is_delay(const ClosedNetwork& network, Index station) {
  return !network.is_delay.empty() && network.is_delay[static_cast<std::size_t>(station)];
}

double think_time(const ClosedNetwork& network, Index customer_class) {
  return network.think_time.size() == 0 ? 0 : network.think_time[customer_class];
}

double population_of(const ClosedNetwork& network, Index customer_class) {
  return network.population[static_cast<std::size_t>(customer_class)];
}

void check(const ClosedNetwork& network) {
  ensure(static_cast<Index>(network.population.size()) == network.demand.rows(), "every class has a population");
  ensure(network.is_delay.empty() || static_cast<Index>(network.is_delay.size()) == network.demand.cols(), "a kind per station");
  ensure(network.think_time.size() == 0 || network.think_time.size() == network.demand.rows(), "a think time per class");
}

// A mixed-radix number: populations in an order in which one customer fewer always comes earlier.
class Populations {
public:
  explicit Populations(const std::vector<unsigned>& most) : most_(most) {
    constexpr double limit = 1e7;
    double count = 1;
    for (const unsigned customers : most) {
      stride_.push_back(static_cast<Index>(count));
      count *= customers + 1.0;
      if (count > limit)
        throw std::invalid_argument("exact mean-value analysis: more than ten million populations; use the approximate one");
    }
    count_ = static_cast<Index>(count);
  }
  Index count() const { return count_; }
  Index of_class(Index number, std::size_t customer_class) const {
    return number / stride_[customer_class] % (most_[customer_class] + Index{1});
  }
  Index one_fewer(Index number, std::size_t customer_class) const { return number - stride_[customer_class]; }

private:
  const std::vector<unsigned>& most_;
  std::vector<Index> stride_;
  Index count_ = 0;
};

}  // namespace

MeanValues exact_mean_values(const ClosedNetwork& network) {
  check(network);
  const Index classes = network.demand.rows();
  const Index stations = network.demand.cols();
  const Populations populations(network.population);
  Eigen::MatrixXd total_queue = Eigen::MatrixXd::Zero(stations, populations.count());  // column: population
  MeanValues values{Eigen::VectorXd::Zero(classes), Eigen::MatrixXd::Zero(classes, stations),
                    Eigen::MatrixXd::Zero(classes, stations)};
  for (Index number = 1; number < populations.count(); ++number) {
    values.throughput.setZero();
    values.residence.setZero();
    for (Index c = 0; c < classes; ++c) {
      const Index customers = populations.of_class(number, static_cast<std::size_t>(c));
      if (customers == 0) continue;
      const Index before = populations.one_fewer(number, static_cast<std::size_t>(c));
      for (Index k = 0; k < stations; ++k)
        values.residence(c, k) = network.demand(c, k) * (is_delay(network, k) ? 1 : 1 + total_queue(k, before));
      const double round = think_time(network, c) + values.residence.row(c).sum();
      values.throughput[c] = round > 0 ? static_cast<double>(customers) / round : 0;
    }
    values.queue = values.throughput.asDiagonal() * values.residence;
    total_queue.col(number) = values.queue.colwise().sum().transpose();
  }
  return values;
}

MeanValues approximate_mean_values(const ClosedNetwork& network) {
  check(network);
  constexpr int most_rounds = 100'000;
  constexpr double tolerance = 1e-10;  // of a customer
  const Index classes = network.demand.rows();
  const Index stations = network.demand.cols();
  MeanValues values{Eigen::VectorXd::Zero(classes), Eigen::MatrixXd::Zero(classes, stations),
                    Eigen::MatrixXd::Zero(classes, stations)};
  for (Index c = 0; c < classes; ++c) values.queue.row(c).setConstant(population_of(network, c) / static_cast<double>(stations));
  for (int round = 0; round < most_rounds; ++round) {
    const Eigen::RowVectorXd total = values.queue.colwise().sum();
    for (Index c = 0; c < classes; ++c) {
      const double customers = population_of(network, c);
      if (customers == 0) continue;
      for (Index k = 0; k < stations; ++k) {
        const double seen = total[k] - values.queue(c, k) / customers;
        values.residence(c, k) = network.demand(c, k) * (is_delay(network, k) ? 1 : 1 + seen);
      }
      const double time = think_time(network, c) + values.residence.row(c).sum();
      values.throughput[c] = time > 0 ? customers / time : 0;
    }
    const Eigen::MatrixXd queue = values.throughput.asDiagonal() * values.residence;
    const double change = (queue - values.queue).cwiseAbs().maxCoeff();
    values.queue = queue;
    if (change < tolerance) return values;
  }
  ensure(false, "the approximate mean-value analysis settles");
  return values;
}

SplitDemand split_servers(double demand, double servers) { return {demand / servers, demand * (servers - 1) / servers}; }

}  // namespace poolcast::sim::analytic
