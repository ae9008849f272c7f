// The capacity page, derived from a scenario.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/scenario.hpp"

namespace poolcast::limits {

// One derived number. `value` is unrounded; `limit` is the documented ceiling where there is one.
struct CapacityRow {
  std::string section;   // "rooms", "access", "invitations", "posts", "deliveries", "presence", "sign-in", "headroom", "storage"
  std::string quantity;  // "rooms", "user member entries", "posts per second", …
  std::string part;      // room class, server or pool; empty for the total
  double value = 0;
  std::string unit;
  std::optional<double> limit;
  std::string formula;  // with the scenario's numbers in it: "80,000 × 12 / 30"
  std::string source;   // title of the page, or "derived", or the assumption's number (assumption O-4)
};

std::vector<CapacityRow> capacity(const Scenario& scenario);

double invitations(const Workload& workload);
double invitations(const Workload& workload, const RoomClass& room_class);

// Roster updates that one user's sign-in causes: one to each endpoint of the others in each followed room that is not above the
// pool's participant update limit (assumption O-12).
double roster_sends_per_sign_in(const Workload& workload, const ChatPool& pool);

// What the posts of one working day add to the content database of a pool and to its log (assumption O-4). A pool has the
// share of the posts that it has of the users.
double database_bytes_per_day(const Scenario& scenario, std::size_t chat_pool);
double log_bytes_per_day(const Scenario& scenario, std::size_t chat_pool);
inline constexpr double log_bytes_per_row_byte = 1.5;  // assumption O-4

}  // namespace poolcast::limits
