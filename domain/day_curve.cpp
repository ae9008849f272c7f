#include "domain/day_curve.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

namespace poolcast {

DayCurve::DayCurve(const std::vector<DayPoint>& points) {
  double since = 0, value = points.front().activity;
  const auto to = [&](double end, double next) {
    if (end > since) segments_.push_back({since, end, value, next});
    since = end;
    value = next;
  };
  for (const DayPoint& point : points) to(point.at.count(), point.activity);
  to(day_s, value);
  for (const Segment& segment : segments_) area_ += segment.rest(segment.begin);
}

std::size_t DayCurve::segment_at(double since) const {
  const auto behind = std::ranges::upper_bound(segments_, since, {}, &Segment::begin);
  return static_cast<std::size_t>(behind - segments_.begin()) - 1;
}

double DayCurve::activity(double at) const {
  const double since = std::fmod(at, day_s);
  return segments_[segment_at(since)].at(since);
}

double DayCurve::area(double begin, double end) const {
  double area = 0;
  for (const Segment& segment : segments_) {
    const double from = std::max(begin, segment.begin), to = std::min(end, segment.end);
    if (to > from) area += (segment.at(from) + segment.at(to)) / 2 * (to - from);
  }
  return area;
}

double DayCurve::later(double at, double effort) const {
  if (!(area_ > 0)) return std::numeric_limits<double>::infinity();
  double since = std::fmod(at, day_s);
  double midnight = at - since;
  const double whole_days = std::floor(effort / area_);
  midnight += whole_days * day_s;
  effort -= whole_days * area_;
  for (std::size_t number = segment_at(since); effort > 0;) {
    const Segment& segment = segments_[number];
    const double rest = segment.rest(since);
    if (effort < rest) {
      // The root x of activity · x + slope · x² / 2 = effort, in the form that loses no digits and needs no slope.
      const double activity = segment.at(since), slope = segment.slope();
      const double root = std::sqrt(std::max(0.0, activity * activity + 2 * slope * effort));
      return midnight + std::min(segment.end, since + 2 * effort / (activity + root));
    }
    effort -= rest;
    since = segment.end;
    if (++number < segments_.size()) continue;
    number = 0;
    since = 0;
    midnight += day_s;
  }
  return midnight + since;
}

ComingsAndGoings::ComingsAndGoings(const std::vector<DayPoint>& points, Count users) {
  const auto present = [&](const DayPoint& point) {
    return static_cast<Count>(std::llround(point.present.of_one * static_cast<double>(users)));
  };
  at_start_ = present(points.front());
  for (std::size_t number = 1; number < points.size(); ++number) {
    const Count changes = present(points[number]) - present(points[number - 1]);
    if (changes != 0) segments_.push_back({points[number - 1].at.count(), points[number].at.count(), changes});
  }
  if (!segments_.empty()) begin_segment(0);
}

void ComingsAndGoings::begin_segment(std::size_t number) {
  segment_ = number;
  left_ = std::abs(segments_[number].changes);
  last_ = segments_[number].begin;
}

// The smallest of n uniform dates in what is left of the segment: 1 - u^(1/n) of it.
std::optional<ComingsAndGoings::Change> ComingsAndGoings::next(RandomStream& random) {
  if (segments_.empty()) return std::nullopt;
  if (left_ == 0) {
    if (segment_ + 1 == segments_.size()) midnight_ += day_s;
    begin_segment((segment_ + 1) % segments_.size());
  }
  const Segment& segment = segments_[segment_];
  last_ += (segment.end - last_) * (1 - std::pow(random.uniform(), 1 / static_cast<double>(left_)));
  --left_;
  return Change{.at = midnight_ + last_, .comes = segment.changes > 0};
}

std::optional<SignInRush> sign_in_rush(const Workload& workload) {
  if (workload.sign_in_window) return SignInRush{"workload.sign_in_window", 1, *workload.sign_in_window};
  std::optional<SignInRush> steepest;
  const auto& points = workload.day_curve;
  for (std::size_t number = 1; number < points.size(); ++number) {
    const double share = points[number].present.of_one - points[number - 1].present.of_one;
    const Seconds within = points[number].at - points[number - 1].at;
    if (share > 0 && (!steepest || share / within.count() > steepest->share / steepest->within.count()))
      steepest = {"workload.day_curve[" + std::to_string(number) + "].present", share, within};
  }
  return steepest;
}

}  // namespace poolcast
