#include "domain/occurrences.hpp"

namespace poolcast {

std::vector<Occurrence> occurrences(const Fault& fault, Seconds horizon, RandomStream& random) {
  std::vector<Occurrence> all;
  if (fault.about_every) {
    const double up = fault.about_every->value.count();
    for (Seconds now = fault.at;;) {
      const Seconds begins = now + Seconds{random.exponential(up)};
      const Seconds lasts = fault.for_about ? Seconds{random.exponential(fault.for_about->value.count())} : *fault.duration;
      if (begins >= horizon) return all;
      now = begins + lasts;
      all.push_back({begins, now});
    }
  }
  const auto once = [&](Seconds begins) {
    all.push_back({begins, fault.duration ? std::optional(begins + *fault.duration) : std::nullopt});
  };
  if (!fault.every) {
    once(fault.at);
    return all;
  }
  // Multiplied and not added up: the thousandth date is as exact as the first.
  for (Count number = 0; !fault.times || number < *fault.times; ++number) {
    const Seconds begins = fault.at + *fault.every * static_cast<double>(number);
    if (begins >= horizon) break;
    once(begins);
  }
  return all;
}

}  // namespace poolcast
