// From rates and distributions to what a fold records: whole numbers per window that add up to the right total.
#pragma once

#include <utility>
#include <vector>

#include "sim/analytic/delay.hpp"
#include "sim/recorder.hpp"

namespace poolcast::sim::analytic {

// The windows of a run, as shares of its time.
class Windows {
public:
  Windows(Seconds horizon, Seconds window);
  std::size_t count() const { return shares_.size(); }
  const std::vector<double>& shares() const { return shares_; }
  double begin(std::size_t number) const { return window_ * static_cast<double>(number); }

  // What happens at a steady pace, `total` in all, handed over window by window.
  void count(Fold& fold, SeriesId series, double total) const;

private:
  double window_;
  std::vector<double> shares_;
};

// Latencies of one series from several distributions.
class Latencies {
public:
  explicit Latencies(const Windows& windows) : windows_(windows), values_(windows.count()) {}
  void add(const Delay::Grid& grid, double count);
  void record(Fold& fold, SeriesId series) const;

private:
  const Windows& windows_;
  std::vector<std::vector<std::pair<double, std::uint64_t>>> values_;
};

}  // namespace poolcast::sim::analytic
