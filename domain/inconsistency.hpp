// What makes a file inconsistent in itself, whatever the product supports: names that refer to nothing, empty pools, a fault
// after the horizon, an objective on an unknown metric.
#pragma once

#include <string>

namespace poolcast {

// `key` is a path as in an error: `faults[0].lose`.
struct Inconsistency {
  std::string key;
  std::string message;  // what was found and what was expected
  std::string hint;     // what to do, or empty
};

}  // namespace poolcast
