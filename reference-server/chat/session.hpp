// One chat dialog: who it is, the rooms it is in, and the commands that wait for those before them.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "reference-server/chat/people.hpp"
#include "reference-server/chat/port.hpp"
#include "reference-server/proto/xccos.hpp"

namespace poolcast::chat {

struct JoinedAt {
  store::RoomId room{};
  std::uint64_t arrivals = 0;  // LiveRoom::arrivals_so_far then: later arrivals are news to this session
};

// One INFO whose turn has not come.
struct WaitingInfo {
  Ticket ticket = 0;
  bool answered = false;  // a post is answered after its commit, everything else at once
  proto::Envelope envelope;
  double arrived_s = 0;
};

struct Session {
  SessionId id{};
  Person person;
  std::string epid;
  std::array<std::uint8_t, 16> key{};  // where the keys of posts without an id of their own begin: grows with time
  bool same_registration = false;      // it lost only its dialog: it will not join its rooms again by itself
  std::vector<JoinedAt> joined;

  // Commands are done in order. Posts run side by side, because the store keeps their order; everything else waits for what was
  // begun before it, and holds up what comes after it.
  std::deque<WaitingInfo> waiting;
  std::size_t posts_running = 0;
  std::size_t others_running = 0;
  bool choosing = false;  // run_waiting() is at work
  bool unsaved = false;   // the rooms have changed since the endpoint was saved

  const JoinedAt* in(store::RoomId room) const {
    for (const JoinedAt& at : joined)
      if (at.room == room) return &at;
    return nullptr;
  }
};

// An endpoint that was lost and may come back: its person still counts as present in these rooms, so that nobody is told of a
// departure and a return.
struct Lingering {
  std::vector<store::RoomId> rooms{};
  std::vector<std::int64_t> last_seqs{};  // what it had seen, in the order of the rooms; -1: unknown
  double until_s = 0;
  bool expected = false;  // it was here before this process began, says the store: or at another node, which will tell
};

struct EndpointKey {
  store::PrincipalId user{};
  std::string epid;
  auto operator<=>(const EndpointKey&) const = default;
};

}  // namespace poolcast::chat
