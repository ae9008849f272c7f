// A random scenario that fulfils every constraint of its keys (its names need not refer to anything).
#pragma once

#include <cstdint>

#include "domain/scenario.hpp"

namespace poolcast::io {

Scenario random_scenario(std::uint64_t seed);

}  // namespace poolcast::io
