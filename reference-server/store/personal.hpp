// What belongs to one person or one client: preferences, invitations, file tokens, the rooms an endpoint had joined.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reference-server/store/ids.hpp"

namespace poolcast::store {

struct Preference {
  PrincipalId user{};
  std::string label{};
  std::string content{};   // base64, as the client sent it
  std::int64_t seqid = 0;  // grows with every change; an older one than the stored is a conflict
};

struct Invitation {
  std::int64_t id = 0;  // given by the store, grows
  RoomId room{};
  PrincipalId user{};
  PrincipalId by{};
  std::int64_t sent_ms = 0;
};

enum class FileDirection : std::uint8_t { upload = 1, download = 2 };

// The user guide of the product's web service gives a token half an hour.
constexpr std::chrono::minutes file_token_life{30};

struct FileToken {
  Uuid token{};
  PrincipalId user{};
  RoomId room{};
  std::string file{};
  FileDirection direction = FileDirection::upload;
  std::int64_t expires_ms = 0;
};

// The rooms that a client instance (user, epid) has joined, so that another node, or this one after a restart, restores them.
struct EndpointRooms {
  PrincipalId user{};
  std::string epid{};
  std::vector<RoomId> rooms{};  // none: the endpoint is forgotten
  std::int64_t updated_ms = 0;
  bool operator==(const EndpointRooms&) const = default;
};

}  // namespace poolcast::store
