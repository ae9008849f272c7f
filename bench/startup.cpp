// How long a user waits for nothing: poolcast-sim on a trivial scenario, and the command line's help.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "bench/measure.hpp"

namespace poolcast::bench {
namespace {

constexpr int runs = 11;

void measure(const std::string& name, const std::vector<std::string>& command) {
  std::vector<double> milliseconds;
  std::vector<double> processor_milliseconds;
  run_program(command);  // once, so that files are in memory
  for (int number = 0; number < runs; ++number) {
    const ChildResult child = run_program(command);
    milliseconds.push_back(child.seconds * 1e3);
    processor_milliseconds.push_back(child.processor_seconds * 1e3);
  }
  std::printf("%-44s %8.1f %10.1f\n", name.c_str(), median(milliseconds), median(processor_milliseconds));
}

bool on_path(const std::string& program) {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): one thread
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

}  // namespace
}  // namespace poolcast::bench

// From the checkout's root, with `poolcast` on PATH, as ./dev bench does.
int main() {
  std::printf("%-44s %8s %10s\n", "milliseconds from start to end, medians of 11", "wall", "processor");
  poolcast::bench::measure("poolcast-sim bench/trivial.yaml", {POOLCAST_SIM, "bench/trivial.yaml", "--library", "scenarios",
                                                               "--replications", "1", "--workers", "1"});
  if (poolcast::bench::on_path("poolcast")) {
    poolcast::bench::measure("poolcast --help", {"poolcast", "--help"});
  } else {
    std::fprintf(stderr, "NOT MEASURED, missing: poolcast on PATH\n");
  }
  return 0;
}
