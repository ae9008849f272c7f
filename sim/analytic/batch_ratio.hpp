// Shares of time in the long run from cycles that depend on those before them: sums over batches of cycles, and the spread of a
// ratio over batches that are long enough to know little of each other. The number of batches stays between 64 and 128; when
// there are more, neighbours are merged, so that batches grow with the run. Law, "Simulation modeling and analysis", 2015,
// chapter 9.
#pragma once

#include <cstddef>
#include <vector>

namespace poolcast::sim::analytic {

struct Interval {
  double value = 0;
  double half_width = 0;  // of the 95 % interval
};

class BatchRatio {
public:
  explicit BatchRatio(std::size_t series) : series_(series) {}

  // What one cycle lost of each series' time, and how long it was.
  void add(const std::vector<double>& lost, double time);
  // Time lost of this series over all time; the cycles of an unfinished batch are left out.
  Interval interval(std::size_t series) const;

private:
  struct Batch {
    std::vector<double> lost;
    double time = 0;
  };
  void merge();

  std::size_t series_;
  std::size_t cycles_per_batch_ = 10;
  std::size_t cycles_in_last_ = 0;
  std::vector<Batch> batches_;  // all but the last one are full
};

}  // namespace poolcast::sim::analytic
