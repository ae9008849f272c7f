// How a client of a mirrored database finds the partner that serves: the connection retry algorithm of the data access providers
// for TCP/IP (SQL Server, "Connect Clients to a Database Mirroring Session"). Reconnecting is not automatic: the application
// opens a new connection, and does so again when the login has timed out.
#pragma once

#include <cstdint>
#include <optional>

#include "domain/units.hpp"

namespace poolcast::rules {

inline constexpr Seconds login_timeout{15};  // the provider's default; at least 5 s are recommended

// One login of one client. Attempts alternate between the two partners, beginning with the cached initial one.
struct Login {
  Seconds timeout = login_timeout;
  Seconds elapsed{0};
  std::uint32_t attempts = 0;        // made so far; two are a round
  std::uint32_t delayed_rounds = 0;  // rounds that were followed by a pause
  bool at_once = false;              // somebody in this round answered at once that it serves nobody
  bool operator==(const Login&) const = default;
};

struct Attempt {
  bool at_initial_partner = true;
  Seconds allotted{0};  // after it without an answer, the next attempt begins
};

// The next attempt, or nothing when the login has timed out. 8 % of the time-out for each of the first two attempts, 16 % for
// the next two and so on; the last has what is left.
std::optional<Attempt> next_attempt(const Login& login);

// After an attempt that took so long and failed. `at_once` says that the partner answered: it is inactive, as in a failover, or
// its service is stopped. A round with such an answer is followed by a pause, which keeps clients from overloading the
// partners: 100, 200, 400, 800 ms, then 1 s. (The page says so of a partner that fails over; that a stopped one pauses the
// client, too, is an assumption, as nothing else would.)
Login after_attempt(Login login, Seconds took, bool at_once);

}  // namespace poolcast::rules
