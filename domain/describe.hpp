// How a struct lists its keys. Each domain struct has one function
//
//     template <Describes<Site> Self, class Visitor> void describe(Self& self, Visitor&& visit) {
//       visit("name", self.name, "What other keys call this site.", required);
//       visit("time_zone", self.time_zone, "IANA name.");
//     }
//
// found by argument-dependent look-up. The YAML reader, the canonical printer, the JSON Schema, the reference page and the
// Python classes are visitors of it, so a key is written once. A member's initialiser is its default.
#pragma once

#include <concepts>
#include <limits>
#include <string_view>
#include <type_traits>

namespace poolcast {

template <class Self, class Struct>
concept Describes = std::same_as<std::remove_const_t<Self>, Struct>;

// What a value must fulfil beyond its type. Bounds are inclusive, in the type's own unit (seconds, bytes, one, …); for a list
// they bound its length.
struct Constraint {
  bool required = false;
  double at_least = -std::numeric_limits<double>::infinity();
  double at_most = std::numeric_limits<double>::infinity();
  bool above_zero = false;

  constexpr Constraint operator&(Constraint other) const {
    return {required || other.required, at_least > other.at_least ? at_least : other.at_least,
            at_most < other.at_most ? at_most : other.at_most, above_zero || other.above_zero};
  }
};

inline constexpr Constraint optional_key{};
inline constexpr Constraint required{.required = true};
inline constexpr Constraint not_negative{.at_least = 0};
inline constexpr Constraint positive{.at_least = 0, .above_zero = true};
constexpr Constraint between(double low, double high) { return {.at_least = low, .at_most = high}; }

// The names of an enumeration, in the order of its values. Specialise with `static constexpr std::array<std::string_view, N>
// names`. The spelling in C++, Python and rows is the enumerator (`high_safety`); a file writes `-` for `_` (`high-safety`).
template <class Enum>
struct EnumNames;

template <class Enum>
std::string_view name_of(Enum value) {
  return EnumNames<Enum>::names[static_cast<std::size_t>(value)];
}

}  // namespace poolcast
