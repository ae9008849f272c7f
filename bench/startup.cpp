// How long a user waits for nothing: poolcast-sim on a trivial scenario, and the command line's help.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/measure.hpp"

namespace poolcast::bench {
namespace {

constexpr int runs = 11;

void measure(const std::string& name, const std::vector<std::string>& command) {
  std::vector<double> milliseconds;
  run_program(command);  // once, so that files are in memory
  for (int number = 0; number < runs; ++number) milliseconds.push_back(run_program(command).seconds * 1e3);
  std::printf("%-44s %8.1f ms  (%.1f to %.1f)\n", name.c_str(), median(milliseconds), *std::ranges::min_element(milliseconds),
              *std::ranges::max_element(milliseconds));
}

}  // namespace
}  // namespace poolcast::bench

// From the checkout's root, with `poolcast` on PATH, as ./dev bench does.
int main() {
  std::printf("start to end, medians of 11 runs\n");
  poolcast::bench::measure("poolcast-sim bench/trivial.yaml", {POOLCAST_SIM, "bench/trivial.yaml", "--library", "scenarios",
                                                               "--replications", "1", "--workers", "1"});
  poolcast::bench::measure("poolcast --help", {"poolcast", "--help"});
  return 0;
}
