// How the chat's things are called on the wire.
#pragma once

#include <string>

#include "reference-server/proto/text.hpp"
#include "reference-server/store/ids.hpp"

namespace poolcast::chat {

// The last part of `ma-chan://domain/guid`.
inline std::string wire_guid(const store::Uuid& guid) { return proto::to_string(proto::Guid{guid.bytes}); }

// Categories have numbers only; on the wire they look like GUIDs all the same, because clients expect one there. 0 is the root.
std::string wire_guid(store::CategoryId category);
// Nothing for a GUID that cannot be a category's.
std::optional<store::CategoryId> category_of(std::string_view wire_guid);

}  // namespace poolcast::chat
