// Files of rooms on the disk. Every call blocks: they run on the service's own thread, one after the other.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "reference-server/result.hpp"

namespace poolcast::files {

// Names are checked by the caller: a room is a GUID, a file a stored name.
struct FilePlace {
  std::string room;
  std::string file;
};

struct Chunk {
  std::uint64_t offset = 0;
  std::uint64_t whole_bytes = 0;  // of the file when it is complete
  std::string bytes;
};

enum class Appended { more_to_come, complete };

// ROOT/incoming/FILE while chunks arrive, then ROOT/ROOM/FILE. What lies in a room's folder is complete and never changes.
class FileDisk {
public:
  explicit FileDisk(std::filesystem::path root) : root_(std::move(root)) {}

  // Begins an upload: an empty file in incoming/, unless it has begun. Folders are made with mode 0700.
  Result<Done> begin(const std::string& file) const;
  // Chunks come in order; the last one, sent again because its answer was lost, is accepted when it holds the same bytes, also
  // when the file is complete by then. The one that completes the file brings it to the disk (fsync) and into the room's folder,
  // at once and never over another file.
  Result<Appended> append(const FilePlace& place, const Chunk& chunk) const;
  Result<std::uint64_t> size(const FilePlace& place) const;
  // At most `most` bytes from `offset`; empty at the end.
  Result<std::string> read(const FilePlace& place, std::uint64_t offset, std::uint64_t most) const;
  Result<Done> remove(const FilePlace& place) const;
  // Removes uploads that nobody has gone on with since `before`; how many.
  std::size_t tidy(std::filesystem::file_time_type before) const;

private:
  std::filesystem::path incoming(const std::string& file) const { return root_ / "incoming" / file; }
  std::filesystem::path stored(const FilePlace& place) const { return root_ / place.room / place.file; }
  Result<Appended> complete(const FilePlace& place) const;
  Result<Appended> appended_before(const FilePlace& place, const Chunk& chunk) const;

  std::filesystem::path root_;
};

}  // namespace poolcast::files
