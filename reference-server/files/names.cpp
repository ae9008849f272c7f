#include "reference-server/files/names.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <utility>

#include "domain/ensure.hpp"
#include "reference-server/proto/text.hpp"

namespace poolcast::files {

std::optional<std::string> allowed_extension(std::string_view name, const std::vector<std::string>& allowed) {
  const std::size_t dot = name.rfind('.');
  std::string extension = proto::to_lower(dot == std::string_view::npos ? name : name.substr(dot + 1));
  if (std::ranges::find(allowed, extension) == allowed.end()) return std::nullopt;
  return extension;
}

std::string new_stored_name(std::string_view extension) {
  std::array<std::uint8_t, 16> random{};
  const ssize_t size = ::getrandom(random.data(), random.size(), 0);
  ensure(std::cmp_equal(size, random.size()), "getrandom gives up to 256 bytes at once");
  return proto::to_string(proto::make_guid(random)) + "." + std::string(extension);
}

bool is_stored_name(std::string_view name) {
  constexpr std::size_t guid_size = 36;
  constexpr std::size_t longest_extension = 16;
  if (name.size() < guid_size + 2 || name.size() > guid_size + 1 + longest_extension || name[guid_size] != '.') return false;
  const auto guid = proto::parse_guid(name.substr(0, guid_size));
  if (!guid || proto::to_string(*guid) != name.substr(0, guid_size)) return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789", guid_size + 1) == std::string_view::npos;
}

std::optional<std::string> room_guid(std::string_view channel) {
  const std::size_t slash = channel.rfind('/');
  const auto guid = proto::parse_guid(slash == std::string_view::npos ? channel : channel.substr(slash + 1));
  if (!guid) return std::nullopt;
  return proto::to_string(*guid);
}

}  // namespace poolcast::files
