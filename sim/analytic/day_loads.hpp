// How many of a pool's users are there, over the hours of a day: at which loads a loss may meet them, how often at each, and who
// comes and leaves meanwhile.
#pragma once

#include <vector>

#include "domain/workload.hpp"
#include "sim/analytic/surge_surrogate.hpp"

namespace poolcast::sim::analytic {

// So many of the users are there, and act so many times as often as the workload's rates say.
struct DayLoad {
  double present = 1;  // share
  double activity = 1;
};

// A load to run a storm at. A load with several activities has runs for each, and its storms cost their weighted mean.
struct DesignedRun {
  DayLoad at;
  double weight = 1;  // among the runs at this load
  double lasts = 1;   // about so many are there: share of the time that users want to be there
};

// Who is displaced, and the gate that they sign in through.
struct GateStorm {
  double displaced = 1;   // share of those who are there
  double gate_per_s = 0;  // share of the pool's users that it admits in a second; 0: no gate
};

class DayLoads {
public:
  explicit DayLoads(const Workload& workload);

  // Share of the time, by users, in which they want to be signed in: 1 without a day curve.
  double wanted() const { return wanted_; }

  // Where to run what is asked as a function of the load, by load and activity: at eight loads evenly from the lowest, or an
  // eighth of the highest, to the highest, and between the last two; at one where there is no other. At each load at the least,
  // the mean and the highest activity of the minutes in which about so many are there, weighted so that their mean is that of
  // straight lines between them over these minutes.
  std::vector<DesignedRun> design() const;

  // Of a storm that begins at any minute of the day alike: user-seconds away for each user who is there then. What the surrogate
  // says of the load, and comers_s().
  double mean_away_s(const SurgeSurrogate& surrogate, const GateStorm& storm) const;

  // By minute of the day: how much longer the queue at the gate takes when a storm begins then than at an hour at which nobody
  // comes or leaves; user-seconds per user of the pool. Those who come take their turns at the gate and wait behind the
  // displaced: D of them are D² / 2g user-seconds behind a gate of g, and D² / 2(g - c) when c come through it. Those who leave
  // wait no longer, which counts below zero. A fluid model, minute by minute; from both queues that is taken off which the day
  // has without a loss. Cores that hold users up longer than the gate does are none of it: who comes adds to the gate's queue
  // only.
  std::vector<double> comers_s(const GateStorm& storm) const;

private:
  struct Minute {
    DayLoad mean;
    double change = 0;  // of those present, from its beginning to its end
  };
  // The queue at the beginning of the next minute, and its area in this one.
  struct Queue {
    double waiting = 0;
    double area_s = 0;
  };
  Queue after(const Minute& minute, double waiting, double gate_per_s) const;
  void add_runs(std::vector<DesignedRun>& design, double present, double above, double most) const;

  std::vector<Minute> minutes_;  // of a day; one for all without a day curve
  double wanted_ = 1;
};

}  // namespace poolcast::sim::analytic
