// How the directory's rows are written down; shared by its reading and its editing, nobody else's business.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reference-server/store/directory.hpp"
#include "reference-server/store/odbc.hpp"

namespace poolcast::store {

// directory_change.what
enum class Changed : std::int64_t { principal = 1, category = 2, room = 3, server = 4, room_removed = 5 };

// Bits of category_principal.role.
constexpr unsigned category_allowed = 1;
constexpr unsigned category_denied = 2;
constexpr unsigned category_creator = 4;

// Without an id: all.
std::vector<Principal> read_principals(odbc::Connection& connection, std::optional<std::int64_t> id);
std::vector<Category> read_categories(odbc::Connection& connection, std::optional<std::int64_t> id);
std::vector<Room> read_rooms(odbc::Connection& connection, std::optional<std::int64_t> id);
std::vector<Server> read_servers(odbc::Connection& connection);

}  // namespace poolcast::store
