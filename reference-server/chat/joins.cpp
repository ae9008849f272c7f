// Entering and leaving rooms.
#include <algorithm>
#include <utility>

#include "domain/ensure.hpp"
#include "reference-server/chat/names.hpp"
#include "reference-server/chat/service.hpp"

namespace poolcast::chat {

void Service::join(const Asked& asked, const std::vector<proto::RoomAddress>& rooms, bool batch) {
  Session& session = *find(asked.session);
  std::vector<LiveRoom*> entered;
  std::vector<proto::RoomAddress> failed;
  int first_code = 200;
  for (const proto::RoomAddress& address : rooms) {
    const int code = enter(session, address, entered);
    if (code == 200) continue;
    failed.push_back(address);
    if (first_code == 200) first_code = code;
  }
  const int code = entered.empty() ? first_code : 200;
  if (code != 200 && !batch) {
    return reply_plain(asked, code,
                       code == 403   ? "You are not a member of this room."
                       : code == 423 ? "This room is disabled."
                       : code == 429 ? "You are in too many rooms; leave one first."
                                     : "There is no such room.");
  }
  if (!in_a_pool()) return reply_joined(asked, entered, failed, batch, code);
  // Whatever is posted anywhere in the pool after this reply reaches the session: so the other nodes must know first.
  std::vector<store::RoomId> ids;
  for (const LiveRoom* const room : entered) ids.push_back(room->room.id);
  open_rooms(ids, [this, left = leave_work(asked), ids, failed = std::move(failed), batch, code] {
    const Asked back = back_to_work(left);
    const Session* const still = find(back.session);
    if (still == nullptr) return report(back, code);
    std::vector<LiveRoom*> rooms_entered;
    for (const store::RoomId id : ids)
      if (still->in(id) != nullptr) rooms_entered.push_back(rooms_.find(id));
    reply_joined(back, rooms_entered, failed, batch, code);
  });
}

void Service::reply_joined(const Asked& asked, std::span<LiveRoom* const> entered, std::span<const proto::RoomAddress> failed,
                           bool batch, int code) {
  port_.send(asked.session, joined_reply(asked, entered, failed, batch, code));
  done(asked, code);
}

int Service::enter(Session& session, const proto::RoomAddress& address, std::vector<LiveRoom*>& entered) {
  LiveRoom* const room = is_ours(address) ? rooms_.find(address.guid) : nullptr;
  if (room == nullptr) return 404;
  const Rights allowed = rights(*room, session.person);
  if (!allowed.see && !allowed.enter) return 404;
  if (room->room.disabled) return 423;
  if (!allowed.enter) return 403;
  if (session.in(room->room.id) == nullptr) {
    if (session.joined.size() >= config_.rooms_per_session) return 429;
    enter(session, *room);
  }
  if (std::ranges::find(entered, room) == entered.end()) entered.push_back(room);
  return 200;
}

// Whether the person counted as present because this endpoint was lost there; from now on it counts because of the session.
bool Service::take_over(const Session& session, store::RoomId room) {
  const auto found = lingering_.find({session.person.id, session.epid});
  if (found == lingering_.end()) return false;
  auto& rooms = found->second.rooms;
  const auto at = std::ranges::find(rooms, room);
  if (at == rooms.end()) return false;
  found->second.last_seqs.erase(found->second.last_seqs.begin() + (at - rooms.begin()));
  rooms.erase(at);
  if (rooms.empty()) lingering_.erase(found);
  return true;
}

void Service::enter(Session& session, LiveRoom& room) {
  Present& present = room.present[session.person.id];
  const unsigned roles = roles_of(room.room, category_of(room), session.person);
  present.manager = (roles & store::role_manager) != 0;
  present.presenter = (roles & store::role_presenter) != 0;
  const bool resumed = take_over(session, room.room.id);
  if (!resumed) came(room, session.person.id, present);
  room.sessions.push_back(session.id);
  session.joined.push_back({room.room.id, room.arrivals_so_far});
  if (!resumed && config_.compliance) {
    port_.record({store::EventKind::join, room.room.id, session.person.id, port_.now().utc.time_since_epoch().count(), {}, true});
  }
  if (!session.unsaved && !session.epid.empty()) {
    session.unsaved = true;
    unsaved_.push_back(session.id);
  }
  if (!room.recent.known() && !in_a_pool()) load(room, {});
}

// One more endpoint of a person is here.
void Service::came(LiveRoom& room, store::PrincipalId person, Present& present) {
  if (++present.endpoints > 1) return;
  if (room.people_here++ == 0) ++room.uses;
  if (present.peers == 0) arrived(room, person);
  if (in_a_pool()) port_.tell_presence(all_peers, {room.room.id, person, true, present.manager, present.presenter});
}

void Service::went(LiveRoom& room, store::PrincipalId person, bool tell) {
  const auto present = room.present.find(person);
  if (--present->second.endpoints == 0) {
    --room.people_here;
    if (in_a_pool()) port_.tell_presence(all_peers, {.room = room.room.id, .person = person});
    if (present->second.peers == 0) {
      room.present.erase(present);
      if (tell) departed(room, person);
    }
  }
  if (!room.in_use()) release(room);
}

// Nobody is here any more: what is said from now on is not heard.
void Service::release(LiveRoom& room) {
  room.recent.forget();
  room.early.clear();
  room.let_in_unread = false;
}

void Service::load(LiveRoom& room, std::function<void()> when_loaded) {
  if (when_loaded) room.when_loaded.push_back(std::move(when_loaded));
  if (room.loading) {
    room.load_again = room.load_again || room.loading_for != room.uses;
    return;
  }
  room.loading = true;
  room.loading_for = room.uses;
  const store::RoomId id = room.room.id;
  const std::size_t wanted = config_.recent_messages;
  store::HistoryQuery query;
  query.room = id;
  query.limit = static_cast<int>(wanted);
  port_.history(query, [this, id, wanted](Result<std::vector<store::Message>> newest) {
    LiveRoom* const loaded = rooms_.find(id);
    if (loaded == nullptr) return;
    loaded->loading = false;
    if (std::exchange(loaded->load_again, false) && loaded->in_use()) return load(*loaded, {});
    const bool wanted_still = loaded->in_use() && loaded->loading_for == loaded->uses;
    if (newest && wanted_still) {
      const bool newer = loaded->recent.known() && !newest->empty() && newest->back().seq > loaded->recent.last_seq();
      loaded->recent.merge(std::move(*newest), wanted, wanted);
      if (newer) fall_behind(id);
      if (in_a_pool()) begin_live(*loaded);
    } else if (in_a_pool() && wanted_still) {
      loaded->let_in_unread = true;
      read_later(id);
    }
    std::vector<std::function<void()>> waiting;
    waiting.swap(loaded->when_loaded);
    for (const auto& go_on : waiting) go_on();
  });
}

void Service::leave(Session& session, LiveRoom& room, bool tell) {
  std::erase(room.sessions, session.id);
  missed_.erase({room.room.id, session.id});
  std::erase_if(session.joined, [&](const JoinedAt& at) { return at.room == room.room.id; });
  went(room, session.person.id, tell);
  if (config_.compliance) {
    port_.record({store::EventKind::part, room.room.id, session.person.id, port_.now().utc.time_since_epoch().count(), {}, true});
  }
  if (!session.unsaved && !session.epid.empty()) {
    session.unsaved = true;
    unsaved_.push_back(session.id);
  }
}

void Service::part(const Asked& asked, const proto::RoomAddress& address) {
  Session& session = *find(asked.session);
  LiveRoom* const room = is_ours(address) ? rooms_.find(address.guid) : nullptr;
  if (room == nullptr || session.in(room->room.id) == nullptr) return reply_plain(asked, 404, "You are not in this room.");
  std::string out;
  proto::append_parted(out, head(asked), {config_.domain, room->guid});
  leave(session, *room, true);
  port_.send(asked.session, out);
  done(asked, 200);
}

// Out of a room whose doors have changed; the client learns it from the notice of its own departure.
void Service::put_out(Session& session, LiveRoom& room) {
  const std::string_view uri = session.person.uri;
  const proto::Departure departure{{config_.domain, room.guid}, {&uri, 1}};
  std::string out;
  proto::append_part_notice(out, next_envid(), {&departure, 1});
  port_.send(session.id, out);
  leave(session, room, true);
}

// The client lost its dialog and nothing else: it will not join again by itself, and shows only what it is sent.
void Service::resume(Session& session, const Lingering& lingering) {
  const SessionId id = session.id;
  for (std::size_t i = 0; i < lingering.rooms.size(); ++i) {
    LiveRoom* const room = rooms_.find(lingering.rooms[i]);
    if (room == nullptr || !rights(*room, session.person).enter || session.in(room->room.id) != nullptr) continue;
    enter(session, *room);
    if (in_a_pool() && !room->recent.known()) open_rooms({room->room.id}, [] {});
    const std::int64_t seen = lingering.last_seqs[i];
    if (seen < 0 || room->recent.last_seq() <= seen) continue;
    if (!send_recent(id, *room, seen + 1)) {
      missed_[{room->room.id, id}] = {.next = seen + 1};
      read_missed(id, room->room.id);
    }
  }
}

void Service::send_again(SessionId session, const LiveRoom& room, const store::Message& message) {
  port_.fan_out({&session, 1}, post_text(room, message, {}), {room.room.id, message.seq});
}

// From `first` on; false when not all of that is in memory.
bool Service::send_recent(SessionId session, const LiveRoom& room, std::int64_t first) {
  const auto& messages = room.recent.messages();
  if (first <= room.recent.last_seq() && (messages.empty() || messages.front().seq > first)) return false;
  for (const store::Message& message : messages)
    if (message.seq >= first) send_again(session, room, message);
  return true;
}

// More was missed than is in memory. It is sent page by page; until all of it is, new posts wait, because a client shows posts in
// the order in which they come.
void Service::read_missed(SessionId session, store::RoomId id) {
  Missed& wanted = missed_.at({id, session});
  wanted.asked = true;
  store::HistoryQuery query;
  query.room = id;
  query.after_seq = wanted.next - 1;
  query.limit = store::most_history_messages;
  query.take = store::Take::oldest;
  port_.history(query, [this, session, id](const Result<std::vector<store::Message>>& page) {
    const auto missed = missed_.find({id, session});
    const LiveRoom* const room = rooms_.find(id);
    if (missed == missed_.end() || room == nullptr) return;  // it is out of the room, or was lost again
    missed->second.asked = false;
    if (!page) return;  // tick() asks again
    const std::int64_t before = missed->second.next;
    for (const store::Message& message : *page) {
      if (message.seq > room->recent.last_seq()) break;  // delivered to everybody in its turn
      send_again(session, *room, message);
      missed->second.next = message.seq + 1;
    }
    // Without a step forward there is nothing before what is in memory: retention has taken it away.
    if (missed->second.next == before && !room->recent.messages().empty())
      missed->second.next = std::max(before, room->recent.messages().front().seq);
    if (send_recent(session, *room, missed->second.next) || missed->second.next == before)
      missed_.erase(missed);
    else
      read_missed(session, id);
  });
}

void Service::retry_missed(double now_s) {
  constexpr double pause_s = 1;
  if (missed_.empty() || now_s < missed_due_s_) return;
  missed_due_s_ = now_s + pause_s;
  for (const auto& [where, missed] : missed_)
    if (!missed.asked) read_missed(where.second, where.first);
}

proto::RoomDetails Service::details(const LiveRoom& room) const {
  const store::Category& category = category_of(room);
  const bool invitations =
      room.room.invitations == store::Setting::inherited ? category.invitations : room.room.invitations == store::Setting::on;
  return {.room = {config_.domain, room.guid},
          .category = {config_.domain, {}},
          .name = room.room.name,
          .description = room.room.description,
          .topic = room.room.topic,
          .privacy = static_cast<proto::Privacy>(room.room.privacy),
          .behavior = room.room.kind == store::RoomKind::auditorium ? proto::Behavior::auditorium : proto::Behavior::normal,
          .disabled = room.room.disabled,
          .logged = category.history,
          .invitations = invitations,
          .file_upload = category.file_upload && !config_.file_service.empty(),
          .participants = room.present.size(),
          .version = static_cast<std::uint64_t>(room.room.version)};
}

std::string Service::joined_reply(const Asked& asked, std::span<LiveRoom* const> entered,
                                  std::span<const proto::RoomAddress> failed, bool batch, int code) {
  struct Lists {
    std::string category;
    std::vector<std::uint32_t> participants, managers, presenters;
  };
  std::vector<Lists> lists(entered.size());
  std::vector<proto::PersonView> people;
  std::unordered_map<store::PrincipalId, std::uint32_t> number_of;
  std::vector<proto::JoinedRoom> rooms;
  for (std::size_t i = 0; i < entered.size(); ++i) {
    const LiveRoom& room = *entered[i];
    Lists& list = lists[i];
    for (const auto& [id, present] : room.present) {
      if (list.participants.size() >= config_.listed_participants) break;
      const auto [at, fresh] = number_of.try_emplace(id, static_cast<std::uint32_t>(people.size()));
      if (fresh) people.push_back(view(id));
      list.participants.push_back(at->second);
      if (present.manager) list.managers.push_back(at->second);
      if (present.presenter) list.presenters.push_back(at->second);
    }
    list.category = wire_guid(room.room.category);
    proto::JoinedRoom joined{details(room), list.participants, list.managers, list.presenters};
    joined.details.category.guid = list.category;
    rooms.push_back(joined);
  }
  std::vector<proto::RoomView> not_entered;
  for (const proto::RoomAddress& address : failed) not_entered.push_back({address.domain, address.guid});
  std::string out;
  proto::append_joined(out, head(asked, code), batch, {rooms, people, not_entered});
  return out;
}

}  // namespace poolcast::chat
