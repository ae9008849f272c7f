#include "reference-server/proto/xccos_words.hpp"

#include <algorithm>
#include <utility>

#include "reference-server/proto/text.hpp"

namespace poolcast::proto {
namespace {

constexpr std::string_view room_scheme = "ma-chan://";
constexpr std::string_view category_scheme = "ma-cat://";

bool is_address_part(std::string_view text, std::size_t longest) {
  const auto allowed = [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, allowed);
}

template <class Address>
std::optional<Address> make_address(std::string_view domain, std::string_view guid) {
  // 253: the longest host name (RFC 1035).
  if (!is_address_part(domain, 253) || !is_address_part(guid, 64)) return std::nullopt;
  return Address{to_lower(domain), to_lower(guid)};
}

template <class Address>
std::optional<Address> parse_uri(std::string_view uri, std::string_view scheme) {
  if (uri.size() <= scheme.size() || !iequals(uri.substr(0, scheme.size()), scheme)) return std::nullopt;
  uri.remove_prefix(scheme.size());
  const std::size_t slash = uri.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  return make_address<Address>(uri.substr(0, slash), uri.substr(slash + 1));
}

template <class Value, std::size_t Count>
std::optional<Value> find_named(const std::pair<Value, std::string_view> (&table)[Count], std::string_view text) {
  for (const auto& [value, name] : table)
    if (iequals(name, text)) return value;
  return std::nullopt;
}

template <class Value, std::size_t Count>
std::string_view find_name(const std::pair<Value, std::string_view> (&table)[Count], Value wanted) {
  for (const auto& [value, name] : table)
    if (value == wanted) return name;
  return {};
}

constexpr std::pair<Privacy, std::string_view> privacies[] = {
    {Privacy::open, "OPEN"}, {Privacy::closed, "SCOPED"}, {Privacy::secret, "PRIVATE"}};
constexpr std::pair<Behavior, std::string_view> behaviors[] = {{Behavior::normal, "NORMAL"},
                                                               {Behavior::auditorium, "AUDITORIUM"}};
constexpr std::pair<Role, std::string_view> roles[] = {{Role::member, "MEMBER"},
                                                       {Role::manager, "MANAGER"},
                                                       {Role::presenter, "PRESENTER"},
                                                       {Role::creator, "CREATOR"},
                                                       {Role::scope, "ALLOWED"}};
constexpr std::pair<int, std::string_view> responses[] = {
    {200, "SUCCESS_OK"},
    {400, "The request was not understood"},
    {403, "You do not have the permission to do this"},
    {404, "No such room, category, person, message or file"},
    {409, "The name is taken, or somebody else changed it meanwhile"},
    {413, "This is larger than the server accepts"},
    {423, "The room is disabled"},
    {429, "Too many requests, try again later"},
    {500, "The server failed"},
    {503, "The server cannot do this now, try again later"},
};

}  // namespace

std::optional<RoomAddress> make_room_address(std::string_view domain, std::string_view guid) {
  return make_address<RoomAddress>(domain, guid);
}
std::optional<CategoryAddress> make_category_address(std::string_view domain, std::string_view guid) {
  return make_address<CategoryAddress>(domain, guid);
}

std::optional<RoomAddress> parse_room_uri(std::string_view uri) { return parse_uri<RoomAddress>(uri, room_scheme); }
std::optional<CategoryAddress> parse_category_uri(std::string_view uri) {
  return parse_uri<CategoryAddress>(uri, category_scheme);
}

std::string to_uri(const RoomAddress& room) { return std::string(room_scheme) + room.domain + "/" + room.guid; }
std::string to_uri(const CategoryAddress& category) {
  return std::string(category_scheme) + category.domain + "/" + category.guid;
}

std::string_view wire_name(Privacy privacy) { return find_name(privacies, privacy); }
std::string_view wire_name(Behavior behavior) { return find_name(behaviors, behavior); }
std::string_view wire_name(Role role) { return find_name(roles, role); }
std::optional<Privacy> privacy_named(std::string_view text) { return find_named(privacies, text); }
std::optional<Behavior> behavior_named(std::string_view text) { return find_named(behaviors, text); }
std::optional<Role> role_named(std::string_view text) { return find_named(roles, text); }

std::string_view response_text(int code) {
  const std::string_view text = find_name(responses, code);
  return text.empty() ? "The request failed" : text;
}

}  // namespace poolcast::proto
