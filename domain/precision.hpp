// When enough replications have been run for a wished relative precision.
#pragma once

#include <optional>
#include <vector>

#include "domain/fold.hpp"
#include "domain/scenario.hpp"

namespace poolcast {

// A sequential rule over the replications in their order: after which one are all intervals narrow enough? It is asked after the
// third, the fourth and so on (with antithetic pairs after the third pair and so on), so its answer depends on the results alone
// and never on how many workers produced them.
class PrecisionRule {
public:
  // Without objectives the 95th percentile of the delivery latency stands in.
  PrecisionRule(Scenario scenario, double precision, bool antithetic_pairs);

  // Takes the next replication; whether all figures now have a relative half-width of at most the precision. A figure that was
  // not observed in every replication, such as users who are not back, does not hold the run up: more of them give no interval.
  bool enough_after(const ReplicationResult& result);

private:
  bool figure_is_precise(const std::vector<std::optional<double>>& values) const;

  Scenario scenario_;
  double precision_;
  bool pairs_;
  std::vector<ReplicationResult> first_;                    // kept until the warm-up is known
  std::optional<std::size_t> warm_up_;                      // as the first replications show it
  std::vector<std::vector<std::optional<double>>> values_;  // by objective, then by replication
  std::size_t taken_ = 0;
};

}  // namespace poolcast
