#include "reference-server/store/text.hpp"

#include <array>
#include <cctype>
#include <cstdint>

namespace poolcast::store {

namespace {

unsigned byte(std::string_view text, std::size_t index) { return static_cast<unsigned char>(text[index]); }

// How many bytes the character at `begin` has; 0 when it is none.
std::size_t character_bytes(std::string_view text, std::size_t begin) {
  const unsigned first = byte(text, begin);
  if (first == 0) return 0;
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (first < 0xc2 || first > 0xf4 || begin + length > text.size()) return 0;
  std::uint32_t code = first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const unsigned next = byte(text, begin + i);
    if ((next & 0xc0U) != 0x80) return 0;
    code = code << 6 | (next & 0x3fU);
  }
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < smallest[length] || code > 0x10ffff || surrogate ? 0 : length;
}

bool in_word(char c) {
  const auto value = static_cast<unsigned char>(c);
  return value >= 0x80 || std::isalnum(value) != 0;
}

}  // namespace

bool valid_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_bytes(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string folded(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char c : text) {
    if (!in_word(c)) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    words.back() += c;
  }
  return words;
}

}  // namespace poolcast::store
