// poolcast-sim without a simulator: every replication takes no time and its figures follow from seed and number. A question of
// the form "die in replication 3" or "hang from replication 3" does that.
#include <unistd.h>

#include <csignal>
#include <string>

#include "sim/program/program.hpp"

namespace {

using namespace poolcast;

bool asks(const Scenario& scenario, const std::string& what, Count replication, bool later_too) {
  if (!scenario.question.starts_with(what)) return false;
  const Count named = std::stoll(scenario.question.substr(what.size()));
  return replication == named || (later_too && replication > named);
}

ReplicationResult stand_in(const Scenario& scenario, const sim::RunOptions& options) {
  if (asks(scenario, "die in replication ", options.replication, false)) ::raise(SIGKILL);
  while (asks(scenario, "hang from replication ", options.replication, true)) ::pause();
  Fold fold(scenario.horizon, options.window);
  const double latency =
      0.25 + 0.01 * static_cast<double>((options.seed * 7 + static_cast<std::uint64_t>(options.replication) * 3) % 5);
  const SeriesId delivery = fold.add(Metric::delivery_latency, {.pool = "chat"});
  for (double at = 0; at < scenario.horizon.count(); at += options.window.count()) fold.latency(delivery, at, latency);
  fold.add(Metric::messages_lost, {.pool = "chat"});
  for (const Fault& fault : scenario.faults) {
    const SeriesId back = fold.add(Metric::users_back, {.part = label(fault)});
    fold.once(back, "displaced", 100);
    fold.once(back, "back", 98);
    fold.once(back, "at", fault.at.count());
    fold.once(back, "p50", 5 + latency);
    fold.once(back, "p95", 10 + latency);
  }
  ReplicationResult result = std::move(fold).finish();
  result.events = 10;
  return result;
}

std::vector<Inconsistency> not_modelled(const Scenario& scenario) {
  if (scenario.question != "what is not modelled") return {};
  return {{"question", "the stand-in does not model it", "ask something else"}};
}

}  // namespace

int main(int argc, char** argv) {
  const sim::Simulator one{stand_in, not_modelled};
  return sim::run_program(argc, argv, {.simulate = one, .analytic = one, .fluid = one});
}
