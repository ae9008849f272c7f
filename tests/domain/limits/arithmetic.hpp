// Evaluates "80,000 × 12 / 30", "31,040 × 50 % × 30" or "80000*12/30".
#pragma once

#include <optional>
#include <string_view>

namespace poolcast::limits::test {

// Units (s, bytes) are passed over. Nothing when there are other words in it: "given", "sum of the classes".
std::optional<double> evaluate(std::string_view formula);

}  // namespace poolcast::limits::test
