#include "domain/runbook_answer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "domain/ensure.hpp"
#include "domain/random.hpp"
#include "domain/statistics.hpp"

namespace poolcast {
namespace {

// The loss at a moment at which the jobs have long found their rhythm; that the moment is drawn uniformly shows in their phases.
rules::SiteLoss draw_loss(const Situation& situation, std::uint64_t seed, std::uint64_t run) {
  RandomStream random(seed, run, "runbook/log-shipping");
  const auto schedule = [&](Seconds every) { return rules::Schedule{every * random.uniform(), every}; };
  const rules::LogShippingPlan plan{.backup = schedule(*situation.backup_interval),
                                    .copy = schedule(*situation.copy_interval),
                                    .restore = schedule(*situation.restore_interval),
                                    .restore_delay = *situation.restore_delay,
                                    .backup_speed = *situation.backup_speed,
                                    .copy_speed = *situation.wan,
                                    .restore_speed = *situation.redo_speed};
  constexpr double cycles = 3;
  const Seconds at = cycles * (*situation.backup_interval + *situation.copy_interval + *situation.restore_interval) +
                     2 * *situation.restore_delay;
  const rules::LogWritten log = rules::steady_log(*situation.log_rate);
  return rules::lose_primary_site(plan, log, rules::ship(plan, log, at), at, *situation.share_survives);
}

Seconds time_for(Bytes work, const std::optional<Bandwidth>& speed) { return Seconds{work.count / speed->bytes_per_s}; }

Seconds machine_time(MachineWork work, const Situation& situation, const rules::SiteLoss& loss) {
  switch (work) {
    case MachineWork::copy_log:
      return time_for(loss.to_copy, situation.wan);
    case MachineWork::apply_log:
      return time_for(loss.to_apply, situation.redo_speed);
    case MachineWork::undo:
      return time_for(*situation.undone, situation.redo_speed);
    case MachineWork::back_up_database:
      return time_for(*situation.database, situation.backup_speed);
    case MachineWork::copy_database:
      return time_for(*situation.database, situation.wan);
    case MachineWork::restore_database:
      return time_for(*situation.database, situation.restore_speed);
  }
  ensure(false, "each kind of machine work is known");
  return {};
}

Seconds time_by_hand(const RunbookStep& step, RandomStream& random) {
  if (step.takes) return Seconds{random.uniform(step.takes->low.count(), step.takes->high.count())};
  if (!step.median) return Seconds{0};
  const double spread = std::log(*step.p90 / *step.median) / normal_quantile(0.9);
  return *step.median * std::exp(spread * normal_quantile(random.uniform()));
}

std::size_t median_of(const std::vector<RunbookRun>& runs) {
  std::vector<std::size_t> order(runs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t run) { return runs[run].outage; });
  return order[(order.size() - 1) / 2];
}

template <class Value>
Spread spread_over(const std::vector<RunbookRun>& runs, Value value) {
  std::vector<double> seconds;
  seconds.reserve(runs.size());
  for (const RunbookRun& run : runs) seconds.push_back(value(run).count());
  return spread_of(std::move(seconds));
}

}  // namespace

Seconds draw_duration(const RunbookStep& step, const Situation& situation, const rules::SiteLoss& loss, RandomStream& random) {
  Seconds duration = time_by_hand(step, random);
  for (const MachineWork work : step.machine) duration += machine_time(work, situation, loss);
  return duration;
}

Seconds usual_duration(const RunbookStep& step, const Situation& situation) {
  Seconds duration = step.takes ? (step.takes->low + step.takes->high) / 2 : step.median.value_or(Seconds{0});
  for (const MachineWork work : step.machine) duration += machine_time(work, situation, {});
  return duration;
}

RunbookDraw draw(const Runbook& runbook, std::uint64_t seed, std::uint64_t run) {
  const Situation situation = filled(runbook.situation, usual_situation());
  RunbookDraw drawn{draw_loss(situation, seed, run), {}};
  for (const RunbookStep& step : runbook.steps) {
    RandomStream random(seed, run, "runbook/step/" + step.name.str());
    drawn.durations.push_back(draw_duration(step, situation, drawn.loss, random));
  }
  return drawn;
}

Spread spread_of(std::vector<double> seconds) {
  std::ranges::sort(seconds);
  const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  const auto quantile = [&](double probability) { return Seconds{sample_quantile(seconds, probability)}; };
  return {Seconds{sum / static_cast<double>(seconds.size())}, quantile(0.05), quantile(0.5), quantile(0.95), quantile(1)};
}

RunbookAnswer answer(const Runbook& runbook, const RunbookOptions& options) {
  ensure(options.samples > 0, "a distribution has a sample");
  const auto samples = static_cast<std::size_t>(options.samples);
  const std::size_t steps = runbook.steps.size();
  RunbookAnswer result;
  std::vector<std::vector<double>> durations(steps);
  std::vector<std::vector<double>> waiting(steps);
  std::vector<double> critical(steps);
  for (std::size_t run = 0; run < samples; ++run) {
    const RunbookDraw drawn = draw(runbook, options.seed, run);
    const RunbookSchedule plan = schedule(runbook, drawn.durations);
    for (std::size_t step = 0; step < steps; ++step) {
      durations[step].push_back(drawn.durations[step].count());
      waiting[step].push_back((plan.steps[step].start - plan.steps[step].ready).count());
    }
    for (const std::size_t step : plan.critical) ++critical[step];
    result.runs.push_back({plan.outage(), plan.done, drawn.loss});
  }
  for (std::size_t step = 0; step < steps; ++step) {
    result.steps.push_back({runbook.steps[step].name, spread_of(std::move(durations[step])), spread_of(std::move(waiting[step])),
                            Share{critical[step] / static_cast<double>(samples)}});
  }
  result.outage = spread_over(result.runs, [](const RunbookRun& run) { return run.outage; });
  result.done = spread_over(result.runs, [](const RunbookRun& run) { return run.done; });
  result.lost = spread_over(result.runs, [](const RunbookRun& run) { return run.loss.lost; });
  result.median_run = median_of(result.runs);
  result.median_schedule = schedule(runbook, draw(runbook, options.seed, result.median_run).durations);
  return result;
}

}  // namespace poolcast
