// Files that are hardly files: always a ConfigError, never a crash and never a long wait.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace poolcast::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(BadBytes, an_empty_file) {
  EXPECT_THAT(errors_of(""), ElementsAre("mine.yaml: the file is empty; expected keys and values"));
  EXPECT_THAT(errors_of("# only a comment\n"), ElementsAre("mine.yaml: the file is empty; expected keys and values"));
  EXPECT_THAT(errors_of("---\n"), Not(IsEmpty()));
}

TEST(BadBytes, text_that_is_no_mapping) {
  EXPECT_THAT(errors_of("hello"), ElementsAre("mine.yaml:1:1: found `hello`; expected a mapping of keys"));
  EXPECT_THAT(errors_of("[1, 2]"), ElementsAre("mine.yaml:1:1: found a list of 2; expected a mapping of keys"));
}

TEST(BadBytes, a_file_that_is_too_large_is_refused_unread) {
  const std::string large = std::string(1'000'000, 'x') + std::string(1'000'000, 'y');
  const std::string ten_megabytes = large + large + large + large + large;
  EXPECT_THAT(errors_of(ten_megabytes), ElementsAre("mine.yaml: larger than 4 MiB; not a scenario"));
  const Folder folder("large");
  folder.write("large.yaml", "name: " + ten_megabytes);
  EXPECT_THROW(load_scenario((folder.path() / "large.yaml").string(), test_options()), ConfigError);
}

TEST(BadBytes, invalid_utf8_names_the_place) {
  EXPECT_THAT(errors_of("name: x\nquestion: \xFF\n"),
              ElementsAre("mine.yaml:2:11: found a byte that is not UTF-8; expected text in UTF-8"));
  EXPECT_THAT(errors_of(std::string_view("\xFF\xFE"
                                         "n\0a\0m\0e\0",
                                         10)),
              SizeIs(1))
      << "UTF-16";
}

TEST(BadBytes, a_nul_byte_names_the_place) {
  EXPECT_THAT(errors_of(std::string_view("na\0me: x", 8)),
              ElementsAre("mine.yaml:1:3: found a NUL byte; expected text in UTF-8"));
}

TEST(BadBytes, syntax_errors_have_line_and_column) {
  EXPECT_THAT(errors_of("name: [a, b\nhorizon: 1h\n"), ElementsAre(HasSubstr("mine.yaml:2:")));
  EXPECT_THAT(errors_of("name: x\n\thorizon: 1h\n"), Not(IsEmpty())) << "a tab";
  EXPECT_THAT(errors_of("name: \"never closed\n"), ElementsAre(HasSubstr("not YAML")));
  EXPECT_THAT(errors_of("%YAML 9.9\n---\nname: x\n"), Not(IsEmpty()));
  EXPECT_THAT(errors_of("a: *nowhere\n"), ElementsAre(HasSubstr("mine.yaml:1:4: not YAML")));
}

TEST(BadBytes, a_second_document_is_refused) {
  EXPECT_THAT(errors_of(small_scenario() + "---\nname: another\n"), ElementsAre(HasSubstr("a second document; expected one")));
}

TEST(BadBytes, tags_and_keys_that_are_no_words_are_refused) {
  EXPECT_THAT(errors_of(changed(small_scenario(), "name: Small", "name: !!python/object x")),
              ElementsAre(HasSubstr("found the tag")));
  EXPECT_THAT(errors_of(small_scenario() + "? [a, b]\n: c\n"), ElementsAre(HasSubstr("as a key; expected a word")));
}

TEST(BadBytes, anchors_work_and_an_alias_bomb_stops) {
  EXPECT_THAT(
      errors_of(changed(changed(small_scenario(), "users: 400", "users: &n 400"), "horizon: 1h", "horizon: 1h\nquestion: *n")),
      IsEmpty());
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 1; k < 10; ++k) bomb += ", " + before;
    bomb += "]\n";
  }
  EXPECT_THAT(errors_of(bomb), ElementsAre(HasSubstr("more than 100000 values, aliases spelled out")));
}

TEST(BadBytes, deep_nesting_stops_with_an_error) {
  EXPECT_THAT(errors_of("a: " + repeated("[", 100)), ElementsAre(HasSubstr("nested more than 64 deep")));
  EXPECT_THAT(errors_of(repeated("[", 4'000'000)), ElementsAre(HasSubstr("nested more than 64 deep")));
  EXPECT_THAT(errors_of(repeated("{a: ", 1'000'000)), SizeIs(1));
  EXPECT_THAT(errors_of(repeated("- ", 2'000'000)), SizeIs(1));
  EXPECT_THAT(errors_of(repeated("? ", 2'000'000)), SizeIs(1));
}

TEST(BadBytes, many_values_stop_with_an_error) {
  EXPECT_THAT(errors_of("faults: [" + repeated("a, ", 1'300'000) + "a]"), ElementsAre(HasSubstr("more than 100000 values")));
  EXPECT_THAT(errors_of(repeated("a: 1\n", 800'000)), Not(IsEmpty()));
}

TEST(BadBytes, endless_lines_and_scalars_are_no_trouble) {
  EXPECT_THAT(errors_of("name: " + std::string(4'000'000, 'x')), Not(IsEmpty()));
  EXPECT_THAT(errors_of(std::string(4'000'000, ' ')), Not(IsEmpty()));
  EXPECT_THAT(errors_of(repeated("\n", 4'000'000)), Not(IsEmpty()));
  EXPECT_THAT(errors_of(repeated("#\n", 2'000'000)), Not(IsEmpty()));
  EXPECT_THAT(errors_of(repeated("a: ", 1'300'000)), Not(IsEmpty()));
  EXPECT_THAT(errors_of("a: \"" + repeated("\\x", 1'000'000)), Not(IsEmpty()));
  EXPECT_THAT(errors_of("a: |\n" + repeated(" x\n", 1'000'000)), Not(IsEmpty()));
}

TEST(BadBytes, thousands_of_mistakes_are_counted_and_not_all_printed) {
  std::string text = small_scenario();
  for (int i = 0; i < 5000; ++i) text += "key" + std::to_string(i) + ": 1\n";
  try {
    read_scenario(text, "mine.yaml", test_options());
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.problems().size(), 5000U);
    EXPECT_THAT(error.what(), HasSubstr("… and 4800 more\n5000 errors"));
  }
}

TEST(BadBytes, a_file_that_is_not_there_or_a_folder) {
  const Folder folder("none");
  EXPECT_THROW(load_scenario((folder.path() / "none.yaml").string(), test_options()), ConfigError);
  std::filesystem::create_directory(folder.path() / "folder.yaml");
  EXPECT_THROW(load_scenario((folder.path() / "folder.yaml").string(), test_options()), ConfigError);
}

}  // namespace
}  // namespace poolcast::io
