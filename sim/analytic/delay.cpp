#include "sim/analytic/delay.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace poolcast::sim::analytic {
namespace {

constexpr std::size_t cells = 4096;

// With `probability` a value is moved by an exponential time: on a grid a geometric number of cells with the same mean.
void smear_exponentially(std::vector<double>& cell, double mean_cells, double probability) {
  const double stay = mean_cells / (1 + mean_cells);
  double moved = 0;
  for (double& mass : cell) {
    moved = stay * moved + (1 - stay) * mass;
    mass = (1 - probability) * mass + probability * moved;
  }
}

// With `probability` a value is moved by 0 to `width` cells, evenly: a moving sum in which the last cell counts in part.
void smear_evenly(std::vector<double>& cell, double width, double probability) {
  // From 0 to `whole` cells each with the same weight, one more with what is left, so that the mean is width / 2.
  const auto whole = static_cast<std::size_t>(std::floor(width));
  const double rest = width - static_cast<double>(whole);
  const double n = static_cast<double>(whole) + 1;
  // n equal weights have mean whole / 2; moving a share q of the mass to cell n gives q (n - whole / 2) more.
  const double last = rest / 2 / (n - static_cast<double>(whole) / 2);
  const std::vector<double> before = cell;
  double sum = 0;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    sum += before[i];
    if (i >= whole + 1) sum -= before[i - whole - 1];
    const double beyond = i >= whole + 1 ? before[i - whole - 1] : 0;
    cell[i] = (1 - probability) * before[i] + probability * ((1 - last) * sum / n + last * beyond);
  }
}

}  // namespace

double Delay::Phase::variance() const {
  const double square = exponential ? 2 * size * size : size * size / 3;
  return probability * square - mean() * mean();
}

void Delay::add_exponential(double mean, double probability) {
  if (mean > 0 && probability > 0) phases_.push_back({true, mean, probability});
}

void Delay::add_uniform(double width, double probability) {
  if (width > 0 && probability > 0) phases_.push_back({false, width, probability});
}

double Delay::mean() const {
  return std::transform_reduce(phases_.begin(), phases_.end(), constant_, std::plus<>{}, [](const Phase& p) { return p.mean(); });
}

double Delay::variance() const {
  return std::transform_reduce(phases_.begin(), phases_.end(), 0.0, std::plus<>{}, [](const Phase& p) { return p.variance(); });
}

Delay::Grid Delay::grid() const {
  constexpr double far = 14;  // standard deviations, or means of the longest phase: e^-14 of an exponential lies beyond
  double scale = std::sqrt(variance());
  for (const Phase& phase : phases_) scale = std::max(scale, phase.exponential ? phase.size : 0);
  const double width = mean() - constant_ + far * scale;
  if (width <= 0) return {constant_, 0, {1.0}};
  Grid grid{constant_, width / cells, std::vector<double>(cells, 0.0)};
  grid.probability.front() = 1;
  for (const Phase& phase : phases_) {
    if (phase.exponential)
      smear_exponentially(grid.probability, phase.size / grid.step, phase.probability);
    else
      smear_evenly(grid.probability, phase.size / grid.step, phase.probability);
  }
  const double total = std::accumulate(grid.probability.begin(), grid.probability.end(), 0.0);
  for (double& mass : grid.probability) mass /= total;
  return grid;
}

void deal(const Delay::Grid& grid, std::uint64_t count, const std::vector<double>& shares,
          const std::function<void(std::size_t share, double value, std::uint64_t times)>& take) {
  // Whole numbers per cell, by rounding the running sum, and then per share; what is left over goes round the shares.
  std::vector<std::vector<std::uint64_t>> dealt(shares.size(), std::vector<std::uint64_t>(grid.probability.size()));
  double below = 0;
  std::uint64_t so_far = 0;
  std::size_t turn = 0;
  for (std::size_t cell = 0; cell < grid.probability.size(); ++cell) {
    below += grid.probability[cell];
    const auto until_here = static_cast<std::uint64_t>(std::llround(std::min(1.0, below) * static_cast<double>(count)));
    std::uint64_t left = until_here - so_far;
    so_far = until_here;
    const auto here = static_cast<double>(left);
    for (std::size_t share = 0; share < shares.size(); ++share) {
      dealt[share][cell] = static_cast<std::uint64_t>(here * shares[share]);
      left -= dealt[share][cell];
    }
    for (; left > 0; --left, turn = (turn + 1) % shares.size()) ++dealt[turn][cell];
  }
  for (std::size_t share = 0; share < shares.size(); ++share)
    for (std::size_t cell = 0; cell < grid.probability.size(); ++cell)
      if (dealt[share][cell] > 0) take(share, grid.first + static_cast<double>(cell) * grid.step, dealt[share][cell]);
}

}  // namespace poolcast::sim::analytic
