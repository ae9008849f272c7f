// Scenarios of the library as these tests need them.
#pragma once

#include <string>
#include <vector>

#include "domain/scenario.hpp"

namespace poolcast::limits::test {

Scenario library_scenario(const std::string& name);

// A workload of the library on the documented topology of four active and four standby servers.
Scenario documented(const std::string& workload, const std::vector<std::string>& overrides = {});

}  // namespace poolcast::limits::test
