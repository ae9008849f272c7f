// How many of a pool's users are there, over the hours of a day: at which loads a loss may meet them, and how often at each.
#pragma once

#include <functional>
#include <vector>

#include "domain/workload.hpp"

namespace poolcast::sim::analytic {

// So many of the users are there, and act so many times as often as the workload's rates say.
struct DayLoad {
  double present = 1;  // share
  double activity = 1;
};

class DayLoads {
public:
  explicit DayLoads(const Workload& workload);

  // Share of the time, by users, in which they want to be signed in: 1 without a day curve.
  double wanted() const { return wanted_; }

  // Where to run what is asked as a function of the load: at eighths of the highest, each with the mean activity of the minutes
  // in which about so many are there; at one load where there is no other.
  std::vector<DayLoad> design() const;

  // Of something that begins at any time of the day alike: its mean over the day, for each user who is there then.
  double mean_of(const std::function<double(double present)>& value) const;

private:
  std::vector<DayLoad> minutes_;  // of a day: in the middle of each; one for all without a day curve
  double wanted_ = 1;
};

}  // namespace poolcast::sim::analytic
