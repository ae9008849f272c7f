#include "domain/rules/routing.hpp"

#include <gtest/gtest.h>

namespace poolcast::rules {
namespace {

TEST(RoutingRules, connections_go_round_the_servers_that_accept) {
  const std::vector<bool> accepts{true, false, true, true};
  std::size_t turn = 0;
  std::vector<std::size_t> chosen;
  for (int connection = 0; connection < 6; ++connection) chosen.push_back(*next_server(accepts, turn));
  EXPECT_EQ(chosen, (std::vector<std::size_t>{0, 2, 3, 0, 2, 3}));
}

TEST(RoutingRules, a_server_that_returns_takes_its_turn_and_no_more) {
  std::vector<bool> accepts{true, false};
  std::size_t turn = 0;
  EXPECT_EQ(next_server(accepts, turn), 0);
  accepts[1] = true;
  EXPECT_EQ(next_server(accepts, turn), 1);
  EXPECT_EQ(next_server(accepts, turn), 0);
}

TEST(RoutingRules, nobody_is_chosen_when_nobody_accepts) {
  std::size_t turn = 0;
  EXPECT_FALSE(next_server({false, false}, turn).has_value());
  EXPECT_FALSE(next_server({}, turn).has_value());
}

}  // namespace
}  // namespace poolcast::rules
