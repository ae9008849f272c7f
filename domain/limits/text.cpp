#include "domain/limits/text.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace poolcast::limits {
namespace {

void group_thousands(std::string& digits) {
  const std::size_t point = digits.find('.');
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = point == std::string::npos ? digits.size() : point; at > first + 3;) digits.insert(at -= 3, 1, ',');
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// At most three digits that count, such as 8.9, 33 or 120.
std::string short_number(double value) { return without_trailing_zeros(fixed(value, value < 10 ? 1 : 0)); }

}  // namespace

std::string fixed(double value, int decimals) {
  // Half away from zero, as the documented tables round; the nudge makes 37.5 and its neighbours in binary round alike.
  const double scale = std::pow(10.0, decimals);
  const double rounded = std::round(value * scale * (1 + 1e-12)) / scale;
  std::array<char, 400> buffer{};
  const int size = std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, rounded == 0 ? 0.0 : rounded);
  std::string text(buffer.data(), static_cast<std::size_t>(size));
  group_thousands(text);
  return text;
}

std::string number(double value) {
  if (!std::isfinite(value)) return "without end";
  const double size = std::abs(value);
  if (size == std::round(size) || size >= 1e6) return fixed(value, 0);
  return without_trailing_zeros(fixed(value, size >= 1 ? 2 : 4));
}

std::string duration(Seconds value) {
  const double seconds = value.count();
  if (!std::isfinite(seconds)) return "without end";
  if (seconds < 1) return number(seconds * 1000) + " ms";
  if (seconds < 120) return short_number(seconds) + " s";
  if (seconds < 2 * 3600) return short_number(seconds / 60) + " min";
  if (seconds < 48 * 3600) return without_trailing_zeros(fixed(seconds / 3600, 1)) + " h";
  return without_trailing_zeros(fixed(seconds / 86400, 1)) + " days";
}

std::string bytes(double value) {
  constexpr std::array<std::string_view, 5> units{" bytes", " KB", " MB", " GB", " TB"};
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  return without_trailing_zeros(fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0)) + std::string(units[unit]);
}

std::string counted(double count, std::string_view noun) {
  return number(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string percent(double share) { return without_trailing_zeros(fixed(share * 100, share < 0.1 ? 1 : 0)) + " %"; }

std::string times(double factor) { return without_trailing_zeros(fixed(factor, 1)); }

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t word = 0; word < words.size(); ++word) {
    if (word > 0) text += word + 1 == words.size() ? " and " : ", ";
    text += words[word];
  }
  return text;
}

std::string fill(std::string_view pattern, std::initializer_list<std::string> values) {
  std::string text;
  for (const std::string& value : values) {
    const std::size_t gap = pattern.find("{}");
    if (gap == std::string_view::npos) throw std::logic_error("more values than {} in: " + text);
    text.append(pattern.substr(0, gap)).append(value);
    pattern.remove_prefix(gap + 2);
  }
  if (pattern.find("{}") != std::string_view::npos) throw std::logic_error("fewer values than {} in: " + text);
  return text.append(pattern);
}

}  // namespace poolcast::limits
