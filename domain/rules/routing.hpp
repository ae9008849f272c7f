// Which server takes the next connection: round robin over the active ones, as DNS load balancing does (assumption O-3). No
// weights, and nobody is moved when a server comes back.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace poolcast::rules {

// `accepts[i]` says whether server i takes new connections. Returns the first that does, from `turn` on, wrapping around, and
// moves `turn` behind it; nothing when none does.
std::optional<std::size_t> next_server(const std::vector<bool>& accepts, std::size_t& turn);

}  // namespace poolcast::rules
