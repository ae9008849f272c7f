// What became of every post, and whether the server still has it: the rooms are read back and compared with what was
// acknowledged.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "reference-server/loadgen/fleet.hpp"

namespace poolcast::loadgen {

enum class Fate : std::uint8_t { sent, acknowledged, refused, lost };

struct Balance {
  std::uint64_t sent = 0, acknowledged = 0, refused = 0;
  std::uint64_t unanswered = 0;             // the connection went, or there is no answer yet
  std::uint64_t missing = 0;                // acknowledged and not in the history
  std::uint64_t stored_twice = 0;           // more than once in the history
  std::uint64_t stored_unacknowledged = 0;  // in the history, although the sender was never told so
  std::uint64_t rooms_not_read = 0;         // nobody of theirs was signed in, or the server did not answer
};

class Ledger {
public:
  explicit Ledger(const Membership& membership) : membership_(membership) {}

  PostNumber add(RoomNumber room, double intended);
  std::size_t size() const { return posts_.size(); }
  RoomNumber room_of(PostNumber post) const { return posts_[post].room; }
  double intended(PostNumber post) const { return posts_[post].intended; }
  Fate fate(PostNumber post) const { return posts_[post].fate; }
  void set(PostNumber post, Fate fate);

  // Asks for the history of every room with posts in it, page by page from the newest on, until a page holds none of this run.
  void read_back(Fleet& fleet);
  void page(Fleet& fleet, EndpointNumber reader, RoomNumber room, std::string_view body);
  bool is_read() const { return rooms_to_read_.empty() && reading_ == 0; }
  Balance balance() const;

private:
  struct Post {
    double intended = 0;
    RoomNumber room = 0;
    Fate fate = Fate::sent;
    std::uint8_t found = 0;
  };
  void read_next(Fleet& fleet);

  const Membership& membership_;
  std::vector<Post> posts_;
  std::deque<RoomNumber> rooms_to_read_;
  std::size_t reading_ = 0;
  std::uint64_t rooms_not_read_ = 0;
};

}  // namespace poolcast::loadgen
