// What users do. Both hosts count requests by these names: they are the `part` of arrivals, completions, refusals and losses.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace poolcast {

enum class Operation : std::uint8_t { sign_in, open_room, search, post, sign_out };
inline constexpr std::array<std::string_view, 5> operation_names{"sign_in", "open_room", "search", "post", "sign_out"};

}  // namespace poolcast
