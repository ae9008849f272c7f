#include "reference-server/files/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

namespace poolcast::files {

namespace fs = std::filesystem;

namespace {

class Descriptor {
public:
  Descriptor(const fs::path& path, int flags)
      : number_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  explicit operator bool() const { return number_ >= 0; }
  int operator*() const { return number_; }

private:
  int number_;
};

// Messages go to clients: no path, no detail of the machine.
Error from_system(const char* what) {
  const int number = errno;
  if (number == ENOENT) return {ErrorCode::not_found, "There is no such file."};
  if (number == ENOSPC || number == EDQUOT) return {ErrorCode::unavailable, "There is no room for more files."};
  return {ErrorCode::internal, std::string(what) + " (" + std::strerror(number) + ")."};
}

std::optional<std::uint64_t> size_of(int descriptor) {
  struct stat facts {};
  if (::fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(facts.st_size);
}

bool write_all(int descriptor, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return true;
}

Result<std::string> read_from(int descriptor, std::uint64_t offset, std::uint64_t most) {
  std::string bytes(most, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::pread(descriptor, bytes.data() + filled, bytes.size() - filled, static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return from_system("The file cannot be read");
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

// What is said when a chunk that was sent before comes again with other bytes.
std::optional<Error> differs(int descriptor, const Chunk& chunk) {
  auto before = read_from(descriptor, chunk.offset, chunk.bytes.size());
  if (!before) return before.error();
  if (*before != chunk.bytes) return Error{ErrorCode::conflict, "Other bytes are stored at this offset already."};
  return std::nullopt;
}

bool make_private_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder.parent_path(), failed);
  return ::mkdir(folder.c_str(), S_IRWXU) == 0 || errno == EEXIST;
}

// A name is on the disk only when its folder is.
bool sync_folder(const fs::path& folder) {
  const Descriptor descriptor(folder, O_RDONLY | O_DIRECTORY);
  return descriptor && ::fsync(*descriptor) == 0;
}

}  // namespace

Result<Done> FileDisk::begin(const std::string& file) const {
  if (!make_private_folder(root_) || !make_private_folder(root_ / "incoming")) return from_system("No folder can be made");
  const Descriptor descriptor(incoming(file), O_WRONLY | O_CREAT);
  if (!descriptor) return from_system("The upload cannot begin");
  return Done{};
}

Result<Appended> FileDisk::append(const FilePlace& place, const Chunk& chunk) const {
  const std::uint64_t end = chunk.offset + chunk.bytes.size();
  if (chunk.bytes.empty() || end > chunk.whole_bytes)
    return Error{ErrorCode::malformed, "A chunk must hold something and lie within the file."};
  {
    const Descriptor descriptor(incoming(place.file), O_RDWR);
    if (!descriptor && errno == ENOENT && end == chunk.whole_bytes) return appended_before(place, chunk);
    if (!descriptor) return from_system("The upload cannot go on");
    const auto present = size_of(*descriptor);
    if (!present) return from_system("The upload cannot go on");
    if (*present == end) {
      if (auto error = differs(*descriptor, chunk)) return *error;
    } else if (*present != chunk.offset) {
      return Error{ErrorCode::conflict, "Chunks come in order; " + std::to_string(*present) + " bytes are stored."};
    } else if (!write_all(*descriptor, chunk.bytes, chunk.offset)) {
      Error error = from_system("The chunk cannot be written");
      // Half a chunk would stand in the way of sending it again; when this fails too, the upload cannot go on, which is safe.
      if (::ftruncate(*descriptor, static_cast<off_t>(chunk.offset)) != 0) error.message += " The upload has to begin anew.";
      return error;
    }
    if (end < chunk.whole_bytes) return Appended::more_to_come;
    if (::fsync(*descriptor) != 0) return from_system("The file cannot be brought to the disk");
  }
  return complete(place);
}

Result<Appended> FileDisk::appended_before(const FilePlace& place, const Chunk& chunk) const {
  const Descriptor descriptor(stored(place), O_RDONLY);
  if (!descriptor) return from_system("The upload cannot go on");
  if (size_of(*descriptor) != chunk.whole_bytes) return Error{ErrorCode::conflict, "The file is complete, with another size."};
  if (auto error = differs(*descriptor, chunk)) return *error;
  return Appended::complete;
}

Result<Appended> FileDisk::complete(const FilePlace& place) const {
  const fs::path folder = root_ / place.room;
  if (!make_private_folder(folder)) return from_system("No folder can be made for the room");
  // A link, unlike a rename, never replaces what is there.
  if (::link(incoming(place.file).c_str(), stored(place).c_str()) != 0) {
    if (errno == EEXIST) return Error{ErrorCode::conflict, "There is a file of this name already."};
    return from_system("The file cannot be stored");
  }
  ::unlink(incoming(place.file).c_str());
  if (!sync_folder(folder) || !sync_folder(root_)) return from_system("The file cannot be brought to the disk");
  return Appended::complete;
}

Result<std::uint64_t> FileDisk::size(const FilePlace& place) const {
  const Descriptor descriptor(stored(place), O_RDONLY);
  if (!descriptor) return from_system("The file cannot be read");
  const auto size = size_of(*descriptor);
  if (!size) return Error{ErrorCode::not_found, "There is no such file."};
  return *size;
}

Result<std::string> FileDisk::read(const FilePlace& place, std::uint64_t offset, std::uint64_t most) const {
  const Descriptor descriptor(stored(place), O_RDONLY);
  if (!descriptor) return from_system("The file cannot be read");
  const auto size = size_of(*descriptor);
  if (!size) return Error{ErrorCode::not_found, "There is no such file."};
  if (offset > *size) return Error{ErrorCode::malformed, "The offset lies beyond the end of the file."};
  return read_from(*descriptor, offset, std::min(most, *size - offset));
}

Result<Done> FileDisk::remove(const FilePlace& place) const {
  if (::unlink(stored(place).c_str()) != 0) return from_system("The file cannot be removed");
  return Done{};
}

std::size_t FileDisk::tidy(fs::file_time_type before) const {
  std::size_t removed = 0;
  std::error_code failed;  // a file that cannot be looked at or removed is tried again next time
  for (const fs::directory_entry& entry : fs::directory_iterator(root_ / "incoming", failed)) {
    const fs::file_time_type changed = entry.last_write_time(failed);
    if (!failed && changed < before && fs::remove(entry.path(), failed)) ++removed;
  }
  return removed;
}

}  // namespace poolcast::files
