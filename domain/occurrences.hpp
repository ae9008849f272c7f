// When a fault happens: once, again and again, or at random.
#pragma once

#include <optional>
#include <vector>

#include "domain/fault.hpp"
#include "domain/random.hpp"
#include "domain/units.hpp"

namespace poolcast {

// One time that a fault happens; without an end it lasts beyond the horizon.
struct Occurrence {
  Seconds begins{0};
  std::optional<Seconds> ends;
  bool operator==(const Occurrence&) const = default;
};

// Those that begin before the horizon, in the order of time. What happens at random is an alternating renewal process: from `at`
// on up times of mean `about_every` and down times of mean `for_about` (or of length `for`), both exponential; they are drawn
// from `random`, which is asked for nothing else.
std::vector<Occurrence> occurrences(const Fault& fault, Seconds horizon, RandomStream& random);

}  // namespace poolcast
