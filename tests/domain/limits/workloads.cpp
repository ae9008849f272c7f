#include "tests/domain/limits/workloads.hpp"

namespace poolcast::limits::test {
namespace {

constexpr auto per_second = PostRate::Basis::per_second;
constexpr auto per_room_day = PostRate::Basis::per_room_day;
constexpr auto per_user_day = PostRate::Basis::per_user_day;

// The sample of the capacity page: rooms, access lists, invitations.
Workload sample(PostRate small, PostRate medium, PostRate large) {
  RoomClass it;
  it.name = "small";
  it.users_per_room = 30;
  it.rooms_per_user = 12;
  it.posts = small;
  it.open = Share{0.03};
  it.auditorium = Share{0.01};
  it.direct_membership = Share{0.5};
  it.members_in_list = 30;
  it.groups_in_list = 3;
  it.users_with_access = 60;
  Workload workload;
  workload.room_classes.push_back(it);
  it.name = "medium";
  it.users_per_room = 150;
  it.rooms_per_user = 2;
  it.posts = medium;
  it.direct_membership = Share{0.1};
  it.members_in_list = 150;
  it.groups_in_list = 5;
  it.users_with_access = 225;
  workload.room_classes.push_back(it);
  it.name = "large";
  it.users_per_room = 16'000;
  it.posts = large;
  it.open = Share{0.5};
  it.auditorium = Share{0.5};
  it.direct_membership = Share{0};
  it.members_in_list = 16'000;
  it.groups_in_list = 10;
  it.users_with_access = 16'000;
  workload.room_classes.push_back(it);
  return workload;
}

}  // namespace

Workload performance_user_model() { return sample({22.22, per_second}, {1.67, per_second}, {0.15, per_second}); }
Workload model_1() { return sample({50, per_room_day}, {500, per_room_day}, {100, per_room_day}); }
Workload model_2() { return sample({15, per_user_day}, {5, per_user_day}, {0.1, per_user_day}); }

Workload group_chat_test() {
  Workload workload = sample({20, per_second}, {0, per_second}, {0, per_second});
  workload.users = 60'000;
  workload.reference_users = 60'000;
  workload.room_classes[2].users_per_room = 2'500;
  workload.room_classes[2].rooms_per_user = 1;
  return workload;
}

}  // namespace poolcast::limits::test
