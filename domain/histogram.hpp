// A mergeable histogram of durations with buckets of at most 1 % relative width: what both hosts record latencies in.
//
// Buckets are log-linear: each power of two from 2^-20 s (about 1 µs) to 2^20 s (about 12 days) is cut into 128 equal parts;
// shorter durations fall into the first bucket, longer ones into the last. Counts are integers, so merging is exact,
// commutative and independent of order.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "domain/units.hpp"

namespace poolcast {

class Histogram {
public:
  static constexpr int lowest_exponent = -20;
  static constexpr int highest_exponent = 20;
  static constexpr int parts_per_octave = 128;
  static constexpr std::size_t bucket_count = (highest_exponent - lowest_exponent) * parts_per_octave;

  static std::size_t bucket_of(double seconds);
  static double lower_bound(std::size_t bucket);  // seconds; upper bound is lower_bound(bucket + 1)

  void record(double seconds, std::uint64_t times = 1) {
    if (times == 0) return;
    const std::size_t bucket = bucket_of(seconds);
    const std::size_t offset = bucket - first_;  // wraps, and so is too large, for a bucket before the first
    if (offset < counts_.size()) [[likely]]
      counts_[offset] += times;
    else
      record_outside(bucket, times);
    count_ += times;
    sum_ += seconds * static_cast<double>(times);
    if (seconds > max_) max_ = seconds;
  }

  // The same counts as record(first + i * step) for i in 0 … times - 1, at the cost of the buckets that it spans; the sum is
  // that of the arithmetic series. The step may be negative.
  void record_ramp(double first, double step, std::uint64_t times);

  void merge(const Histogram& other);
  void clear();

  std::uint64_t count() const { return count_; }
  double mean() const;  // of the recorded values, exact; 0 when empty
  double max() const;   // of the recorded values, exact; 0 when empty
  // The value that a share `q` of all values does not exceed: the middle of its bucket, never above max(), and max() for the
  // largest value itself. 0 when empty.
  double quantile(double q) const;
  // Values in buckets that begin at `seconds` or later: exact (at least `seconds`) where a bucket begins there.
  std::uint64_t count_above(double seconds) const;

  // Non-empty buckets, ascending, and back: what files hold.
  std::vector<std::pair<std::uint32_t, std::uint64_t>> buckets() const;
  // Throws std::invalid_argument unless the buckets exist, ascend and are not empty.
  static Histogram from_buckets(const std::vector<std::pair<std::uint32_t, std::uint64_t>>& buckets, double sum, double max);
  double sum() const { return sum_; }

  bool operator==(const Histogram&) const = default;

private:
  void record_outside(std::size_t bucket, std::uint64_t times);
  void widen(std::size_t first, std::size_t last);

  std::vector<std::uint64_t> counts_;  // from first_ to the last bucket in use, no slack: an idle histogram costs nothing
  std::size_t first_ = 0;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  double max_ = 0;
};

// A double's exponent and the first seven bits of its mantissa, taken together, number the parts of all octaves in order.
inline std::size_t Histogram::bucket_of(double seconds) {
  constexpr double lowest = 0x1p-20;
  constexpr double highest = 0x1p20;
  static_assert(lowest_exponent == -20 && highest_exponent == 20 && parts_per_octave == 1 << 7);
  if (!(seconds >= lowest)) return 0;  // NaN too
  if (seconds >= highest) return bucket_count - 1;
  constexpr std::uint64_t base = std::uint64_t{1023 + lowest_exponent} << 7;
  return static_cast<std::size_t>((std::bit_cast<std::uint64_t>(seconds) >> (52 - 7)) - base);
}

}  // namespace poolcast
