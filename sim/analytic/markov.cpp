#include "sim/analytic/markov.hpp"

#include <cmath>

#include "domain/ensure.hpp"

namespace poolcast::sim::analytic {

using Eigen::Index;

MarkovChain::MarkovChain(std::size_t states)
    : rates_(Eigen::MatrixXd::Zero(static_cast<Index>(states), static_cast<Index>(states))) {}

void MarkovChain::add(std::size_t from, std::size_t to, double rate_per_s) {
  ensure(from != to && rate_per_s >= 0, "a transition leads to another state at a rate");
  rates_(static_cast<Index>(from), static_cast<Index>(to)) += rate_per_s;
}

double MarkovChain::rate(std::size_t from, std::size_t to) const {
  return rates_(static_cast<Index>(from), static_cast<Index>(to));
}

Eigen::VectorXd MarkovChain::steady_state() const {
  Eigen::MatrixXd left = rates_;
  const Index states = left.rows();
  // The last state is censored, then the one before it: what went through it goes directly.
  for (Index last = states - 1; last > 0; --last) {
    const double out = left.row(last).head(last).sum();
    ensure(out > 0, "every state of the chain is reached from every other");
    left.col(last).head(last) /= out;
    for (Index from = 0; from < last; ++from)
      for (Index to = 0; to < last; ++to)
        if (from != to) left(from, to) += left(from, last) * left(last, to);
  }
  Eigen::VectorXd share = Eigen::VectorXd::Zero(states);
  share[0] = 1;
  for (Index state = 1; state < states; ++state) share[state] = share.head(state).dot(left.col(state).head(state));
  return share / share.sum();
}

Eigen::MatrixXd MarkovChain::transition(Seconds time) const {
  const Index states = rates_.rows();
  const Eigen::VectorXd out = rates_.rowwise().sum();
  const double fastest = out.maxCoeff();
  if (fastest <= 0 || time.count() <= 0) return Eigen::MatrixXd::Identity(states, states);
  int squarings = 0;
  double jumps = fastest * time.count();  // in the mean, within a step
  for (; jumps > 0.5; jumps /= 2) ++squarings;
  Eigen::MatrixXd jump = rates_ / fastest;
  jump.diagonal() = Eigen::VectorXd::Ones(states) - out / fastest;
  double weight = std::exp(-jumps);
  Eigen::MatrixXd power = Eigen::MatrixXd::Identity(states, states);
  Eigen::MatrixXd sum = weight * power;
  for (int n = 1; n <= 24; ++n) {  // 0.5^24 / 24! is below 1e-31
    power = power * jump;
    weight *= jumps / n;
    sum += weight * power;
  }
  for (; squarings > 0; --squarings) {
    sum = sum * sum;
    sum.array().colwise() /= sum.rowwise().sum().array();  // rounding must not grow with the squares
  }
  return sum;
}

Eigen::VectorXd MarkovChain::after(const Eigen::VectorXd& start, Seconds time) const {
  return (start.transpose() * transition(time)).transpose();
}

// A chain beside it that only counts: with C(t) = ∫ P, C(2t) = C(t) + P(t) C(t).
Eigen::VectorXd MarkovChain::shares_until(const Eigen::VectorXd& start, Seconds horizon) const {
  const double fastest = rates_.rowwise().sum().maxCoeff();
  if (fastest <= 0 || horizon.count() <= 0) return start;
  int doublings = 0;
  double step = horizon.count();
  for (; fastest * step > 0.01; step /= 2) ++doublings;
  // Over a step of a hundredth of a mean stay, by Simpson's rule.
  const Index states = rates_.rows();
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(states, states);
  Eigen::MatrixXd moved = transition(Seconds{step});
  Eigen::MatrixXd spent = step / 6 * (identity + 4 * transition(Seconds{step / 2}) + moved);
  for (; doublings > 0; --doublings) {
    spent += moved * spent;
    moved = moved * moved;
    moved.array().colwise() /= moved.rowwise().sum().array();
  }
  return (start.transpose() * spent).transpose() / horizon.count();
}

}  // namespace poolcast::sim::analytic
