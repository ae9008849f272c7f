#include "domain/workload.hpp"

#include <numeric>

namespace poolcast {
namespace {

template <class PerClass>
double over_classes(const Workload& workload, PerClass per_class) {
  return std::transform_reduce(workload.room_classes.begin(), workload.room_classes.end(), 0.0, std::plus<>{}, per_class);
}

}  // namespace

double rooms(const Workload& workload, const RoomClass& room_class) {
  return static_cast<double>(workload.users) * room_class.rooms_per_user / room_class.users_per_room;
}

double posts_per_s(const Workload& workload, const RoomClass& room_class) {
  const double users = static_cast<double>(workload.users);
  switch (room_class.posts.basis) {
    case PostRate::Basis::per_room_day:
      return rooms(workload, room_class) * room_class.posts.value / workload.day.count();
    case PostRate::Basis::per_user_day:
      return users * room_class.posts.value / workload.day.count();
    case PostRate::Basis::per_second:
      break;
  }
  return room_class.posts.value * users / static_cast<double>(workload.reference_users);
}

double posts_per_s(const Workload& workload) {
  return over_classes(workload, [&](const RoomClass& room_class) { return posts_per_s(workload, room_class); });
}

double rooms_per_user(const Workload& workload) {
  return over_classes(workload, [](const RoomClass& room_class) { return room_class.rooms_per_user; });
}

double endpoints(const Workload& workload) { return static_cast<double>(workload.users) * workload.endpoints_per_user; }

double deliveries_per_s(const Workload& workload, const RoomClass& room_class) {
  return posts_per_s(workload, room_class) * room_class.users_per_room * workload.endpoints_per_user;
}

double deliveries_per_s(const Workload& workload) {
  return over_classes(workload, [&](const RoomClass& room_class) { return deliveries_per_s(workload, room_class); });
}

AccessEntries access_entries(const Workload& workload, const RoomClass& room_class) {
  const double all = rooms(workload, room_class);
  const double closed = all * (1 - room_class.open.of_one);
  const double direct = room_class.direct_membership.of_one;
  return {.user_members = closed * direct * room_class.members_in_list,
          .group_members = closed * (1 - direct) * room_class.groups_in_list,
          .presenters = all * room_class.auditorium.of_one * room_class.presenters_per_auditorium,
          .managers = all * room_class.managers_per_room};
}

double access_entries(const Workload& workload) {
  return over_classes(workload, [&](const RoomClass& room_class) { return access_entries(workload, room_class).total(); });
}

}  // namespace poolcast
