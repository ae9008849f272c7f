// Numbers and sentences as a planner reads them: "26,667", "33 min", "1.2 GB".
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "domain/units.hpp"

namespace poolcast::limits {

// With thousands separators and this many decimals, rounded half away from zero: 26666.67 -> "26,667".
std::string fixed(double value, int decimals);

// A whole number as such, anything else with as many decimals as it takes to see four digits: "12", "66.67", "1,066.67".
std::string number(double value);

std::string duration(Seconds value);                        // "450 ms", "90 s", "33 min", "8.9 h", "12.1 days"
std::string bytes(double value);                            // "400 bytes", "1.2 KB", "830 MB", "10 GB"
std::string counted(double count, std::string_view noun);   // "1 server", "4 servers"
std::string percent(double share);                          // 0.0062 -> "0.6 %"
std::string times(double factor);                           // 3.083 -> "3.1"
std::string listed(const std::vector<std::string>& words);  // "a, b and c"

// Replaces each {} of the pattern by the next value. As many {} as values, or it throws std::logic_error.
std::string fill(std::string_view pattern, std::initializer_list<std::string> values);

}  // namespace poolcast::limits
