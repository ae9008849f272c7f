#include "domain/io/decimal.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace poolcast::io {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits, with `_` allowed between two of them.
std::size_t take_digits(std::string_view text, std::size_t at, std::string& number) {
  while (at < text.size()) {
    const bool grouping = text[at] == '_' && at > 0 && is_digit(text[at - 1]) && at + 1 < text.size() && is_digit(text[at + 1]);
    if (!is_digit(text[at]) && !grouping) break;
    if (!grouping) number += text[at];
    ++at;
  }
  return at;
}

std::size_t take_exponent(std::string_view text, std::size_t at, std::string& number) {
  if (at >= text.size() || (text[at] != 'e' && text[at] != 'E')) return at;
  std::size_t digits = at + 1;
  std::string sign;
  if (digits < text.size() && (text[digits] == '+' || text[digits] == '-')) sign = text[digits++];
  if (digits >= text.size() || !is_digit(text[digits])) return at;
  number += 'e' + sign;
  while (digits < text.size() && is_digit(text[digits])) number += text[digits++];
  return digits;
}

// The whole number behind an `e`, with or without its sign.
std::optional<int> read_exponent(std::string_view digits) {
  if (digits.starts_with('+')) digits.remove_prefix(1);
  int exponent = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), exponent).ec != std::errc{}) return std::nullopt;
  return exponent;
}

}  // namespace

std::optional<LeadingNumber> leading_number(std::string_view text) {
  std::string number;
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    if (text[at] == '-') number += '-';
    ++at;
  }
  const std::size_t first = at;
  if (at >= text.size() || !is_digit(text[at])) return std::nullopt;
  at = take_digits(text, first, number);
  if (at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
    number += '.';
    at = take_digits(text, at + 1, number);
  }
  at = take_exponent(text, at, number);
  while (at < text.size() && text[at] == ' ') ++at;
  return LeadingNumber{std::move(number), text.substr(at)};
}

std::optional<double> scaled(std::string_view number, int exponent) {
  const std::size_t e = number.find('e');
  std::string mantissa(number.substr(0, e));
  if (e != std::string_view::npos) {
    const auto own = read_exponent(number.substr(e + 1));
    if (!own || *own > 1000 || *own < -1000) return std::nullopt;
    exponent += *own;
  }
  mantissa += 'e' + std::to_string(exponent);
  double value = 0;
  const auto [end, error] = std::from_chars(mantissa.data(), mantissa.data() + mantissa.size(), value);
  if (error != std::errc{} || end != mantissa.data() + mantissa.size() || !std::isfinite(value)) return std::nullopt;
  return value == 0 ? 0 : value;  // no negative zero: it would be printed with its sign and read as another text
}

std::string shortest(double value, int exponent) {
  if (value == 0) return "0";
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t e = text.find('e');
  const int point = read_exponent(text.substr(e + 1)).value() + 1 - exponent;  // digits before the decimal point
  std::string digits;
  for (const char c : text.substr(0, e)) {
    if (is_digit(c)) digits += c;
  }
  const std::string sign = value < 0 ? "-" : "";
  const int count = static_cast<int>(digits.size());
  if (point > 21 || point < -6) {
    const std::string fraction = count > 1 ? "." + digits.substr(1) : "";
    return sign + digits[0] + fraction + "e" + std::to_string(point - 1);
  }
  if (point <= 0) return sign + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (point >= count) return sign + digits + std::string(static_cast<std::size_t>(point - count), '0');
  return sign + digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
}

}  // namespace poolcast::io
