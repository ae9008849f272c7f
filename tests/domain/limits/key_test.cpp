// The key of a finding is a key of the file, so that a front end can say file and line.
#include <gtest/gtest.h>

#include <set>

#include "domain/io/config_error.hpp"
#include "domain/io/scenario_file.hpp"
#include "domain/limits/finding.hpp"
#include "tests/domain/limits/base.hpp"
#include "tests/domain/limits/library.hpp"

namespace poolcast::limits::test {
namespace {

// What the reader refuses by itself, so that the rule speaks only to those who build scenarios in a program.
const std::set<std::string> refused_when_read{"PC-COMPLIANCE-DB", "PC-DB-CONTENT", "PC-DB-THREE", "PC-NEXT-HOP"};

TEST(Keys, of_findings_stand_in_the_printed_scenario) {
  const CostSet costs = documented("performance-user-model").costs;
  std::set<std::string> refused;
  for (const Case& it : all_cases()) {
    Scenario scenario = base();
    it.breaks(scenario);
    scenario.costs = costs;
    try {
      const auto loaded = io::read_scenario(io::print(scenario), it.rule, {});
      for (const Finding& finding : check(loaded.scenario)) {
        EXPECT_TRUE(loaded.positions.contains(finding.key)) << finding.rule << ": " << finding.key;
      }
    } catch (const io::ConfigError& error) {
      EXPECT_TRUE(refused_when_read.contains(it.rule)) << it.rule << ": " << error.what();
      refused.insert(it.rule);
    }
  }
  EXPECT_EQ(refused, refused_when_read);
}

}  // namespace
}  // namespace poolcast::limits::test
