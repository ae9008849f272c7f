// Names of stored files: a GUID that we make and an extension from a list, so that no name from outside ever reaches the disk.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolcast::files {

// "Report.PDF", ".pdf" or "pdf" -> "pdf", if that is in the list (which is in lower case).
std::optional<std::string> allowed_extension(std::string_view name, const std::vector<std::string>& allowed);

// A new name with this extension: "9f86d081-….pdf".
std::string new_stored_name(std::string_view extension);

// Whether it could be one of new_stored_name(): a GUID in lower case, a dot, letters and digits.
bool is_stored_name(std::string_view name);

// The GUID of a room from "GUID", "{GUID}" or "ma-chan://domain/GUID", in lower case.
std::optional<std::string> room_guid(std::string_view channel);

}  // namespace poolcast::files
