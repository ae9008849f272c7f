#include "sim/population.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace poolcast::sim {
namespace {

Workload two_classes(Count users) {
  Workload workload;
  workload.users = users;
  workload.room_classes = {{.name = "small", .users_per_room = 30, .rooms_per_user = 12, .posts = {}},
                           {.name = "large", .users_per_room = 400, .rooms_per_user = 2, .posts = {}}};
  return workload;
}

TEST(Population, has_the_documented_memberships) {
  RandomStream random(1, 0, "membership");
  const Population population(two_classes(8000), 8000, 4, random);
  EXPECT_EQ(population.rooms_of_class(0), 3200);
  EXPECT_EQ(population.rooms_of_class(1), 40);
  for (UserNumber user = 0; user < population.users(); ++user) EXPECT_EQ(population.rooms_of(user).size(), 14);
  for (RoomNumber room = 0; room < 3200; ++room) EXPECT_EQ(population.members(room).size(), 30);
}

TEST(Population, seats_nobody_twice_in_a_room) {
  RandomStream random(2, 0, "membership");
  const Population population(two_classes(500), 500, 4, random);  // rooms of nearly everybody span several rounds
  for (RoomNumber room = 0; room < population.rooms(); ++room) {
    const auto members = population.members(room);
    EXPECT_EQ(std::set(members.begin(), members.end()).size(), members.size());
  }
}

RC_GTEST_PROP(Population, counts_by_room_and_server_are_those_of_the_connected_users, ()) {
  RandomStream random(3, 0, "membership");
  Population population(two_classes(300), 300, 3, random);
  for (const auto step : *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>())) {
    const UserNumber user = step % 300;
    if (population.connected(user)) {
      population.disconnect(user);
    } else {
      population.connect(user, static_cast<ServerNumber>(step / 300 % 3));
    }
  }
  for (RoomNumber room = 0; room < population.rooms(); ++room) {
    std::vector<std::uint32_t> endpoints(3, 0);
    std::uint32_t participants = 0;
    for (const UserNumber user : population.members(room)) {
      if (!population.connected(user)) continue;
      endpoints[population.server_of(user)] += population.endpoints(user);
      ++participants;
    }
    for (ServerNumber server = 0; server < 3; ++server) RC_ASSERT(population.endpoints_in(room, server) == endpoints[server]);
    RC_ASSERT(population.participants(room) == participants);
  }
}

}  // namespace
}  // namespace poolcast::sim
