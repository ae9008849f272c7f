#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "domain/limits/capacity.hpp"
#include "tests/domain/limits/arithmetic.hpp"
#include "tests/domain/limits/base.hpp"
#include "tests/domain/limits/library.hpp"

namespace poolcast::limits::test {
namespace {

const CapacityRow& row(const std::vector<CapacityRow>& rows, const std::string& quantity, const std::string& part = "") {
  const auto found =
      std::ranges::find_if(rows, [&](const CapacityRow& it) { return it.quantity == quantity && it.part == part; });
  if (found == rows.end()) throw std::out_of_range(quantity + " of " + part);
  return *found;
}

TEST(Arithmetic, is_read_with_thousands_separators_percentages_and_units) {
  EXPECT_EQ(evaluate("80,000 × 12 / 30"), 32'000);
  EXPECT_EQ(evaluate("31,040 × 50 % × 30"), 465'600);
  EXPECT_EQ(evaluate("(900 s + 900 s) × 2"), 3'600);
  EXPECT_EQ(evaluate("2 + 3*4 - 1"), 13);
  EXPECT_EQ(evaluate("sum of the classes"), std::nullopt);
  EXPECT_EQ(evaluate("3 apples"), std::nullopt);
}

TEST(Capacity, each_formula_with_its_numbers_gives_the_value_of_its_row) {
  for (const char* workload : {"performance-user-model", "model-1", "model-2", "group-chat-60000"}) {
    for (const CapacityRow& it : capacity(documented(workload))) {
      const auto value = evaluate(it.formula);
      if (!value) continue;
      // The numbers of a formula show two decimals, four below one.
      EXPECT_NEAR(*value, it.value, std::abs(it.value) * 5e-3 + 1e-9) << it.quantity << " " << it.part << ": " << it.formula;
    }
  }
}

TEST(Capacity, each_row_has_a_section_a_unit_a_formula_and_a_source_and_is_there_once) {
  std::set<std::tuple<std::string, std::string>> seen;
  for (const CapacityRow& it : capacity(library_scenario("lose-one-of-four"))) {
    EXPECT_FALSE(it.section.empty() || it.unit.empty() || it.formula.empty() || it.source.empty()) << it.quantity;
    EXPECT_TRUE(std::isfinite(it.value)) << it.quantity;
    EXPECT_TRUE(seen.emplace(it.quantity, it.part).second) << it.quantity << " of " << it.part << " twice";
  }
}

TEST(Capacity, a_formula_has_the_scenarios_own_numbers) {
  const auto rows = capacity(documented("performance-user-model"));
  EXPECT_EQ(row(rows, "rooms", "medium").formula, "80,000 × 2 / 150");
  EXPECT_EQ(row(rows, "user member entries", "medium").formula, "1,034.67 × 10 % × 150");
  EXPECT_EQ(row(rows, "users per server after the loss of one", "chat").formula, "80,000 / 3");
}

TEST(Capacity, totals_are_the_sums_of_their_classes) {
  const auto rows = capacity(documented("model-2"));
  for (const std::string quantity : {"rooms", "open rooms", "access-control entries", "invitations", "posts per second",
                                     "deliveries to users", "deliveries to endpoints", "rooms per user"}) {
    double sum = 0;
    for (const char* part : {"small", "medium", "large"}) sum += row(rows, quantity, part).value;
    EXPECT_NEAR(row(rows, quantity).value, sum, sum * 1e-12) << quantity;
  }
}

TEST(Capacity, endpoints_of_the_sample_are_exactly_the_documented_ceiling) {
  const auto rows = capacity(documented("performance-user-model"));
  EXPECT_EQ(row(rows, "endpoints").value, 120'000);
  EXPECT_EQ(row(rows, "endpoints").limit, 120'000);
  EXPECT_EQ(row(rows, "endpoints per server", "chat").value, 30'000);
}

TEST(Capacity, headroom_after_a_loss_is_negative_where_the_limit_is_passed) {
  const auto rows = capacity(documented("performance-user-model"));
  EXPECT_NEAR(row(rows, "headroom per server after the loss of one", "chat").value, -6'666.67, 0.01);
  EXPECT_EQ(row(rows, "users per server after the loss of one", "chat").limit, 20'000);
  const auto safe = capacity(documented("performance-user-model", {"workload.users=60_000"}));
  EXPECT_EQ(row(safe, "headroom per server after the loss of one", "chat").value, 0);
}

// 24.04 × 28,800 × 1,200: the eight-hour day that reproduces every rate of the page (assumption O-4 rounds to 0.83 GB, 12
// days).
TEST(Capacity, storage_grows_by_the_posts_of_a_working_day) {
  const auto rows = capacity(documented("performance-user-model"));
  EXPECT_NEAR(row(rows, "content database growth per working day", "chat").value, 0.83e9, 0.005e9);
  EXPECT_NEAR(row(rows, "log per working day", "chat").value, 1.5 * 0.83e9, 0.01e9);
  EXPECT_NEAR(row(rows, "working days until SQL Server Express is full", "chat").value, 12, 0.1);
  EXPECT_NEAR(row(rows, "working days until the log disk is full while the mirror is away", "chat").value, 57.8, 0.2);
  EXPECT_NEAR(row(capacity(documented("model-1")), "content database growth per working day", "chat").value, 2.6e9, 0.05e9);
  EXPECT_NEAR(row(capacity(documented("model-2")), "content database growth per working day", "chat").value, 1.9e9, 0.05e9);
}

// 16 followed rooms: the documented sequence makes 22 to 23 commands, about 45 transactions.
TEST(Capacity, a_sign_in_costs_the_documented_sequence_of_commands) {
  const auto rows = capacity(documented("performance-user-model"));
  EXPECT_EQ(row(rows, "commands of one endpoint").value, 22.5);
  EXPECT_EQ(row(rows, "transactions of one endpoint").value, 45);
}

TEST(Capacity, shipping_shows_the_posts_at_risk) {
  Scenario scenario = base();
  shipped(scenario);
  const auto rows = capacity(scenario);
  EXPECT_EQ(row(rows, "posts at risk when the site is lost and the share survives", "chat content of chat").value, 900 * 3.75);
  EXPECT_EQ(row(rows, "posts at risk when the share is lost too", "chat content of chat").value, 1'800 * 3.75);
}

TEST(Capacity, a_scenario_without_rooms_or_servers_has_finite_figures) {
  Scenario scenario = base();
  scenario.workload.room_classes.clear();
  scenario.topology.chat_pools[0].active.clear();
  for (const CapacityRow& it : capacity(scenario)) EXPECT_TRUE(std::isfinite(it.value)) << it.quantity;
}

}  // namespace
}  // namespace poolcast::limits::test
