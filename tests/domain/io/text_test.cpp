#include "domain/io/text.hpp"

#include <gtest/gtest.h>

#include "domain/spelling.hpp"

namespace poolcast::io {
namespace {

TEST(Text, numbers_are_quoted_bare_and_words_in_backticks) {
  EXPECT_EQ(in_quotes("30"), "30");
  EXPECT_EQ(in_quotes("-3s"), "-3s");
  EXPECT_EQ(in_quotes("always"), "`always`");
  EXPECT_EQ(in_quotes(""), "an empty text");
}

TEST(Text, a_long_quote_is_cut_between_characters) {
  std::string found = in_quotes(std::string(59, 'x') + "ééé");
  EXPECT_FALSE(first_bad_byte(found).has_value()) << found;
  EXPECT_LT(found.size(), 70U);
}

TEST(Text, the_nearest_word_is_one_slip_away) {
  EXPECT_EQ(nearest("actve", {"active", "standby"}), "active");
  EXPECT_EQ(nearest("usres", {"users", "user"}), "users");
  EXPECT_EQ(nearest("banana", {"active", "standby"}), std::nullopt);
  EXPECT_EQ(nearest("documented", {"documented-2015", "measured-peers"}), "documented-2015");
  EXPECT_EQ(nearest(std::string(100'000, 'a'), {"active"}), std::nullopt);
}

TEST(Text, lists_of_words_end_in_or) {
  EXPECT_EQ(one_of({"a"}), "a");
  EXPECT_EQ(one_of({"a", "b", "c"}), "a, b or c");
}

TEST(Text, bytes_that_are_not_utf8_are_found) {
  EXPECT_EQ(first_bad_byte("plain"), std::nullopt);
  EXPECT_EQ(first_bad_byte("é€😀"), std::nullopt);
  EXPECT_EQ(first_bad_byte(std::string_view("a\0b", 3)), 1U);
  EXPECT_EQ(first_bad_byte("ab\xFF"), 2U);
  EXPECT_EQ(first_bad_byte("\xC0\xAF"), 0U) << "an overlong form";
  EXPECT_EQ(first_bad_byte("\xED\xA0\x80"), 0U) << "a surrogate";
  EXPECT_EQ(first_bad_byte("\xF4\x90\x80\x80"), 0U) << "above the last code point";
  EXPECT_EQ(first_bad_byte("a\xE2\x82"), 1U) << "cut off";
}

}  // namespace
}  // namespace poolcast::io
