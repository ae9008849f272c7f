#include "reference-server/proto/unicode.hpp"

#include "reference-server/proto/text.hpp"

namespace poolcast::proto {
namespace {

struct Lead {
  std::size_t size;
  std::uint32_t bits;
  std::uint32_t least;  // anything below is an overlong form
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1, byte, 0};
  if (byte >= 0xC2 && byte <= 0xDF) return {2, byte & 0x1FU, 0x80};
  if (byte >= 0xE0 && byte <= 0xEF) return {3, byte & 0x0FU, 0x800};
  if (byte >= 0xF0 && byte <= 0xF4) return {4, byte & 0x07U, 0x10000};
  return {0, 0, 0};
}

void append_unit(std::string& out, std::uint32_t unit) {
  out += static_cast<char>(unit & 255U);
  out += static_cast<char>(unit >> 8U & 255U);
}

std::uint32_t upper_of(std::uint32_t c) {
  if (c >= 'a' && c <= 'z') return c - 0x20;
  if (c >= 0xE0 && c <= 0xFE && c != 0xF7) return c - 0x20;     // Latin-1, without the division sign
  if (c >= 0x3B1 && c <= 0x3C9 && c != 0x3C2) return c - 0x20;  // Greek, without the final sigma
  if (c >= 0x430 && c <= 0x44F) return c - 0x20;                // Cyrillic
  if (c >= 0x450 && c <= 0x45F) return c - 0x50;
  return c;
}

}  // namespace

CodePoint code_point_at(std::string_view bytes, std::size_t at) {
  const Lead lead = lead_of(static_cast<unsigned char>(bytes[at]));
  if (lead.size == 0 || at + lead.size > bytes.size()) return {};
  std::uint32_t value = lead.bits;
  for (std::size_t i = 1; i < lead.size; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[at + i]);
    if ((byte & 0xC0U) != 0x80) return {};
    value = value << 6U | (byte & 0x3FU);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < lead.least || surrogate || value > 0x10FFFF) return {};
  return {value, lead.size};
}

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0U | c >> 6U);
    out += static_cast<char>(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0U | c >> 12U);
    out += static_cast<char>(0x80U | (c >> 6U & 0x3FU));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | c >> 18U);
    out += static_cast<char>(0x80U | (c >> 12U & 0x3FU));
    out += static_cast<char>(0x80U | (c >> 6U & 0x3FU));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  }
}

bool is_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = code_point_at(bytes, at).size;
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::optional<std::string> to_utf16le(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size() * 2);
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint c = code_point_at(utf8, at);
    if (c.size == 0) return std::nullopt;
    at += c.size;
    if (c.value < 0x10000) {
      append_unit(out, c.value);
    } else {
      append_unit(out, 0xD800U | (c.value - 0x10000U) >> 10U);
      append_unit(out, 0xDC00U | ((c.value - 0x10000U) & 0x3FFU));
    }
  }
  return out;
}

std::optional<std::string> from_utf16le(std::string_view bytes) {
  if (bytes.size() % 2 != 0) return std::nullopt;
  const auto unit_at = [&](std::size_t i) -> std::uint32_t {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) |
           static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + 1])) << 8U;
  };
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    const std::uint32_t unit = unit_at(at);
    if (unit < 0xD800 || unit > 0xDFFF) {
      append_utf8(out, unit);
      continue;
    }
    if (unit > 0xDBFF || at + 4 > bytes.size()) return std::nullopt;
    const std::uint32_t low = unit_at(at + 2);
    if (low < 0xDC00 || low > 0xDFFF) return std::nullopt;
    append_utf8(out, 0x10000U + ((unit & 0x3FFU) << 10U | (low & 0x3FFU)));
    at += 2;
  }
  return out;
}

std::optional<std::string> upper_case(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint c = code_point_at(utf8, at);
    if (c.size == 0) return std::nullopt;
    append_utf8(out, upper_of(c.value));
    at += c.size;
  }
  return out;
}

}  // namespace poolcast::proto
