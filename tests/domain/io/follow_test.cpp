// Scenarios whose operators follow a runbook: by name, from a file, with something else in it, and what is refused with its
// place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/runbook_effects.hpp"
#include "tests/domain/io/support.hpp"

namespace poolcast::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string following(const std::string& fault, const std::string& topology = "stretched-low-bandwidth") {
  return "name: Followed\ntopology: " + topology + "\nworkload: performance-user-model\nhorizon: 6h\nfaults:\n  - " + fault +
         "\n";
}

std::vector<std::string> effects(const Scenario& scenario) {
  std::vector<std::string> labels;
  for (const Fault& fault : with_effects(scenario)) labels.push_back(label(fault));
  return labels;
}

TEST(Follow, a_runbook_of_the_library_fits_the_topology_it_is_followed_in) {
  const Scenario scenario = scenario_of(following("{at: 20min, follow: site-failover}"));
  EXPECT_EQ(label(scenario.faults[0]), "follow site-failover");
  EXPECT_THAT(effects(scenario), ElementsAre("follow site-failover", "fail over front-north", "fail over chat",
                                             "new mirror sql-6", "set active south"));
  EXPECT_EQ(with_effects(scenario)[1].to, PoolId{"front-south"});
}

TEST(Follow, what_stands_beside_the_model_goes_before_it_and_a_change_reaches_into_it) {
  const std::string text = following("{at: 20min, follow: {model: site-failover, shift: 2, situation: {wan: 1 Gb/s}}}");
  const Scenario scenario =
      scenario_of(text, {"faults[0].follow.steps.decide.median=5min", "faults[0].follow.steps.decide.p90=9min"});
  EXPECT_EQ(scenario.faults[0].follow->shift, 2);
  EXPECT_EQ(scenario.faults[0].follow->situation.wan, Bandwidth{125e6});
  EXPECT_EQ(scenario.faults[0].follow->steps[0].median, Seconds{300});
  EXPECT_EQ(scenario_of(text, {"faults[0].follow=site-failback"}).faults[0].follow->name, "Site failback");
  EXPECT_EQ(read_scenario(print(scenario), "printed.yaml", {}).scenario, scenario);
}

TEST(Follow, a_runbook_of_ones_own_stands_beside_the_scenario) {
  const Folder folder("follow");
  folder.write("mine.yaml",
               "name: Mine\nsteps:\n  - {name: a, takes: 1min, then: {swap: chat-pool}}\nback_in_service_after: a\n");
  folder.write("s.yaml", following("{at: 20min, follow: mine.yaml}"));
  const auto loaded = load_scenario((folder.path() / "s.yaml").string(), test_options());
  EXPECT_THAT(effects(loaded.scenario), ElementsAre("follow mine", "swap chat"));
}

TEST(Follow, an_unknown_runbook_is_named_with_the_nearest) {
  EXPECT_THAT(
      errors_of(following("{at: 20min, follow: site-failovr}")),
      ElementsAre(HasSubstr("mine.yaml:6:25: follow: no runbook is called `site-failovr`; did you mean `site-failover`?")));
}

TEST(Follow, what_the_topology_does_not_have_is_refused_where_the_step_stands) {
  const auto found = errors_of(following("{at: 20min, follow: site-failover}", "enterprise-multiple-server"));
  ASSERT_FALSE(found.empty());
  EXPECT_THAT(found, testing::Contains(testing::AllOf(HasSubstr("site-failover.yaml:"),
                                                      HasSubstr("].then.set_active: chat pool "
                                                                "`chat` has no second-site"),
                                                      HasSubstr("give the content database `log_shipping`"))));
  EXPECT_THAT(found, testing::Contains(HasSubstr("has no secondary-mirror (give its `log_shipping` a `secondary_mirror`")));
  EXPECT_THAT(found, testing::Contains(HasSubstr("the content database of `chat` is not shipped to another site")));
}

struct Row {
  std::string fault;
  std::string error;
};

TEST(Follow, what_contradicts_itself_is_refused_with_what_was_expected) {
  const std::string drill = "{name: Drill, back_in_service_after: a, steps: [{name: a, takes: 1min, then: ";
  for (const Row& row :
       {Row{"{at: 1min, follow: site-failover, for: 1h}", "faults[0].for: found `for` where nothing lasts that could end"},
        Row{"{at: 1min, follow: site-failover, about_every: 1day, for_about: 1h}", "operators do nothing at random"},
        Row{"{at: 1min, restore: chat, every: 1h, times: 2}", "faults[0].every: what operators do here has no end"},
        Row{"{at: 1min, follow: {model: site-failover, situation: {log_rate: 2 MB/s}}}", "found `log_rate` in a scenario"},
        Row{"{at: 1min, follow: {model: site-failover, situation: {copy_interval: 1min}}}",
            "situation.copy_interval: found `copy_interval` in a scenario, which knows it; expected none here (see "
            "`log_shipping` of the content database)"},
        Row{"{at: 1min, follow: site-failover, pool: chatt}", "faults[0].pool: found `chatt`; expected a chat pool"},
        Row{"{at: 1min, drain: chat-1, pool: chat}", "found `pool` without `follow` or `set_active`"},
        Row{"{at: 1min, follow: " + drill + "{}}]}}", "then: found nothing that happens; expected exactly one of fail_over"},
        Row{"{at: 1min, follow: " + drill + "{swap: chat, drain: chat-1}}]}}", "then: found several things that happen"},
        Row{"{at: 1min, follow: " + drill + "{activate: chat-9}}]}}",
            "then.activate: found `chat-9`; expected a standby chat server"},
        Row{"{at: 1min, follow: " + drill + "{set_active: front-north}}]}}",
            "no server of chat pool `chat` is part of `front-north`"},
        Row{"{at: 1min, set_active: sout}", "faults[0].set_active: found `sout`; expected `nobody`, a chat server or a site"},
        Row{"{at: 1min, new_mirror: chat-1}", "faults[0].new_mirror: found `chat-1`; expected a partner of a mirrored database"},
        Row{"{at: 1min, restore: chatt}", "faults[0].restore: found `chatt`; expected a chat pool (did you mean `chat`?)"},
        Row{"{at: 1min, drain: chat-1, takes: 1min}", "expected one of them"}}) {
    EXPECT_THAT(errors_of(following(row.fault)), testing::Contains(HasSubstr(row.error))) << row.fault;
  }
}

TEST(Follow, backups_are_no_more_frequent_than_the_jobs_that_take_them) {
  const std::string text = following("{at: 1min, drain: chat-1}",
                                     "{model: enterprise-multiple-server, databases: [{holds: content, principal: sql-1, "
                                     "backup_interval: 1us}]}");
  EXPECT_THAT(errors_of(text), testing::Contains(HasSubstr("backup_interval: found 1us; expected at least 1min")));
}

TEST(Follow, what_was_failed_back_may_fail_over_again) {
  const std::string text = following("{at: 1min, fail_over: chat}\n  - {at: 2h, fail_back: chat}\n  - {at: 3h, fail_over: chat}");
  EXPECT_THAT(errors_of(text), IsEmpty());
  EXPECT_THAT(errors_of(changed(text, "at: 2h", "at: 4h")), testing::Contains(HasSubstr("is still failed over at that time")));
}

}  // namespace
}  // namespace poolcast::io
