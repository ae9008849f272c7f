// What a loss costs users who reconnect, as a function of how many are there: fitted to runs at a few loads, of the fluid model
// or of the full simulation, because an availability asks at every hour of the day.
//
// Fitted is the time that a user who is there stays away, a(x), at a load of x: the share of the pool's users who are there. It
// grows with the load. Behind a gate of g sign-ins a second the last of D displaced users waits for D / g and the mean one for
// half of it, so that a(x) is a straight line until cores fill, and what the pool loses, x a(x), grows with the square of the
// load and is nothing at load zero. So a(x) is the least-squares fit among all that never fall (Barlow, Bartholomew, Bremner and
// Brunk, "Statistical inference under order restrictions", 1972: pool adjacent violators; runs with more users weigh more), with
// straight lines between the runs: exact for a gate, and within the runs' spread where cores decide.
#pragma once

#include <optional>
#include <vector>

namespace poolcast::sim::analytic {

struct SurgePoint {
  double load = 1;    // share of the pool's users who are there, above 0
  double away_s = 0;  // user-seconds away per user of the pool, whether there or not
  double lasts = 1;   // how long about so many are there, in any unit
};

// By how much a fit misses a run, as a share of what the run says.
struct FitMiss {
  double load = 1;
  double share = 0;
  double lasts = 1;  // of the load
};
double share_missed(double fitted, double ran);

class SurgeSurrogate {
public:
  explicit SurgeSurrogate(std::vector<SurgePoint> runs);  // at least one; no two at the same load

  // User-seconds away per user of the pool: nothing at load 0, and never less at a higher load. Above the highest load it goes on
  // as between the last two; with one run only, all users are away equally long at every load.
  double away_s(double load) const { return away_s(knots_, load); }

  // Each run between the lowest and the highest load against the fit to all the others: leave-one-out cross-validation. There the
  // others are twice as far apart as the runs of the fit that is used; where a(x) bends and nothing is random, that one misses a
  // quarter of it. Below the lowest load hardly anybody is away, beyond the highest nobody asks. Empty with less than three runs.
  const std::vector<FitMiss>& misses() const { return misses_; }

private:
  struct Knot {
    double load;
    double each_s;  // of a user who is there
  };
  static std::vector<Knot> fitted(const std::vector<SurgePoint>& runs);
  static double away_s(const std::vector<Knot>& knots, double load);

  std::vector<Knot> knots_;  // by load
  std::vector<FitMiss> misses_;
};

// Over the misses of one fit or of several together, those of loads that last; none when there are no misses.
struct FitError {
  double typical = 0;  // smaller for half of the time
  FitMiss worst;
};
std::optional<FitError> fit_error(std::vector<FitMiss> misses);

}  // namespace poolcast::sim::analytic
