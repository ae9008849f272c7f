// Who came and who went: told only in rooms that are small enough, and gathered over a window into one notice per recipient, so
// that a reconnect storm does not drown the pool in rosters (participant update limit: Set-CsPersistentChatConfiguration).
#include <algorithm>

#include "reference-server/chat/service.hpp"

namespace poolcast::chat {

void Service::arrived(LiveRoom& room, store::PrincipalId person) {
  std::erase(room.departed, person);
  if (room.sessions.empty()) return;
  room.arrived.push_back({person, ++room.arrivals_so_far});
  if (changed_rosters_.empty()) rosters_due_s_ = port_.now().steady_s + config_.roster_window_s;
  changed_rosters_.insert(room.room.id);
}

void Service::departed(LiveRoom& room, store::PrincipalId person) {
  std::erase_if(room.arrived, [&](const RosterArrival& arrival) { return arrival.person == person; });
  if (room.sessions.empty()) return;
  room.departed.push_back(person);
  if (changed_rosters_.empty()) rosters_due_s_ = port_.now().steady_s + config_.roster_window_s;
  changed_rosters_.insert(room.room.id);
}

void Service::forget_lingering(double now_s) {
  for (auto at = lingering_.begin(); at != lingering_.end();) {
    if (at->second.until_s > now_s) {
      ++at;
      continue;
    }
    bool elsewhere = false;  // it may have come back at another node, which has written that down
    for (const store::RoomId id : at->second.rooms) {
      LiveRoom* const room = rooms_.find(id);
      if (room == nullptr) continue;
      const auto present = room->present.find(at->first.user);
      if (present == room->present.end()) continue;
      elsewhere = elsewhere || present->second.peers != 0;
      const bool last = present->second.endpoints == 1;
      went(*room, at->first.user, true);
      if (last && config_.compliance) {
        port_.record({store::EventKind::part, id, at->first.user, port_.now().utc.time_since_epoch().count(), {}, true});
      }
    }
    if (!elsewhere && !endpoints_.contains(at->first))
      port_.save_endpoint({at->first.user, at->first.epid, {}, port_.now().utc.time_since_epoch().count()});
    at = lingering_.erase(at);
  }
}

void Service::send_rosters() {
  std::map<SessionId, std::vector<LiveRoom*>> news;
  std::vector<LiveRoom*> changed;
  for (const store::RoomId id : changed_rosters_) {
    LiveRoom* const room = rooms_.find(id);
    if (room == nullptr) continue;
    changed.push_back(room);
    if (room->present.size() > config_.participant_update_limit) continue;
    for (const SessionId session : room->sessions) news[session].push_back(room);
  }
  changed_rosters_.clear();
  for (const auto& [session, rooms] : news) send_roster(session, rooms);
  for (LiveRoom* const room : changed) {
    room->arrived.clear();
    room->departed.clear();
  }
}

void Service::send_roster(SessionId id, const std::vector<LiveRoom*>& rooms) {
  const Session* const session = find(id);
  if (session == nullptr) return;
  std::map<store::PrincipalId, std::vector<proto::Presence>> came;
  std::vector<std::vector<std::string_view>> uris;
  std::vector<proto::RoomView> left_rooms;
  for (LiveRoom* const room : rooms) {
    const proto::RoomView where{config_.domain, room->guid};
    const JoinedAt* const joined = session->in(room->room.id);
    for (const RosterArrival& arrival : room->arrived) {
      if (joined == nullptr || arrival.order <= joined->arrivals || arrival.person == session->person.id) continue;
      const Present& present = room->present[arrival.person];
      came[arrival.person].push_back({where, present.manager, present.presenter});
    }
    std::vector<std::string_view> gone;
    for (const store::PrincipalId person : room->departed)
      if (person != session->person.id) gone.push_back(view(person).uri);
    if (gone.empty()) continue;
    left_rooms.push_back(where);
    uris.push_back(std::move(gone));
  }
  std::size_t notices = 0;
  std::string out;
  if (!came.empty()) {
    std::vector<proto::Arrival> arrivals;
    for (const auto& [person, where] : came) arrivals.push_back({view(person), where});
    proto::append_join_notice(out, next_envid(), arrivals);
    port_.send(id, out);
    ++notices;
  }
  if (!uris.empty()) {
    std::vector<proto::Departure> departures;
    for (std::size_t i = 0; i < uris.size(); ++i) departures.push_back({left_rooms[i], uris[i]});
    out.clear();
    proto::append_part_notice(out, next_envid(), departures);
    port_.send(id, out);
    ++notices;
  }
  if (watcher_ != nullptr && notices > 0) watcher_->roster_sent(notices);
}

}  // namespace poolcast::chat
