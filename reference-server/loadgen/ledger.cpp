#include "reference-server/loadgen/ledger.hpp"

#include <algorithm>
#include <limits>

#include "reference-server/loadgen/requests.hpp"

namespace poolcast::loadgen {

namespace {

constexpr std::int64_t page_messages = 100;
constexpr std::size_t most_readers = 50;  // rooms that are read at the same time

}  // namespace

PostNumber Ledger::add(RoomNumber room, double intended) {
  posts_.push_back({.intended = intended, .room = room});
  return static_cast<PostNumber>(posts_.size() - 1);
}

// An acknowledgement stands: a later loss of the connection takes nothing back.
void Ledger::set(PostNumber post, Fate fate) {
  if (posts_[post].fate != Fate::acknowledged) posts_[post].fate = fate;
}

void Ledger::read_back(Fleet& fleet) {
  std::vector<RoomNumber> rooms;
  for (Post& post : posts_) {
    post.found = 0;
    rooms.push_back(post.room);
  }
  std::ranges::sort(rooms);
  rooms_to_read_.assign(rooms.begin(), std::ranges::unique(rooms).begin());
  rooms_not_read_ = 0;
  while (reading_ < most_readers && !rooms_to_read_.empty()) read_next(fleet);
}

void Ledger::read_next(Fleet& fleet) {
  while (!rooms_to_read_.empty()) {
    const RoomNumber room = rooms_to_read_.front();
    rooms_to_read_.pop_front();
    for (const UserNumber user : membership_.members(room)) {
      const EndpointNumber reader = fleet.first_endpoint(user);
      if (reader == fleet.first_endpoint(user + 1) || !fleet.is_ready(reader)) continue;
      ++reading_;
      return fleet.read_back(reader, room, page_messages, 0);
    }
    ++rooms_not_read_;
  }
}

void Ledger::page(Fleet& fleet, EndpointNumber reader, RoomNumber room, std::string_view body) {
  std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
  bool has_own = false;
  constexpr std::string_view message = "<msg ";
  constexpr std::string_view begins = "<chat>";
  for (std::size_t at = body.find(message); at != std::string_view::npos; at = body.find(message, at + 1)) {
    const std::string_view rest = body.substr(at + 1);
    oldest = std::min(oldest, number(attribute_of(rest.substr(0, rest.find('>')), "chatId")));
    const std::size_t chat = rest.find(begins);
    Stamp stamp;
    if (chat == std::string_view::npos || !read_stamp(rest.substr(chat + begins.size()), fleet.run(), stamp.post, stamp.intended))
      continue;
    has_own = true;
    if (stamp.post < posts_.size() && posts_[stamp.post].found < 2) ++posts_[stamp.post].found;
  }
  if (has_own && oldest > 1) return fleet.read_back(reader, room, page_messages, oldest);
  --reading_;
  read_next(fleet);
}

Balance Ledger::balance() const {
  Balance balance;
  balance.rooms_not_read = rooms_not_read_;
  for (const Post& post : posts_) {
    ++balance.sent;
    const bool acknowledged = post.fate == Fate::acknowledged;
    balance.acknowledged += acknowledged ? 1 : 0;
    balance.refused += post.fate == Fate::refused ? 1 : 0;
    balance.unanswered += post.fate == Fate::sent || post.fate == Fate::lost ? 1 : 0;
    balance.missing += acknowledged && post.found == 0 ? 1 : 0;
    balance.stored_twice += post.found > 1 ? 1 : 0;
    balance.stored_unacknowledged += !acknowledged && post.found > 0 ? 1 : 0;
  }
  return balance;
}

}  // namespace poolcast::loadgen
