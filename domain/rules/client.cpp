#include "domain/rules/client.hpp"

#include <algorithm>
#include <cmath>

namespace poolcast::rules {
namespace {

Seconds within(const SecondsRange& range, double chance) { return range.low + (range.high - range.low) * chance; }

}  // namespace

Seconds first_attempt(const ClientBehaviour& client, LossKind kind, double detection_chance, double wait_chance) {
  const Seconds noticed = kind == LossKind::reset ? client.reset_detection : within(client.silent_detection, detection_chance);
  return noticed + within(client.first_wait, wait_chance);
}

Seconds after_refusal(const ClientBehaviour& client, unsigned refusals, double chance) {
  constexpr unsigned most_doublings = 64;  // beyond it every wait is the longest
  constexpr Seconds shortest{0.001};       // time passes between two attempts, whatever the file says
  const double growth = std::pow(client.backoff_factor, std::min(refusals - 1, most_doublings));
  const Seconds wait = std::min(client.backoff.low * growth, client.backoff.high);
  return std::max(shortest, wait * (1 + client.jitter.of_one * (2 * chance - 1)));
}

}  // namespace poolcast::rules
