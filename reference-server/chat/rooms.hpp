// Rooms as they are now: who is in them, the newest messages, what the rosters have not been told yet.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "reference-server/chat/config.hpp"
#include "reference-server/chat/people.hpp"
#include "reference-server/chat/permissions.hpp"
#include "reference-server/chat/port.hpp"
#include "reference-server/proto/xccos.hpp"

namespace poolcast::chat {

// The newest messages of a room, so that nobody asks the database for what was just said.
class Recent {
public:
  bool known() const { return last_seq_ >= 0; }
  std::int64_t last_seq() const { return last_seq_; }
  // Whether the last `count` messages are all here.
  bool holds(std::size_t count) const { return known() && (complete_ || messages_.size() >= count); }
  const std::deque<store::Message>& messages() const { return messages_; }

  // What the store brought: the newest messages, oldest first; fewer than were asked for are all there are.
  void fill(std::vector<store::Message> newest, std::size_t asked_for);
  // `seq` must follow last_seq().
  void add(store::Message message, std::size_t keep);
  void begin_at(std::int64_t seq_before);  // nothing older is known
  void forget();
  // What the store brought after the room had begun to fill by itself: whichever is older goes before.
  void merge(std::vector<store::Message> newest, std::size_t asked_for, std::size_t keep);

private:
  std::deque<store::Message> messages_;
  std::int64_t last_seq_ = -1;
  bool complete_ = false;
};

// A person who came, and when, counted per room: who joined later has seen it in the reply to the join.
struct RosterArrival {
  store::PrincipalId person{};
  std::uint64_t order = 0;
};

// Who is in a room of the pool, here or at another node.
struct Present {
  std::uint32_t endpoints = 0;  // here, those that linger included
  PeerSet peers = 0;            // nodes where the person is too
  PeerSet unconfirmed = 0;      // of them those whose link was lost since
  bool manager = false;
  bool presenter = false;
};

struct EarlyPost {
  store::Message message;
  std::string client_id;
};

struct LiveRoom {
  store::Room room;
  std::string guid;  // as on the wire
  std::vector<SessionId> sessions;
  std::unordered_map<store::PrincipalId, Present> present;
  std::size_t people_here = 0;                 // of them at this node
  std::vector<std::uint32_t> people_at_peers;  // by number; empty without peers
  std::uint64_t uses = 0;                      // times that the first person has come to this node

  Recent recent;
  bool loading = false;                            // the store was asked for the recent messages
  std::uint64_t loading_for = 0;                   // by which use of the room
  bool load_again = false;                         // that use is over
  bool let_in_unread = false;                      // people were let in although the store could not be read
  std::vector<std::function<void()>> when_loaded;  // called whether or not they came
  std::map<std::int64_t, EarlyPost> early;         // committed, but an older one has not been delivered yet
  std::int64_t caught_up_to = 0;  // delivered because the store told of it, and not because of its own completion
  bool catching_up = false;       // the store was asked for what is missing before them
  bool catch_up_again = false;

  std::uint64_t arrivals_so_far = 0;
  std::vector<RosterArrival> arrived;
  std::vector<store::PrincipalId> departed;

  bool in_use() const { return !sessions.empty() || people_here > 0; }
  PeerSet peers() const;  // where somebody is
};

class Rooms {
public:
  // Null when there is none. Rooms stay where they are until they are removed.
  LiveRoom* find(store::RoomId id);
  LiveRoom* find(std::string_view wire_guid);  // in lower case
  const std::map<store::RoomId, LiveRoom>& all() const { return rooms_; }
  std::map<store::RoomId, LiveRoom>& all() { return rooms_; }
  // Rooms whose access list names the principal.
  const std::vector<store::RoomId>& listing(store::PrincipalId principal) const;

  LiveRoom& put(store::Room room);
  void remove(store::RoomId id);

private:
  void unlist(const store::Room& room);

  std::map<store::RoomId, LiveRoom> rooms_;
  std::unordered_map<std::string, store::RoomId> by_guid_;
  std::unordered_map<store::PrincipalId, std::vector<store::RoomId>> listing_;
};

}  // namespace poolcast::chat
