#include "reference-server/loadgen/prepare.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "reference-server/loadgen/names.hpp"

namespace poolcast::loadgen {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* category = "poolcast-load";

Json names_of(std::span<const UserNumber> users) {
  Json names = Json::array();
  for (const UserNumber user : users) names.push_back(user_name(user));
  return names;
}

// Whether this room is among the share of its class that comes first.
bool is_among(double share, std::size_t within, std::size_t rooms) {
  return static_cast<double>(within) < std::round(share * static_cast<double>(rooms));
}

}  // namespace

void write_population(std::ostream& out, const Membership& membership, const Workload& workload, const std::string& password) {
  for (UserNumber user = 0; user < membership.users(); ++user)
    out << Json{{"user", user_name(user)}, {"display", "User " + std::to_string(user + 1)}, {"password", password}}.dump()
        << '\n';
  out << Json{{"category", category}, {"id", guid_of_category(category)}, {"description", "Rooms of poolcast-load"}}.dump()
      << '\n';
  const std::vector<RoomIdentity> rooms = room_identities(membership, workload);
  for (RoomNumber room = 0; room < membership.rooms(); ++room) {
    const std::size_t number = membership.class_of(room);
    const RoomClass& room_class = workload.room_classes[number];
    const std::size_t within = room - membership.first_room(number);
    const std::size_t of_class = membership.rooms_of_class(number);
    const bool auditorium = is_among(room_class.auditorium.of_one, of_class - 1 - within, of_class);
    const auto members = membership.members(room);
    Json line = {{"room", rooms[room].name}, {"id", rooms[room].guid},
                 {"category", category},     {"privacy", is_among(room_class.open.of_one, within, of_class) ? "open" : "closed"},
                 {"auditorium", auditorium}, {"members", names_of(members)}};
    const auto managers = std::min(members.size(), static_cast<std::size_t>(room_class.managers_per_room));
    line["managers"] = names_of(members.subspan(0, managers));
    line["presenters"] = auditorium ? names_of(members) : Json::array();
    out << line.dump() << '\n';
  }
}

}  // namespace poolcast::loadgen
