#include "domain/wording.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace poolcast {

namespace {

std::string formatted(const char* format, int precision, double value) {
  std::array<char, 400> text{};  // "%.0f" of the largest double has 309 digits
  std::snprintf(text.data(), text.size(), format, precision, value);
  return text.data();
}

// "12345678.5" -> "12,345,678.5"
std::string grouped(std::string digits) {
  const std::size_t point = digits.find('.');
  const std::size_t begin = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = point == std::string::npos ? digits.size() : point; at > begin + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

struct Scale {
  double above;  // used from this many base units on
  double unit;
  const char* name;
};

template <std::size_t Size>
std::string scaled(double value, const std::array<Scale, Size>& scales) {
  for (const Scale& scale : scales)
    if (std::abs(value) >= scale.above) return number_in_words(value / scale.unit) + " " + scale.name;
  return number_in_words(value / scales.back().unit) + " " + scales.back().name;
}

}  // namespace

std::string number_in_words(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "not a number" : value > 0 ? "infinite" : "minus infinite";
  if (value == std::round(value)) return grouped(formatted("%.*f", 0, value == 0 ? 0 : value));
  if (std::abs(value) >= 1000) return grouped(formatted("%.*f", 0, value));
  if (std::abs(value) < 1e-4) return formatted("%.*g", 4, value);
  std::string text = formatted("%.*f", std::max(0, 3 - static_cast<int>(std::floor(std::log10(std::abs(value))))), value);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

std::string seconds_in_words(double seconds) {
  if (seconds == 0) return "0 s";
  static constexpr std::array<Scale, 5> scales{
      Scale{2 * 3600, 3600, "h"}, {120, 60, "min"}, {1, 1, "s"}, {1e-3, 1e-3, "ms"}, {1e-6, 1e-6, "µs"}};
  if (std::abs(seconds) == 60) return seconds < 0 ? "-1 min" : "1 min";
  if (std::abs(seconds) == 3600) return seconds < 0 ? "-1 h" : "1 h";
  return scaled(seconds, scales);
}

std::string bytes_in_words(double bytes) {
  static constexpr std::array<Scale, 5> scales{
      Scale{1e12, 1e12, "TB"}, {1e9, 1e9, "GB"}, {1e6, 1e6, "MB"}, {1e3, 1e3, "KB"}, {0, 1, "B"}};
  return scaled(bytes, scales);
}

std::string in_words(const Quantity& quantity) {
  switch (quantity.dimension) {
    case Quantity::Dimension::seconds:
      return seconds_in_words(quantity.value);
    case Quantity::Dimension::share:
      return number_in_words(quantity.value * 100) + " %";
    case Quantity::Dimension::bytes:
      return bytes_in_words(quantity.value);
    case Quantity::Dimension::number:
      break;
  }
  return number_in_words(quantity.value);
}

}  // namespace poolcast
