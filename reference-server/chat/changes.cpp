// What changes in the directory while people are signed in, and what is written down about endpoints.
#include <algorithm>

#include "reference-server/chat/names.hpp"
#include "reference-server/chat/service.hpp"

namespace poolcast::chat {

void Service::changed(store::Directory changes) {
  const std::int64_t revision = changes.revision;
  apply(std::move(changes));
  revision_ = std::max(revision_, revision);
}

// An edit of ours brings back itself only. What others did between our last look and this edit has not been seen: then the next
// look begins where the last one ended, and reads ours again.
void Service::changed_here(store::Directory changes) {
  const std::int64_t revision = changes.revision;
  apply(std::move(changes));
  if (revision == revision_ + 1) revision_ = revision;
}

void Service::apply(store::Directory changes) {
  const bool people = !changes.principals.empty() || !changes.categories.empty();
  for (store::Principal& principal : changes.principals) people_.put(std::move(principal));
  for (store::Category& category : changes.categories) people_.put(std::move(category));
  if (people) {
    renew_persons();
    unread_due_s_ = 0;  // posts may wait for their author
  }
  for (store::Room& room : changes.rooms) {
    LiveRoom& live = rooms_.put(std::move(room));
    check_participants(live);
    if (live.sessions.empty()) continue;
    const std::string category = wire_guid(live.room.category);
    proto::RoomDetails shown = details(live);
    shown.category.guid = category;
    std::string out;
    proto::append_room_notice(out, next_envid(), shown);
    port_.fan_out(live.sessions, out, {});
  }
  if (!unplaced_.empty()) place_presences();
  for (const store::RoomId id : changes.removed_rooms) {
    std::erase_if(unplaced_, [&](const auto& entry) { return std::get<store::RoomId>(entry.first) == id; });
    LiveRoom* const room = rooms_.find(id);
    if (room == nullptr) continue;
    for (const SessionId session : std::vector<SessionId>(room->sessions)) put_out(*find(session), *room);
    std::vector<std::function<void()>> waiting;
    waiting.swap(room->when_loaded);
    rooms_.remove(id);
    for (const auto& go_on : waiting) go_on();
  }
}

// Whoever may not be here any more is put out.
void Service::check_participants(LiveRoom& room) {
  for (const SessionId id : std::vector<SessionId>(room.sessions)) {
    Session& session = *find(id);
    if (!rights(room, session.person).enter) put_out(session, room);
  }
}

void Service::renew_persons() {
  std::vector<SessionId> gone;
  for (const auto& [id, session] : sessions_) {
    const store::Principal* const user = people_.find(session->person.id);
    if (user == nullptr || user->disabled) {
      gone.push_back(id);
      continue;
    }
    session->person = people_.person(*user);
  }
  std::ranges::sort(gone);
  for (const SessionId id : gone) {
    close(id, Closing::left);
    port_.shut_out(id);
  }
  for (auto& [id, room] : rooms_.all())
    if (!room.sessions.empty()) check_participants(room);
}

void Service::save_endpoints() {
  for (const SessionId id : unsaved_) {
    Session* const session = find(id);
    if (session == nullptr || !session->unsaved) continue;
    session->unsaved = false;
    store::EndpointRooms endpoint{session->person.id, session->epid, {}, port_.now().utc.time_since_epoch().count()};
    for (const JoinedAt& at : session->joined) endpoint.rooms.push_back(at.room);
    port_.save_endpoint(std::move(endpoint));
  }
  unsaved_.clear();
}

}  // namespace poolcast::chat
