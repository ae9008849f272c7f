// Mean-value analysis of closed networks with several classes of customers: a fixed number of each class circulates between
// stations, each with work for it in seconds. Stations are queues of one server (processor sharing, or first come first served
// with the same exponential service for all classes) or delays, where nobody waits.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace poolcast::sim::analytic {

struct ClosedNetwork {
  Eigen::MatrixXd demand;            // class × station: visits × mean service, in seconds
  std::vector<bool> is_delay{};      // by station; empty: all are queues
  Eigen::VectorXd think_time{};      // by class, in seconds; empty: none
  std::vector<unsigned> population;  // by class
};

struct MeanValues {
  Eigen::VectorXd throughput;  // by class, per second
  Eigen::MatrixXd residence;   // class × station: waiting and service of one round, in seconds
  Eigen::MatrixXd queue;       // class × station: customers there, those in service too
};

// Exact: R_ck(N) = D_ck (1 + Q_k(N - 1_c)), X_c = N_c / (Z_c + Σ_k R_ck), Q_ck = X_c R_ck, over all populations up to N.
// Reiser and Lavenberg, "Mean-value analysis of closed multichain queuing networks", Journal of the ACM 27, 1980. Time and memory
// grow with Π (N_c + 1): at most ten million populations.
MeanValues exact_mean_values(const ClosedNetwork& network);

// Approximate, at a cost that does not grow with the population: what an arriving customer of class c sees is estimated by
// Q_k - Q_ck / N_c instead of by recursion, and the equations are iterated to a fixed point. Schweitzer, "Approximate analysis of
// multiclass closed networks of queues", 1979; Bard, "Some extensions to multiclass queueing network analysis", 1979. Usually
// within a few per cent of the exact throughput (Lazowska et al., "Quantitative system performance", 1984, section 6.4.3); up to
// 18 % below it for a class of one customer beside many of another class, where Q_ck / N_c says least.
MeanValues approximate_mean_values(const ClosedNetwork& network);

// A station of c servers as a queue of one that is c times as fast and a delay: {D / c, D (c - 1) / c}. Exact for one customer
// and for very many. Seidmann, Schweitzer and Shalev-Oren, "Computerized closed queueing network models of flexible manufacturing
// systems", Large Scale Systems 12, 1987.
struct SplitDemand {
  double queue = 0;
  double delay = 0;
};
SplitDemand split_servers(double demand, double servers);

}  // namespace poolcast::sim::analytic
