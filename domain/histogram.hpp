// A mergeable histogram of durations with buckets of at most 1 % relative width: what both hosts record latencies in.
//
// Buckets are log-linear: each power of two from 2^-20 s (about 1 µs) to 2^20 s (about 12 days) is cut into 128 equal parts;
// shorter durations fall into the first bucket, longer ones into the last. Counts are integers, so merging is exact,
// commutative and independent of order.
#pragma once

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

  void record(double seconds, std::uint64_t times = 1);

  // The same as record(first + i * step) for i in 0 … times - 1, at the cost of the buckets that it spans.
  void record_ramp(double first, double step, std::uint64_t times);

  void merge(const Histogram& other);
  void clear();

  std::uint64_t count() const { return count_; }
  double mean() const;  // of the recorded values, exact; 0 when empty
  double max() const;   // of the recorded values, exact; 0 when empty
  // The value that a share `q` of all values does not exceed: the middle of its bucket, never above max(). 0 when empty.
  double quantile(double q) const;
  std::uint64_t count_above(double seconds) const;  // to the resolution of a bucket

  // Non-empty buckets, ascending, and back: what files hold.
  std::vector<std::pair<std::uint32_t, std::uint64_t>> buckets() const;
  static Histogram from_buckets(const std::vector<std::pair<std::uint32_t, std::uint64_t>>& buckets, double sum, double max);
  double sum() const { return sum_; }

  bool operator==(const Histogram&) const = default;

private:
  std::vector<std::uint64_t> counts_;  // from first_ on; grows as needed, so an idle histogram costs nothing
  std::size_t first_ = 0;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  double max_ = 0;
};

}  // namespace poolcast
