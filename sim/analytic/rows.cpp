#include "sim/analytic/rows.hpp"

#include <algorithm>
#include <cmath>

namespace poolcast::sim::analytic {

Windows::Windows(Seconds horizon, Seconds window) : window_(window.count()) {
  for (double begin = 0; begin < horizon.count() * (1 - 1e-12); begin += window_)
    shares_.push_back(std::min(window_, horizon.count() - begin) / horizon.count());
}

void Windows::count(Fold& fold, SeriesId series, double total) const {
  double share = 0;
  std::uint64_t before = 0;
  for (std::size_t number = 0; number < shares_.size(); ++number) {
    share += shares_[number];
    const auto until_here = static_cast<std::uint64_t>(std::llround(total * share));
    if (until_here > before) fold.count(series, begin(number), until_here - before);
    before = std::max(before, until_here);
  }
}

void Latencies::add(const Delay::Grid& grid, double count) {
  deal(grid, static_cast<std::uint64_t>(std::llround(count)), windows_.shares(),
       [this](std::size_t window, double value, std::uint64_t times) { values_[window].emplace_back(value, times); });
}

void Latencies::record(Fold& fold, SeriesId series) const {
  for (std::size_t window = 0; window < values_.size(); ++window)
    for (const auto& [value, times] : values_[window]) fold.latency(series, windows_.begin(window), value, times);
}

}  // namespace poolcast::sim::analytic
