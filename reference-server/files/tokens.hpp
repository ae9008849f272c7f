// What the file service asks of whoever knows tokens (the store, wired by serve): who may move which file, and that it happened.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "reference-server/result.hpp"

namespace poolcast::files {

using WallTime = std::chrono::system_clock::time_point;

enum class Direction { upload, download };

// A token is bound to all of this when it is made (getfutok, getfdtok).
struct Grant {
  std::string user;  // "sip:ann@lab.example"
  std::string room;  // GUID of the room, lower case
  Direction direction = Direction::download;
  std::string file;  // download: the stored name. Upload: empty until bind(), then the name that the service made
  WallTime expires;
  bool operator==(const Grant&) const = default;
};

struct FileEvent {
  std::string user;
  std::string room;
  Direction direction = Direction::download;
  std::string file;  // stored name
  std::uint64_t bytes = 0;
  bool operator==(const FileEvent&) const = default;
};

// All calls come from the io thread; each ends in exactly one call of `done` on the io thread, now or later.
class TokenCheck {
public:
  TokenCheck() = default;
  TokenCheck(const TokenCheck&) = delete;
  TokenCheck& operator=(const TokenCheck&) = delete;
  virtual ~TokenCheck() = default;
  // not_found for a token that is unknown, used up or revoked; the service itself compares expiry, room, file and direction.
  virtual void check(const std::string& token, std::function<void(Result<Grant>)> done) = 0;
  // An upload token gets the name of its one file; conflict when it has one already.
  virtual void bind(const std::string& token, const std::string& file, std::function<void(Result<Done>)> done) = 0;
  // For compliance: an upload is complete and on disk, which uses its token up; or a download begins, before its first byte goes
  // out. After a restart of the service a download may be recorded again: one event per token is enough. When this fails, a
  // download does not begin, and an upload is taken back, unless it may work later (internal, unavailable): the client then sends
  // its last chunk again.
  virtual void record(const std::string& token, const FileEvent& event, std::function<void(Result<Done>)> done) = 0;
};

}  // namespace poolcast::files
