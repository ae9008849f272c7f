#include "sim/analytic/day_loads.hpp"

#include <algorithm>
#include <cstddef>

#include "domain/day_curve.hpp"
#include "domain/ensure.hpp"

namespace poolcast::sim::analytic {
namespace {

constexpr std::size_t minutes_of_day = 1'440;
constexpr double minute_s = 60;
constexpr double everybody = 2;  // as a load: more than rounding makes of all of them
constexpr double alike = 1e-6;   // loads or activities that differ by less

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

// For the minutes with more users than `above` and no more than `most`; for the whole day when there is none.
void DayLoads::add_runs(std::vector<DesignedRun>& design, double present, double above, double most) const {
  std::vector<DayLoad> near;
  double here = 0, all = 0, active = 0;
  for (const auto& [mean, change] : minutes_) {
    all += mean.present;
    if (mean.present <= above || mean.present > most) continue;
    near.push_back(mean);
    here += mean.present;
    active += mean.present * mean.activity;
  }
  if (near.empty()) {
    const std::size_t first = design.size();
    add_runs(design, present, 0, everybody);
    for (std::size_t run = first; run < design.size(); ++run) design[run].lasts = 0;
    return;
  }
  const auto [calm, busy] = std::ranges::minmax(near, {}, &DayLoad::activity);
  const double low = calm.activity, mean = active / here, high = busy.activity;
  if (high - low < alike) {
    design.push_back({{present, mean}, 1, here / all});
    return;
  }
  double at_low = 0, at_high = 0;
  for (const DayLoad& minute : near) {
    at_low += minute.present / here * std::max(0.0, (mean - minute.activity) / (mean - low));
    at_high += minute.present / here * std::max(0.0, (minute.activity - mean) / (high - mean));
  }
  design.push_back({{present, low}, at_low, here / all});
  if (at_low + at_high < 1 - alike) design.push_back({{present, mean}, 1 - at_low - at_high, here / all});
  design.push_back({{present, high}, at_high, here / all});
}

std::vector<DesignedRun> DayLoads::design() const {
  constexpr int evenly = 8;
  const auto present = [](const Minute& minute) { return minute.mean.present; };
  const auto [fewest, fullest] = std::ranges::minmax(minutes_, {}, present);
  const double least = present(fewest), most = present(fullest);
  std::vector<DesignedRun> design;
  if (most - least < alike) {
    add_runs(design, most, 0, most);
    return design;
  }
  const double lowest = std::max(least, most / evenly), step = (most - lowest) / (evenly - 1);
  std::vector<double> loads;
  for (int load = 0; load + 1 < evenly; ++load) loads.push_back(lowest + step * load);
  loads.push_back(most - step / 2);
  loads.push_back(most);
  double above = 0;
  for (std::size_t load = 0; load < loads.size(); ++load) {
    const double until = load + 1 < loads.size() ? (loads[load] + loads[load + 1]) / 2 : most;
    add_runs(design, loads[load], above, until);
    above = until;
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
