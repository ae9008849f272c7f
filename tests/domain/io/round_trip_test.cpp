#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/io/reader.hpp"
#include "random_scenario.hpp"
#include "support.hpp"

namespace poolcast::io {
namespace {

RC_GTEST_PROP(RoundTrip, what_is_printed_reads_back_equal_and_prints_the_same_bytes, ()) {
  const Scenario scenario = random_scenario(*rc::gen::arbitrary<std::uint64_t>());
  const std::string text = print(scenario);
  std::vector<Problem> problems;
  const Tree tree = parse_yaml(text, "printed.yaml", problems);
  const Scenario back = read_tree(tree, problems).scenario;
  for (const Problem& problem : problems) RC_LOG() << to_string(problem) << "\n";
  RC_LOG() << text;
  RC_ASSERT(problems.empty());
  RC_ASSERT(back == scenario);
  RC_ASSERT(print(back) == text);
}

TEST(RoundTrip, every_scenario_of_the_library_comes_back) {
  for (const auto& entry : list_library({SCENARIOS})) {
    if (entry.kind != "scenario") continue;
    const Scenario scenario = load_scenario(entry.name, test_options()).scenario;
    const std::string text = print(scenario);
    EXPECT_EQ(scenario_of(text), scenario) << entry.name;
    EXPECT_EQ(print(scenario_of(text)), text) << entry.name;
  }
}

TEST(RoundTrip, the_print_needs_no_library) {
  const Scenario scenario = scenario_of(small_scenario());
  EXPECT_EQ(read_scenario(print(scenario), "printed.yaml", {}).scenario, scenario);
}

TEST(RoundTrip, optional_keys_without_a_value_are_left_out_and_defaults_written) {
  const std::string text = print(scenario_of(changed(small_scenario(), "warm_up: 5min\n", "")));
  EXPECT_EQ(text.find("warm_up"), std::string::npos);
  EXPECT_EQ(text.find("sign_in_window"), std::string::npos);
  EXPECT_NE(text.find("  endpoints_per_user: 1.5\n"), std::string::npos);
  EXPECT_NE(text.find("    jitter: 50%\n"), std::string::npos);
  EXPECT_NE(text.find("variants: []\n"), std::string::npos);
}

// FIPS 180-4: the digest of a print is SHA-256, as any other tool computes it.
TEST(Digest, is_the_sha256_of_the_print) {
  const std::string digest_of_small = digest(scenario_of(small_scenario()));
  EXPECT_EQ(digest_of_small.size(), 64U);
  EXPECT_EQ(digest_of_small.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(digest(scenario_of(small_scenario())), digest_of_small);
  EXPECT_NE(digest(scenario_of(small_scenario(), {"workload.users=401"})), digest_of_small);
}

TEST(Digest, does_not_depend_on_how_the_file_was_written) {
  const std::string other =
      changed(changed(small_scenario(), "horizon: 1h", "horizon: 60min  # an hour"), "users: 400", "users: 4_00");
  EXPECT_EQ(digest(scenario_of(other)), digest(scenario_of(small_scenario())));
  EXPECT_EQ(digest(scenario_of(print(scenario_of(other)))), digest(scenario_of(small_scenario())));
}

}  // namespace
}  // namespace poolcast::io
