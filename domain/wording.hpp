// Numbers as people read them: "500 ms", "5 min", "80,000", "80 %", "2 GB".
#pragma once

#include <string>

#include "domain/scenario.hpp"

namespace poolcast {

// Four significant digits at most for measures, all digits for whole numbers, thousands grouped by commas.
std::string number_in_words(double value);
std::string seconds_in_words(double seconds);
std::string bytes_in_words(double bytes);
std::string in_words(const Quantity& quantity);

}  // namespace poolcast
