// Points in time as XCCOS writes them: ISO 8601 in UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace poolcast::proto {

// Milliseconds since 1970, which is what the store keeps.
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

// `2024-05-01T08:01:02.0000000Z`: seven decimals, as the examples of the protocol have them. Years 0000 to 9999.
void append_utc_time(std::string& out, UtcTime time);
std::string to_string(UtcTime time);

// A fraction of any length is accepted and cut to milliseconds; the zone is `Z`, `+hh:mm`, `-hh:mm`, or missing, which is read
// as UTC. Nothing for a date that no calendar has.
std::optional<UtcTime> parse_utc_time(std::string_view text);

}  // namespace poolcast::proto
