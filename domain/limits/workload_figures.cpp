#include <numeric>

#include "domain/limits/capacity.hpp"
#include "domain/limits/look.hpp"

namespace poolcast::limits {
namespace {

template <class PerClass>
double over_classes(const Workload& workload, PerClass per_class) {
  return std::transform_reduce(workload.room_classes.begin(), workload.room_classes.end(), 0.0, std::plus<>{}, per_class);
}

}  // namespace

double invitations(const Workload& workload, const RoomClass& room_class) {
  return rooms(workload, room_class) * room_class.with_invitations.of_one * room_class.users_with_access;
}

double invitations(const Workload& workload) {
  return over_classes(workload, [&](const RoomClass& room_class) { return invitations(workload, room_class); });
}

double roster_sends_per_sign_in(const Workload& workload, const ChatPool& pool) {
  return over_classes(workload, [&](const RoomClass& room_class) {
    if (room_class.users_per_room > static_cast<double>(pool.participant_update_limit)) return 0.0;
    return room_class.rooms_per_user * (room_class.users_per_room - 1) * workload.endpoints_per_user;
  });
}

double database_bytes_per_day(const Scenario& scenario, std::size_t chat_pool) {
  const Workload& workload = scenario.workload;
  return posts_per_s(workload) * share_of(scenario, chat_pool) * workload.day.count() * workload.row.count;
}

double log_bytes_per_day(const Scenario& scenario, std::size_t chat_pool) {
  return log_bytes_per_row_byte * database_bytes_per_day(scenario, chat_pool);
}

}  // namespace poolcast::limits
