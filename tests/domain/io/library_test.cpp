#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace poolcast::io {
namespace {

const std::filesystem::path committed{SCENARIOS};

std::vector<LibraryEntry> entries_of(std::string_view kind) {
  auto entries = list_library({committed});
  std::erase_if(entries, [&](const LibraryEntry& entry) { return entry.kind != kind; });
  return entries;
}

std::set<std::string> names_of(std::string_view kind) {
  std::set<std::string> names;
  for (const auto& entry : entries_of(kind)) names.insert(entry.name);
  return names;
}

TEST(Library, every_scenario_loads_and_asks_a_question) {
  for (const auto& entry : entries_of("scenario")) {
    const Scenario scenario = load_scenario(entry.name, {{committed}, {}}).scenario;
    EXPECT_FALSE(scenario.question.empty()) << entry.name;
    EXPECT_FALSE(scenario.objectives.empty()) << entry.name;
    EXPECT_EQ(entry.title, scenario.question);
    const LoadOptions library{{committed}, {}};
    for (const Variant& variant : scenario.variants) EXPECT_NO_THROW(load_variant(entry.name, library, variant)) << variant.name;
  }
}

TEST(Library, every_entry_loads_under_every_other_kind) {
  for (const auto& topology : names_of("topology")) {
    for (const auto& workload : names_of("workload")) {
      for (const auto& costs : names_of("cost set")) {
        const std::string text = "name: x\ntopology: " + topology + "\nworkload: " + workload + "\ncosts: " + costs + "\n";
        const Scenario scenario = read_scenario(text, "x.yaml", {{committed}, {}}).scenario;
        EXPECT_FALSE(scenario.topology.name.empty() || scenario.workload.name.empty() || scenario.costs.name.empty());
      }
    }
  }
}

TEST(Library, the_documented_topologies_and_workloads_are_there) {
  EXPECT_THAT(names_of("topology"), testing::IsSupersetOf({"standard-edition-collocated", "standard-edition-separate-server",
                                                           "enterprise-single-server", "enterprise-multiple-server"}));
  EXPECT_THAT(names_of("workload"), testing::IsSupersetOf({"model-1", "model-2", "performance-user-model", "group-chat-60000"}));
  EXPECT_THAT(names_of("cost set"), testing::IsSupersetOf({"documented-2015", "measured-peers"}));
  EXPECT_THAT(names_of("scenario"),
              testing::IsSupersetOf({"lose-one-of-four", "lose-one-of-four-60000", "lose-two-of-four", "rolling-restart",
                                     "morning-sign-in", "standby-activation", "two-pools-80000", "smoke"}));
}

// "Capacity planning for Persistent Chat Server": 74, 56 and 24 posts per second, as printed there.
TEST(Library, the_workloads_give_the_documented_rates_and_rooms) {
  const auto workload = [](const std::string& name) {
    return scenario_of("name: x\ntopology: enterprise-multiple-server\nworkload: " + name + "\n").workload;
  };
  EXPECT_EQ(std::round(posts_per_s(workload("model-1"))), 74);
  EXPECT_EQ(std::round(posts_per_s(workload("model-2"))), 56);
  EXPECT_EQ(std::round(posts_per_s(workload("performance-user-model"))), 24);
  const Workload performance = workload("performance-user-model");
  EXPECT_EQ(std::round(rooms(performance, performance.room_classes[0])), 32'000);
  EXPECT_EQ(std::round(rooms(performance, performance.room_classes[1])), 1'067);
  EXPECT_EQ(std::round(rooms(performance, performance.room_classes[2])), 10);
  // "Monitoring group chat in Lync Server 2013": 24,000, 800 and 24 rooms, 20 posts per second.
  const Workload test = workload("group-chat-60000");
  EXPECT_EQ(rooms(test, test.room_classes[0]), 24'000);
  EXPECT_EQ(rooms(test, test.room_classes[1]), 800);
  EXPECT_EQ(rooms(test, test.room_classes[2]), 24);
  EXPECT_NEAR(posts_per_s(test), 20, 1e-9);
  EXPECT_NEAR(test.restarts_per_user.per_s * 60'000, 10, 1e-9);
}

TEST(Library, an_earlier_folder_hides_a_later_one_and_a_broken_file_is_listed) {
  const Folder folder("list");
  folder.write("smoke.yaml", "question: Mine?\n");
  folder.write("broken.yaml", "a: [");
  const auto entries = list_library({folder.path(), committed});
  const auto smoke = std::ranges::find(entries, "smoke", &LibraryEntry::name);
  ASSERT_NE(smoke, entries.end());
  EXPECT_EQ(smoke->title, "Mine?");
  EXPECT_EQ(std::ranges::count(entries, "smoke", &LibraryEntry::name), 1);
  EXPECT_EQ(std::ranges::count(entries, "broken", &LibraryEntry::name), 1);
}

}  // namespace
}  // namespace poolcast::io
