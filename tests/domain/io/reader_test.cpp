// Every kind of mistake in a scenario file, each with the exact words for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace poolcast::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Reader, the_small_scenario_is_right) { EXPECT_THAT(errors_of(small_scenario()), IsEmpty()); }

TEST(Reader, a_misspelt_key_names_its_place_and_the_nearest_key) {
  EXPECT_THAT(errors_after("active:", "actve:"),
              ElementsAre("mine.yaml:8:7: topology.chat_pools[0].active: the key is missing: Servers that accept connections.",
                          "mine.yaml:11:7: topology.chat_pools[0].actve: unknown key; did you mean `active`?"));
}

TEST(Reader, a_key_that_resembles_nothing_gets_no_suggestion) {
  EXPECT_THAT(errors_of(small_scenario() + "banana: 1\n"), ElementsAre("mine.yaml:26:1: banana: unknown key"));
}

TEST(Reader, a_missing_key_says_what_it_is) {
  EXPECT_THAT(errors_after("name: Small\n", ""),
              ElementsAre("mine.yaml:1:1: name: the key is missing: The scenario in a few words."));
}

TEST(Reader, a_number_without_its_unit) {
  EXPECT_THAT(errors_after("horizon: 1h", "horizon: 30"),
              ElementsAre("mine.yaml:21:10: horizon: found 30; expected a duration with a unit, such as 30s"));
}

TEST(Reader, a_wrong_unit) {
  EXPECT_THAT(errors_after("horizon: 1h", "horizon: 3 MB"),
              ElementsAre("mine.yaml:21:10: horizon: found 3 MB; expected a duration with a unit (s, min, h, ms, us or day), "
                          "such as 30s"));
}

TEST(Reader, a_value_outside_its_bounds) {
  EXPECT_THAT(errors_after("users: 400", "users: 99_000_000"),
              ElementsAre("mine.yaml:16:10: workload.users: found 99_000_000; expected 1 to 10_000_000"));
  EXPECT_THAT(errors_after("horizon: 1h", "horizon: 0s"),
              ElementsAre("mine.yaml:21:10: horizon: found 0s; expected more than 0 and at most 366day"));
  EXPECT_THAT(errors_after("users: 400", "users: -5"),
              ElementsAre("mine.yaml:16:10: workload.users: found -5; expected a whole number that is not negative"));
}

TEST(Reader, an_enumeration_lists_its_names_and_the_nearest) {
  EXPECT_THAT(errors_after("principal: sql-1", "principal: sql-1, mode: high-safty"),
              ElementsAre("mine.yaml:14:48: topology.databases[0].mode: found `high-safty`; expected none, high-safety, "
                          "high-performance, failover-cluster or always-on; did you mean `high-safety`?"));
}

TEST(Reader, always_on_can_be_written_down_for_a_rule_to_refuse) {
  const Scenario scenario = scenario_of(changed(small_scenario(), "principal: sql-1", "principal: sql-1, mode: always-on"));
  EXPECT_EQ(scenario.topology.databases[0].mode, AvailabilityMode::always_on);
}

TEST(Reader, the_wrong_kind_of_value) {
  EXPECT_THAT(errors_after("horizon: 1h", "horizon: [1h]"),
              ElementsAre("mine.yaml:21:10: horizon: found a list of 1; expected a duration with a unit, such as 30s"));
  EXPECT_THAT(errors_after("active: [chat-1, chat-2]", "active: chat-1"),
              ElementsAre("mine.yaml:11:15: topology.chat_pools[0].active: found `chat-1`; expected a list"));
  EXPECT_THAT(errors_after("- {name: north}", "- north"),
              ElementsAre("mine.yaml:4:7: topology.sites[0]: found `north`; expected a mapping of keys"));
  EXPECT_THAT(errors_after("name: Small", "name: {a: b}"), ElementsAre("mine.yaml:1:7: name: found a mapping; expected a text"));
  EXPECT_THAT(errors_after("users: 400", "users:"),
              ElementsAre(HasSubstr("workload.users: found nothing; expected a whole number, such as 80_000")));
}

TEST(Reader, nothing_stands_for_an_optional_key_that_is_not_given) {
  EXPECT_EQ(scenario_of(changed(small_scenario(), "warm_up: 5min", "warm_up: ~")).warm_up, std::nullopt);
}

TEST(Reader, a_list_of_the_wrong_length) {
  EXPECT_THAT(errors_after("    - {name: north}", "    []"),
              ElementsAre("mine.yaml:4:5: topology.sites: found an empty list; expected 1 to 100 items"));
}

TEST(Reader, a_point_of_a_day_lies_within_the_day_and_is_not_negative) {
  const auto errors_with = [](const std::string& point) {
    return errors_after("  users: 400\n", "  users: 400\n  day_curve: [" + point + ", {at: 24h, present: 0%, activity: 0}]\n");
  };
  EXPECT_THAT(errors_with("{at: 0s, present: 0%, activity: 0}"), IsEmpty());
  EXPECT_THAT(errors_with("{at: 25h, present: 0%, activity: 0}"),
              ElementsAre(HasSubstr("workload.day_curve[0].at: found 25h; expected 0s to 1day")));
  EXPECT_THAT(errors_with("{at: -1h, present: 0%, activity: 0}"), ElementsAre(HasSubstr("workload.day_curve[0].at")));
  EXPECT_THAT(errors_with("{at: 0s, present: 0%, activity: -1}"), ElementsAre(HasSubstr("workload.day_curve[0].activity")));
  EXPECT_THAT(errors_with("{at: 0s, present: 120%, activity: 0}"), ElementsAre(HasSubstr("workload.day_curve[0].present")));
  EXPECT_THAT(errors_with("{at: 0s, activity: 0}"), ElementsAre(HasSubstr("present: the key is missing")));
}

TEST(Reader, names_have_no_blanks_and_text_no_control_characters) {
  EXPECT_THAT(errors_after("standby: [chat-3]", "standby: [chat 3]"),
              ElementsAre(HasSubstr("found `chat 3`; expected a name without blanks")));
  EXPECT_THAT(errors_after("name: Small", "name: \"a\\x07b\""), ElementsAre(HasSubstr("control characters")));
}

TEST(Reader, a_duplicate_key_is_refused) {
  EXPECT_THAT(errors_of(small_scenario() + "horizon: 2h\n"),
              ElementsAre("mine.yaml:26:1: horizon: duplicate key; it stands in line 21 already"));
}

TEST(Reader, a_number_of_a_cost_set_has_an_interval_and_an_origin) {
  const std::string costs = "costs: {model: documented-2015, join_rate: ";
  const auto join_rate = [&](const std::string& value) {
    return scenario_of(small_scenario() + costs + value + "}\n").costs.join_rate;
  };
  EXPECT_EQ(join_rate("12/s").value.per_s, 12);
  EXPECT_EQ(join_rate("12/s").origin, "given by the scenario");
  EXPECT_EQ(join_rate("{value: 12/s}").origin, "given by the scenario");
  EXPECT_EQ(join_rate("{value: 12/s, low: 10/s, high: 14/s, origin: a test}").low, Rate{10});
  EXPECT_THAT(errors_of(small_scenario() + costs + "{value: 12/s, low: 13/s}}\n"),
              ElementsAre(HasSubstr("costs.join_rate: found a value outside its own interval; expected low ≤ value ≤ high")));
  EXPECT_THAT(errors_of(small_scenario() + costs + "{valu: 12/s}}\n"),
              ElementsAre(HasSubstr("costs.join_rate.valu: unknown key; did you mean `value`?")));
}

TEST(Reader, a_cost_that_is_not_given_is_not_zero) {
  EXPECT_THAT(errors_of(small_scenario() + "costs: {name: mine}\n"),
              testing::Contains(HasSubstr("costs.post_cpu: the key is missing")));
}

TEST(Reader, a_bound_on_a_share_may_be_a_bare_number) {
  const std::string line = "  - {metric: utilisation, at_most: 0.8, place: chat-1}\n";
  EXPECT_EQ(scenario_of(small_scenario() + line).objectives[2].at_most, (Quantity{0.8, Quantity::Dimension::share}));
}

TEST(Reader, all_errors_of_a_file_come_together_in_its_order) {
  std::string text = changed(small_scenario(), "horizon: 1h", "horizon: soon");
  text = changed(text, "users: 400", "usrs: 400");
  text = changed(text, "name: Small", "name: [Small]");
  EXPECT_THAT(errors_of(text), ElementsAre(HasSubstr("mine.yaml:1:"), HasSubstr("mine.yaml:16:"), HasSubstr("mine.yaml:21:")));
}

TEST(Reader, the_message_has_one_line_per_problem_and_their_number_last) {
  try {
    read_scenario(changed(small_scenario(), "horizon: 1h", "horizon: 30"), "mine.yaml", test_options());
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "mine.yaml:21:10: horizon: found 30; expected a duration with a unit, such as 30s\n1 error");
  }
}

TEST(Reader, a_scenario_that_contradicts_itself_names_the_line_of_the_key) {
  EXPECT_THAT(errors_after("lose: chat-2,", "lose: chat-9,"),
              ElementsAre("mine.yaml:20:17: faults[0].lose: found `chat-9`; expected a machine, a pool or a site of the topology "
                          "(did you mean `chat-1`?)",
                          "mine.yaml:25:57: objectives[1].after: found `lose chat-2`; expected a fault of this scenario, such as "
                          "`lose chat-2` (did you mean `lose chat-9`?)"));
}

TEST(Reader, every_key_path_has_its_position) {
  const LoadedScenario loaded = read_scenario(small_scenario(), "mine.yaml", test_options());
  const Position& active = loaded.positions.at("topology.chat_pools[0].active");
  EXPECT_EQ(active.file, "mine.yaml");
  EXPECT_EQ(active.line, 11);
  EXPECT_EQ(active.column, 7);
  EXPECT_EQ(loaded.positions.at("topology.chat_pools[0].active[1]").line, 11);
  EXPECT_THAT(loaded.positions.at("costs.post_cpu").file, testing::EndsWith("documented-2015.yaml"));
}

}  // namespace
}  // namespace poolcast::io
