// Looking for rooms and people. What a person may not see is not found.
#include <algorithm>

#include "reference-server/chat/names.hpp"
#include "reference-server/chat/service.hpp"

namespace poolcast::chat {

namespace {

std::vector<std::string> words_of(std::string_view criteria) {
  std::vector<std::string> words;
  std::string word;
  for (const char letter : proto::to_lower(criteria) + " ") {
    if (letter != ' ' && letter != '\t') {
      word += letter;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word = {};
    }
  }
  return words;
}

bool lower_has_all(const std::vector<std::string>& words, std::string_view lower) {
  return std::ranges::all_of(words, [&](const std::string& word) { return lower.find(word) != std::string::npos; });
}

bool has_all(const std::vector<std::string>& words, std::string_view text) { return lower_has_all(words, proto::to_lower(text)); }

bool lists(const store::Room& room, store::PrincipalId who, unsigned role) {
  return std::ranges::any_of(
      room.members, [&](const store::RoomMember& member) { return member.principal == who && (member.roles & role) != 0; });
}

}  // namespace

void Service::search_rooms(const Asked& asked, const proto::RoomSearch& search) {
  const Person& person = find(asked.session)->person;
  const std::size_t limit = std::min(search.max_results.value_or(config_.search_limit), config_.search_limit);
  const auto words = words_of(search.by == proto::RoomSearch::By::category ? std::string_view{} : search.criteria);
  const store::Principal* const member = search.member.empty() ? nullptr : people_.find_user(search.member);
  const store::Principal* const manager = search.manager.empty() ? nullptr : people_.find_user(search.manager);
  const auto category = search.category ? chat::category_of(search.category->guid) : std::nullopt;
  const bool nobody = (!search.member.empty() && member == nullptr) || (!search.manager.empty() && manager == nullptr) ||
                      (search.category && !category);
  const auto fits = [&](const LiveRoom& live) {
    const store::Room& room = live.room;
    return (!category || room.category == *category) && (!search.disabled || room.disabled == *search.disabled) &&
           (!search.privacy || static_cast<proto::Privacy>(room.privacy) == *search.privacy) &&
           (!search.behavior ||
            (room.kind == store::RoomKind::auditorium) == (*search.behavior == proto::Behavior::auditorium)) &&
           (!search.invitations || details(live).invitations == *search.invitations) &&
           (member == nullptr || lists(room, member->id, store::role_member)) &&
           (manager == nullptr || lists(room, manager->id, store::role_manager)) &&
           has_all(words, search.extended ? room.name + " " + room.description : room.name);
  };
  std::vector<const LiveRoom*> found;
  for (const auto& [id, room] : rooms_.all()) {
    if (nobody || found.size() >= limit) break;
    if (search.by == proto::RoomSearch::By::mine && roles_of(room.room, category_of(room), person) == 0) continue;
    if (!fits(room)) continue;
    const Rights allowed = rights(room, person);
    // Who is on a list is told only to those who may read it, as getroles does; everybody may look for one's own rooms.
    const bool asks_lists = (member != nullptr && member->id != person.id) || (manager != nullptr && manager->id != person.id);
    if (allowed.see && (!asks_lists || allowed.enter || allowed.manage)) found.push_back(&room);
  }
  reply_rooms(asked, found);
}

void Service::associations(const Asked& asked, const proto::GetAssociations& command) {
  const Person& person = find(asked.session)->person;
  const unsigned role = command.role == proto::Role::manager     ? store::role_manager
                        : command.role == proto::Role::presenter ? store::role_presenter
                                                                 : store::role_member;
  std::set<store::RoomId> listed;
  for (const store::PrincipalId principal : person.principals)
    for (const store::RoomId room : rooms_.listing(principal)) listed.insert(room);
  const std::size_t limit = std::min(command.max_results.value_or(config_.search_limit), config_.search_limit);
  std::vector<const LiveRoom*> found;
  for (const store::RoomId id : listed) {
    const LiveRoom& room = *rooms_.find(id);
    if (found.size() >= limit) break;
    if ((roles_of(room.room, category_of(room), person) & role) != 0 && !room.room.disabled) found.push_back(&room);
  }
  reply_rooms(asked, found);
}

void Service::reply_rooms(const Asked& asked, const std::vector<const LiveRoom*>& found) {
  std::vector<std::string> categories;
  categories.reserve(found.size());
  std::vector<proto::RoomDetails> rooms;
  for (const LiveRoom* const room : found) {
    categories.push_back(wire_guid(room->room.category));
    rooms.push_back(details(*room));
    rooms.back().category.guid = categories.back();
  }
  std::string out;
  proto::append_rooms(out, head(asked), asked.name, rooms);
  port_.send(asked.session, out);
  done(asked, 200);
}

void Service::find_principals(const Asked& asked, const proto::FindPrincipals& command) {
  const Person& person = find(asked.session)->person;
  const LiveRoom* room = nullptr;
  if (command.room) {
    room = is_ours(*command.room) ? rooms_.find(command.room->guid) : nullptr;
    if (room == nullptr || !rights(*room, person).see) return reply_plain(asked, 404, "There is no such room.");
  }
  const std::size_t limit = std::min(command.max_results.value_or(config_.search_limit), config_.search_limit);
  const auto words = words_of(command.criteria);
  std::vector<proto::PersonView> people;
  for (const auto& [id, text] : people_.searchable()) {
    if (people.size() >= limit) break;
    if (!lower_has_all(words, text)) continue;
    const store::Principal& principal = *people_.find(id);
    if (room != nullptr && principal.kind == store::PrincipalKind::user &&
        !in_scope(category_of(*room), people_.person(principal)))
      continue;
    people.push_back(view(id));
  }
  std::string out;
  proto::append_people(out, head(asked), asked.name, people);
  port_.send(asked.session, out);
  done(asked, 200);
}

}  // namespace poolcast::chat
