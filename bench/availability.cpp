// How long it takes to know an availability: of the library's five-nines, a whole topology that lies there; of years-of-chance,
// of one that does not; and how long the plain simulation of the same control plane takes for as narrow an interval.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>

#include "bench/measure.hpp"
#include "domain/io/runbook_file.hpp"
#include "domain/io/scenario_file.hpp"
#include "sim/analytic/methods.hpp"
#include "sim/analytic/operators.hpp"

namespace {

using namespace poolcast;
using namespace poolcast::sim::analytic;

ControlPlane plane_of(const std::string& scenario, const std::string& failover) {
  const io::LoadOptions library{.library = {POOLCAST_SCENARIOS}, .overrides = {}};
  ControlPlane plane = control_plane_of(io::load_scenario(scenario, library).scenario);
  for (PoolPlane& pool : plane.pools)
    pool.operators =
        operators_of(io::load_runbook(failover, library).runbook, io::load_runbook("site-failback", library).runbook, 1);
  return plane;
}

// Processor time until the interval is that narrow; `least_cycles` is what the program takes at least.
void measure(const char* name, const ControlPlane& plane, const AvailabilityOptions& options) {
  const double begin = bench::processor_clock();
  const Availability found = estimate_availability(plane, options);
  const double seconds = bench::processor_clock() - begin;
  std::printf("%-48s %9.0f %% %12.2e %7.2f %12llu %10.2f\n", name, 100 * options.precision, found.unavailable.value,
              -std::log10(found.unavailable.value), static_cast<unsigned long long>(found.cycles), seconds);
}

}  // namespace

int main() {
  const double begin = bench::processor_clock();
  const ControlPlane five_nines = plane_of("five-nines", "site-failover-prepared");
  const double prepared = bench::processor_clock() - begin;
  const ControlPlane years = plane_of("years-of-chance", "site-failover");
  ControlPlane machines = five_nines;  // neither sites nor whole Front End pools are lost, and nobody has to reconnect
  std::erase_if(machines.risks, [](const Risk& risk) { return risk.machines.size() > 1; });
  for (PoolPlane& pool : machines.pools) pool.surges = {};
  std::printf("%-48s %11s %12s %7s %12s %10s\n", "availability, one core", "precision", "away", "nines", "cycles", "seconds");
  measure("five-nines, whole topology", five_nines, {});
  measure("five-nines, whole topology", five_nines, {.precision = 0.01, .stop_wished = {}});
  measure("five-nines, machines one by one only", machines, {});
  measure("years-of-chance", years, {.precision = 0.01, .stop_wished = {}});
  std::printf("\nas soon as the interval is that narrow, however few the cycles\n");
  for (const bool biased : {true, false})
    for (const double precision : {0.1, 0.05})
      measure(biased ? "five-nines, importance sampling" : "five-nines, plain simulation", five_nines,
              {.precision = precision, .least_cycles = 5'000, .most_cycles = 200'000'000, .stop_wished = {}, .biased = biased});
  for (const bool biased : {true, false})
    measure(biased ? "machines one by one, importance sampling" : "machines one by one, plain simulation", machines,
            {.precision = 0.1, .least_cycles = 5'000, .most_cycles = 200'000'000, .stop_wished = {}, .biased = biased});
  std::printf("\nreconnect storms and runbooks before all that: %.2f s\n", prepared);
}
