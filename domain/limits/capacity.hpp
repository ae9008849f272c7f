// The capacity page, derived from a scenario.
#pragma once

#include <string>
#include <vector>

#include "domain/scenario.hpp"

namespace poolcast::limits {

// One derived number. `value` is unrounded; `limit` is the documented ceiling where there is one.
struct CapacityRow {
  std::string section;   // "rooms", "access", "invitations", "posts", "deliveries", "presence", "storage", "headroom"
  std::string quantity;  // "rooms", "user member entries", "posts per second", …
  std::string part;      // room class, server or pool; empty for the total
  double value = 0;
  std::string unit;
  std::optional<double> limit;
  std::string formula;  // with the scenario's numbers in it: "80,000 × 12 / 30"
  std::string source;   // title of the page, or "derived", or the assumption's number (domain sheet O-4)
};

std::vector<CapacityRow> capacity(const Scenario& scenario);

// Access-control entries of the scenario: what a chat server loads when it starts.
double access_entries(const Workload& workload);

}  // namespace poolcast::limits
