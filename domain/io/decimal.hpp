// Decimal numbers as text. A power of ten in a unit moves the decimal point of the text and not of the double, so `1.5 ms` is
// the double nearest to 0.0015 and comes back as it was written.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace poolcast::io {

// The number at the start of a text and what follows it.
struct LeadingNumber {
  std::string number;     // without grouping: `80_000` gives 80000
  std::string_view rest;  // without the spaces between
};

// Nothing when the text does not start with a decimal number.
std::optional<LeadingNumber> leading_number(std::string_view text);

// The double nearest to number × 10^exponent; nothing when that is beyond the doubles.
std::optional<double> scaled(std::string_view number, int exponent);

// The shortest text that reads back as this double, times 10^-exponent; plain digits unless it is very long or small.
std::string shortest(double value, int exponent = 0);

}  // namespace poolcast::io
