#include "domain/wording.hpp"

#include <gtest/gtest.h>

namespace poolcast {
namespace {

TEST(Wording, numbers_are_grouped_and_carry_four_digits) {
  EXPECT_EQ(number_in_words(0), "0");
  EXPECT_EQ(number_in_words(-0.0), "0");
  EXPECT_EQ(number_in_words(999), "999");
  EXPECT_EQ(number_in_words(80'000), "80,000");
  EXPECT_EQ(number_in_words(1'234'567), "1,234,567");
  EXPECT_EQ(number_in_words(-1234), "-1,234");
  EXPECT_EQ(number_in_words(26'666.67), "26,667");
  EXPECT_EQ(number_in_words(1.5), "1.5");
  EXPECT_EQ(number_in_words(33.3333), "33.33");
  EXPECT_EQ(number_in_words(0.0123456), "0.01235");
}

TEST(Wording, times_take_the_unit_that_reads_best) {
  EXPECT_EQ(seconds_in_words(0), "0 s");
  EXPECT_EQ(seconds_in_words(200e-6), "200 µs");
  EXPECT_EQ(seconds_in_words(0.5), "500 ms");
  EXPECT_EQ(seconds_in_words(0.4123), "412.3 ms");
  EXPECT_EQ(seconds_in_words(1), "1 s");
  EXPECT_EQ(seconds_in_words(60), "1 min");
  EXPECT_EQ(seconds_in_words(90), "90 s");
  EXPECT_EQ(seconds_in_words(300), "5 min");
  EXPECT_EQ(seconds_in_words(3600), "1 h");
  EXPECT_EQ(seconds_in_words(2400), "40 min");
  EXPECT_EQ(seconds_in_words(8.9 * 3600), "8.9 h");
}

TEST(Wording, quantities_name_their_unit) {
  EXPECT_EQ(in_words({0.8, Quantity::Dimension::share}), "80 %");
  EXPECT_EQ(in_words({2e9, Quantity::Dimension::bytes}), "2 GB");
  EXPECT_EQ(in_words({512, Quantity::Dimension::bytes}), "512 B");
  EXPECT_EQ(in_words({0.5, Quantity::Dimension::seconds}), "500 ms");
  EXPECT_EQ(in_words({60'000, Quantity::Dimension::number}), "60,000");
}

}  // namespace
}  // namespace poolcast
