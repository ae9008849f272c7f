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
  const double growth = std::pow(client.backoff_factor, static_cast<double>(refusals) - 1);
  const Seconds wait = std::min(client.backoff.low * growth, client.backoff.high);
  return wait * (1 + client.jitter.of_one * (2 * chance - 1));
}

}  // namespace poolcast::rules
