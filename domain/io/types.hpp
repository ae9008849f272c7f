// What a described member is, for the visitors: a scalar with a unit, a named value, a list, a struct of its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "domain/io/quantity_text.hpp"
#include "domain/io/text.hpp"
#include "domain/scenario.hpp"
#include "domain/spelling.hpp"

namespace poolcast::io {

struct IgnoreKeys {
  template <class Member>
  void operator()(std::string_view, Member&, std::string_view, Constraint = {}) const {}
};
template <class T>
concept Described = requires(T& value) {
  describe(value, IgnoreKeys{});
};

template <class T>
concept NamedValue = std::is_enum_v<T>;

template <class T>
inline constexpr bool is_id = false;
template <class Tag>
inline constexpr bool is_id<Id<Tag>> = true;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;

template <class T>
inline constexpr bool is_parameter = false;
template <class T>
inline constexpr bool is_parameter<Parameter<T>> = true;

template <class T>
concept NameList = std::same_as<T, Names>;

template <class T>
concept Text = std::same_as<T, std::string> || is_id<T>;

// A number, a quantity or a switch: whatever quantity_text.hpp can parse.
template <class T>
concept Scalar = requires(T& value) {
  parse(std::string_view{}, value);
};

// The value in its base unit, as constraints count it; both ends of a range must fit.
struct Magnitudes {
  double low;
  double high;
};
inline Magnitudes magnitudes(Seconds value) { return {value.count(), value.count()}; }
inline Magnitudes magnitudes(Bytes value) { return {value.count, value.count}; }
inline Magnitudes magnitudes(Bandwidth value) { return {value.bytes_per_s, value.bytes_per_s}; }
inline Magnitudes magnitudes(Rate value) { return {value.per_s, value.per_s}; }
inline Magnitudes magnitudes(Share value) { return {value.of_one, value.of_one}; }
inline Magnitudes magnitudes(Frequency value) { return {value.hz, value.hz}; }
inline Magnitudes magnitudes(const SecondsRange& value) { return {value.low.count(), value.high.count()}; }
inline Magnitudes magnitudes(const PostRate& value) { return {value.value, value.value}; }
inline Magnitudes magnitudes(const Quantity& value) { return {value.value, value.value}; }
inline Magnitudes magnitudes(Count value) { return {static_cast<double>(value), static_cast<double>(value)}; }
inline Magnitudes magnitudes(double value) { return {value, value}; }
inline Magnitudes magnitudes(bool) { return {0, 0}; }

// A bound written in the unit of the type it bounds.
template <class T>
std::string write_bound(double bound) {
  if constexpr (std::same_as<T, Seconds> || std::same_as<T, SecondsRange>) {
    return write(Seconds{bound});
  } else if constexpr (std::same_as<T, Bytes> || std::same_as<T, Bandwidth> || std::same_as<T, Rate> || std::same_as<T, Share> ||
                       std::same_as<T, Frequency>) {
    return write(T{bound});
  } else {
    return write(bound);
  }
}

template <NamedValue Enum>
std::vector<std::string> file_names() {
  std::vector<std::string> names;
  for (const auto name : EnumNames<Enum>::names) names.push_back(with_dashes(name));
  return names;
}

}  // namespace poolcast::io
