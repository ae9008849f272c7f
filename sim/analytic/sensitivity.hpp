// Which assumption moves an availability most: each rate and each repair time at the two ends of its interval, and operators who
// take half and twice as long, one after another, on the same random numbers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/scenario.hpp"
#include "sim/analytic/control_plane.hpp"

namespace poolcast::sim::analytic {

struct Swing {
  std::string key;                  // about_every, for_about or operators
  std::vector<std::string> faults;  // those that share this assumption; none of operators
  struct End {
    double value = 0;                     // seconds; of operators: how many times as long
    std::optional<Interval> unavailable;  // none where well_share() is too small to play it, or a stop was wished
    bool precise = false;
  };
  End low, high;         // by value, not by what comes of it
  double width() const;  // 0 when an end is unknown
};

// Widest first. `plane` is that of the scenario; assumptions without an interval are left out.
std::vector<Swing> sensitivity(const Scenario& scenario, const ControlPlane& plane, const AvailabilityOptions& options);

}  // namespace poolcast::sim::analytic
