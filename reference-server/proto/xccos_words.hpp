// Words that XCCOS commands and replies share.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolcast::proto {

// `ma-chan://domain/guid` [V] or `ma-cat://domain/guid` [S]; both parts in lower case. The guid is any token of at most 64
// characters: whether a room of that name exists is not for the parser to say.
struct RoomAddress {
  std::string domain;
  std::string guid;
  auto operator<=>(const RoomAddress&) const = default;
};
struct CategoryAddress {
  std::string domain;
  std::string guid;
  auto operator<=>(const CategoryAddress&) const = default;
};
// Of a domain and a guid as they came, e.g. from `chanid domain value`; nothing where either is no such word.
std::optional<RoomAddress> make_room_address(std::string_view domain, std::string_view guid);
std::optional<CategoryAddress> make_category_address(std::string_view domain, std::string_view guid);
std::optional<RoomAddress> parse_room_uri(std::string_view uri);
std::optional<CategoryAddress> parse_category_uri(std::string_view uri);
std::string to_uri(const RoomAddress& room);
std::string to_uri(const CategoryAddress& category);

// Who may see and enter a room [P]; on the wire `OPEN`, `SCOPED`, `PRIVATE` [M, `private` V].
enum class Privacy : std::uint8_t {
  open,    // everybody in the category's scope may see and join
  closed,  // seen by all in scope, joined by members
  secret,  // seen by members
};
enum class Behavior : std::uint8_t {
  normal,
  auditorium,  // only presenters post
};
enum class Role : std::uint8_t { member, manager, presenter, creator, scope };  // creator and scope (`ALLOWED`): of a category

std::string_view wire_name(Privacy privacy);
std::string_view wire_name(Behavior behavior);  // `NORMAL`, `AUDITORIUM` [V]
std::string_view wire_name(Role role);          // `MEMBER`, `MANAGER`, `PRESENTER`, `CREATOR`, `ALLOWED` [D]
std::optional<Privacy> privacy_named(std::string_view text);
std::optional<Behavior> behavior_named(std::string_view text);
std::optional<Role> role_named(std::string_view text);

// Role blocks of a joined room: `aib key`. 3984 and 12276 are known to pidgin-sipe [S]; the presenter's is ours [D].
constexpr int participant_key = 3984;
constexpr int manager_key = 12276;
constexpr int presenter_key = 12277;

// Response texts of section 6.7 of our notes on the protocol: 200 is confirmed [P], the others are numbered like SIP [D].
std::string_view response_text(int code);

}  // namespace poolcast::proto
