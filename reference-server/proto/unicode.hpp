// One code point at a time out of UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolcast::proto {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 0;  // bytes it takes; 0 when the bytes at this place are no well-formed UTF-8
};

// Of `bytes` from `at` on, which must be inside.
CodePoint code_point_at(std::string_view bytes, std::size_t at);
void append_utf8(std::string& out, std::uint32_t code_point);

}  // namespace poolcast::proto
