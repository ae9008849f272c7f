// People run what is not supported: each forbidden way to keep the content database is refused with the rule that forbids it, and
// is played when somebody insists (`--allow-unsupported`).
#include <gtest/gtest.h>

#include <algorithm>

#include "domain/limits/finding.hpp"
#include "tests/sim/model/play.hpp"

namespace poolcast::sim {
namespace {

using namespace std::chrono_literals;

struct Forbidden {
  std::string rule;
  void (*change)(Scenario& scenario, Database& content);
  double downtime;  // of the content database after the loss of its principal at 2 min, of 10
};

constexpr double for_good = 480;
constexpr double failed_over = 3;  // a killed service is known at once, and opening takes 3 s

SqlInstance& instance(Scenario& scenario, const std::string& name) {
  SqlInstance& added = scenario.topology.sql_instances.emplace_back();
  added.name = NodeId{name};
  return added;
}

std::vector<Forbidden> forbidden() {
  return {
      {"PC-DB-ASYNC", [](Scenario&, Database& content) { content.mode = AvailabilityMode::high_performance; }, for_good},
      {"PC-DB-ALWAYSON", [](Scenario&, Database& content) { content.mode = AvailabilityMode::always_on; }, failed_over},
      {"PC-DB-ALWAYSON",
       [](Scenario&, Database& content) {
         content.mode = AvailabilityMode::always_on;
         content.mirror.reset();
       },
       for_good},
      {"PC-DB-WITNESS-ALONE",
       [](Scenario&, Database& content) {
         content.mode = AvailabilityMode::none;
         content.mirror.reset();
       },
       for_good},
      {"PC-DB-MIRROR-MODE", [](Scenario&, Database& content) { content.mode = AvailabilityMode::none; }, for_good},
      {"PC-DB-MIRROR-MODE", [](Scenario&, Database& content) { content.mirror.reset(); }, for_good},
      {"PC-DB-EXPRESS-MIRROR", [](Scenario& scenario, Database&) { instance(scenario, "sql-m").edition = SqlEdition::express; },
       failed_over},
      {"PC-DB-EXPRESS-SHIPPING",
       [](Scenario& scenario, Database& content) {
         instance(scenario, "sql-1").edition = SqlEdition::express;
         instance(scenario, "sql-5").site = SiteId{"south"};
         content.log_shipping.emplace().secondary = NodeId{"sql-5"};
       },
       failed_over},
      {"PC-DB-MIRROR-SITE", [](Scenario& scenario, Database&) { instance(scenario, "sql-m").site = SiteId{"south"}; },
       failed_over},
  };
}

TEST(Unsupported, what_a_rule_forbids_is_refused_with_it_and_is_played_all_the_same) {
  for (const Forbidden& it : forbidden()) {
    Scenario scenario = small_pool();
    Database& content = scenario.topology.databases.front();
    content.mirror = NodeId{"sql-m"};
    content.witness = NodeId{"sql-w"};
    content.mode = AvailabilityMode::high_safety;
    it.change(scenario, content);
    scenario.faults = {lose("sql-1", 2min)};
    const auto findings = limits::check(scenario);
    EXPECT_TRUE(std::ranges::any_of(findings, [&](const limits::Finding& finding) {
      return finding.rule == it.rule && finding.severity == limits::Severity::error;
    })) << it.rule;
    EXPECT_NEAR(value(play(scenario), Metric::database_downtime, "", "content"), it.downtime, 0.01) << it.rule;
  }
}

}  // namespace
}  // namespace poolcast::sim
