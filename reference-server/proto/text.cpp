#include "reference-server/proto/text.hpp"

#include <algorithm>
#include <charconv>

namespace poolcast::proto {

bool iequals(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = to_lower(c);
  return lower;
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> parse_number(std::string_view digits) {
  std::uint64_t number = 0;
  // from_chars takes no sign for an unsigned type, and no blanks.
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

namespace {

constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int16_t, 256> base64_values = [] {
  std::array<std::int16_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < base64_digits.size(); ++i)
    values[static_cast<unsigned char>(base64_digits[i])] = static_cast<std::int16_t>(i);
  return values;
}();

std::uint32_t byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

std::string hex_with(std::string_view bytes, std::string_view digits) {
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += digits[byte >> 4U];
    hex += digits[byte & 15U];
  }
  return hex;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group = byte_at(bytes, i) << 16U | byte_at(bytes, i + 1) << 8U | byte_at(bytes, i + 2);
    for (const unsigned shift : {18U, 12U, 6U, 0U}) out += base64_digits[group >> shift & 63U];
  }
  const std::size_t left = bytes.size() - i;
  if (left == 0) return;
  const std::uint32_t group = byte_at(bytes, i) << 16U | (left == 2 ? byte_at(bytes, i + 1) << 8U : 0U);
  out += base64_digits[group >> 18U & 63U];
  out += base64_digits[group >> 12U & 63U];
  out += left == 2 ? base64_digits[group >> 6U & 63U] : '=';
  out += '=';
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  append_base64(text, bytes);
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::string_view digits = text.substr(0, text.size() - padding);
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : digits) {
    const int value = base64_values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    held = held << 6U | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(held >> bits & 255U);
    }
  }
  if ((held & ((1U << bits) - 1U)) != 0) return std::nullopt;
  return bytes;
}

std::string to_hex(std::string_view bytes) { return hex_with(bytes, "0123456789abcdef"); }
std::string to_upper_hex(std::string_view bytes) { return hex_with(bytes, "0123456789ABCDEF"); }

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::optional<Guid> parse_guid(std::string_view text) {
  constexpr std::string_view urn = "urn:uuid:";
  if (text.size() > urn.size() && iequals(text.substr(0, urn.size()), urn)) text.remove_prefix(urn.size());
  if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
  if (text.size() != 36) return std::nullopt;
  Guid guid;
  std::size_t digit = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    std::uint8_t& byte = guid.bytes[digit / 2];
    byte = static_cast<std::uint8_t>(byte * 16 + value);
    ++digit;
  }
  return guid;
}

void append_guid(std::string& out, const Guid& guid) {
  const std::string hex = to_hex({reinterpret_cast<const char*>(guid.bytes.data()), guid.bytes.size()});
  const std::string_view digits = hex;
  out.append(digits.substr(0, 8)).append("-").append(digits.substr(8, 4)).append("-").append(digits.substr(12, 4));
  out.append("-").append(digits.substr(16, 4)).append("-").append(digits.substr(20));
}

std::string to_string(const Guid& guid) {
  std::string text;
  append_guid(text, guid);
  return text;
}

Guid make_guid(const std::array<std::uint8_t, 16>& random) {
  Guid guid{random};
  // RFC 9562 section 5.4: version 4, variant 10.
  guid.bytes[6] = static_cast<std::uint8_t>((guid.bytes[6] & 0x0FU) | 0x40U);
  guid.bytes[8] = static_cast<std::uint8_t>((guid.bytes[8] & 0x3FU) | 0x80U);
  return guid;
}

}  // namespace poolcast::proto
