#include "domain/io/text.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace poolcast::io {
namespace {

constexpr std::size_t longest_quote = 60;  // bytes of a found value that a message repeats
constexpr std::size_t longest_word = 64;   // longer words get no suggestion: the distance costs the product of the lengths

// Insertions, deletions, substitutions and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

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

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  if (word.empty() || word.size() > longest_word) return std::nullopt;
  const std::string* best = nullptr;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto& candidate : known) {
    if (candidate.size() > longest_word) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = &candidate;
      best_distance = distance;
    }
  }
  if (!best) return std::nullopt;
  return *best;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const auto near = nearest(word, known);
  return near ? "; did you mean `" + *near + "`?" : "";
}

std::string one_of(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
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
