// A latency as the sum of independent phases: its mean, and its distribution, from which a histogram's percentiles are read.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace poolcast::sim::analytic {

// Phases are added in any order; all times in seconds.
class Delay {
public:
  void add_constant(double seconds) { constant_ += seconds; }
  void add_exponential(double mean, double probability = 1);  // with that probability, else nothing
  void add_uniform(double width, double probability = 1);     // from 0 to `width`, the same

  double mean() const;
  double variance() const;

  // The distribution on a grid of equal cells from its smallest value on, up to where e^-14 of it lies beyond.
  struct Grid {
    double first = 0;                 // value of the first cell
    double step = 0;                  // between two cells
    std::vector<double> probability;  // adds up to 1
  };
  Grid grid() const;

private:
  struct Phase {
    bool exponential = true;
    double size = 0;  // mean, or width
    double probability = 1;
    double mean() const { return probability * (exponential ? size : size / 2); }
    double variance() const;
  };

  double constant_ = 0;
  std::vector<Phase> phases_;
};

// `count` values of that distribution, spread over `shares` of time so that each has its share of every part of the distribution:
// calls take(share, value, times), share by share.
void deal(const Delay::Grid& grid, std::uint64_t count, const std::vector<double>& shares,
          const std::function<void(std::size_t share, double value, std::uint64_t times)>& take);

}  // namespace poolcast::sim::analytic
