// What the server says, written at the end of a string. The structs are views: they live as long as the call.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/proto/utc_time.hpp"
#include "reference-server/proto/xccos_words.hpp"

namespace poolcast::proto {

// The Content-Type of everything here [V].
constexpr std::string_view xccos_content_type = "text/plain";

struct ReplyHead {
  std::uint64_t envid = 0;                             // of the reply's own envelope
  std::uint64_t command_envid = 0, command_seqid = 1;  // copied from the request
  int code = 200;
  std::string_view text{};  // shown to the user verbatim by pidgin-sipe when join or search fails; empty: response_text(code)
};

struct RoomView {
  std::string_view domain{}, guid{};
};
struct CategoryView {
  std::string_view domain{}, guid{};
};
struct PersonView {
  std::string_view uri{}, user_name{}, display_name{};
};

// A room as searches and joins show it: `chanib`.
struct RoomDetails {
  RoomView room{};
  CategoryView category{};
  std::string_view name{}, description{}, topic{};
  Privacy privacy = Privacy::open;
  Behavior behavior = Behavior::normal;
  bool disabled = false;
  bool logged = true;
  bool invitations = false;
  bool file_upload = false;
  std::optional<std::uint64_t> participants{};  // how many are in it now
  std::optional<std::uint64_t> version{};       // [D]
};

// A reply without data: what a failed command gets, and setpref, chanenable, …. `command` as in Request::name.
void append_reply(std::string& out, const ReplyHead& head, std::string_view command);
// `err` [M]: the envelope could not be read at all.
void append_unreadable(std::string& out, std::uint64_t envid, int code, std::string_view text);

// --- sign-in ---

void append_node(std::string& out, const ReplyHead& head, std::string_view node_uri);  // rpl:requri [V]

struct ServerInfo {
  std::uint64_t info_type = 123;
  UtcTime server_time{};
  std::uint32_t search_limit = 999;
  std::uint32_t message_size_limit = 0, story_size_limit = 0;
  CategoryView root{};
  std::string_view database_version{};
  std::string_view display_name{}, management_url{};  // 2013; attribute names unconfirmed
};
void append_server_info(std::string& out, const ReplyHead& head, const ServerInfo& info);  // rpl:getserverinfo [S, P]

struct Invitation {
  std::uint64_t id = 0;
  RoomView room{};
  std::string_view room_name{}, invited_by{};  // SIP URI
  UtcTime at{};
};
void append_invitations(std::string& out, const ReplyHead& head, std::span<const Invitation> invitations);  // rpl:getinv [M]

struct Preference {
  std::string_view label{};
  std::uint64_t seqid = 0;
  std::string_view content{};
};
void append_preference(std::string& out, const ReplyHead& head, const Preference& preference);  // rpl:getpref [S]

// --- rooms ---

// rpl:chansrch [V] and rpl:getassociations [D]; a list that was cut at the search limit is still a success. `command` names
// which.
void append_rooms(std::string& out, const ReplyHead& head, std::string_view command, std::span<const RoomDetails> rooms);

// Indices into `people`.
struct JoinedRoom {
  RoomDetails details{};
  std::span<const std::uint32_t> participants{}, managers{}, presenters{};
};
struct JoinOutcome {
  std::span<const JoinedRoom> rooms{};
  std::span<const PersonView> people{};  // everybody who occurs in a room, once
  std::span<const RoomView> failed{};    // `fib` [P]
};
void append_joined(std::string& out, const ReplyHead& head, bool batch, const JoinOutcome& outcome);  // rpl:join, rpl:bjoin [V]
void append_parted(std::string& out, const ReplyHead& head, const RoomView& room);                    // rpl:part [V]

// --- notices: envelopes of their own ---

struct Presence {
  RoomView room{};
  bool manager = false;
  bool presenter = false;
};
struct Arrival {
  PersonView person{};
  std::span<const Presence> rooms{};
};
// ntc:join [V], or ntc:bjoin [S] where somebody entered several rooms. Several people may share one notice.
void append_join_notice(std::string& out, std::uint64_t envid, std::span<const Arrival> arrivals);
struct Departure {
  RoomView room{};
  std::span<const std::string_view> uris{};
};
void append_part_notice(std::string& out, std::uint64_t envid, std::span<const Departure> departures);  // ntc:part [V]
// Names [D]; pidgin-sipe ignores these.
void append_room_notice(std::string& out, std::uint64_t envid, const RoomDetails& room);             // ntc:chanmodify
void append_invitation_notice(std::string& out, std::uint64_t envid, const Invitation& invitation);  // ntc:invite

// --- messages ---

struct ChatView {
  RoomView room{};
  std::uint64_t id = 0;  // `chatId` [M]: increasing per room
  std::string_view author{}, author_name{};
  UtcTime at{};
  std::string_view text{}, rich_text{}, story_title{}, client_id{};
  bool alert = false;
};
// grpchat: the same bytes for every recipient of the room [V; authdisp, chatId, alert M; title, msgid D].
void append_post(std::string& out, std::uint64_t envid, const ChatView& chat);

struct RoomHistory {
  RoomView room{};
  std::span<const ChatView> chats{};  // in the order asked for
  bool truncated = false;             // more were found than the limit allows [D]
};
// rpl:bccontext [V], rpl:bcbydate, rpl:bcbymsg [M]: `command` names which.
void append_history(std::string& out, const ReplyHead& head, std::string_view command, std::span<const RoomHistory> rooms);

// --- files ---

void append_file_token(std::string& out, const ReplyHead& head, std::string_view token,
                       std::string_view server_url);  // getftok [P]

// --- management [D] ---

struct RoleList {
  Role role = Role::member;
  std::span<const PersonView> people{};
};
struct CategoryDetails {
  CategoryView category{};
  std::string_view name{}, description{};
  bool invitations = false, file_upload = false, logged = true;
  std::optional<std::uint64_t> version{};
  std::span<const RoleList> roles{};
};
void append_room(std::string& out, const ReplyHead& head, std::string_view command, const RoomDetails& room,
                 std::span<const RoleList> roles);
void append_categories(std::string& out, const ReplyHead& head, std::string_view command,
                       std::span<const CategoryDetails> categories);
void append_people(std::string& out, const ReplyHead& head, std::string_view command, std::span<const PersonView> people);

}  // namespace poolcast::proto
