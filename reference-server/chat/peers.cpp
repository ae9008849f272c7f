// The other nodes of the pool: who is in the rooms there, and what was posted there while nobody could tell us.
//
// Each node tells the others at once of everybody who comes to a room and goes, and of each post the nodes that have somebody in
// its room. Numbers decide what is delivered: the next one at once, one behind never again, one ahead when the gap is closed.
// What a lost link swallowed is in the store, which is asked whenever a link is lost or stands again, and again and again while a
// node that should be there is not linked.
#include <algorithm>

#include "reference-server/chat/service.hpp"

namespace poolcast::chat {

namespace {

// Reading one room that has nothing new costs the database about a tenth of a millisecond; this is a few per cent of a core.
constexpr std::size_t rooms_per_tick = 20;
constexpr double pause_after_failure_s = 1;
constexpr double walk_every_s = 2;  // while a node is missing
// Enough for the directory to come; a room that is unknown after that has been removed.
constexpr double unplaced_for_s = 600;

}  // namespace

// Before anybody is told that he is in: the other nodes know that posts must come here, then the store says where they begin.
void Service::open_rooms(std::vector<store::RoomId> rooms, std::function<void()> go_on) {
  const auto is_open = [this](store::RoomId id) {
    const LiveRoom* const room = rooms_.find(id);
    return room == nullptr || room->recent.known();
  };
  std::erase_if(rooms, is_open);
  if (rooms.empty()) return go_on();
  std::vector<std::uint64_t> uses;  // a room that everybody has left meanwhile is opened by who came to it afterwards
  for (const store::RoomId id : rooms) uses.push_back(rooms_.find(id)->uses);
  port_.when_peers_know([this, rooms = std::move(rooms), uses = std::move(uses), go_on = std::move(go_on)] {
    const auto left = std::make_shared<std::size_t>(rooms.size());
    const auto opened = [left, go_on] {
      if (--*left == 0) go_on();
    };
    for (std::size_t i = 0; i < rooms.size(); ++i) {
      LiveRoom* const room = rooms_.find(rooms[i]);
      if (room == nullptr || !room->in_use() || room->uses != uses[i] || room->recent.known())
        opened();
      else
        load(*room, opened);
    }
  });
}

// What the store brought is history to whoever is let in now; what comes after it is delivered.
void Service::begin_live(LiveRoom& room) {
  std::map<std::int64_t, EarlyPost> early;
  early.swap(room.early);
  for (auto& [seq, post] : early) {
    if (seq > room.recent.last_seq())
      room.early.emplace(seq, std::move(post));
    else if (room.let_in_unread)
      fan_out(room, post.message, post.client_id);
  }
  room.let_in_unread = false;
  room.caught_up_to = std::max(room.caught_up_to, room.recent.last_seq());
  deliver_early(room);
  if (!room.early.empty()) gaps_.try_emplace(room.room.id, port_.now().steady_s + config_.gap_patience_s);
}

void Service::peer_linked(PeerNumber peer) {
  peers_linked_ = static_cast<PeerSet>(peers_linked_ | only(peer));
  for (const auto& [id, room] : rooms_.all()) {
    if (room.people_here == 0) continue;
    for (const auto& [person, present] : room.present)
      if (present.endpoints > 0) port_.tell_presence(only(peer), {id, person, true, present.manager, present.presenter});
  }
}

void Service::peer_told_all(PeerNumber peer) {
  peers_lost_.erase(peer);
  forget_unconfirmed(peer);
}

void Service::peer_knows_all(PeerNumber /*peer*/) { read_all_rooms(); }

// Its people may be on their way to another node, or it may come back: they count for as long as a lost endpoint does.
void Service::peer_lost(PeerNumber peer) {
  const PeerSet it = only(peer);
  peers_linked_ = static_cast<PeerSet>(peers_linked_ & ~it);
  peers_lost_[peer] = port_.now().steady_s + config_.linger_s;
  std::erase_if(unplaced_, [&](const auto& entry) { return std::get<PeerNumber>(entry.first) == peer; });
  for (auto& [id, room] : rooms_.all()) {
    if (room.people_at_peers.empty() || room.people_at_peers[peer] == 0) continue;
    for (auto& [person, present] : room.present)
      present.unconfirmed = static_cast<PeerSet>(present.unconfirmed | (present.peers & it));
  }
  read_all_rooms();
}

void Service::forget_unconfirmed(PeerNumber peer) {
  std::vector<store::PrincipalId> gone;
  for (auto& [id, room] : rooms_.all()) {
    if (room.people_at_peers.empty() || room.people_at_peers[peer] == 0) continue;
    gone.clear();
    for (const auto& [person, present] : room.present)
      if ((present.unconfirmed & only(peer)) != 0) gone.push_back(person);
    std::ranges::sort(gone);
    for (const store::PrincipalId person : gone) peer_left(peer, room, person);
  }
}

void Service::peer_presence(PeerNumber peer, const Presence& presence) {
  LiveRoom* const room = rooms_.find(presence.room);
  if (room == nullptr) return keep_unplaced(peer, presence);
  if (!presence.present) return peer_left(peer, *room, presence.person);
  if (room->people_at_peers.empty()) room->people_at_peers.resize(config_.peers);
  Present& present = room->present[presence.person];
  present.unconfirmed = static_cast<PeerSet>(present.unconfirmed & ~only(peer));
  present.manager = presence.manager;
  present.presenter = presence.presenter;
  if ((present.peers & only(peer)) == 0) {
    const bool is_new = present.peers == 0 && present.endpoints == 0;
    present.peers = static_cast<PeerSet>(present.peers | only(peer));
    ++room->people_at_peers[peer];
    if (is_new) arrived(*room, presence.person);
  }
  forget_expected(presence.person, presence.room);
}

void Service::peer_left(PeerNumber peer, LiveRoom& room, store::PrincipalId person) {
  const auto found = room.present.find(person);
  if (found == room.present.end() || (found->second.peers & only(peer)) == 0) return;
  Present& present = found->second;
  present.peers = static_cast<PeerSet>(present.peers & ~only(peer));
  present.unconfirmed = static_cast<PeerSet>(present.unconfirmed & ~only(peer));
  --room.people_at_peers[peer];
  if (present.peers != 0 || present.endpoints > 0) return;
  room.present.erase(found);
  departed(room, person);
}

// The store does not say at which node an endpoint was; the node where it is does.
void Service::forget_expected(store::PrincipalId person, store::RoomId id) {
  for (auto at = lingering_.lower_bound({person, {}}); at != lingering_.end() && at->first.user == person;) {
    Lingering& lingering = at->second;
    const auto found = std::ranges::find(lingering.rooms, id);
    if (!lingering.expected || found == lingering.rooms.end()) {
      ++at;
      continue;
    }
    lingering.last_seqs.erase(lingering.last_seqs.begin() + (found - lingering.rooms.begin()));
    lingering.rooms.erase(found);
    went(*rooms_.find(id), person, false);
    at = lingering.rooms.empty() ? lingering_.erase(at) : std::next(at);
  }
}

// In a room that the directory has not brought yet.
void Service::keep_unplaced(PeerNumber peer, const Presence& presence) {
  const std::tuple key(peer, presence.room, presence.person);
  if (!presence.present) {
    unplaced_.erase(key);
    return;
  }
  if (unplaced_.size() < config_.unplaced_presences || unplaced_.contains(key))
    unplaced_[key] = {presence, port_.now().steady_s + unplaced_for_s};
  else
    port_.cut_peer(peer, "it tells of people in more rooms that we do not know than we keep");  // then it tells everything anew
}

void Service::place_presences() {
  std::map<std::tuple<PeerNumber, store::RoomId, store::PrincipalId>, Unplaced> waiting;
  waiting.swap(unplaced_);
  for (auto& [key, unplaced] : waiting) {
    if (rooms_.find(unplaced.presence.room) != nullptr)
      peer_presence(std::get<PeerNumber>(key), unplaced.presence);
    else
      unplaced_.emplace(key, unplaced);
  }
}

void Service::read_all_rooms() {
  for (const auto& [id, room] : rooms_.all())
    if (room.in_use()) unread_.insert(id);  // also for endpoints that are lost and may come back
  unread_due_s_ = 0;
}

// The store could not be asked.
void Service::read_later(store::RoomId room) {
  unread_.insert(room);
  unread_due_s_ = port_.now().steady_s + pause_after_failure_s;
}

void Service::read_some_rooms(double now_s) {
  if (!unplaced_.empty()) std::erase_if(unplaced_, [&](const auto& entry) { return entry.second.until_s < now_s; });
  for (auto lost = peers_lost_.begin(); lost != peers_lost_.end();) {
    const auto [peer, until_s] = *lost;
    lost = until_s > now_s ? std::next(lost) : peers_lost_.erase(lost);
    if (until_s <= now_s) forget_unconfirmed(peer);
  }
  if ((peers_expected_ & ~peers_linked_) != 0 && unread_.empty() && now_s >= walk_due_s_) {
    walk_due_s_ = now_s + walk_every_s;
    read_all_rooms();
  }
  if (now_s < unread_due_s_) return;
  for (std::size_t read = 0; read < rooms_per_tick && !unread_.empty(); ++read) {
    LiveRoom* const room = rooms_.find(*unread_.begin());
    unread_.erase(unread_.begin());
    if (room == nullptr || !room->in_use()) continue;
    if (room->recent.known())
      catch_up(*room);
    else if (room->let_in_unread)  // the others are read when they are opened
      load(*room, {});
  }
}

void Service::close_gaps(double now_s) {
  for (auto at = gaps_.begin(); at != gaps_.end();) {
    if (at->second > now_s) {
      ++at;
      continue;
    }
    LiveRoom* const room = rooms_.find(at->first);
    at = gaps_.erase(at);
    if (room != nullptr && room->recent.known() && !room->early.empty()) catch_up(*room);
  }
}

}  // namespace poolcast::chat
