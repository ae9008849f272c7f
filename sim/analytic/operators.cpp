#include "sim/analytic/operators.hpp"

#include "domain/fault.hpp"
#include "domain/runbook_answer.hpp"

namespace poolcast::sim::analytic {
namespace {

constexpr Count samples = 10'000;

std::vector<double> outages(const Runbook& runbook, std::uint64_t seed) {
  std::vector<double> seconds;
  for (const RunbookRun& run : answer(runbook, {.seed = seed, .samples = samples}).runs) seconds.push_back(run.outage.count());
  return seconds;
}

}  // namespace

Operators operators_of(const Runbook& failover, const Runbook& failback, std::uint64_t seed) {
  Operators operators{
      .decision = {}, .failover = outages(failover, seed), .front_end_failover = {}, .failback = outages(failback, seed)};
  for (Count run = 0; run < samples; ++run) {
    operators.decision.push_back(draw(failover, seed, static_cast<std::uint64_t>(run)).durations.front().count());
    const double share = (static_cast<double>(run) + 0.5) / static_cast<double>(samples);
    operators.front_end_failover.push_back(front_end_failover.low.count() +
                                           share * (front_end_failover.high - front_end_failover.low).count());
  }
  return operators;
}

}  // namespace poolcast::sim::analytic
