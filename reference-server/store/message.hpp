// Posts, what happens to them, and how history asks for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reference-server/store/ids.hpp"

namespace poolcast::store {

enum class MessageKind : std::uint8_t { normal = 0, alert = 1, story = 2 };

// What the compliance service records. Numbers are stored.
enum class EventKind : std::uint8_t { join = 1, part = 2, chat = 3, backchat = 4, file_upload = 5, file_download = 6 };

// Bodies beyond this are refused as too_large whatever the server's own limit says: an index entry has limits of its own.
constexpr std::size_t largest_body_bytes = 65'536;
constexpr std::size_t largest_rtf_bytes = 262'144;

// The key of a post is (room, sender, client_key): nobody can take the key of somebody else's post in advance.
struct Post {
  RoomId room{};
  PrincipalId sender{};
  Uuid client_key{};
  std::int64_t sent_ms = 0;  // since 1970, the server's clock
  MessageKind kind = MessageKind::normal;
  std::string body{};     // UTF-8
  std::string title{};    // of a story
  std::string rtf{};      // rich text beside the plain body; empty when there is none
  bool recorded = false;  // leave a chat event for the compliance service in the same transaction
};

struct Appended {
  std::int64_t seq = 0;      // counts from 1 in each room, without gaps, in the order of the commits
  std::int64_t sent_ms = 0;  // as stored: of the first of several equal posts
  bool duplicate = false;    // it was there already
  bool operator==(const Appended&) const = default;
};

// What happened without a post: leaves through the outbox like the event of a post.
struct Event {
  EventKind kind = EventKind::join;
  RoomId room{};
  PrincipalId who{};
  std::int64_t at_ms = 0;
  std::string content{};  // stored file name of an upload or a download; else empty
  // A part cannot be refused while the database is away: kept in memory (up to the queue's limit) and stored when it is back.
  bool keep = false;
};

struct Message {
  RoomId room{};
  std::int64_t seq = 0;
  PrincipalId sender{};
  std::int64_t sent_ms = 0;
  MessageKind kind = MessageKind::normal;
  std::string body{};
  std::string title{};
  std::string rtf{};
  bool operator==(const Message&) const = default;
};

// However many are asked for.
constexpr int most_history_messages = 1'000;
constexpr int most_search_messages_per_room = 1'000;
constexpr int most_search_messages = 5'000;

enum class Take : std::uint8_t { newest, oldest };  // which ones, when there are more than the limit

// All conditions hold together; the messages come back oldest first.
struct HistoryQuery {
  RoomId room{};
  std::optional<std::int64_t> after_seq{};   // exclusive
  std::optional<std::int64_t> before_seq{};  // exclusive
  std::optional<std::int64_t> from_ms{};     // inclusive
  std::optional<std::int64_t> until_ms{};    // inclusive
  std::vector<PrincipalId> authors{};        // empty: everybody
  int limit = 25;
  Take take = Take::newest;
};

enum class Match : std::uint8_t { all_words, phrase };

// A word is a run of letters and digits; everything else in the text separates words and means nothing.
struct SearchQuery {
  std::vector<RoomId> rooms{};  // those the asker may read; none finds nothing
  std::string text{};
  Match match = Match::all_words;
  bool match_case = false;
  std::vector<PrincipalId> authors{};
  std::optional<std::int64_t> from_ms{};
  std::optional<std::int64_t> until_ms{};
  int limit_per_room = 50;
  Take take = Take::newest;
};

struct Found {
  std::vector<Message> messages{};  // by room in the order of RoomId, oldest first
  bool truncated = false;           // some room, or the whole, had more
};

}  // namespace poolcast::store
