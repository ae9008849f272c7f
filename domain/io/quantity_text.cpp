#include "domain/io/quantity_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <vector>

#include "domain/io/decimal.hpp"
#include "domain/io/text.hpp"
#include "domain/io/unit_words.hpp"
#include "domain/spelling.hpp"

namespace poolcast::io {
namespace {

struct Dimension {
  std::string_view noun;
  std::string_view example;
  std::span<const UnitWord> words;
  std::string_view space;  // between number and unit in print
  bool bare_zero;          // whether `0` needs no unit
  double at_most;          // in the base unit: far above anything real, far below trouble with doubles
  std::string_view at_most_text;
};

constexpr Dimension durations{"duration", "30s", duration_words, "", false, 36525 * 86400.0, "36525day"};
constexpr Dimension sizes{"size", "10 GB", byte_words, " ", false, 1e18, "1000000 TB"};
constexpr Dimension bandwidths{"speed", "1 Gb/s", bandwidth_words, " ", false, 1e15, "1000000 GB/s"};
constexpr Dimension rates{"rate", "10/s", rate_words, "", true, 1e12, "1e12/s"};
constexpr Dimension frequencies{"frequency", "2.26 GHz", frequency_words, " ", false, 1e12, "1000 GHz"};
constexpr double largest_number = 1e15;  // whole numbers stay exact in a double up to 9e15

std::string article(std::string_view noun) { return "a " + std::string(noun); }

Expected parse_in(const Dimension& dimension, std::string_view text, double& out) {
  const std::string with_unit = article(dimension.noun) + " with a unit";
  const auto lead = leading_number(text);
  if (!lead) return with_unit + ", such as " + std::string(dimension.example);
  const UnitWord bare{};
  const UnitWord* unit = &bare;
  if (!lead->rest.empty()) {
    const auto found = std::ranges::find(dimension.words, lead->rest, &UnitWord::word);
    if (found == dimension.words.end()) {
      std::vector<std::string> words;
      for (const auto& word : dimension.words) words.emplace_back(word.word);
      return with_unit + " (" + one_of(words) + "), such as " + std::string(dimension.example);
    }
    unit = &*found;
  }
  const auto number = scaled(lead->number, unit->exponent);
  if (!number) return article(dimension.noun) + " of at most " + std::string(dimension.at_most_text);
  const double value = *number * unit->multiply / unit->divide;
  if (lead->rest.empty() && !(dimension.bare_zero && value == 0)) {
    return with_unit + ", such as " + lead->number + std::string(dimension.space) + std::string(dimension.words[0].word);
  }
  if (value < 0) return article(dimension.noun) + " that is not negative";
  if (value > dimension.at_most) return article(dimension.noun) + " of at most " + std::string(dimension.at_most_text);
  out = value;
  return std::nullopt;
}

// Twelve digits undo the rounding of a division: 10/3600 × 3600 is written 10 and not 10.000000000000002.
double rounded(double value) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, 12).ptr;
  double result = 0;
  std::from_chars(buffer.data(), end, result);
  return result;
}

// 1.2 reads better than 1200, 500 better than 0.5, and every number better than one with an exponent.
std::size_t awkwardness(std::string_view number) {
  const bool point = number.find('.') != std::string_view::npos;
  const bool exponent = number.find('e') != std::string_view::npos;
  const bool long_integer = std::min(number.find('.'), number.size()) > 3;
  return number.size() + (point ? 2 : 0) + (exponent ? 5 : 0) + (long_integer ? 3 : 0);
}

// The least awkward number among the units that give exactly this value.
std::string write_in(const Dimension& dimension, double value) {
  std::string best;
  std::size_t least = SIZE_MAX;
  for (const UnitWord& unit : dimension.words) {
    const double count = value / unit.multiply * unit.divide;
    for (const double candidate : {rounded(count), count}) {
      const std::string number = shortest(candidate, unit.exponent);
      const std::string text = number + std::string(dimension.space) + std::string(unit.word);
      double back = 0;
      if (awkwardness(number) >= least || parse_in(dimension, text, back) || back != value) continue;
      best = text;
      least = awkwardness(number);
    }
  }
  return best;
}

// 80000 -> 80_000
std::string grouped(std::string text) {
  if (text.size() < 5 || text.find_first_not_of("0123456789") != std::string::npos) return text;
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, "_");
  return text;
}

bool has_word(std::span<const UnitWord> words, std::string_view word) {
  return std::ranges::find(words, word, &UnitWord::word) != words.end();
}

}  // namespace

Expected parse(std::string_view text, Seconds& out) {
  double value = 0;
  auto wrong = parse_in(durations, text, value);
  if (!wrong) out = Seconds{value};
  return wrong;
}

Expected parse(std::string_view text, Bytes& out) { return parse_in(sizes, text, out.count); }
Expected parse(std::string_view text, Bandwidth& out) { return parse_in(bandwidths, text, out.bytes_per_s); }
Expected parse(std::string_view text, Rate& out) { return parse_in(rates, text, out.per_s); }
Expected parse(std::string_view text, Frequency& out) { return parse_in(frequencies, text, out.hz); }

Expected parse(std::string_view text, Share& out) {
  const char* const wanted = "a share between 0% and 100%, such as 50% or 0.5";
  const auto lead = leading_number(text);
  if (!lead || (!lead->rest.empty() && lead->rest != "%")) return wanted;
  const auto value = scaled(lead->number, lead->rest.empty() ? 0 : share_words[0].exponent);
  if (!value || *value < 0 || *value > 1) return wanted;
  out.of_one = *value;
  return std::nullopt;
}

Expected parse(std::string_view text, SecondsRange& out) {
  const char* const wanted = "a duration or a range of durations, such as 0s..30s";
  const std::size_t dots = text.find("..");
  SecondsRange range;
  const auto trimmed = [](std::string_view part) {
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    return part;
  };
  const std::string_view high = dots == std::string_view::npos ? text : text.substr(dots + 2);
  if (parse(trimmed(text.substr(0, dots)), range.low) || parse(trimmed(high), range.high)) return wanted;
  if (range.low > range.high) return "a range whose first duration is not above the second";
  out = range;
  return std::nullopt;
}

Expected parse(std::string_view text, PostRate& out) {
  const char* const wanted = "a rate of posts, such as 50/room/day, 15/user/day or 22.22/s";
  const auto lead = leading_number(text);
  if (!lead) return wanted;
  const auto value = scaled(lead->number, 0);
  if (!value || *value > rates.at_most) return "a rate of posts of at most " + std::string(rates.at_most_text);
  if (*value < 0) return "a rate of posts that is not negative";
  if (lead->rest.empty() && *value == 0) {
    out = PostRate{};
    return std::nullopt;
  }
  const auto found = std::ranges::find(post_bases, lead->rest, &PostBasis::word);
  if (found == post_bases.end()) return wanted;
  out = PostRate{*value, found->basis};
  return std::nullopt;
}

Expected parse(std::string_view text, double& out) {
  const auto lead = leading_number(text);
  if (!lead || !lead->rest.empty()) return "a number, such as 1.5";
  const auto value = scaled(lead->number, 0);
  if (!value || std::abs(*value) > largest_number) return "a number of at most 1e15";
  out = *value;
  return std::nullopt;
}

Expected parse(std::string_view text, Count& out) {
  double value = 0;
  if (const auto wrong = parse(text, value)) {
    return wrong->find("at most") == std::string::npos ? "a whole number, such as 80_000" : "a whole number of at most 1e15";
  }
  if (value < 0) return "a whole number that is not negative";
  if (value != std::floor(value)) return "a whole number, such as 80_000";
  out = static_cast<Count>(value);
  return std::nullopt;
}

Expected parse(std::string_view text, Quantity& out) {
  const auto lead = leading_number(text);
  if (!lead) return "a number, or one with a unit, such as 500ms, 80%, 60_000 or 2 GB";
  if (lead->rest.empty()) {
    double value = 0;
    if (auto wrong = parse(text, value)) return wrong;
    if (value < 0) return "a number that is not negative";
    out = {value, Quantity::Dimension::number};
    return std::nullopt;
  }
  if (lead->rest == "%") {
    Share share;
    if (auto wrong = parse(text, share)) return wrong;
    out = {share.of_one, Quantity::Dimension::share};
    return std::nullopt;
  }
  double value = 0;
  const bool size = has_word(byte_words, lead->rest);
  if (!size && !has_word(duration_words, lead->rest))
    return "a number, a duration, a share or a size, such as 60_000, 500ms, 80% or 2 GB";
  if (auto wrong = parse_in(size ? sizes : durations, text, value)) return wrong;
  out = {value, size ? Quantity::Dimension::bytes : Quantity::Dimension::seconds};
  return std::nullopt;
}

Expected parse(std::string_view text, bool& out) {
  const bool yes = text == "on" || text == "true" || text == "yes";
  if (!yes && text != "off" && text != "false" && text != "no") return "on or off";
  out = yes;
  return std::nullopt;
}

std::string write(Seconds value) { return write_in(durations, value.count()); }
std::string write(Bytes value) { return write_in(sizes, value.count); }
std::string write(Bandwidth value) { return write_in(bandwidths, value.bytes_per_s); }
std::string write(Rate value) { return write_in(rates, value.per_s); }
std::string write(Frequency value) { return write_in(frequencies, value.hz); }
std::string write(Share value) { return shortest(value.of_one, -2) + "%"; }
std::string write(const SecondsRange& value) { return write(value.low) + ".." + write(value.high); }
std::string write(Count value) { return grouped(std::to_string(value)); }
std::string write(double value) { return grouped(shortest(value)); }
std::string write(bool value) { return value ? "on" : "off"; }

std::string write(const PostRate& value) {
  return shortest(value.value) + std::string(post_bases[static_cast<std::size_t>(value.basis)].word);
}

std::string write(const Quantity& value) {
  switch (value.dimension) {
    case Quantity::Dimension::seconds:
      return write(Seconds{value.value});
    case Quantity::Dimension::share:
      return write(Share{value.value});
    case Quantity::Dimension::bytes:
      return write(Bytes{value.value});
    case Quantity::Dimension::number:
      break;
  }
  return write(value.value);
}

}  // namespace poolcast::io
