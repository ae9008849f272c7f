#include "reference-server/proto/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "reference-server/proto/utc_time.hpp"

namespace poolcast::proto {
namespace {

TEST(Text, letter_case_of_ascii_does_not_count_and_nothing_else_is_folded) {
  EXPECT_TRUE(iequals("Content-Length", "CONTENT-LENGTH"));
  EXPECT_FALSE(iequals("a", "ab"));
  EXPECT_FALSE(iequals("\xC3\x84", "\xC3\xA4"));  // Ä and ä
  EXPECT_FALSE(iequals("[", "{"));                // 32 apart like letters
}

TEST(Text, a_number_is_digits_only_and_fits) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615U);
  for (const char* wrong : {"", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616", "1.0"})
    EXPECT_FALSE(parse_number(wrong)) << wrong;
}

TEST(Text, base64_writes_the_vectors_of_rfc_4648) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
}

TEST(Text, base64_refuses_blanks_missing_padding_and_bits_that_nobody_wrote) {
  for (const char* wrong : {"Zg", "Zg=", "Zg===", "Zm 9v", "Zh==", "Zm9=", "=Zg=", "Zm9v\n", "Z-==", "===="})
    EXPECT_FALSE(from_base64(wrong)) << wrong;
}

RC_GTEST_PROP(Text, base64_and_hex_give_back_the_bytes, (const std::string& bytes)) {
  RC_ASSERT(from_base64(to_base64(bytes)) == bytes);
  RC_ASSERT(from_hex(to_hex(bytes)) == bytes);
  RC_ASSERT(from_hex(to_upper_hex(bytes)) == bytes);
}

TEST(Text, utf8_that_is_overlong_a_surrogate_cut_or_too_large_is_no_utf8) {
  EXPECT_TRUE(is_utf8("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80"));
  for (const char* wrong :
       {"\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3", "\xF0\x9F\x98", "\x80", "\xFF"})
    EXPECT_FALSE(is_utf8(wrong));
}

TEST(Text, utf16_takes_two_units_above_the_basic_plane_and_comes_back) {
  const std::string text = "a\xC3\xA9\xF0\x9F\x98\x80";
  const auto units = to_utf16le(text);
  ASSERT_TRUE(units);
  EXPECT_EQ(*units, std::string("a\0\xE9\0\x3D\xD8\x00\xDE", 8));
  EXPECT_EQ(from_utf16le(*units), text);
  EXPECT_FALSE(to_utf16le("\xFF"));
}

TEST(Text, utf16_with_half_a_unit_or_half_a_pair_is_refused) {
  EXPECT_FALSE(from_utf16le("a"));
  EXPECT_FALSE(from_utf16le(std::string("\x3D\xD8", 2)));
  EXPECT_FALSE(
      from_utf16le(std::string("\x3D\xD8"
                               "a\0",
                               4)));
  EXPECT_FALSE(from_utf16le(std::string("\x00\xDE", 2)));
}

TEST(Text, upper_case_knows_latin_greek_and_cyrillic) {
  EXPECT_EQ(upper_case("alice"), "ALICE");
  EXPECT_EQ(upper_case("\xC3\xA9\xC3\xB7"), "\xC3\x89\xC3\xB7");  // é, and the division sign that has none
  EXPECT_EQ(upper_case("\xCF\x83\xD1\x8F"), "\xCE\xA3\xD0\xAF");  // σ я
  EXPECT_FALSE(upper_case("\xFF"));
}

TEST(Text, a_guid_is_read_in_any_spelling_and_written_in_one) {
  const auto guid = parse_guid("6163AbcD-0123-4567-89ab-cdef01234567");
  ASSERT_TRUE(guid);
  EXPECT_EQ(to_string(*guid), "6163abcd-0123-4567-89ab-cdef01234567");
  EXPECT_EQ(parse_guid("{6163abcd-0123-4567-89ab-cdef01234567}"), guid);
  EXPECT_EQ(parse_guid("urn:uuid:6163abcd-0123-4567-89ab-cdef01234567"), guid);
  for (const char* wrong :
       {"", "6163abcd0123456789abcdef01234567", "6163abcd-0123-4567-89ab-cdef0123456", "6163abcg-0123-4567-89ab-cdef01234567",
        "{6163abcd-0123-4567-89ab-cdef01234567", "6163abcd-0123-4567-89ab-cdef012345678"})
    EXPECT_FALSE(parse_guid(wrong)) << wrong;
}

TEST(Text, a_random_guid_says_that_it_is_random) {
  std::array<std::uint8_t, 16> ones{};
  ones.fill(0xFF);
  EXPECT_EQ(to_string(make_guid(ones)), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

TEST(UtcTime, is_written_with_seven_decimals) {
  using namespace std::chrono_literals;
  const UtcTime time = std::chrono::sys_days{2024y / 5 / 1} + 8h + 1min + 2s + 3ms;
  EXPECT_EQ(to_string(time), "2024-05-01T08:01:02.0030000Z");
}

TEST(UtcTime, zone_and_fraction_may_be_missing_and_zones_are_taken_off) {
  const auto wanted = parse_utc_time("2024-05-01T08:01:02.500Z");
  ASSERT_TRUE(wanted);
  for (const char* same : {"2024-05-01T08:01:02.5Z", "2024-05-01T08:01:02.5009999Z", "2024-05-01T08:01:02.5",
                           "2024-05-01T10:01:02.5+02:00", "2024-04-30T22:31:02.5-09:30"})
    EXPECT_EQ(parse_utc_time(same), wanted) << same;
}

TEST(UtcTime, what_no_calendar_or_clock_has_is_refused) {
  for (const char* wrong : {"", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-05-01T24:00:00Z",
                            "2024-05-01T00:60:00Z", "2024-05-01 00:00:00Z", "2024-05-01T00:00:00.Z", "2024-05-01T00:00:00ZZ",
                            "2024-05-01T00:00:00+15:00", "24-05-01T00:00:00Z", "9999-12-31T23:59:59-01:00",
                            "0000-01-01T00:00:00+01:00", "2024-05-01T00:00:00+2:00"})
    EXPECT_FALSE(parse_utc_time(wrong)) << wrong;
}

RC_GTEST_PROP(UtcTime, written_and_read_is_the_same, ()) {
  const UtcTime time{std::chrono::milliseconds{*rc::gen::inRange<std::int64_t>(-62'167'219'200'000, 253'402'300'799'999)}};
  RC_ASSERT(parse_utc_time(to_string(time)) == time);
}

}  // namespace
}  // namespace poolcast::proto
