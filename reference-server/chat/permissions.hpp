// Who may do what in a room. Pure decisions; every command asks here, and the permission matrix of the tests is about this file.
//
// Sources: "Categories, chat rooms, and user roles in Persistent Chat Server" (roles, scope, privacy); New-CsPersistentChatRoom
// (open, closed, secret; normal, auditorium). What a secret room looks like to a stranger: it is not there.
#pragma once

#include "reference-server/chat/people.hpp"
#include "reference-server/store/directory.hpp"

namespace poolcast::chat {

// The roles that the access list gives the person, itself or through a group. Members out of scope have none.
unsigned roles_of(const store::Room& room, const store::Category& category, const Person& person);

bool in_scope(const store::Category& category, const Person& person);

struct Rights {
  bool see = false;    // found by a search
  bool enter = false;  // join, read history
  bool post = false;
  bool manage = false;  // change the room, its lists; disable it
  bool upload = false;
  bool download = false;
  bool operator==(const Rights&) const = default;
};

// A disabled room is seen by those who may manage it and entered by nobody.
Rights rights_in(const store::Room& room, const store::Category& category, const Person& person);

bool may_create_rooms(const store::Category& category, const Person& person);

}  // namespace poolcast::chat
