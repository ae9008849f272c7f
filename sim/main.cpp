#include "sim/analytic/methods.hpp"
#include "sim/program/program.hpp"
#include "sim/run.hpp"

namespace {

using namespace poolcast;

ReplicationResult by_formula(const Scenario& scenario, const sim::RunOptions& options) {
  return sim::analytic::steady_state(scenario, options.window);
}

ReplicationResult by_fluid(const Scenario& scenario, const sim::RunOptions& options) {
  return sim::analytic::storm(scenario, options.window);
}

}  // namespace

int main(int argc, char** argv) {
  return sim::run_program(argc, argv,
                          {.simulate = {sim::run, sim::not_modelled},
                           .analytic = {by_formula, sim::analytic::steady_state_refusals},
                           .fluid = {by_fluid, sim::analytic::storm_refusals}});
}
