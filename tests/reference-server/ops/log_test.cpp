#include "reference-server/ops/log.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <type_traits>
#include <vector>

#include "tests/reference-server/net/scratch_folder.hpp"

namespace poolcast::ops {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::SizeIs;
using tests::ScratchFolder;

// The lines that `use` writes to a log of these settings.
template <class Use>
std::vector<std::string> lines(LogSettings settings, const Use& use) {
  const ScratchFolder folder;
  settings.file = (folder.path() / "log").string();
  {
    Log log(settings);
    use(log);
  }
  std::istringstream text(folder.read("log"));
  std::vector<std::string> found;
  for (std::string line; std::getline(text, line);) found.push_back(line);
  return found;
}

TEST(Log, writes_a_sentence_and_its_fields_on_one_line) {
  const auto written = lines({}, [](Log& log) {
    log.info("A client signed in.",
             {{"user", "sip:ann@lab.example"}, {"endpoints", 2}, {"took_s", std::chrono::milliseconds{1500}}});
  });
  ASSERT_THAT(written, SizeIs(1));
  EXPECT_THAT(written[0], MatchesRegex("time=[0-9-]+T[0-9:.]+Z level=info message=\"A client signed in.\" "
                                       "user=sip:ann@lab.example endpoints=2 took_s=1.5"));
}

TEST(Log, writes_json_when_asked_to) {
  const auto written = lines({.format = LogFormat::json}, [](Log& log) {
    log.warning("The database is away.", {{"pool", "a \"b\""}, {"attempts", 3U}, {"ready", false}, {"share", 0.25}});
  });
  ASSERT_THAT(written, SizeIs(1));
  const auto line = nlohmann::json::parse(written[0]);
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["message"], "The database is away.");
  EXPECT_EQ(line["pool"], "a \"b\"");
  EXPECT_EQ(line["attempts"], 3);
  EXPECT_EQ(line["ready"], false);
  EXPECT_EQ(line["share"], 0.25);
}

TEST(Log, stays_on_its_line_whatever_a_value_holds) {
  const std::string hostile = "x\nlevel=error\x1b[31m\x7f\xc2\x9b {} %n \xff";
  for (const LogFormat format : {LogFormat::logfmt, LogFormat::json}) {
    const auto written = lines({.format = format}, [&](Log& log) { log.info("Somebody sent this.", {{"value", hostile}}); });
    ASSERT_THAT(written, SizeIs(1));
    for (const char character : written[0]) EXPECT_FALSE(static_cast<unsigned char>(character) < 0x20 || character == 0x7f);
    EXPECT_THAT(written[0], testing::Not(HasSubstr("\xc2\x9b"))) << "a terminal obeys it";
    EXPECT_THAT(written[0], HasSubstr("x\\nlevel=error\\u001b[31m\\u007f\\u009b {} %n"));
  }
}

TEST(Log, leaves_out_repeats_and_says_how_many) {
  const auto written = lines({.repeats = 2, .interval = std::chrono::hours{1}}, [](Log& log) {
    for (int i = 0; i < 10; ++i) log.info("A client was refused.", {{"number", i}});
    log.info("Something else happened.");
  });
  ASSERT_THAT(written, SizeIs(4));
  EXPECT_THAT(written[1], EndsWith("number=1"));
  EXPECT_THAT(written[2], EndsWith("message=\"Something else happened.\""));
  EXPECT_THAT(written[3], EndsWith("message=\"A client was refused.\" left_out=8"));
}

TEST(Log, counts_repeats_anew_in_each_interval) {
  const auto written = lines({.repeats = 1, .interval = std::chrono::seconds{0}}, [](Log& log) {
    for (int i = 0; i < 3; ++i) log.info("A client was refused.");
  });
  EXPECT_THAT(written, SizeIs(3));
}

TEST(Log, leaves_out_what_is_below_its_level) {
  const auto written = lines({.lowest = LogLevel::warning}, [](Log& log) {
    log.debug("a");
    log.info("b");
    log.warning("c");
    log.error("d");
  });
  EXPECT_THAT(written, ElementsAre(HasSubstr("level=warning"), HasSubstr("level=error")));
}

TEST(Log, that_cannot_be_written_names_its_file) {
  const ScratchFolder folder;
  try {
    const Log log({.file = folder.path().string()});
    FAIL() << "a folder is no file";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr(folder.path().string() + ": the log cannot be written"));
  }
}

template <class Text>
concept Printable = requires(std::ostream& out, const Text& text) {
  out << text;
};

TEST(SecretText, cannot_be_printed_logged_or_compared) {
  static_assert(!std::is_constructible_v<LogValue, SecretText>);
  static_assert(std::is_constructible_v<LogValue, std::string>);
  static_assert(!Printable<SecretText> && Printable<std::string>);
  static_assert(!std::equality_comparable<SecretText>);
  static_assert(!std::is_convertible_v<SecretText, std::string> && !std::is_convertible_v<SecretText, std::string_view>);
  SecretText secret("hunter2");
  EXPECT_EQ(secret.reveal(), "hunter2");
  const SecretText moved = std::move(secret);
  EXPECT_EQ(moved.reveal(), "hunter2");
  EXPECT_TRUE(secret.empty()) << "a move must not leave a copy";  // NOLINT(bugprone-use-after-move)
}

}  // namespace
}  // namespace poolcast::ops
