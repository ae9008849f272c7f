#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace poolcast::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string with_library_names = R"(name: From the library
topology: enterprise-multiple-server
workload: {model: performance-user-model, users: 70_000}
)";

Scenario with(std::vector<std::string> overrides) { return scenario_of(with_library_names, std::move(overrides)); }

TEST(Override, a_key_of_the_file_and_a_key_below_an_include) {
  EXPECT_EQ(with({"workload.users=60_000"}).workload.users, 60'000);
  EXPECT_EQ(with({"workload.day=10h"}).workload.day, Seconds{36000});
  EXPECT_EQ(with({"costs.join_rate=12/s"}).costs.join_rate.value, Rate{12});
  EXPECT_EQ(with({"costs.join_rate=12/s"}).costs.join_rate.origin, "given by the scenario");
  EXPECT_EQ(with({"horizon=2h"}).horizon, Seconds{7200});
}

TEST(Override, a_new_value_of_a_cost_loses_the_old_origin) {
  const auto& rate = with({"costs.join_rate.value=12/s"}).costs.join_rate;
  EXPECT_EQ(rate.value, Rate{12});
  EXPECT_EQ(rate.origin, "given by the scenario");
}

TEST(Override, list_items_by_number_by_name_and_one_past_the_end) {
  EXPECT_TRUE(with({"topology.chat_pools[0].standby=[]"}).topology.chat_pools[0].standby.empty());
  EXPECT_FALSE(with({"topology.chat_pools.chat.compliance=off"}).topology.chat_pools[0].compliance);
  EXPECT_EQ(with({"topology.chat_pools[0].active[1]=chat-9"}).topology.chat_pools[0].active[1], NodeId{"chat-9"});
  EXPECT_EQ(with({"topology.links[1]={between: [north, south]}", "topology.sites[1].name=south"}).topology.links.size(), 2U);
}

TEST(Override, names_with_dots_are_found) {
  const Scenario scenario = with({"topology.sites[0].name=a.b", "topology.front_end_pools.front.site=a.b", "topology.links=[]",
                                  "topology.chat_pools.chat.site=a.b", "topology.sites.a.b.domain=x.example"});
  EXPECT_EQ(scenario.topology.sites[0].domain, "x.example");
}

TEST(Override, what_is_included_can_be_replaced_and_changed_in_one_go) {
  EXPECT_EQ(with({"workload=model-1"}).workload.users, 80'000);
  EXPECT_EQ(with({"workload.model=model-1"}).workload.users, 70'000) << "what the file says beside `model` stays";
  const Scenario scenario = with({"costs.join_rate=12/s", "costs=measured-peers"});
  EXPECT_EQ(scenario.costs.name, "Other test costs");
  EXPECT_EQ(scenario.costs.join_rate.value, Rate{12});
}

TEST(Override, the_last_of_two_wins) { EXPECT_EQ(with({"workload.users=1", "workload.users=2"}).workload.users, 2); }

TEST(Override, nothing_removes_an_optional_key) { EXPECT_EQ(with({"warm_up=5min", "warm_up=null"}).warm_up, std::nullopt); }

TEST(Override, works_on_a_canonical_print) {
  const std::string text = print(with({}));
  EXPECT_EQ(scenario_of(text, {"workload.users=60_000"}).workload.users, 60'000);
  EXPECT_EQ(scenario_of(text, {"costs=measured-peers"}).costs.name, "Other test costs");
}

TEST(Override, its_errors_name_it) {
  const auto errors = [](std::string change) { return errors_of(with_library_names, {std::move(change)}); };
  EXPECT_THAT(errors("workload.usrs=1"), ElementsAre("--set workload.usrs=1: unknown key; did you mean `users`?"));
  EXPECT_THAT(errors("workload.users=many"),
              ElementsAre("--set workload.users=many: found `many`; expected a whole number, such as 80_000"));
  EXPECT_THAT(errors("workload={usrs: 1, model: model-1}"),
              ElementsAre("--set workload={usrs: 1, model: model-1}: workload.usrs: unknown key; did you mean `users`?"));
  EXPECT_THAT(errors("costs=cheap"), ElementsAre(HasSubstr("--set costs=cheap: no cost set is called `cheap`")));
  EXPECT_THAT(
      errors("topology.chat_pools.chat.actve=[]"),
      ElementsAre("--set topology.chat_pools.chat.actve=[]: topology.chat_pools[0].actve: unknown key; did you mean `active`?"));
  EXPECT_THAT(
      errors("topology.chat_pools.chatt.compliance=on"),
      ElementsAre("--set topology.chat_pools.chatt.compliance=on: no item of the list is called `chatt`; did you mean `chat`?"));
  EXPECT_THAT(errors("topology.chat_pools[7].compliance=on"),
              ElementsAre("--set topology.chat_pools[7].compliance=on: the list has 1 items; there is no [7]"));
  EXPECT_THAT(errors("name.first=x"), ElementsAre("--set name.first=x: found `From the library` where the path needs a mapping"));
}

TEST(Override, text_that_is_no_override) {
  const auto errors = [](std::string change) { return errors_of(with_library_names, {std::move(change)}); };
  EXPECT_THAT(errors("workload.users"), ElementsAre("--set workload.users: expected PATH=VALUE, such as workload.users=60_000"));
  EXPECT_THAT(errors("=3"), ElementsAre(HasSubstr("expected a path")));
  EXPECT_THAT(errors("a..b=3"), ElementsAre(HasSubstr("expected a path")));
  EXPECT_THAT(errors("a[x]=3"), ElementsAre(HasSubstr("expected a path")));
  EXPECT_THAT(errors("a[99999999999999999999]=3"), ElementsAre(HasSubstr("expected a path")));
  EXPECT_THAT(errors("[0]=3"), ElementsAre(HasSubstr("expected a path")));
  EXPECT_THAT(errors("horizon="), ElementsAre(HasSubstr("found nothing after `=`; expected a value")));
  EXPECT_THAT(errors("horizon=[1"), ElementsAre(HasSubstr("--set horizon=[1: not YAML")));
  EXPECT_THAT(errors("horizon=\xFF"), ElementsAre(HasSubstr("not UTF-8")));
}

TEST(Override, a_position_names_the_override) {
  const auto loaded = read_scenario(with_library_names, "mine.yaml", test_options({"horizon=2h"}));
  EXPECT_EQ(loaded.positions.at("horizon").file, "--set horizon=2h");
  EXPECT_EQ(loaded.positions.at("horizon").line, 0);
}

TEST(Variant, a_variant_is_the_scenario_with_its_changes) {
  const Variant variant{"fewer", {"workload.users=60_000"}, std::nullopt};
  const Scenario scenario = load_variant("lose-one-of-four", test_options({"horizon=2h"}), variant).scenario;
  EXPECT_EQ(scenario.workload.users, 60'000);
  EXPECT_EQ(scenario.horizon, Seconds{7200});
  EXPECT_TRUE(scenario.variants.empty());
}

TEST(Variant, a_variant_that_cannot_be_read_is_an_error_of_its_file) {
  EXPECT_THAT(errors_of(small_scenario() + "variants:\n  - {name: v, set: [workload.usrs=1]}\n"),
              ElementsAre("mine.yaml:27:15: variants[0].set: --set workload.usrs=1: unknown key; did you mean `users`?"));
  EXPECT_THAT(
      errors_of(small_scenario() + "variants:\n  - {name: v, set: [horizon=10min]}\n"),
      ElementsAre(HasSubstr("mine.yaml:27:15: variants[0].set: with these changes, faults[0].at: found a fault at or after the "
                            "horizon")));
}

}  // namespace
}  // namespace poolcast::io
