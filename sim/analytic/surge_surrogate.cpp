#include "sim/analytic/surge_surrogate.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "domain/ensure.hpp"

namespace poolcast::sim::analytic {

double share_missed(double fitted, double ran) {
  if (ran > 0) return std::abs(fitted - ran) / ran;
  return fitted > 0 ? 1 : 0;
}

// Pool adjacent violators.
std::vector<SurgeSurrogate::Knot> SurgeSurrogate::fitted(const std::vector<SurgePoint>& runs) {
  struct Block {
    double users, seconds;
    std::size_t runs;
    double mean() const { return seconds / users; }
  };
  std::vector<Block> blocks;
  for (const SurgePoint& run : runs) {
    Block block{run.load, run.away_s, 1};
    for (; !blocks.empty() && blocks.back().mean() > block.mean(); blocks.pop_back())
      block = {blocks.back().users + block.users, blocks.back().seconds + block.seconds, blocks.back().runs + block.runs};
    blocks.push_back(block);
  }
  std::vector<Knot> knots;
  for (const Block& block : blocks)
    for (std::size_t run = 0; run < block.runs; ++run) knots.push_back({runs[knots.size()].load, block.mean()});
  return knots;
}

double SurgeSurrogate::away_s(const std::vector<Knot>& knots, double load) {
  if (knots.size() == 1) return load * std::max(0.0, knots.front().each_s);
  const auto behind = std::ranges::lower_bound(knots, load, {}, &Knot::load) - knots.begin();
  const auto next = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(behind, 1, std::ssize(knots) - 1));
  const Knot &from = knots[next - 1], &to = knots[next];
  const double slope = (to.each_s - from.each_s) / (to.load - from.load);
  return load * std::max(0.0, to.each_s + slope * (load - to.load));
}

SurgeSurrogate::SurgeSurrogate(std::vector<SurgePoint> runs) {
  std::ranges::sort(runs, {}, &SurgePoint::load);
  ensure(!runs.empty() && runs.front().load > 0, "a surrogate is fitted to runs with users");
  ensure(std::ranges::adjacent_find(runs, {}, &SurgePoint::load) == runs.end(), "a surrogate has one run for each load");
  knots_ = fitted(runs);
  for (std::size_t left_out = 1; left_out + 1 < runs.size(); ++left_out) {
    const SurgePoint& run = runs[left_out];
    std::vector<SurgePoint> others = runs;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(left_out));
    misses_.push_back({run.load, share_missed(away_s(fitted(others), run.load), run.away_s), run.lasts});
  }
}

std::optional<FitError> fit_error(std::vector<FitMiss> misses) {
  if (misses.empty()) return std::nullopt;
  std::erase_if(misses, [](const FitMiss& miss) { return miss.lasts <= 0; });
  if (misses.empty()) return FitError{};  // what is asked was run
  std::ranges::sort(misses, {}, &FitMiss::share);
  double half = 0, below = 0;
  for (const FitMiss& miss : misses) half += miss.lasts / 2;
  std::size_t typical = 0;
  for (; typical + 1 < misses.size() && below + misses[typical].lasts < half; ++typical) below += misses[typical].lasts;
  const bool is_between = below + misses[typical].lasts == half && typical + 1 < misses.size();
  return FitError{(misses[typical].share + misses[typical + (is_between ? 1 : 0)].share) / 2, misses.back()};
}

}  // namespace poolcast::sim::analytic
