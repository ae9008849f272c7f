#include "sim/analytic/day_loads.hpp"

#include <algorithm>
#include <cstddef>

#include "domain/day_curve.hpp"
#include "domain/ensure.hpp"

namespace poolcast::sim::analytic {
namespace {

constexpr std::size_t minutes_of_day = 1'440;
constexpr double minute_s = 60;

}  // namespace

DayLoads::DayLoads(const Workload& workload) {
  if (workload.day_curve.empty()) {
    minutes_.emplace_back();
    return;
  }
  std::vector<DayPoint> who_is_there = workload.day_curve;
  for (DayPoint& point : who_is_there) point.activity = point.present.of_one;
  const DayCurve present(who_is_there), activity(workload.day_curve);
  wanted_ = present.area_of_day() / day_s;
  ensure(wanted_ > 0, "somebody is there at some time of the day");
  for (std::size_t minute = 0; minute < minutes_of_day; ++minute) {
    const double at = minute_s * static_cast<double>(minute), next = at + minute_s;
    minutes_.push_back(
        {{present.area(at, next) / minute_s, activity.area(at, next) / minute_s}, present.activity(next) - present.activity(at)});
  }
}

// Of those who are there while not fewer and not more are; of all, if that is never.
double DayLoads::mean_activity(double fewest, double most) const {
  double users = 0, active = 0;
  for (const auto& [at, change] : minutes_) {
    if (at.present < fewest || at.present > most) continue;
    users += at.present;
    active += at.present * at.activity;
  }
  return users > 0 ? active / users : mean_activity(0, 1);
}

std::vector<DayLoad> DayLoads::design() const {
  constexpr int loads = 8;
  const auto present = [](const Minute& minute) { return minute.mean.present; };
  const auto [least, most] = std::ranges::minmax(minutes_, {}, present);
  if (present(most) - present(least) < 1e-9) return {{present(most), mean_activity(0, 1)}};
  std::vector<DayLoad> design;
  for (int load = 1; load <= loads; ++load) {
    const double there = present(most) * load / loads, near = present(most) / (2 * loads);
    design.push_back({there, mean_activity(there - near, there + near)});
  }
  return design;
}

double DayLoads::mean_away_s(const SurgeSurrogate& surrogate, const GateStorm& storm) const {
  const std::vector<double> more_s = comers_s(storm);
  double users = 0, away_s = 0;
  for (std::size_t minute = 0; minute < minutes_.size(); ++minute) {
    const double present = minutes_[minute].mean.present;
    users += present;
    away_s += std::max(0.0, surrogate.away_s(present) + more_s[minute]);
  }
  return away_s / users;
}

DayLoads::Queue DayLoads::after(const Minute& minute, double waiting, double gate_per_s) const {
  const double comes_per_s = std::max(0.0, minute.change) / minute_s;
  const double present = std::max(minute.mean.present, waiting);
  const double leaves_per_s = present > 0 ? std::max(0.0, -minute.change) / minute_s * waiting / present : 0;
  const double clears_per_s = gate_per_s - comes_per_s + leaves_per_s;
  if (waiting <= clears_per_s * minute_s) return {0, clears_per_s > 0 ? waiting * waiting / (2 * clears_per_s) : 0};
  const double left = waiting - clears_per_s * minute_s;
  return {left, (waiting + left) / 2 * minute_s};
}

std::vector<double> DayLoads::comers_s(const GateStorm& storm) const {
  const std::size_t count = minutes_.size();
  std::vector<double> more_s(count, 0.0);
  if (storm.gate_per_s <= 0 || count == 1) return more_s;
  std::vector<Queue> usual(count);  // at the beginning of the minute, and the area in it
  for (std::size_t minute = 0; minute < 2 * count; ++minute) {
    Queue& now = usual[minute % count];
    const Queue next = after(minutes_[minute % count], now.waiting, storm.gate_per_s);
    now.area_s = next.area_s;
    usual[(minute + 1) % count].waiting = next.waiting;
  }
  for (std::size_t begin = 0; begin < count; ++begin) {
    const double displaced = storm.displaced * minutes_[begin].mean.present;
    if (displaced <= 0) continue;
    double waiting = usual[begin].waiting + displaced, area_s = 0;
    for (std::size_t minute = begin; minute < begin + count; ++minute) {
      const Queue& as_usual = usual[minute % count];
      if (waiting <= as_usual.waiting) break;
      const Queue next = after(minutes_[minute % count], waiting, storm.gate_per_s);
      area_s += next.area_s - as_usual.area_s;
      waiting = next.waiting;
    }
    more_s[begin] = area_s - displaced * displaced / (2 * storm.gate_per_s);
  }
  return more_s;
}

}  // namespace poolcast::sim::analytic
