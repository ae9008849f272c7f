// How long a node waits before it calls a peer again: doubled with each failure, and never the same for two nodes, so that the
// survivors of a loss do not all call at once.
#pragma once

#include <algorithm>

namespace poolcast::link {

constexpr double first_pause_s = 0.1;
constexpr double longest_pause_s = 2;  // a peer that comes back is linked within that and a round trip

// `failures` so far; `chance` between 0 and 1.
constexpr double pause_s(unsigned failures, double chance) {
  double pause = first_pause_s;
  for (unsigned i = 0; i < failures && pause < longest_pause_s; ++i) pause *= 2;
  return std::min(pause, longest_pause_s) * (0.5 + 0.5 * chance);
}

// The pauses of one peer.
class Backoff {
public:
  double after_failure(double chance) { return pause_s(failures_++, chance); }
  // What cut a link at once may cut the next one, too: that is a failure like any other.
  double after_link(double lasted_s, double chance) {
    if (lasted_s >= short_link_s) failures_ = 0;
    return after_failure(chance);
  }

private:
  static constexpr double short_link_s = 5;
  unsigned failures_ = 0;  // since the last link that was not short
};

}  // namespace poolcast::link
