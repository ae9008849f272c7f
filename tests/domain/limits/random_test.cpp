// Whatever a scenario holds, it is checked: no exception, no empty sentence, no number that is none.
#include <gtest/gtest.h>

#include <cmath>

#include "domain/limits/capacity.hpp"
#include "domain/limits/finding.hpp"
#include "tests/domain/io/random_scenario.hpp"

namespace poolcast::limits::test {
namespace {

Scenario any_scenario(std::uint64_t seed) {
  Scenario scenario = io::random_scenario(seed);
  scenario.topology.product = "skype-for-business-2015";
  return scenario;
}

TEST(AnyScenario, is_checked_with_a_key_and_a_sentence_for_each_finding) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    for (const Finding& finding : check(any_scenario(seed))) {
      EXPECT_FALSE(finding.key.empty() || finding.sentence.empty()) << "seed " << seed << ", " << finding.rule;
      for (const char* no_number : {" nan ", " -nan ", " inf "}) {
        EXPECT_EQ(finding.sentence.find(no_number), std::string::npos) << "seed " << seed << ": " << finding.sentence;
      }
    }
  }
}

TEST(AnyScenario, has_a_capacity_page_of_numbers) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    for (const CapacityRow& row : capacity(any_scenario(seed))) {
      EXPECT_FALSE(std::isnan(row.value)) << "seed " << seed << ", " << row.quantity << " of " << row.part << ": " << row.formula;
    }
  }
}

}  // namespace
}  // namespace poolcast::limits::test
