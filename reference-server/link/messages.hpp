// What nodes of one pool tell each other: plain values. docs/adr/0014 says why these and no others.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "reference-server/store/ids.hpp"
#include "reference-server/store/message.hpp"

namespace poolcast::link {

// A node that speaks another version is refused: the nodes of a pool are brought up to date together, one after the other.
constexpr std::uint16_t protocol_version = 1;

// The first message of either side: who speaks. Nothing else is said or heard before.
struct Hello {
  std::uint16_t version = protocol_version;
  std::string pool;
  std::string node;
  store::Uuid database{};  // the content database that the pool shares
  bool operator==(const Hello&) const = default;
};

// Somebody is in a room at the node that speaks, or is not any more.
struct Presence {
  store::RoomId room{};
  store::PrincipalId person{};
  bool present = false;
  bool manager = false;
  bool presenter = false;
  bool operator==(const Presence&) const = default;
};

// After the Hello and everybody who is there: whoever was not named is not there.
struct AllTold {
  bool operator==(const AllTold&) const = default;
};

// Answered once everything before it has been dealt with: a barrier, and the sign of life of a quiet link.
struct Ask {
  std::uint64_t number = 0;
  bool operator==(const Ask&) const = default;
};
struct Answer {
  std::uint64_t number = 0;
  bool operator==(const Answer&) const = default;
};

// A post that is committed.
struct Post {
  store::Message message;
  std::string client_id;  // the message id that its author's client gave
  bool operator==(const Post&) const = default;
};

// A post in this room may be stored or not, and nobody will be told of it: the database knows.
struct Doubt {
  store::RoomId room{};
  bool operator==(const Doubt&) const = default;
};

// People, categories or rooms have changed: the database knows how.
struct Changed {
  bool operator==(const Changed&) const = default;
};

// The last message, when it can still be said.
struct Goodbye {
  std::string why;  // a sentence for the other side's log
  bool operator==(const Goodbye&) const = default;
};

using Message = std::variant<Hello, Presence, AllTold, Ask, Answer, Post, Doubt, Changed, Goodbye>;

}  // namespace poolcast::link
