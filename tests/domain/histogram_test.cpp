#include "domain/histogram.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace poolcast {
namespace {

// Durations spread evenly over the octaves from 2^-19 s to 2^19 s, as RapidCheck's own doubles are not.
rc::Gen<double> duration() {
  return rc::gen::map(rc::gen::inRange<int>(-19'000, 19'000),
                      [](int milli_octaves) { return std::exp2(milli_octaves / 1000.0); });
}

rc::Gen<std::vector<double>> durations() { return rc::gen::container<std::vector<double>>(duration()); }

Histogram histogram_of(const std::vector<double>& values) {
  Histogram histogram;
  for (const double value : values) histogram.record(value);
  return histogram;
}

Histogram merged(Histogram into, const Histogram& other) {
  into.merge(other);
  return into;
}

TEST(Histogram, a_bucket_holds_its_lower_bound_and_not_its_upper_bound) {
  for (std::size_t bucket = 1; bucket < Histogram::bucket_count; ++bucket) {
    ASSERT_EQ(Histogram::bucket_of(Histogram::lower_bound(bucket)), bucket);
    ASSERT_EQ(Histogram::bucket_of(std::nextafter(Histogram::lower_bound(bucket), 0)), bucket - 1);
  }
}

TEST(Histogram, buckets_are_at_most_one_percent_wide) {
  for (std::size_t bucket = 1; bucket < Histogram::bucket_count; ++bucket)
    ASSERT_LE(Histogram::lower_bound(bucket + 1) / Histogram::lower_bound(bucket), 1.01);
}

TEST(Histogram, durations_off_the_scale_fall_into_the_outer_buckets) {
  EXPECT_EQ(Histogram::bucket_of(0), 0u);
  EXPECT_EQ(Histogram::bucket_of(1e-9), 0u);
  EXPECT_EQ(Histogram::bucket_of(std::numeric_limits<double>::quiet_NaN()), 0u);
  EXPECT_EQ(Histogram::bucket_of(1e9), Histogram::bucket_count - 1);
  EXPECT_EQ(Histogram::bucket_of(std::numeric_limits<double>::infinity()), Histogram::bucket_count - 1);
}

TEST(Histogram, an_empty_histogram_answers_zero) {
  const Histogram empty;
  EXPECT_EQ(empty.count(), 0u);
  EXPECT_EQ(empty.mean(), 0);
  EXPECT_EQ(empty.max(), 0);
  EXPECT_EQ(empty.quantile(0.95), 0);
  EXPECT_EQ(empty.count_above(0), 0u);
  EXPECT_TRUE(empty.buckets().empty());
}

TEST(Histogram, recording_no_times_changes_nothing) {
  Histogram histogram;
  histogram.record(5, 0);
  histogram.record_ramp(5, 1, 0);
  EXPECT_EQ(histogram, Histogram{});
}

TEST(Histogram, the_largest_value_is_its_highest_quantile) {
  Histogram histogram;
  histogram.record(0.25, 19);
  histogram.record(3.1415);
  EXPECT_EQ(histogram.quantile(1), 3.1415);
  EXPECT_NEAR(histogram.quantile(0.95), 0.25, 0.0025);  // the nineteenth of twenty
}

TEST(Histogram, values_at_an_edge_count_as_at_least_it) {
  Histogram histogram;
  histogram.record(0.999, 5);
  histogram.record(1.0, 3);
  histogram.record(2.0, 2);
  EXPECT_EQ(histogram.count_above(1.0), 5u);
  EXPECT_EQ(histogram.count_above(2.5), 0u);
}

TEST(Histogram, buckets_that_do_not_exist_or_descend_are_refused) {
  EXPECT_THROW(Histogram::from_buckets({{Histogram::bucket_count, 1}}, 0, 0), std::invalid_argument);
  EXPECT_THROW(Histogram::from_buckets({{7, 1}, {7, 1}}, 0, 0), std::invalid_argument);
  EXPECT_THROW(Histogram::from_buckets({{7, 1}, {6, 1}}, 0, 0), std::invalid_argument);
  EXPECT_THROW(Histogram::from_buckets({{7, 0}}, 0, 0), std::invalid_argument);
}

TEST(Histogram, a_ramp_whose_steps_drown_in_rounding_counts_as_the_loop_does) {
  const double below_one = std::nextafter(1.0, 0.0);
  Histogram ramp;
  ramp.record_ramp(below_one, 1e-19, 1500);
  Histogram loop;
  for (int i = 0; i < 1500; ++i) loop.record(below_one + i * 1e-19);
  EXPECT_EQ(ramp.buckets(), loop.buckets());
  EXPECT_EQ(loop.buckets().size(), 2u);
}

RC_GTEST_PROP(Histogram, merging_is_commutative, ()) {
  const Histogram a = histogram_of(*durations());
  const Histogram b = histogram_of(*durations());
  RC_ASSERT(merged(a, b) == merged(b, a));
}

RC_GTEST_PROP(Histogram, merging_is_associative_in_counts_and_maximum, ()) {
  const Histogram a = histogram_of(*durations());
  const Histogram b = histogram_of(*durations());
  const Histogram c = histogram_of(*durations());
  const Histogram left = merged(merged(a, b), c);
  const Histogram right = merged(a, merged(b, c));
  RC_ASSERT(left.buckets() == right.buckets());
  RC_ASSERT(left.max() == right.max());
  RC_ASSERT(std::abs(left.sum() - right.sum()) <= 1e-12 * left.sum());
}

RC_GTEST_PROP(Histogram, merging_halves_gives_the_counts_of_the_whole, ()) {
  const std::vector<double> values = *durations();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  const Histogram halves = merged(histogram_of({values.begin(), middle}), histogram_of({middle, values.end()}));
  const Histogram whole = histogram_of(values);
  RC_ASSERT(halves.count() == values.size());
  RC_ASSERT(halves.buckets() == whole.buckets());
  RC_ASSERT(halves.max() == whole.max());
}

RC_GTEST_PROP(Histogram, quantiles_lie_within_one_percent_of_the_sorted_values, ()) {
  std::vector<double> values = *rc::gen::nonEmpty(durations());
  const Histogram histogram = histogram_of(values);
  std::ranges::sort(values);
  for (const int percent : {1, 25, 50, 90, 95, 99, 100}) {
    const std::size_t rank = std::max<std::size_t>(1, (values.size() * static_cast<std::size_t>(percent) + 99) / 100);
    const double exact = values[rank - 1];
    RC_ASSERT(std::abs(histogram.quantile(percent / 100.0) - exact) <= 0.01 * exact);
    RC_ASSERT(histogram.quantile(percent / 100.0) <= histogram.max());
  }
}

RC_GTEST_PROP(Histogram, a_ramp_counts_as_the_loop_does, ()) {
  const double first = *duration();
  const double span = *duration();
  const auto times = *rc::gen::inRange<std::uint64_t>(1, 400);
  const double step = (*rc::gen::arbitrary<bool>() ? span : -first) / static_cast<double>(times);
  Histogram ramp;
  ramp.record_ramp(first, step, times);
  Histogram loop;
  for (std::uint64_t i = 0; i < times; ++i) loop.record(first + static_cast<double>(i) * step);
  RC_ASSERT(ramp.buckets() == loop.buckets());
  RC_ASSERT(ramp.count() == loop.count());
  RC_ASSERT(ramp.max() == loop.max());
  RC_ASSERT(std::abs(ramp.sum() - loop.sum()) <= 1e-12 * loop.sum());
}

RC_GTEST_PROP(Histogram, buckets_written_and_read_give_the_same_histogram, ()) {
  const Histogram histogram = histogram_of(*durations());
  RC_ASSERT(Histogram::from_buckets(histogram.buckets(), histogram.sum(), histogram.max()) == histogram);
}

}  // namespace
}  // namespace poolcast
