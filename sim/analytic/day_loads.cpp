#include "sim/analytic/day_loads.hpp"

#include <algorithm>

#include "domain/day_curve.hpp"
#include "domain/ensure.hpp"

namespace poolcast::sim::analytic {
namespace {

constexpr int minutes_of_day = 1'440;

// Of those who are there while not fewer and not more are; of all, if that is never.
double mean_activity(const std::vector<DayLoad>& minutes, double fewest, double most) {
  double users = 0, active = 0;
  for (const DayLoad& minute : minutes) {
    if (minute.present < fewest || minute.present > most) continue;
    users += minute.present;
    active += minute.present * minute.activity;
  }
  return users > 0 ? active / users : mean_activity(minutes, 0, 1);
}

}  // namespace

DayLoads::DayLoads(const Workload& workload) : minutes_{DayLoad{}} {
  if (workload.day_curve.empty()) return;
  std::vector<DayPoint> who_is_there = workload.day_curve;
  for (DayPoint& point : who_is_there) point.activity = point.present.of_one;
  const DayCurve present(who_is_there), activity(workload.day_curve);
  minutes_.clear();
  wanted_ = present.area_of_day() / day_s;
  ensure(wanted_ > 0, "somebody is there at some time of the day");
  for (int minute = 0; minute < minutes_of_day; ++minute) {
    const double at = 60 * (minute + 0.5);
    minutes_.push_back({present.activity(at), activity.activity(at)});
  }
}

std::vector<DayLoad> DayLoads::design() const {
  constexpr int loads = 8;
  const auto [least, most] = std::ranges::minmax(minutes_, {}, &DayLoad::present);
  if (most.present - least.present < 1e-9) return {{most.present, mean_activity(minutes_, 0, 1)}};
  std::vector<DayLoad> design;
  for (int load = 1; load <= loads; ++load) {
    const double present = most.present * load / loads, near = most.present / (2 * loads);
    design.push_back({present, mean_activity(minutes_, present - near, present + near)});
  }
  return design;
}

double DayLoads::mean_of(const std::function<double(double present)>& value) const {
  double users = 0, sum = 0;
  for (const DayLoad& minute : minutes_) {
    users += minute.present;
    sum += value(minute.present);
  }
  return sum / users;
}

}  // namespace poolcast::sim::analytic
