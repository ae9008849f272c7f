// Rooms, access lists and invitations.
#include "domain/limits/capacity_page.hpp"

namespace poolcast::limits {

void add_rooms(CapacityPage& page, const Scenario& scenario, const Limits& limits) {
  const Workload& workload = scenario.workload;
  const std::string_view source = limits.access_entries.source;
  const double users = static_cast<double>(workload.users);
  double all = 0, open = 0;
  page.section("rooms");
  for (const RoomClass& it : workload.room_classes) {
    const double count = rooms(workload, it);
    all += count;
    open += count * it.open.of_one;
    page.add("rooms", it.name, count, "rooms", "{} × {} / {}", {users, it.rooms_per_user, it.users_per_room}, source);
    page.add("open rooms", it.name, count * it.open.of_one, "rooms", "{} × {} %", {count, it.open.of_one * 100}, source);
    page.add("non-open rooms", it.name, count * (1 - it.open.of_one), "rooms", "{} × {} %", {count, (1 - it.open.of_one) * 100},
             source);
    page.add("auditorium rooms", it.name, count * it.auditorium.of_one, "rooms", "{} × {} %", {count, it.auditorium.of_one * 100},
             source);
  }
  page.add("rooms", "", all, "rooms", "sum of the classes", {}, source);
  page.add("open rooms", "", open, "rooms", "sum of the classes", {}, source);
  page.add("non-open rooms", "", all - open, "rooms", "sum of the classes", {}, source);
  for (const RoomClass& it : workload.room_classes) {
    page.add("rooms per user", it.name, it.rooms_per_user, "rooms", "given", {}, source);
  }
  const double followed = rooms_per_user(workload);
  page.add("rooms per user", "", followed, "rooms", "sum of the classes", {}, source);
  page.add("rooms joined per user", "", followed * workload.endpoints_per_user, "rooms", "{} × {}",
           {followed, workload.endpoints_per_user}, source);
}

void add_access(CapacityPage& page, const Scenario& scenario, const Limits& limits) {
  const Workload& workload = scenario.workload;
  const std::string_view source = limits.access_entries.source;
  page.section("access");
  for (const RoomClass& it : workload.room_classes) {
    const double count = rooms(workload, it);
    const double closed = count * (1 - it.open.of_one);
    const double direct = it.direct_membership.of_one;
    const AccessEntries entries = access_entries(workload, it);
    page.add("user member entries", it.name, entries.user_members, "entries", "{} × {} % × {}",
             {closed, direct * 100, it.members_in_list}, source);
    page.add("group member entries", it.name, entries.group_members, "entries", "{} × {} % × {}",
             {closed, (1 - direct) * 100, it.groups_in_list}, source);
    page.add("presenter entries", it.name, entries.presenters, "entries", "{} × {} % × {}",
             {count, it.auditorium.of_one * 100, it.presenters_per_auditorium}, source);
    page.add("manager entries", it.name, entries.managers, "entries", "{} × {}", {count, it.managers_per_room}, source);
    page.add("access-control entries", it.name, entries.total(), "entries", "sum of the four", {}, source);
  }
  page.add("access-control entries", "", access_entries(workload), "entries", "sum of the classes", {}, source).limit =
      limits.access_entries.value;
}

void add_invitations(CapacityPage& page, const Scenario& scenario, const Limits& limits) {
  const Workload& workload = scenario.workload;
  const std::string_view source = limits.invitations.source;
  page.section("invitations");
  for (const RoomClass& it : workload.room_classes) {
    const double inviting = rooms(workload, it) * it.with_invitations.of_one;
    page.add("rooms with invitations", it.name, inviting, "rooms", "{} × {} %",
             {rooms(workload, it), it.with_invitations.of_one * 100}, source);
    page.add("invitations", it.name, invitations(workload, it), "invitations", "{} × {}", {inviting, it.users_with_access},
             source);
  }
  page.add("invitations", "", invitations(workload), "invitations", "sum of the classes", {}, source).limit =
      limits.invitations.value;
}

}  // namespace poolcast::limits
