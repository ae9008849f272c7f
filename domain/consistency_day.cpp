#include <cmath>

#include "domain/consistency.hpp"
#include "domain/wording.hpp"

namespace poolcast::consistency {
namespace {

void check_order(const std::vector<DayPoint>& points, Found& found) {
  for (std::size_t number = 1; number < points.size(); ++number) {
    if (points[number].at > points[number - 1].at) continue;
    found.push_back({item("workload.day_curve", number) + ".at",
                     "found " + seconds_in_words(points[number].at.count()) + " after " +
                         seconds_in_words(points[number - 1].at.count()) + "; expected points in ascending order",
                     "`at` is the time since midnight"});
  }
}

void check_end_of_day(const std::vector<DayPoint>& points, Found& found) {
  const DayPoint& first = points.front();
  const DayPoint& last = points.back();
  const auto differs = [&](const char* key) {
    found.push_back({item("workload.day_curve", points.size() - 1) + "." + key,
                     "found a day that does not end as it begins; expected the `" + std::string(key) + "` of the first point",
                     "each day is followed by one like it"});
  };
  if (first.present != last.present) differs("present");
  if (first.activity != last.activity) differs("activity");
}

// A client that pings every so often, and waits so long for what does not come, notices a loss between that wait and that wait
// and one ping more.
void check_keep_alive(const ClientBehaviour& client, Found& found) {
  if (!client.keep_alive) return;
  const Seconds spread = client.silent_detection.high - client.silent_detection.low;
  if (std::abs((spread - *client.keep_alive).count()) <= 1e-9 * client.keep_alive->count()) return;
  found.push_back({"workload.client.keep_alive",
                   "found " + seconds_in_words(client.keep_alive->count()) + " where `silent_detection` spreads over " +
                       seconds_in_words(spread.count()) + "; expected the same",
                   "a loss falls anywhere between two keep-alives, so `silent_detection` ends one `keep_alive` after it begins"});
}

}  // namespace

void check_day(const Workload& workload, Found& found) {
  check_keep_alive(workload.client, found);
  const auto& points = workload.day_curve;
  if (points.empty()) return;
  if (points.size() == 1) found.push_back({"workload.day_curve", "found a single point; expected two or more, or none", ""});
  if (workload.sign_in_window)
    found.push_back({"workload.sign_in_window", "found it beside `day_curve`; expected one of the two",
                     "the curve's `present` says who signs in when"});
  check_order(points, found);
  check_end_of_day(points, found);
}

}  // namespace poolcast::consistency
