#include <algorithm>
#include <cmath>

#include "domain/consistency.hpp"
#include "domain/wording.hpp"

namespace poolcast::consistency {
namespace {

constexpr double most_rooms_per_user = 1000;     // over all classes, as of one class
constexpr double most_memberships = 500e6;       // 4 bytes each, twice: 4 GB
constexpr double crowd_seated_at_once = 50'000;  // seats that may fail to find a room each without the run's start taking long

// A pool has whole rooms, one at least. Where a user follows more rooms of a class than a pool has, rooms stay smaller than they
// should be; seating a crowd that way takes the square of its size.
void check_enough_rooms(const Scenario& scenario, std::size_t index, Found& found) {
  const RoomClass& room_class = scenario.workload.room_classes[index];
  for (const Count users : users_of_pools(scenario)) {
    const double seats = room_class.rooms_per_user * static_cast<double>(users);
    const double rooms = std::max(1.0, std::ceil(seats / room_class.users_per_room - 1e-9));
    if (room_class.rooms_per_user <= rooms || seats <= crowd_seated_at_once) continue;
    found.push_back({item("workload.room_classes", index) + ".rooms_per_user",
                     "found " + number_in_words(room_class.rooms_per_user) + " rooms per user where " +
                         number_in_words(static_cast<double>(users)) + " users in rooms of " +
                         number_in_words(room_class.users_per_room) + " have only " + number_in_words(rooms) +
                         "; expected no more than there are",
                     "or a smaller `users_per_room`"});
    return;
  }
}

}  // namespace

void check_room_classes(const Scenario& scenario, Found& found) {
  const Workload& workload = scenario.workload;
  if (workload.room_classes.empty()) {
    found.push_back({"workload.room_classes", "found no room class; expected at least one", ""});
  }
  check_duplicates("workload.room_classes", names_of(workload.room_classes), found);
  const double per_user = rooms_per_user(workload);
  const double memberships = per_user * static_cast<double>(workload.users);
  if (per_user > most_rooms_per_user) {
    found.push_back({"workload.room_classes",
                     "found " + number_in_words(per_user) + " rooms per user over all classes; expected at most " +
                         number_in_words(most_rooms_per_user),
                     ""});
  } else if (memberships > most_memberships) {
    found.push_back({"workload.room_classes",
                     "found " + number_in_words(memberships) + " memberships (users × rooms per user); expected at most " +
                         number_in_words(most_memberships) + ", which fit into memory",
                     ""});
  } else if (!scenario.topology.chat_pools.empty()) {
    for (std::size_t i = 0; i < workload.room_classes.size(); ++i) check_enough_rooms(scenario, i, found);
  }
}

}  // namespace poolcast::consistency
