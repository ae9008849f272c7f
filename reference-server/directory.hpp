// Who there is and what they may enter: plain rows that the store loads and changes, and that the chat decides on.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace poolcast {

enum class PrincipalId : std::int64_t {};  // a user or a group
enum class CategoryId : std::int64_t {};
enum class RoomId : std::int64_t {};

// 128 bits, in the order in which they are written.
using Guid = std::array<std::uint8_t, 16>;

enum class PrincipalKind : std::uint8_t { user, group };

struct Principal {
  PrincipalId id{};
  PrincipalKind kind = PrincipalKind::user;
  std::string uri;  // of a user `sip:ann@lab.example`, in lower case; of a group its name
  std::string display_name;
  bool disabled = false;
  std::vector<PrincipalId> groups;  // it is a direct member of these
  bool operator==(const Principal&) const = default;
};

// A room lies in exactly one category; the category says who may be in its rooms at all, and the rooms' defaults.
struct Category {
  CategoryId id{};
  std::optional<CategoryId> parent;  // none: a root
  Guid guid{};
  std::string name;
  std::string description;
  std::vector<PrincipalId> allowed;   // in scope; empty: everybody
  std::vector<PrincipalId> creators;  // may create rooms here
  bool invitations = true;
  bool file_upload = true;
  bool history = true;
  std::int64_t version = 1;
  bool operator==(const Category&) const = default;
};

enum class RoomKind : std::uint8_t { normal, auditorium };
enum class Privacy : std::uint8_t { open, closed, secret };

// Bits of a membership.
enum Role : std::uint8_t { role_member = 1, role_manager = 2, role_presenter = 4 };

struct RoleEntry {
  PrincipalId principal{};
  std::uint8_t roles = role_member;
  bool operator==(const RoleEntry&) const = default;
};

struct Room {
  RoomId id{};
  Guid guid{};
  CategoryId category{};
  std::string name;  // unique in the whole pool: clients name a conversation after it
  std::string description;
  std::string topic;
  RoomKind kind = RoomKind::normal;
  Privacy privacy = Privacy::closed;
  bool disabled = false;
  bool invitations = true;
  bool file_upload = true;
  bool history = true;
  std::vector<RoleEntry> roles;  // access list, by principal
  std::int64_t version = 1;      // grows with every change; an edit names the version that it was made on
  bool operator==(const Room&) const = default;
};

// All of it, as it was at one revision.
struct Directory {
  std::int64_t revision = 0;
  std::vector<Principal> principals;
  std::vector<Category> categories;
  std::vector<Room> rooms;
};

}  // namespace poolcast
