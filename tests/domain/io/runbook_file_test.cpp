#include "domain/io/runbook_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/runbook_answer.hpp"
#include "support.hpp"

namespace poolcast::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const LoadOptions committed{{std::filesystem::path(SCENARIOS)}, {}};

constexpr std::string_view small = R"(name: Small
people: [{name: somebody}]
steps:
  - {name: decide, who: somebody, median: 30min, p90: 90min}
  - {name: work, who: somebody, takes: 3min..10min, machine: [apply-log], after: [decide]}
back_in_service_after: work
)";

std::string after(std::string_view piece, std::string_view by) { return changed(std::string(small), piece, by); }

std::vector<std::string> errors(const std::string& text, const std::vector<std::string>& overrides = {}) {
  try {
    read_runbook(text, "mine.yaml", overrides);
  } catch (const ConfigError& error) {
    std::vector<std::string> lines;
    for (const Problem& problem : error.problems()) lines.push_back(to_string(problem));
    return lines;
  }
  return {};
}

TEST(RunbookFile, a_small_one_is_read_with_its_units) {
  const Runbook runbook = read_runbook(small, "mine.yaml", {}).runbook;
  EXPECT_EQ(runbook.steps[0].median, Seconds{1800});
  EXPECT_EQ(runbook.steps[1].takes, (SecondsRange{Seconds{180}, Seconds{600}}));
  EXPECT_THAT(runbook.steps[1].machine, ElementsAre(MachineWork::apply_log));
  EXPECT_EQ(runbook.situation, Situation{});
}

TEST(RunbookFile, an_unknown_key_is_named_with_its_place_and_the_nearest) {
  EXPECT_THAT(errors(after("takes:", "take:")),
              testing::Contains("mine.yaml:5:33: steps[1].take: unknown key; did you mean `takes`?"));
}

TEST(RunbookFile, a_step_that_waits_for_nothing_known_is_named_with_the_nearest) {
  EXPECT_THAT(errors(after("after: [decide]", "after: [decid]")),
              ElementsAre("mine.yaml:5:83: steps[1].after[0]: found `decid`; expected a step of this runbook (did you mean "
                          "`decide`?)"));
}

TEST(RunbookFile, steps_that_wait_for_each_other_are_told_as_the_circle_that_they_are) {
  const auto found = errors(after("p90: 90min}", "p90: 90min, after: [work]}"));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0], HasSubstr("`decide` waits for `work` waits for `decide`; expected an order"));
  EXPECT_THAT(found[0], HasSubstr("mine.yaml:5:"));
  EXPECT_THAT(errors(after("after: [decide]", "after: [work]"))[0], HasSubstr("`work` waits for `work`"));
}

TEST(RunbookFile, each_name_and_time_that_cannot_be_is_refused) {
  struct Row {
    std::string_view piece, by, error;
  };
  for (const Row& row : {
           Row{"who: somebody, takes", "who: nobody, takes", "steps[1].who: found `nobody`; expected a role of `people`"},
           Row{"back_in_service_after: work", "back_in_service_after: play",
               "back_in_service_after: found `play`; expected a step"},
           Row{"back_in_service_after: work\n", "", "back_in_service_after: the key is missing"},
           Row{"back_in_service_after: work", "back_in_service_after: decide\nout_of_service_from: work",
               "out_of_service_from: found a step that service does not wait for; expected one before `decide`"},
           Row{"name: work", "name: decide", "steps[1]: the name `decide` is used twice"},
           Row{"takes: 3min..10min", "takes: 3min..10min, median: 3min", "steps[1].takes: found `takes` beside a median"},
           Row{", p90: 90min", "", "steps[0].median: found one of median and p90; expected both"},
           Row{"p90: 90min", "p90: 9min", "steps[0].p90: found a p90 below the median"},
           Row{"takes: 3min..10min, machine: [apply-log], ", "", "steps[1]: found a step that takes no time"},
           Row{"[apply-log]", "[aply-log]", "did you mean `apply-log`?"},
           Row{"{name: somebody}", "{name: somebody, on_shift: 0}", "people[0].on_shift: found 0; expected 1 to"},
           Row{"name: Small", "name: Small\nsituation: {wan: 10 KB/s}", "situation.wan: found a line that is no faster"},
           Row{"name: Small", "name: Small\nsituation: {redo_speed: 10 KB/s}", "situation.log_rate: found a log that grows"},
           Row{"name: Small", "name: Small\nsituation: {copy_interval: 1s}",
               "situation.copy_interval: found 1s; expected 1min to"},
           Row{"name: Small", "name: Small\nsituation: {restore_speed: 1e-300 B/s}",
               "situation.restore_speed: found a speed at which nothing is ever done; expected at least 1 KB/s"},
       }) {
    const auto found = errors(after(row.piece, row.by));
    EXPECT_THAT(found, testing::Contains(HasSubstr(std::string(row.error)))) << row.by;
  }
}

TEST(RunbookFile, changes_reach_into_a_step_by_its_name) {
  const std::vector<std::string> changes{"steps.decide.median=10min", "steps.work.after=[]", "situation.database=200 GB",
                                         "shift=2"};
  const Runbook runbook = read_runbook(small, "mine.yaml", changes).runbook;
  EXPECT_EQ(runbook.steps[0].median, Seconds{600});
  EXPECT_TRUE(runbook.steps[1].after.empty());
  EXPECT_EQ(runbook.situation.database, Bytes{200e9});
  EXPECT_EQ(runbook.shift, 2);
  EXPECT_THAT(errors(std::string(small), {"steps.decidee.median=1min"})[0], HasSubstr("did you mean `decide`?"));
}

TEST(RunbookFile, an_unknown_name_is_answered_with_the_nearest_of_the_library) {
  try {
    load_runbook("site-failovr", committed);
    FAIL() << "not refused";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no runbook has this name; did you mean `site-failover`?"));
  }
  EXPECT_THROW(load_runbook("no-such-file.yaml", committed), ConfigError);
}

TEST(RunbookFile, what_is_printed_reads_back_as_the_same) {
  for (const std::string name : {"site-failover", "site-failback"}) {
    const Runbook runbook = load_runbook(name, committed).runbook;
    EXPECT_EQ(read_runbook(print(runbook), "printed.yaml", {}).runbook, runbook) << name;
  }
}

// The documented order (failover steps 1 to 7, failback steps 1 to 7), each step with its source.
TEST(RunbookLibrary, the_documented_steps_are_there_in_their_order_with_their_sources) {
  const auto names = [](const std::string& name) {
    std::vector<std::string> all;
    for (const RunbookStep& step : load_runbook(name, committed).runbook.steps) {
      EXPECT_FALSE(step.does.empty() || step.source.empty()) << step.name.str();
      all.push_back(step.name.str());
    }
    return all;
  };
  EXPECT_THAT(names("site-failover"), ElementsAre("decide", "front-end-failover", "drop-log-shipping", "copy-log", "apply-log",
                                                  "recover", "pool-state", "start-mirror", "seed-mirror", "activate"));
  EXPECT_THAT(names("site-failback"), ElementsAre("clear-active-list", "remove-mirroring", "back-up", "bring-home", "restore",
                                                  "log-shipping", "fill-copies", "activate", "pool-state"));
}

Seconds median_outage(const std::string& name, const std::vector<std::string>& overrides = {}) {
  const Runbook runbook = load_runbook(name, {committed.library, overrides}).runbook;
  return answer(runbook, {.seed = 1, .samples = 2000}).outage.p50;
}

TEST(RunbookLibrary, failback_grows_with_the_database_and_failover_with_the_log) {
  const std::vector<std::string> larger{"situation.database=400 GB"};
  const std::vector<std::string> busier{"situation.log_rate=2 MB/s"};
  // 360 GB more at 100 MB/s, 12.5 MB/s and 100 MB/s
  EXPECT_NEAR((median_outage("site-failback", larger) - median_outage("site-failback")).count(), 3600 + 28800 + 3600, 1);
  EXPECT_EQ(median_outage("site-failover", larger), median_outage("site-failover"));
  EXPECT_EQ(median_outage("site-failback", busier), median_outage("site-failback"));
  EXPECT_GT(median_outage("site-failover", busier), median_outage("site-failover") + Seconds{60});
}

TEST(RunbookLibrary, who_waits_for_the_mirror_has_a_failover_that_grows_with_the_database_too) {
  const std::string waits = "steps.activate.after=[seed-mirror]";
  EXPECT_NEAR(
      (median_outage("site-failover", {waits, "situation.database=400 GB"}) - median_outage("site-failover", {waits})).count(),
      7200, 1);
}

TEST(RunbookLibrary, more_people_help_no_further_than_the_longest_chain) {
  const Seconds one = median_outage("site-failover", {"shift=1"});
  const Seconds roles = median_outage("site-failover");
  const Seconds many = median_outage("site-failover", {"shift=9"});
  EXPECT_GT(one, roles + Seconds{600});  // the Front Ends' failover comes on top
  EXPECT_LE(many, roles);
}

TEST(RunbookLibrary, the_answer_of_the_site_failover_is_the_one_that_is_written_down) {
  const RunbookAnswer found = answer(load_runbook("site-failover", committed).runbook, {.seed = 1, .samples = 10'000});
  EXPECT_NEAR(found.outage.p50 / Seconds{60}, 76.3, 1.5);
  EXPECT_NEAR(found.lost.p50 / Seconds{60}, 7.5, 0.2);
  EXPECT_EQ(found.steps[0].critical.of_one, 1);
}

}  // namespace
}  // namespace poolcast::io
