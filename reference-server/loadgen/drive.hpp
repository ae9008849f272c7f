// A fleet that takes orders from standard input, one JSON object a line, and answers on standard output: what a benchmark needs
// that kills servers and databases in between (bench/server). docs/reference-server.md lists the orders.
#pragma once

#include <cstdint>

#include "domain/scenario.hpp"
#include "reference-server/loadgen/fleet.hpp"

namespace poolcast::loadgen {

// Returns at the order `quit` or at the end of the input. Throws std::runtime_error on an order that is not understood.
void drive(const Scenario& scenario, FleetSettings settings, std::uint64_t seed);

}  // namespace poolcast::loadgen
