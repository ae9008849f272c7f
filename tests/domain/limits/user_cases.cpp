#include "tests/domain/limits/base.hpp"

namespace poolcast::limits::test {
namespace {

RoomClass& rooms_of(Scenario& scenario) { return scenario.workload.room_classes[0]; }
ChatPool& chat_of(Scenario& scenario) { return scenario.topology.chat_pools[0]; }

void add_large_rooms(Scenario& scenario) {
  RoomClass large = rooms_of(scenario);
  large.name = "large";
  large.users_per_room = 16'000;
  large.rooms_per_user = 2;
  large.posts = {0.1, PostRate::Basis::per_second};
  scenario.workload.room_classes.push_back(large);
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): a table, one entry per rule.
std::vector<Case> user_cases() {
  return {
      {"PC-POOL-ACTIVE", [](Scenario& it) { chat_of(it).active.emplace_back("chat-9"); }, "topology.chat_pools[0].active",
       "chat has 5 active servers, 1 more than the documented 4."},
      {"PC-POOL-TOTAL", [](Scenario& it) { chat_of(it).standby.emplace_back("chat-9"); }, "topology.chat_pools[0].standby",
       "chat has 9 servers, 4 active and 5 standby; the documented most is 8."},
      {"PC-USERS-SERVER", [](Scenario& it) { chat_of(it).active.resize(2); }, "topology.chat_pools[0].active",
       "60,000 users on 2 active servers of chat are 30,000 each, 10,000 above the documented 20,000.",
       [](Scenario& it) { chat_of(it).active.resize(3); }},
      {"PC-USERS-ORG",
       [](Scenario& it) {
         add_second_pool(it);
         it.workload.users = 90'000;
       },
       "workload.users",
       "90,000 users are 10,000 above the documented 80,000, which is the ceiling across all pools: 2 pools do not raise it.",
       [](Scenario& it) { it.workload.users = 80'000; }},
      {"PC-USERS-PROVISIONED", [](Scenario& it) { it.workload.provisioned_users = 160'000; }, "workload.provisioned_users",
       "160,000 provisioned users are 10,000 above the documented 150,000.",
       [](Scenario& it) { it.workload.provisioned_users = 150'000; }},
      {"PC-ENDPOINTS-ORG", [](Scenario& it) { it.workload.endpoints_per_user = 2.5; }, "workload.endpoints_per_user",
       "60,000 users with 2.5 endpoints each make 150,000 endpoints, 30,000 above the documented 120,000.",
       [](Scenario& it) { it.workload.endpoints_per_user = 2; }},
      {"PC-ENDPOINTS-SERVER", [](Scenario& it) { it.workload.endpoints_per_user = 2.5; }, "topology.chat_pools[0].active",
       "Each active server of chat carries 37,500 endpoints, 7,500 above the 30,000 that follow from 120,000 over 4 servers.",
       [](Scenario& it) { it.workload.endpoints_per_user = 2; }},
      {"PC-SE-USERS",
       [](Scenario& it) {
         behind_standard_edition(it);
         it.workload.users = 25'000;
       },
       "topology.chat_pools[0].next_hop",
       "chat carries 25,000 users behind the Standard Edition server front, 5,000 above the documented 20,000.",
       behind_standard_edition},
      {"PC-FE-COUNT", [](Scenario& it) { it.topology.front_end_pools[0].servers = 2; }, "topology.front_end_pools[0].servers",
       "60,000 users at 6,660 for each Front End server need 10 servers; front has 2.",
       [](Scenario& it) {
         it.workload.users = 80'000;
         it.topology.front_end_pools[0].servers = 12;
       }},
      {"PC-FE-POOL-SIZE", [](Scenario& it) { it.topology.front_end_pools[0].servers = 13; },
       "topology.front_end_pools[0].servers", "front has 13 Front End servers; an Enterprise Edition pool has at most 12.",
       [](Scenario& it) { it.topology.front_end_pools[0].servers = 12; }},
      {"PC-POOLS-SCALE", add_second_pool, "topology.chat_pools",
       "2 chat pools share the one ceiling of 80,000 users; each room belongs to one of them."},
      // 2,400 rooms × 50 % × 1,000 = 1,200,000; × 50 % × 3 = 3,600; × 6 = 14,400; twice as many members make 2,418,000.
      {"PC-ACES", [](Scenario& it) { rooms_of(it).members_in_list = 2'000; }, "workload.room_classes",
       "The rooms need 2,418,000 access-control entries, 418,000 above the documented 2,000,000.",
       [](Scenario& it) { rooms_of(it).members_in_list = 1'000; }},
      {"PC-INVITES",
       [](Scenario& it) {
         rooms_of(it).with_invitations = Share{0.5};
         rooms_of(it).users_with_access = 1'000;
       },
       "workload.room_classes",
       "The rooms send 1,200,000 invitations, 200,000 above the 1,000,000 from which the page expects degradation.",
       [](Scenario& it) {
         rooms_of(it).with_invitations = Share{0.5};
         rooms_of(it).users_with_access = 800;
       }},
      {"PC-INVITES-MAX",
       [](Scenario& it) {
         rooms_of(it).with_invitations = Share{1};
         rooms_of(it).users_with_access = 1'000;
       },
       "workload.room_classes", "The rooms send 2,400,000 invitations, 400,000 above the documented maximum of 2,000,000.",
       [](Scenario& it) {
         rooms_of(it).with_invitations = Share{0.5};
         rooms_of(it).users_with_access = 1'000;
       }},
      // 60,000 × 2 / 16,000 = 7.5 rooms; 0.075 × 16,000 = 1,200 of 1,200 + 3.75 × 100 = 375 deliveries.
      {"PC-FANOUT", add_large_rooms, "workload.room_classes[1].posts",
       "7.5 large rooms make 76 % of the deliveries from 2 % of the posts; one post there is 24,000 sends to endpoints."},
      {"PC-ROOM-SIZE",
       [](Scenario& it) {
         add_large_rooms(it);
         it.workload.users = 2'000;
       },
       "workload.room_classes[1].users_per_room",
       "One large room has 16,000 connected users, but there are only 2,000; on average there are 0.25 such rooms.",
       add_large_rooms},
      {"PC-ROSTER",
       [](Scenario& it) {
         rooms_of(it).users_per_room = 30;
         rooms_of(it).rooms_per_user = 12;
       },
       "topology.chat_pools[0].participant_update_limit",
       "One sign-in to chat sends 522 roster updates; at 10 sign-ins per second that is 5,220 per second beside 169 deliveries "
       "of "
       "posts."},
      {"PC-POST-RATE",
       [](Scenario& it) {
         rooms_of(it).posts = {50, PostRate::Basis::per_second};
       },
       "workload.room_classes",
       "37.5 posts per second to the 4 active servers of chat are 1.6 times the 24 on which their documented capacity rests.",
       [](Scenario& it) {
         rooms_of(it).posts = {32, PostRate::Basis::per_second};
       }},
      {"PC-USER-MODEL", [](Scenario& it) { it.workload.affiliations_per_user = 300; }, "workload.affiliations_per_user",
       "300 directory groups above one user are more than the 200 of the documented user model.",
       [](Scenario& it) { it.workload.affiliations_per_user = 200; }},
      // What the sources say twice.
      {"PC-SRC-AUDITORIUM",
       [](Scenario& it) {
         rooms_of(it).users_per_room = 30;
         rooms_of(it).auditorium = Share{0.01};
       },
       "workload.room_classes", "Auditoriums have 480 presenter entries (medium); the page's sample prints 0."},
      {"PC-SRC-THOUSANDS",
       [](Scenario& it) {
         it.workload.users = 80'000;
         rooms_of(it).users_per_room = 150;
         rooms_of(it).rooms_per_user = 2;
         rooms_of(it).open = Share{0.03};
       },
       "workload.room_classes[0].open", "1,035 medium rooms are not open; the page prints 1.035."},
      {"PC-SRC-CHAT-RATE", add_large_rooms, "workload.room_classes",
       "This workload has 3.83 posts per second; one page gives 74, 56 and 24 for the same rooms, and 100, 800 and 432 a day for "
       "one large "
       "room."},
      {"PC-SRC-ROOMS-JOINED", [](Scenario& it) { rooms_of(it).rooms_per_user = 16; }, "workload.endpoints_per_user",
       "A user follows 16 rooms and is joined to 24: 16 with each of 1.5 endpoints."},
      {"PC-SRC-INVITES",
       [](Scenario& it) {
         rooms_of(it).with_invitations = Share{0.5};
         rooms_of(it).users_with_access = 1'000;
       },
       "workload.room_classes",
       "1,200,000 invitations lie between the 1,000,000 of the page's text and the 2,000,000 of its table; its own sample has "
       "1,160,000."},
      {"PC-SRC-POLLS", [](Scenario& it) { it.workload.polled_per_visible_room = 25; }, "workload.polled_per_visible_room",
       "11,250 participants are polled per second; the general user model makes 3,000 of the same 60,000 users."},
  };
}

}  // namespace poolcast::limits::test
