// How long it takes to know an availability: the library's years-of-chance, and the same without what keeps it below five nines.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "bench/measure.hpp"
#include "domain/io/scenario_file.hpp"
#include "sim/analytic/methods.hpp"

namespace {

using namespace poolcast;
using namespace poolcast::sim::analytic;

void measure(const char* name, const ControlPlane& plane, double precision) {
  const double begin = bench::processor_clock();
  AvailabilityOptions options;
  options.precision = precision;
  const Availability found = estimate_availability(plane, options);
  const double seconds = bench::processor_clock() - begin;
  std::printf("%-44s %8.0f %% %10.2e %8.1f %12llu %10.2f\n", name, 100 * precision, found.unavailable.value,
              -std::log10(found.unavailable.value), static_cast<unsigned long long>(found.cycles), seconds);
}

}  // namespace

int main() {
  const Scenario scenario = io::load_scenario("years-of-chance", {.library = {POOLCAST_SCENARIOS}, .overrides = {}}).scenario;
  const ControlPlane whole = control_plane_of(scenario);
  ControlPlane machines = whole;  // neither the site nor the whole Front End pool is lost, and nobody has to reconnect
  std::erase_if(machines.risks, [](const Risk& risk) { return risk.machines.size() > 1; });
  machines.surge_of_all_s = 0;
  machines.surge_s.clear();
  std::printf("%-44s %10s %10s %8s %12s %10s\n", "availability, one core", "precision", "away", "nines", "cycles", "seconds");
  for (const double precision : {0.1, 0.01}) {
    measure("years-of-chance", whole, precision);
    measure("years-of-chance, machines one by one only", machines, precision);
  }
}
