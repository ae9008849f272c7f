#include "reference-server/chat/permissions.hpp"

#include <algorithm>

namespace poolcast::chat {

using store::Category;
using store::PrincipalId;
using store::Privacy;
using store::Room;
using store::RoomKind;
using store::RoomMember;

namespace {

bool holds_any(const std::vector<PrincipalId>& list, const Person& person) {
  return std::ranges::any_of(list, [&](PrincipalId id) { return std::ranges::binary_search(person.principals, id); });
}

}  // namespace

bool in_scope(const Category& category, const Person& person) {
  if (holds_any(category.denied, person)) return false;
  return category.allowed.empty() || holds_any(category.allowed, person);
}

unsigned roles_of(const Room& room, const Category& category, const Person& person) {
  if (!in_scope(category, person)) return 0;
  // A room may have 16,000 entries, a person some hundred groups: the access list is sorted, the person's list is short.
  unsigned roles = 0;
  for (const PrincipalId principal : person.principals) {
    const auto entry = std::ranges::lower_bound(room.members, principal, {}, &RoomMember::principal);
    if (entry != room.members.end() && entry->principal == principal) roles |= entry->roles;
  }
  return roles;
}

Rights rights_in(const Room& room, const Category& category, const Person& person) {
  Rights rights;
  const unsigned roles = roles_of(room, category, person);
  const bool scoped = in_scope(category, person);
  rights.manage = person.administrator || (roles & store::role_manager) != 0;
  if (room.disabled) {
    rights.see = rights.manage;
    return rights;
  }
  switch (room.privacy) {
    case Privacy::open:
      rights.enter = scoped;
      rights.see = scoped;
      break;
    case Privacy::closed:
      rights.enter = roles != 0;
      rights.see = scoped;
      break;
    case Privacy::secret:
      rights.enter = roles != 0;
      rights.see = roles != 0;
      break;
  }
  rights.see = rights.see || rights.manage;
  rights.post = rights.enter && (room.kind == RoomKind::normal || (roles & store::role_presenter) != 0);
  rights.upload = rights.post && category.file_upload;
  rights.download = rights.enter;
  return rights;
}

bool may_create_rooms(const Category& category, const Person& person) {
  return person.administrator || (in_scope(category, person) && holds_any(category.creators, person));
}

}  // namespace poolcast::chat
