#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace poolcast::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string with_library_names = R"(name: From the library
topology: enterprise-multiple-server
workload: performance-user-model
)";

TEST(Include, names_of_the_library_become_what_they_name) {
  const Scenario scenario = scenario_of(with_library_names);
  EXPECT_EQ(scenario.topology.chat_pools.at(0).active.size(), 4U);
  EXPECT_EQ(scenario.workload.room_classes.size(), 3U);
  EXPECT_EQ(scenario.costs.name, "Test costs") << "documented-2015 when nothing is said";
}

TEST(Include, a_model_is_changed_key_by_key) {
  const Scenario scenario =
      scenario_of(changed(with_library_names, "workload: performance-user-model",
                          "workload: {model: performance-user-model, users: 60_000, client: {jitter: 0%}}"));
  EXPECT_EQ(scenario.workload.users, 60'000);
  EXPECT_EQ(scenario.workload.reference_users, 80'000);
  EXPECT_EQ(scenario.workload.client.jitter, Share{0});
  EXPECT_EQ(scenario.workload.name, "Performance user model");
}

TEST(Include, lists_are_replaced_whole) {
  const Scenario scenario = scenario_of(changed(with_library_names, "workload: performance-user-model",
                                                "workload: {model: performance-user-model, room_classes: [{name: only, "
                                                "users_per_room: 10, rooms_per_user: 1, posts: 1/s}]}"));
  ASSERT_EQ(scenario.workload.room_classes.size(), 1U);
  EXPECT_EQ(scenario.workload.room_classes[0].open, Share{0}) << "nothing of the replaced item is left";
}

TEST(Include, an_entry_may_start_from_another_entry) {
  const Folder folder("chain");
  folder.write("workloads/mine.yaml", "model: performance-user-model\nusers: 50_000\n");
  folder.write("workloads/yours.yaml", "model: mine\nday: 10h\n");
  folder.write("s.yaml", changed(with_library_names, "performance-user-model", "yours"));
  const Scenario scenario = load_scenario((folder.path() / "s.yaml").string(), test_options()).scenario;
  EXPECT_EQ(scenario.workload.users, 50'000);
  EXPECT_EQ(scenario.workload.day, Seconds{36000});
}

TEST(Include, the_files_own_folder_comes_before_the_library) {
  const Folder folder("own");
  folder.write("workloads/performance-user-model.yaml", "model: model-1\nusers: 7\n");
  folder.write("s.yaml", with_library_names);
  EXPECT_EQ(load_scenario((folder.path() / "s.yaml").string(), test_options()).scenario.workload.users, 7);
}

TEST(Include, a_path_is_taken_from_the_files_own_folder) {
  const Folder folder("path");
  folder.write("elsewhere/w.yaml", "model: model-1\nusers: 9\n");
  folder.write("s.yaml", changed(with_library_names, "performance-user-model", "elsewhere/w.yaml"));
  EXPECT_EQ(load_scenario((folder.path() / "s.yaml").string(), test_options()).scenario.workload.users, 9);
}

TEST(Include, an_unknown_name_suggests_the_nearest) {
  EXPECT_THAT(errors_of(changed(with_library_names, "multiple-server", "multiple-servers")),
              ElementsAre("mine.yaml:2:11: topology: no topology is called `enterprise-multiple-servers`; did you mean "
                          "`enterprise-multiple-server`? (`poolcast list` names all)"));
  EXPECT_THAT(errors_of(with_library_names + "costs: documented\n"), ElementsAre(HasSubstr("did you mean `documented-2015`?")));
}

TEST(Include, a_name_is_no_way_out_of_the_library) {
  EXPECT_THAT(errors_of(changed(with_library_names, "performance-user-model", "../workloads/model-1")),
              ElementsAre(HasSubstr("expected the name of a workload of the library")));
}

TEST(Include, a_circle_is_shown_as_a_chain) {
  const Folder folder("circle");
  folder.write("workloads/a.yaml", "model: b\n");
  folder.write("workloads/b.yaml", "model: c\n");
  folder.write("workloads/c.yaml", "model: a\n");
  folder.write("s.yaml", changed(with_library_names, "performance-user-model", "a"));
  try {
    load_scenario((folder.path() / "s.yaml").string(), test_options());
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    ASSERT_EQ(error.problems().size(), 1U);
    EXPECT_EQ(error.problems()[0].message, "includes itself: a → b → c → a");
    EXPECT_EQ(error.problems()[0].line, 1);
    EXPECT_THAT(error.problems()[0].file, testing::EndsWith("c.yaml"));
  }
}

TEST(Include, a_long_chain_stops) {
  const Folder folder("long");
  for (int i = 0; i < 20; ++i) {
    folder.write("workloads/w" + std::to_string(i) + ".yaml", "model: w" + std::to_string(i + 1) + "\n");
  }
  folder.write("s.yaml", changed(with_library_names, "performance-user-model", "w0"));
  try {
    load_scenario((folder.path() / "s.yaml").string(), test_options());
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("more than 16 includes inside one another"));
  }
}

TEST(Include, an_error_in_an_included_file_names_that_file) {
  const Folder folder("blame");
  folder.write("workloads/bad.yaml", "model: model-1\nusers: many\nday: 8\n");
  folder.write("s.yaml", changed(with_library_names, "performance-user-model", "bad"));
  try {
    load_scenario((folder.path() / "s.yaml").string(), test_options());
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    const std::string file = (folder.path() / "workloads/bad.yaml").string();
    EXPECT_EQ(std::string(error.what()),
              file + ":2:8: workload.users: found `many`; expected a whole number, such as 80_000\n" + file +
                  ":3:6: workload.day: found 8; expected a duration with a unit, such as 8s\n2 errors");
  }
}

TEST(Include, an_included_file_that_is_no_mapping_or_no_yaml) {
  const Folder folder("broken");
  folder.write("workloads/list.yaml", "[1, 2]\n");
  folder.write("workloads/broken.yaml", "a: [\n");
  folder.write("workloads/empty.yaml", "");
  for (const std::string name : {"list", "broken", "empty"}) {
    folder.write("s.yaml", changed(with_library_names, "performance-user-model", name));
    try {
      load_scenario((folder.path() / "s.yaml").string(), test_options());
      FAIL() << "accepted " << name;
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.problems().size(), 1U) << error.what();
      EXPECT_THAT(error.problems()[0].file, testing::EndsWith(name + ".yaml"));
    }
  }
}

TEST(Include, a_scenario_is_found_by_name_and_an_unknown_one_suggests_the_nearest) {
  EXPECT_EQ(load_scenario("smoke", test_options()).scenario.name, "Smoke test");
  try {
    load_scenario("lose-one-of-for", test_options());
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean `lose-one-of-four`?"));
  }
}

TEST(Include, a_path_is_a_scenario_whatever_its_ending_and_a_folder_is_none) {
  const Folder folder("endings");
  folder.write("s.yml", small_scenario());
  folder.write("s.txt", small_scenario());
  for (const char* file : {"s.yml", "s.txt"})
    EXPECT_EQ(load_scenario((folder.path() / file).string(), test_options()).scenario.name, scenario_of(small_scenario()).name);
  try {
    load_scenario(folder.path().string(), test_options());
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("is a folder; expected a scenario file"));
  }
}

TEST(Include, a_part_may_be_in_a_file_that_ends_in_yml) {
  const Folder folder("yml");
  folder.write("mine.yml", "model: model-1\nusers: 12\n");
  folder.write("s.yaml", "name: Mine\ntopology: enterprise-multiple-server\nworkload: mine.yml\n");
  EXPECT_EQ(load_scenario((folder.path() / "s.yaml").string(), test_options()).scenario.workload.users, 12);
}

}  // namespace
}  // namespace poolcast::io
