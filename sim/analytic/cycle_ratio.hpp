// What regenerative cycles add up to when they may begin, and end, in one of two states: the share of time lost in the long run,
// with its 95 % interval. With means over the cycles that begin in state i of the loss l, the time t and the probability s of
// ending in the other state, cycles begin in state 0 in proportion to s1 and in state 1 in proportion to s0 (the stationary
// distribution of a chain of two states), so the ratio is (s1 l0 + s0 l1) / (s1 t0 + s0 t1). Its spread is that of its linear
// part (delta method). Semi-regenerative processes: Çinlar, "Introduction to stochastic processes", 1975, chapter 10.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace poolcast::sim::analytic {

struct Interval {
  double value = 0;
  double half_width = 0;  // of the 95 % interval
};

class CycleRatio {
public:
  // Of one cycle that began in `start`; `switched` is its likelihood if it ended in the other state, else 0.
  void add(std::size_t start, double lost, double time, double switched);
  bool ever_switched() const { return starts_[0].sums[2] > 0; }
  Interval interval() const;

private:
  using Triple = std::array<double, 3>;  // loss, time, switched
  struct Moments {
    std::uint64_t count = 0;
    Triple sums{};
    std::array<Triple, 3> products{};
    double mean(std::size_t of) const;
    double variance_of_mean(const Triple& factors) const;  // of the mean of factors × (loss, time, switched)
  };
  std::array<Moments, 2> starts_;
};

}  // namespace poolcast::sim::analytic
