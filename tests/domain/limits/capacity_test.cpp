#include <gtest/gtest.h>

#include "domain/limits/capacity.hpp"
#include "tests/domain/limits/base.hpp"
#include "tests/domain/limits/workloads.hpp"

namespace poolcast::limits::test {
namespace {

TEST(Capacity, of_the_sample_counts_its_access_entries_from_the_percentages) {
  // The page's 731,088 with 1,920 for 0, 64 for 192 and 30 for 50 presenter entries.
  EXPECT_NEAR(access_entries(performance_user_model()), 731'088 + 1'920 - 0 + 64 - 192 + 30 - 50, 1e-6);
}

}  // namespace
}  // namespace poolcast::limits::test
