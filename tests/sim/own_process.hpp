// SimGrid allows one engine per process. in_own_process() runs a function in a forked child and brings its numbers back, so that
// a test may use several engines, and the test program several tests.
#pragma once

#include <functional>
#include <vector>

#include "sim/simgrid_compat.hpp"

namespace poolcast::sim {

// Throws when the child does not end well or one of its expectations fails.
std::vector<double> in_own_process(const std::function<std::vector<double>()>& work);

// An engine and two hosts, with the settings of the environment (sanitizers need another context factory).
struct SmallPlatform {
  SmallPlatform();
  simgrid::s4u::Engine engine;
  simgrid::s4u::Host* host;
  simgrid::s4u::Host* victim;  // for tests that turn a host off
};

}  // namespace poolcast::sim
