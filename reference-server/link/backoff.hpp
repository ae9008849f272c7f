// How long a node waits before it calls a peer again: doubled with each failure, and never the same for two nodes, so that the
// survivors of a loss do not all call at once.
#pragma once

#include <algorithm>

namespace poolcast::link {

constexpr double first_pause_s = 0.1;
constexpr double longest_pause_s = 2;  // a peer that comes back is linked within that and a round trip

// `failures` since the last link; `chance` between 0 and 1.
constexpr double pause_s(unsigned failures, double chance) {
  double pause = first_pause_s;
  for (unsigned i = 0; i < failures && pause < longest_pause_s; ++i) pause *= 2;
  return std::min(pause, longest_pause_s) * (0.5 + 0.5 * chance);
}

}  // namespace poolcast::link
