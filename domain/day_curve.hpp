// A day as users live it: who is present when, and how often those act. Straight lines between the points of
// Workload::day_curve; before the first and after the last point its values hold; the next day is as this one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/random.hpp"
#include "domain/units.hpp"
#include "domain/workload.hpp"

namespace poolcast {

inline constexpr double day_s = 86400;

// The activity over time. Dates are seconds from the scenario's start, which is midnight.
class DayCurve {
public:
  explicit DayCurve(const std::vector<DayPoint>& points);

  double activity(double at) const;

  // The date by which, from `at` on, the activity has added up to `effort` seconds of activity 1; infinite when there never is
  // any. With an exponential `effort` of mean 1 / rate it is the next arrival of a Poisson stream whose rate follows the curve,
  // by inversion of the cumulative rate: one random number for each arrival, none thrown away.
  double later(double at, double effort) const;

  double area_of_day() const { return area_; }  // seconds of activity 1
  double area(double begin, double end) const;  // the same, between two times of one day

private:
  struct Segment {
    double begin, end;  // seconds since midnight
    double from, to;    // activity

    double slope() const { return (to - from) / (end - begin); }
    double at(double since) const { return from + slope() * (since - begin); }
    double rest(double since) const { return (at(since) + to) / 2 * (end - since); }
  };
  std::size_t segment_at(double since) const;

  std::vector<Segment> segments_;
  double area_ = 0;
};

// Who comes and who leaves, one after another. At each point of the curve exactly the share that it names is present, to the
// nearest user; between two points the dates are independent and uniform, drawn in their order.
class ComingsAndGoings {
public:
  ComingsAndGoings(const std::vector<DayPoint>& points, Count users);

  Count present_at_start() const { return at_start_; }

  struct Change {
    double at = 0;
    bool comes = false;
  };
  std::optional<Change> next(RandomStream& random);  // none when nobody ever comes or leaves

private:
  struct Segment {
    double begin, end;  // seconds since midnight
    Count changes;      // above zero users come, below zero they leave
  };
  void begin_segment(std::size_t number);

  std::vector<Segment> segments_;  // only those in which somebody comes or leaves
  Count at_start_ = 0;
  double midnight_ = 0;  // of the day that is being drawn
  std::size_t segment_ = 0;
  Count left_ = 0;
  double last_ = 0;
};

// The busiest time of signing in that a workload asks for: its `sign_in_window`, or the steepest rise of its curve.
struct SignInRush {
  std::string key;   // of the scenario
  double share = 0;  // of the users
  Seconds within{0};
};
std::optional<SignInRush> sign_in_rush(const Workload& workload);

}  // namespace poolcast
