#include "reference-server/chat/rooms.hpp"

#include <algorithm>

#include "domain/ensure.hpp"
#include "reference-server/chat/names.hpp"

namespace poolcast::chat {

void Recent::fill(std::vector<store::Message> newest, std::size_t asked_for) {
  complete_ = newest.size() < asked_for;
  last_seq_ = newest.empty() ? 0 : newest.back().seq;
  messages_.assign(std::make_move_iterator(newest.begin()), std::make_move_iterator(newest.end()));
}

void Recent::add(store::Message message, std::size_t keep) {
  ensure(message.seq == last_seq_ + 1, "messages of a room are delivered in the order of their numbers");
  last_seq_ = message.seq;
  messages_.push_back(std::move(message));
  if (messages_.size() > keep) {
    messages_.pop_front();
    complete_ = false;
  }
}

void Recent::begin_at(std::int64_t seq_before) {
  messages_.clear();
  last_seq_ = seq_before;
  complete_ = seq_before == 0;
}

void Recent::forget() {
  messages_ = {};
  last_seq_ = -1;
  complete_ = false;
}

void Recent::merge(std::vector<store::Message> newest, std::size_t asked_for, std::size_t keep) {
  if (!known()) return fill(std::move(newest), asked_for);
  const std::int64_t first = last_seq_ - static_cast<std::int64_t>(messages_.size()) + 1;
  const std::size_t brought = newest.size();
  std::erase_if(newest, [&](const store::Message& message) { return message.seq >= first; });
  const bool joins = newest.empty() ? first <= 1 : newest.back().seq + 1 == first;
  if (!joins) return;
  complete_ = brought < asked_for && (newest.empty() || newest.front().seq == 1);
  messages_.insert(messages_.begin(), std::make_move_iterator(newest.begin()), std::make_move_iterator(newest.end()));
  while (messages_.size() > keep) {
    messages_.pop_front();
    complete_ = false;
  }
}

PeerSet LiveRoom::peers() const {
  PeerSet peers = 0;
  for (std::size_t peer = 0; peer < people_at_peers.size(); ++peer)
    if (people_at_peers[peer] > 0) peers = static_cast<PeerSet>(peers | only(static_cast<PeerNumber>(peer)));
  return peers;
}

LiveRoom* Rooms::find(store::RoomId id) {
  const auto found = rooms_.find(id);
  return found == rooms_.end() ? nullptr : &found->second;
}

LiveRoom* Rooms::find(std::string_view wire_guid) {
  const auto found = by_guid_.find(std::string(wire_guid));
  return found == by_guid_.end() ? nullptr : find(found->second);
}

const std::vector<store::RoomId>& Rooms::listing(store::PrincipalId principal) const {
  static const std::vector<store::RoomId> none;
  const auto found = listing_.find(principal);
  return found == listing_.end() ? none : found->second;
}

LiveRoom& Rooms::put(store::Room room) {
  // Permissions look entries up by halving.
  std::ranges::sort(room.members, {}, &store::RoomMember::principal);
  const store::RoomId id = room.id;
  LiveRoom& live = rooms_[id];
  unlist(live.room);
  for (const store::RoomMember& member : room.members) listing_[member.principal].push_back(id);
  live.guid = wire_guid(room.guid);
  by_guid_[live.guid] = id;
  live.room = std::move(room);
  return live;
}

void Rooms::remove(store::RoomId id) {
  const auto found = rooms_.find(id);
  if (found == rooms_.end()) return;
  unlist(found->second.room);
  by_guid_.erase(found->second.guid);
  rooms_.erase(found);
}

void Rooms::unlist(const store::Room& room) {
  for (const store::RoomMember& member : room.members) std::erase(listing_[member.principal], room.id);
}

}  // namespace poolcast::chat
