#include "domain/io/quantity_text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace poolcast::io {
namespace {

template <class T>
T parsed(std::string_view text) {
  T value{};
  const Expected wrong = parse(text, value);
  EXPECT_FALSE(wrong.has_value()) << text << ": expected " << wrong.value_or("");
  return value;
}

template <class T>
std::string wrong(std::string_view text) {
  T value{};
  return parse(text, value).value_or("accepted");
}

TEST(Units, durations_are_exact_in_every_unit) {
  EXPECT_EQ(parsed<Seconds>("200us").count(), 200e-6);
  EXPECT_EQ(parsed<Seconds>("0.1ms").count(), 0.0001);
  EXPECT_EQ(parsed<Seconds>("500 ms").count(), 0.5);
  EXPECT_EQ(parsed<Seconds>("1_000s").count(), 1000);
  EXPECT_EQ(parsed<Seconds>("1.5min").count(), 90);
  EXPECT_EQ(parsed<Seconds>("2h").count(), 7200);
  EXPECT_EQ(parsed<Seconds>("1day").count(), 86400);
  EXPECT_EQ(parsed<Seconds>("1e-3s").count(), 1e-3);
}

TEST(Units, sizes_and_speeds_know_thousands_1024_and_bits) {
  EXPECT_EQ(parsed<Bytes>("1.2 KB").count, 1200);
  EXPECT_EQ(parsed<Bytes>("1 KiB").count, 1024);
  EXPECT_EQ(parsed<Bytes>("10GB").count, 10e9);
  EXPECT_EQ(parsed<Bytes>("2 GiB").count, 2.0 * 1024 * 1024 * 1024);
  EXPECT_EQ(parsed<Bandwidth>("20 MB/s").bytes_per_s, 20e6);
  EXPECT_EQ(parsed<Bandwidth>("1 Gb/s").bytes_per_s, 125e6);
  EXPECT_EQ(parsed<Frequency>("2.26 GHz").hz, 2.26e9);
}

TEST(Units, rates_shares_ranges_and_posts) {
  EXPECT_EQ(parsed<Rate>("10/s").per_s, 10);
  EXPECT_EQ(parsed<Rate>("6/h").per_s, 6.0 / 3600);
  EXPECT_EQ(parsed<Rate>("1/day").per_s, 1.0 / 86400);
  EXPECT_EQ(parsed<Rate>("0").per_s, 0);
  EXPECT_EQ(parsed<Share>("50%").of_one, 0.5);
  EXPECT_EQ(parsed<Share>("0.5").of_one, 0.5);
  EXPECT_EQ(parsed<SecondsRange>("0s..30s"), (SecondsRange{Seconds{0}, Seconds{30}}));
  EXPECT_EQ(parsed<SecondsRange>("5s"), (SecondsRange{Seconds{5}, Seconds{5}}));
  EXPECT_EQ(parsed<PostRate>("50/room/day"), (PostRate{50, PostRate::Basis::per_room_day}));
  EXPECT_EQ(parsed<PostRate>("15/user/day"), (PostRate{15, PostRate::Basis::per_user_day}));
  EXPECT_EQ(parsed<PostRate>("22.22/s"), (PostRate{22.22, PostRate::Basis::per_second}));
}

TEST(Units, whole_numbers_and_switches) {
  EXPECT_EQ(parsed<Count>("80_000"), 80'000);
  EXPECT_TRUE(parsed<bool>("on"));
  EXPECT_FALSE(parsed<bool>("no"));
  EXPECT_EQ(wrong<Count>("1.5"), "a whole number, such as 80_000");
  EXPECT_EQ(wrong<Count>("80_"), "a whole number, such as 80_000");
  EXPECT_EQ(wrong<Count>("-1"), "a whole number that is not negative");
  EXPECT_EQ(wrong<bool>("maybe"), "on or off");
}

TEST(Units, quantities_take_their_dimension_from_the_unit) {
  using Dimension = Quantity::Dimension;
  EXPECT_EQ(parsed<Quantity>("500ms"), (Quantity{0.5, Dimension::seconds}));
  EXPECT_EQ(parsed<Quantity>("80%"), (Quantity{0.8, Dimension::share}));
  EXPECT_EQ(parsed<Quantity>("60_000"), (Quantity{60'000, Dimension::number}));
  EXPECT_EQ(parsed<Quantity>("2 GB"), (Quantity{2e9, Dimension::bytes}));
  EXPECT_EQ(wrong<Quantity>("5 parsecs"), "a number, a duration, a share or a size, such as 60_000, 500ms, 80% or 2 GB");
}

TEST(Units, a_bare_number_is_no_duration) {
  EXPECT_EQ(wrong<Seconds>("30"), "a duration with a unit, such as 30s");
  EXPECT_EQ(wrong<Seconds>("0"), "a duration with a unit, such as 0s");
  EXPECT_EQ(wrong<Bytes>("400"), "a size with a unit, such as 400 B");
  EXPECT_EQ(wrong<Rate>("10"), "a rate with a unit, such as 10/s");
}

TEST(Units, an_unknown_unit_lists_the_known_ones) {
  EXPECT_EQ(wrong<Seconds>("30 sec"), "a duration with a unit (s, min, h, ms, us or day), such as 30s");
  EXPECT_EQ(wrong<Bandwidth>("1 Gbps"),
            "a speed with a unit (B/s, KB/s, MB/s, GB/s, b/s, Kb/s, Mb/s, Gb/s or Tb/s), such as 1 Gb/s");
}

TEST(Units, absurd_numbers_are_refused) {
  for (const char* text :
       {"nan", ".nan", "NaN s", "inf", "-inf", ".inf", "infs", "0x10s", "1e", "--1s", "1..2s", "s", " ", "1,5s"}) {
    EXPECT_EQ(wrong<Seconds>(text).find("a duration with a unit"), 0U) << text;
  }
  EXPECT_EQ(wrong<Seconds>("1e400s"), "a duration of at most 36525day");
  EXPECT_EQ(wrong<Seconds>("1e9999999999999s"), "a duration of at most 36525day");
  EXPECT_EQ(wrong<Seconds>("1e300 h"), "a duration of at most 36525day");
  EXPECT_EQ(wrong<Seconds>("-3s"), "a duration that is not negative");
  EXPECT_EQ(wrong<Bytes>("-1 KB"), "a size that is not negative");
  EXPECT_EQ(wrong<Share>("101%"), "a share between 0% and 100%, such as 50% or 0.5");
  EXPECT_EQ(wrong<Share>("-0.1"), "a share between 0% and 100%, such as 50% or 0.5");
  EXPECT_EQ(wrong<double>("1e16"), "a number of at most 1e15");
  EXPECT_EQ(wrong<Count>("99999999999999999999"), "a whole number of at most 1e15");
  EXPECT_EQ(wrong<SecondsRange>("30s..5s"), "a range whose first duration is not above the second");
  EXPECT_EQ(wrong<PostRate>("-5/s"), "a rate of posts that is not negative");
}

TEST(Units, print_prefers_the_unit_that_reads_best) {
  EXPECT_EQ(write(Seconds{0}), "0s");
  EXPECT_EQ(write(Seconds{900}), "15min");
  EXPECT_EQ(write(Seconds{200e-6}), "200us");
  EXPECT_EQ(write(Seconds{90}), "90s");
  EXPECT_EQ(write(Seconds{8 * 3600}), "8h");
  EXPECT_EQ(write(Bytes{1200}), "1.2 KB");
  EXPECT_EQ(write(Bytes{1024}), "1 KiB");
  EXPECT_EQ(write(Bytes{400}), "400 B");
  EXPECT_EQ(write(Bandwidth{125e6}), "1 Gb/s");
  EXPECT_EQ(write(Frequency{2.26e9}), "2.26 GHz");
  EXPECT_EQ(write(Rate{6.0 / 3600}), "6/h");
  EXPECT_EQ(write(Share{0.03}), "3%");
  EXPECT_EQ(write(Count{80'000}), "80_000");
  EXPECT_EQ(write(Count{2015}), "2015");
  EXPECT_EQ(write(1.5), "1.5");
  EXPECT_EQ(write(SecondsRange{Seconds{30}, Seconds{60}}), "30s..1min");
}

template <class T>
void write_is_the_inverse_of_parse(const T& value) {
  const std::string text = write(value);
  T back{};
  const Expected complaint = parse(text, back);
  RC_LOG() << text << " " << complaint.value_or("") << "\n";
  RC_ASSERT(!complaint.has_value());
  RC_ASSERT(back == value);
  RC_ASSERT(write(back) == text);
  static const std::regex pattern(written_form(value).pattern);
  RC_ASSERT(std::regex_match(text, pattern));
}

// Any positive double up to a limit: small ones, whole ones, and ones with every bit in use.
double magnitude(double at_most) {
  const auto bits = *rc::gen::arbitrary<std::uint64_t>();
  const double share = static_cast<double>(bits >> 11) * 0x1p-53;
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return std::floor(share * 1000);
    case 1:
      return share;
    case 2:
      return at_most * share;
    default:
      return at_most * std::pow(10.0, -30 * share);
  }
}

RC_GTEST_PROP(Units, what_is_printed_reads_back_to_the_last_bit, ()) {
  write_is_the_inverse_of_parse(Seconds{magnitude(3e9)});
  write_is_the_inverse_of_parse(Bytes{magnitude(1e18)});
  write_is_the_inverse_of_parse(Bandwidth{magnitude(1e15)});
  write_is_the_inverse_of_parse(Rate{magnitude(1e12)});
  write_is_the_inverse_of_parse(Rate{std::floor(magnitude(1e4)) / 3600});
  write_is_the_inverse_of_parse(Share{std::min(1.0, magnitude(1))});
  write_is_the_inverse_of_parse(Frequency{magnitude(1e12)});
  write_is_the_inverse_of_parse(PostRate{magnitude(1e12), PostRate::Basis::per_user_day});
  write_is_the_inverse_of_parse(Quantity{magnitude(1e9), Quantity::Dimension::seconds});
  write_is_the_inverse_of_parse(Quantity{magnitude(1e15), Quantity::Dimension::number});
  write_is_the_inverse_of_parse(magnitude(1e15));
  write_is_the_inverse_of_parse(static_cast<Count>(std::floor(magnitude(1e15))));
}

RC_GTEST_PROP(Units, no_text_makes_the_parsers_fail_in_any_other_way, (const std::string& text)) {
  const auto try_both = [&](auto value) {
    if (!parse(text, value)) RC_ASSERT(!write(value).empty());
  };
  try_both(Seconds{});
  try_both(Bytes{});
  try_both(Rate{});
  try_both(Share{});
  try_both(SecondsRange{});
  try_both(PostRate{});
  try_both(Quantity{});
  try_both(Count{});
  try_both(double{});
}

}  // namespace
}  // namespace poolcast::io
