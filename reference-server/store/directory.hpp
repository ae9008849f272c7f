// Who there is and which rooms there are: small, loaded once at the start, then followed change by change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "reference-server/store/ids.hpp"

namespace poolcast::store {

enum class PrincipalKind : std::uint8_t { user = 0, group = 1 };

// What proves a password without holding it. Both are as good as the password itself, so they lie in the database sealed
// (store/vault.hpp) and are opened only for the moment of a sign-in.
enum class VerifierKind : std::uint8_t {
  digest_ha1 = 1,  // MD5(user:realm:password), RFC 2617
  nt_hash = 2,     // MD4 of the password in UTF-16LE, MS-NLMP 3.3.1
};

struct SealedVerifier {
  VerifierKind kind = VerifierKind::digest_ha1;
  std::string realm{};   // of digest_ha1
  std::string key_id{};  // of the vault's key that sealed it
  std::string sealed{};  // base64
  bool operator==(const SealedVerifier&) const = default;
};

struct Principal {
  PrincipalId id{};
  PrincipalKind kind = PrincipalKind::user;
  std::string uri{};  // sip:ann@lab.example, lower case, unique; of a group its name
  std::string display_name{};
  std::string email{};
  bool disabled = false;
  bool administrator = false;               // may do everything in every category
  std::vector<PrincipalId> members{};       // of a group; users and groups
  std::vector<SealedVerifier> verifiers{};  // of a user
  std::int64_t version = 0;                 // of this row; an edit names the one it was made from
  bool operator==(const Principal&) const = default;
};

struct Category {
  CategoryId id{};
  CategoryId parent{};  // 0: the root
  std::string name{};   // unique beside its siblings
  std::string description{};
  bool invitations = true;  // defaults of its rooms
  bool file_upload = true;
  bool history = true;
  std::vector<PrincipalId> allowed{};   // in scope; users and groups
  std::vector<PrincipalId> denied{};    // out of scope although allowed
  std::vector<PrincipalId> creators{};  // may create rooms
  std::int64_t version = 0;
  bool operator==(const Category&) const = default;
};

enum class RoomKind : std::uint8_t { normal = 0, auditorium = 1 };
enum class Privacy : std::uint8_t { open = 0, closed = 1, secret = 2 };
enum class Setting : std::uint8_t { inherited = 0, off = 1, on = 2 };  // a room's own word, or its category's

// Bits of RoomMember::roles.
constexpr unsigned role_member = 1;
constexpr unsigned role_manager = 2;
constexpr unsigned role_presenter = 4;

struct RoomMember {
  PrincipalId principal{};
  unsigned roles = 0;
  bool operator==(const RoomMember&) const = default;
};

struct Room {
  RoomId id{};
  Uuid guid{};
  CategoryId category{};
  std::string name{};  // unique in the pool, whatever the case of its letters
  std::string description{};
  std::string topic{};
  RoomKind kind = RoomKind::normal;
  Privacy privacy = Privacy::closed;
  bool disabled = false;
  Setting invitations = Setting::inherited;
  std::string addin{};  // name of a registered web page; empty when there is none
  std::int64_t created_ms = 0;
  std::vector<RoomMember> members{};  // users and groups, by id
  std::int64_t version = 0;
  bool operator==(const Room&) const = default;
};

// A chat server of the pool and whether an administrator wants it to serve.
struct Server {
  std::string name{};
  bool active = true;
  std::int64_t version = 0;
  bool operator==(const Server&) const = default;
};

// Everything, or (in an answer to an edit and in the change feed) what is new, each with its members complete.
struct Directory {
  std::int64_t revision = 0;  // grows with every committed edit
  Uuid database{};            // of the content database: the `dbVersion` that clients are told
  std::vector<Principal> principals{};
  std::vector<Category> categories{};
  std::vector<Room> rooms{};
  std::vector<Server> servers{};
  std::vector<RoomId> removed_rooms{};
};

// id 0 (Server: an unknown name) creates, otherwise replaces everything but the verifiers when `version` is still the stored one;
// else the answer is `conflict`, as it is for a name that is taken.
struct SetRoomRoles {
  RoomId room{};
  PrincipalId principal{};
  unsigned roles = 0;  // none: no member any more
};
struct SetGroupMember {
  PrincipalId group{};
  PrincipalId member{};
  bool belongs = true;
};
struct SetVerifier {
  PrincipalId user{};
  SealedVerifier verifier{};
};
struct RemoveRoom {  // with its messages; people disable rooms instead
  RoomId room{};
};
using Edit = std::variant<Principal, Category, Room, Server, SetRoomRoles, SetGroupMember, SetVerifier, RemoveRoom>;

}  // namespace poolcast::store
