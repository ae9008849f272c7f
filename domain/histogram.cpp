#include "domain/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <string>

namespace poolcast {

namespace {

// The values of a ramp in ascending order. Rounding is monotone, so the rounded values ascend as the exact ones do.
struct Ramp {
  double first;
  double step;
  std::uint64_t times;

  double value(std::uint64_t number) const {
    const std::uint64_t index = step < 0 ? times - 1 - number : number;
    return first + static_cast<double>(index) * step;
  }

  // The number of the first value at or after `from` that lies in a later bucket than `bucket`; `times` if there is none.
  std::uint64_t end_of(std::size_t bucket, std::uint64_t from) const {
    if (Histogram::bucket_of(value(times - 1)) <= bucket) return times;
    const double distance = (Histogram::lower_bound(bucket + 1) - value(from)) / std::abs(step);
    if (distance < static_cast<double>(times - from)) {
      std::uint64_t guess = from + static_cast<std::uint64_t>(std::max(distance, 0.0));
      if (Histogram::bucket_of(value(guess)) <= bucket) ++guess;
      if (guess > from && guess < times && Histogram::bucket_of(value(guess)) > bucket &&
          Histogram::bucket_of(value(guess - 1)) <= bucket)
        return guess;
    }
    // The guess was off: the step is about as small as the rounding of the values.
    std::uint64_t inside = from;
    std::uint64_t outside = times - 1;
    while (outside - inside > 1) {
      const std::uint64_t middle = inside + (outside - inside) / 2;
      (Histogram::bucket_of(value(middle)) <= bucket ? inside : outside) = middle;
    }
    return outside;
  }
};

}  // namespace

double Histogram::lower_bound(std::size_t bucket) {
  if (bucket == 0) return 0;  // it also takes everything shorter
  // (1 + part / 128) × 2^exponent, put together from its bits: a ramp asks for every bucket that it spans.
  constexpr int mantissa_bits = 52;
  constexpr std::uint64_t exponent_of_one = 1023;
  static_assert(std::has_single_bit(unsigned{parts_per_octave}));
  const std::uint64_t exponent = exponent_of_one + bucket / parts_per_octave + static_cast<std::uint64_t>(lowest_exponent);
  const std::uint64_t part = bucket % parts_per_octave;
  return std::bit_cast<double>((exponent << mantissa_bits) |
                               (part << (mantissa_bits - std::bit_width(unsigned{parts_per_octave}) + 1)));
}

void Histogram::record_outside(std::size_t bucket, std::uint64_t times) {
  widen(bucket, bucket);
  counts_[bucket - first_] += times;
}

void Histogram::widen(std::size_t first, std::size_t last) {
  if (counts_.empty()) {
    first_ = first;
    counts_.resize(last - first + 1);
    return;
  }
  if (first < first_) {
    counts_.insert(counts_.begin(), first_ - first, 0);
    first_ = first;
  }
  if (last >= first_ + counts_.size()) counts_.resize(last - first_ + 1);
}

void Histogram::record_ramp(double first, double step, std::uint64_t times) {
  if (times == 0) return;
  if (times == 1 || step == 0) return record(first, times);
  const Ramp ramp{first, step, times};
  const double largest = ramp.value(times - 1);
  widen(bucket_of(ramp.value(0)), bucket_of(largest));
  for (std::uint64_t number = 0; number < times;) {
    const std::size_t bucket = bucket_of(ramp.value(number));
    const std::uint64_t end = ramp.end_of(bucket, number);
    counts_[bucket - first_] += end - number;
    number = end;
  }
  const auto values = static_cast<double>(times);
  count_ += times;
  sum_ += values * first + step * (values * (values - 1) / 2);
  max_ = std::max(max_, largest);
}

void Histogram::merge(const Histogram& other) {
  if (other.counts_.empty()) return;
  widen(other.first_, other.first_ + other.counts_.size() - 1);
  const std::size_t shift = other.first_ - first_;
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i + shift] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

void Histogram::clear() { *this = Histogram{}; }

double Histogram::mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

double Histogram::max() const { return max_; }

double Histogram::quantile(double q) const {
  if (count_ == 0) return 0;
  // A share such as 0.95 is not exact in binary: 0.95 * 20 must not become the twentieth value by its last bit.
  const double wanted = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count_) * (1 - 1e-12));
  const std::uint64_t rank = wanted < 1 ? 1 : static_cast<std::uint64_t>(wanted);
  if (rank >= count_) return max_;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen < rank) continue;
    const std::size_t bucket = first_ + i;
    return std::min((lower_bound(bucket) + lower_bound(bucket + 1)) / 2, max_);
  }
  return max_;
}

std::uint64_t Histogram::count_above(double seconds) const {
  std::uint64_t above = 0;
  for (std::size_t end = counts_.size(); end > 0 && lower_bound(first_ + end - 1) >= seconds; --end) above += counts_[end - 1];
  return above;
}

std::vector<std::pair<std::uint32_t, std::uint64_t>> Histogram::buckets() const {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> result;
  for (std::size_t i = 0; i < counts_.size(); ++i)
    if (counts_[i] != 0) result.emplace_back(static_cast<std::uint32_t>(first_ + i), counts_[i]);
  return result;
}

Histogram Histogram::from_buckets(const std::vector<std::pair<std::uint32_t, std::uint64_t>>& buckets, double sum, double max) {
  Histogram result;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    const auto [bucket, times] = buckets[i];
    if (bucket >= bucket_count) throw std::invalid_argument("histogram: bucket " + std::to_string(bucket) + " does not exist");
    if (i > 0 && bucket <= buckets[i - 1].first) throw std::invalid_argument("histogram: buckets must ascend");
    if (times == 0) throw std::invalid_argument("histogram: bucket " + std::to_string(bucket) + " is empty");
    result.record_outside(bucket, times);
    result.count_ += times;
  }
  result.sum_ = sum;
  result.max_ = max;
  return result;
}

}  // namespace poolcast
