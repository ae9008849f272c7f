// Markov chains in continuous time, small enough for a dense matrix: where they are in the long run, and at a date.
#pragma once

#include <Eigen/Core>
#include <cstddef>

#include "domain/units.hpp"

namespace poolcast::sim::analytic {

class MarkovChain {
public:
  explicit MarkovChain(std::size_t states);

  void add(std::size_t from, std::size_t to, double rate_per_s);  // adds to what is there; from ≠ to
  std::size_t states() const { return static_cast<std::size_t>(rates_.rows()); }
  double rate(std::size_t from, std::size_t to) const;

  // Probability of each state in the long run; every state must be reachable from every other. By elimination without
  // subtractions, so that a state with probability 1e-15 has as many right digits as any other: Grassmann, Taksar and Heyman,
  // "Regenerative analysis and steady state distributions for Markov chains", Operations Research 33, 1985.
  Eigen::VectorXd steady_state() const;

  // Probability of each state after `time`, from the distribution `start`. By uniformisation over a short step, Σ Poisson(Λτ; n)
  // P^n (Jensen, "Markoff chains as an aid in the study of Markoff processes", Skandinavisk Aktuarietidskrift 36, 1953), squared
  // until it is the whole time: nothing is subtracted, and a year of chains that also move within seconds costs as much as a
  // minute.
  Eigen::VectorXd after(const Eigen::VectorXd& start, Seconds time) const;

  // Mean share of the time from 0 to `horizon` that is spent in each state.
  Eigen::VectorXd shares_until(const Eigen::VectorXd& start, Seconds horizon) const;

private:
  Eigen::MatrixXd transition(Seconds time) const;

  Eigen::MatrixXd rates_;  // off the diagonal; 0 on it
};

}  // namespace poolcast::sim::analytic
