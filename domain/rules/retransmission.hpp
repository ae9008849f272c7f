// What a lost packet costs: TCP sends it again when no acknowledgement has come within the retransmission timeout, and doubles
// the timeout each time (RFC 6298, 5.5).
#pragma once

#include "domain/units.hpp"

namespace poolcast::rules {

// The delay of a message whose packet was lost this often before it came through: timeout × (2^losses - 1). `chance` in 0 … 1
// decides how often: with a loss of p, n losses in a row have the probability p^n (1 - p). After ten doublings the timeout grows
// no more.
Seconds retransmission_delay(Share loss, Seconds timeout, double chance);

// Its mean, without that limit: timeout × p / (1 - 2p), for p below one half.
Seconds mean_retransmission_delay(Share loss, Seconds timeout);

}  // namespace poolcast::rules
