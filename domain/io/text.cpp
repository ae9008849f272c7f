#include "domain/io/text.hpp"

#include <algorithm>
#include <cstdint>

#include "domain/spelling.hpp"

namespace poolcast::io {
namespace {

constexpr std::size_t longest_quote = 60;  // bytes of a found value that a message repeats

std::size_t continuation_bytes(std::uint8_t lead) {
  if (lead < 0x80) return 0;
  if (lead >= 0xC2 && lead <= 0xDF) return 1;
  if (lead >= 0xE0 && lead <= 0xEF) return 2;
  if (lead >= 0xF0 && lead <= 0xF4) return 3;
  return SIZE_MAX;
}

// RFC 3629: the second byte excludes overlong forms, surrogates and everything above U+10FFFF.
bool second_byte_fits(std::uint8_t lead, std::uint8_t second) {
  if (lead == 0xE0) return second >= 0xA0;
  if (lead == 0xED) return second <= 0x9F;
  if (lead == 0xF0) return second >= 0x90;
  if (lead == 0xF4) return second <= 0x8F;
  return true;
}

}  // namespace

std::string in_quotes(std::string_view found) {
  if (found.empty()) return "an empty text";
  std::string text(found.substr(0, longest_quote));
  if (found.size() > longest_quote) {
    while (!text.empty() && (static_cast<std::uint8_t>(text.back()) & 0xC0) == 0x80) text.pop_back();
    if (!text.empty() && static_cast<std::uint8_t>(text.back()) >= 0x80) text.pop_back();
    text += "…";
  }
  std::ranges::replace_if(
      text, [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F; }, ' ');
  const std::size_t sign = text[0] == '-' || text[0] == '+' ? 1 : 0;
  const bool number = text.size() > sign && text[sign] >= '0' && text[sign] <= '9';
  return number ? text : "`" + text + "`";
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::string question = did_you_mean(word, known);
  return question.empty() ? "" : "; " + question;
}

std::optional<std::size_t> first_bad_byte(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const std::size_t more = continuation_bytes(lead);
    if (lead == 0 || more == SIZE_MAX || more >= text.size() - i) return i;
    for (std::size_t k = 1; k <= more; ++k) {
      const auto byte = static_cast<std::uint8_t>(text[i + k]);
      if ((byte & 0xC0) != 0x80 || (k == 1 && !second_byte_fits(lead, byte))) return i;
    }
    i += more + 1;
  }
  return std::nullopt;
}

std::string with_dashes(std::string_view enumerator) {
  std::string text(enumerator);
  std::ranges::replace(text, '_', '-');
  return text;
}

}  // namespace poolcast::io
