#include <gtest/gtest.h>

#include <stdexcept>

#include "domain/limits/text.hpp"

namespace poolcast::limits {
namespace {

TEST(Text, numbers_have_thousands_separators_and_round_half_away_from_zero) {
  EXPECT_EQ(fixed(26666.6667, 0), "26,667");
  EXPECT_EQ(fixed(37.5, 0), "38");
  EXPECT_EQ(fixed(-1234567.891, 2), "-1,234,567.89");
  EXPECT_EQ(fixed(999, 0), "999");
  EXPECT_EQ(fixed(-0.2, 0), "0");
}

TEST(Text, numbers_show_no_more_decimals_than_they_have) {
  EXPECT_EQ(number(12), "12");
  EXPECT_EQ(number(1066.6667), "1,066.67");
  EXPECT_EQ(number(2.5), "2.5");
  EXPECT_EQ(number(0.0347), "0.0347");
  EXPECT_EQ(number(2'000'000), "2,000,000");
}

TEST(Text, durations_and_sizes_are_short) {
  EXPECT_EQ(duration(Seconds{2000}), "33 min");
  EXPECT_EQ(duration(Seconds{32000}), "8.9 h");
  EXPECT_EQ(duration(Seconds{48000}), "13.3 h");
  EXPECT_EQ(duration(Seconds{30 * 86'400}), "30 days");
  EXPECT_EQ(duration(Seconds{200e-6}), "0.2 ms");
  EXPECT_EQ(bytes(1200), "1.2 KB");
  EXPECT_EQ(bytes(829'440'000), "829 MB");
  EXPECT_EQ(bytes(88.128e6), "88.1 MB");
  EXPECT_EQ(bytes(10e9), "10 GB");
}

TEST(Text, words_are_listed_with_commas_and_and) {
  EXPECT_EQ(counted(1, "server"), "1 server");
  EXPECT_EQ(counted(0, "server"), "0 servers");
  EXPECT_EQ(listed({}), "");
  EXPECT_EQ(listed({"a"}), "a");
  EXPECT_EQ(listed({"a", "b", "c"}), "a, b and c");
}

TEST(Text, a_pattern_takes_as_many_values_as_it_has_gaps) {
  EXPECT_EQ(fill("{} of {}", {"1", "2"}), "1 of 2");
  EXPECT_EQ(fill("{}", {"{}"}), "{}");
  EXPECT_THROW(fill("{}", {}), std::logic_error);
  EXPECT_THROW(fill("{}", {"1", "2"}), std::logic_error);
}

}  // namespace
}  // namespace poolcast::limits
