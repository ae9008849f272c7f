#include "domain/rules/retransmission.hpp"

#include <cmath>

namespace poolcast::rules {

Seconds retransmission_delay(Share loss, Seconds timeout, double chance) {
  constexpr int most = 10;
  int losses = 0;
  for (double likely = loss.of_one; chance < likely && losses < most; likely *= loss.of_one) ++losses;
  return timeout * (std::ldexp(1.0, losses) - 1);
}

Seconds mean_retransmission_delay(Share loss, Seconds timeout) { return timeout * loss.of_one / (1 - 2 * loss.of_one); }

}  // namespace poolcast::rules
