#include "domain/fault.hpp"

namespace poolcast {

std::string label(const Fault& fault) {
  if (fault.lose) return "lose " + fault.lose->str();
  if (fault.drain) return "drain " + fault.drain->str();
  if (fault.activate) return "activate " + fault.activate->str();
  if (fault.slow) return "slow " + fault.slow->str();
  std::string text = "slow link";
  for (const SiteId& site : fault.slow_link) text += " " + site.str();
  return text;
}

}  // namespace poolcast
