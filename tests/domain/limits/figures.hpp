// What this program computes for keys of the validation tables.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace poolcast::limits::test {

// Our unrounded value for each key that a capacity page or a workload of the library has.
const std::map<std::string, double>& figures();

// Where our value is not the printed one, also when rounded as the page rounds.
struct Deviation {
  std::string_view key;
  double ours;
  std::string_view because;
};
const std::vector<Deviation>& deviations();

}  // namespace poolcast::limits::test
