#include "reference-server/chat/names.hpp"

namespace poolcast::chat {

std::string wire_guid(store::CategoryId category) {
  proto::Guid guid;
  auto number = static_cast<std::uint64_t>(store::number(category));
  for (std::size_t at = guid.bytes.size(); at > 8; number >>= 8U) guid.bytes[--at] = static_cast<std::uint8_t>(number & 0xFFU);
  return proto::to_string(guid);
}

std::optional<store::CategoryId> category_of(std::string_view wire_guid) {
  const auto guid = proto::parse_guid(wire_guid);
  if (!guid) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < guid->bytes.size(); ++at) {
    if (at < 8 && guid->bytes[at] != 0) return std::nullopt;
    number = (number << 8U) | guid->bytes[at];
  }
  return store::CategoryId{static_cast<std::int64_t>(number)};
}

}  // namespace poolcast::chat
