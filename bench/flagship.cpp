// One replication on one core of lose-one-of-four, the flagship's hour, and of working-day, its 24 hours: what is simulated, how
// fast, in how much memory. Every run has a process of its own, and all must count the same events. In turns with the runs the
// bare loop does three stations in series (bench_engine), so that events per second have a scale on a machine whose speed drifts.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measure.hpp"
#include "bench/queue_work.hpp"
#include "domain/io/scenario_file.hpp"
#include "sim/run.hpp"

namespace poolcast::bench {
namespace {

constexpr int runs = 5;
constexpr WorkSize bare{3, 1'000'000};

void print_events(const ReplicationResult& result) {
  std::vector<std::size_t> order(result.event_names.size());
  for (std::size_t number = 0; number < order.size(); ++number) order[number] = number;
  std::ranges::sort(order,
                    [&](std::size_t left, std::size_t right) { return result.event_counts[left] > result.event_counts[right]; });
  std::printf("%-44s %12s %12s\n", "events", "in all", "per s");
  for (const std::size_t number : order) {
    const auto count = static_cast<double>(result.event_counts[number]);
    if (count > 0)
      std::printf("  %-42s %12.0f %12.1f\n", result.event_names[number].c_str(), count, count / result.horizon.count());
  }
  std::printf("  %-42s %12.0f %12.1f\n", "all", static_cast<double>(result.events),
              static_cast<double>(result.events) / result.horizon.count());
}

struct Timed {
  double seconds;
  double processor_seconds;
  double events;
  double peak_mib;
};

Timed run_once(const Scenario& scenario, bool print) {
  const ChildResult child = in_child([&]() -> std::vector<double> {
    const double begin = wall_clock();
    const double processor_begin = processor_clock();
    sim::RunOptions options;
    options.window = fitting_window(scenario.horizon);
    const ReplicationResult result = sim::run(scenario, options);
    const double seconds = wall_clock() - begin;
    const double processor_seconds = processor_clock() - processor_begin;
    if (print) print_events(result);
    return {seconds, processor_seconds, static_cast<double>(result.events)};
  });
  return {child.numbers.at(0), child.numbers.at(1), child.numbers.at(2), child.peak_mib};
}

void measure(const Scenario& scenario) {
  std::printf("%s: %.0f s simulated, one replication on one core, medians of %d runs\n", scenario.name.c_str(),
              scenario.horizon.count(), runs);
  std::vector<double> seconds;
  std::vector<double> processor_seconds;
  std::vector<double> peaks;
  std::vector<double> ratios;  // of events per second, to the bare loop's
  double events = 0;
  for (int number = 0; number < runs; ++number) {
    const Timed timed = run_once(scenario, number == 0);
    if (number > 0 && timed.events != events) give_up("two runs of one seed differ");
    events = timed.events;
    seconds.push_back(timed.seconds);
    processor_seconds.push_back(timed.processor_seconds);
    peaks.push_back(timed.peak_mib);
    ratios.push_back(timed.events / timed.processor_seconds / (bare.events() / on_bare_loop(bare).seconds));
  }
  // The two columns are equal on a machine that does nothing else.
  const double wall = median(seconds);
  const double processor = median(processor_seconds);
  std::printf("%-44s %12s %12s\n", "", "wall", "processor");
  std::printf("%-44s %12.2f %12.2f\n", "seconds", wall, processor);
  std::printf("%-44s %12.2f %12.2f\n", "million events per second", events / wall / 1e6, events / processor / 1e6);
  std::printf("%-44s %12.0f %12.0f\n", "simulated seconds per second", scenario.horizon.count() / wall,
              scenario.horizon.count() / processor);
  std::printf("%-44s %12s %12.3f\n", "events per second beside the bare loop", "", median(ratios));
  std::printf("%-44s %12.0f\n\n", "peak memory, MiB", median(peaks));
}

}  // namespace
}  // namespace poolcast::bench

// Arguments: a scenario (default: both) and the library's folder (default: scenarios, as from the checkout's root).
int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const std::vector<std::string> names =
      arguments.empty() ? std::vector<std::string>{"lose-one-of-four", "working-day"} : std::vector{std::string(arguments[0])};
  const std::filesystem::path library(arguments.size() < 2 ? "scenarios" : arguments[1]);
  try {
    for (const std::string& name : names)
      poolcast::bench::measure(poolcast::io::load_scenario(name, {.library = {library}, .overrides = {}}).scenario);
  } catch (const std::exception& error) {
    poolcast::bench::give_up(error.what());
  }
  return 0;
}
