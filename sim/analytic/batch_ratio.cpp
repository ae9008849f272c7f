#include "sim/analytic/batch_ratio.hpp"

#include <cmath>
#include <utility>

#include "domain/statistics.hpp"

namespace poolcast::sim::analytic {

void BatchRatio::add(const std::vector<double>& lost, double time) {
  if (batches_.empty() || cycles_in_last_ == cycles_per_batch_) {
    merge();
    batches_.push_back({std::vector<double>(series_, 0.0), 0});
    cycles_in_last_ = 0;
  }
  Batch& batch = batches_.back();
  for (std::size_t series = 0; series < series_; ++series) batch.lost[series] += lost[series];
  batch.time += time;
  ++cycles_in_last_;
}

void BatchRatio::merge() {
  constexpr std::size_t most_batches = 128;
  if (batches_.size() < most_batches) return;
  for (std::size_t pair = 0; pair < batches_.size() / 2; ++pair) {
    Batch merged = std::move(batches_[2 * pair]);
    const Batch& second = batches_[2 * pair + 1];
    for (std::size_t series = 0; series < series_; ++series) merged.lost[series] += second.lost[series];
    merged.time += second.time;
    batches_[pair] = std::move(merged);
  }
  batches_.resize(batches_.size() / 2);
  cycles_per_batch_ *= 2;
}

Interval BatchRatio::interval(std::size_t series) const {
  const std::size_t full = batches_.size() - (cycles_in_last_ < cycles_per_batch_ && !batches_.empty() ? 1 : 0);
  double lost = 0, time = 0;
  for (std::size_t batch = 0; batch < full; ++batch) {
    lost += batches_[batch].lost[series];
    time += batches_[batch].time;
  }
  if (full == 0) return {};
  const double ratio = lost / time;
  if (full == 1) return {ratio, ratio};
  double squares = 0;
  for (std::size_t batch = 0; batch < full; ++batch)
    squares += std::pow(batches_[batch].lost[series] - ratio * batches_[batch].time, 2);
  const auto count = static_cast<double>(full);
  return {ratio, student_t_quantile(0.975, count - 1) * std::sqrt(squares * count / (count - 1)) / time};
}

}  // namespace poolcast::sim::analytic
