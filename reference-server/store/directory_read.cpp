// Reading the directory: whole at the start, later what has changed since a revision.
#include <algorithm>
#include <map>
#include <set>

#include "reference-server/store/content.hpp"
#include "reference-server/store/directory_rows.hpp"

namespace poolcast::store {

namespace {

using odbc::Column;
using odbc::Connection;
using odbc::Rows;

constexpr auto integer = Column::integer;
constexpr auto text = Column::text;

// Beyond so many changes everything is read at once: after an import of thousands that is far less work.
constexpr std::size_t most_single_reads = 500;

// Nothing, or one id: the same statement reads everybody or one.
std::string where(const char* column, const std::optional<std::int64_t>& id) {
  return id ? std::string(" WHERE ") + column + " = ?" : std::string{};
}

Rows read(Connection& connection, const std::string& sql, const char* id_column, const char* order,
          const std::optional<std::int64_t>& id, std::initializer_list<Column> columns) {
  const std::string all = sql + where(id_column, id) + order;
  return id ? connection.select(all, {*id}, columns) : connection.select(all, {}, columns);
}

template <class T>
std::map<std::int64_t, T*> by_id(std::vector<T>& things) {
  std::map<std::int64_t, T*> found;
  for (T& thing : things) found.emplace(number(thing.id), &thing);
  return found;
}

}  // namespace

std::vector<Principal> read_principals(Connection& connection, std::optional<std::int64_t> id) {
  std::vector<Principal> principals;
  Rows rows = read(connection, "SELECT id, kind, uri, display_name, email, disabled, administrator, version FROM principal", "id",
                   " ORDER BY id", id, {integer, integer, text, text, text, integer, integer, integer});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    principals.push_back({.id = PrincipalId{rows.integer(row, 0)},
                          .kind = static_cast<PrincipalKind>(rows.integer(row, 1)),
                          .uri = rows.take_text(row, 2),
                          .display_name = rows.take_text(row, 3),
                          .email = rows.take_text(row, 4),
                          .disabled = rows.integer(row, 5) != 0,
                          .administrator = rows.integer(row, 6) != 0,
                          .members = {},
                          .verifiers = {},
                          .version = rows.integer(row, 7)});
  }
  auto found = by_id(principals);
  rows = read(connection, "SELECT group_id, member_id FROM group_member", "group_id", " ORDER BY group_id, member_id", id,
              {integer, integer});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (const auto group = found.find(rows.integer(row, 0)); group != found.end())
      group->second->members.push_back(PrincipalId{rows.integer(row, 1)});
  }
  rows = read(connection, "SELECT user_id, kind, realm, key_id, sealed FROM verifier", "user_id", " ORDER BY user_id, kind", id,
              {integer, integer, text, text, text});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (const auto user = found.find(rows.integer(row, 0)); user != found.end())
      user->second->verifiers.push_back({.kind = static_cast<VerifierKind>(rows.integer(row, 1)),
                                         .realm = rows.take_text(row, 2),
                                         .key_id = rows.take_text(row, 3),
                                         .sealed = rows.take_text(row, 4)});
  }
  return principals;
}

std::vector<Category> read_categories(Connection& connection, std::optional<std::int64_t> id) {
  std::vector<Category> categories;
  Rows rows =
      read(connection, "SELECT id, parent_id, name, description, invitations, file_upload, history, version FROM category", "id",
           " ORDER BY id", id, {integer, integer, text, text, integer, integer, integer, integer});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    categories.push_back({.id = CategoryId{rows.integer(row, 0)},
                          .parent = CategoryId{rows.integer(row, 1)},
                          .name = rows.take_text(row, 2),
                          .description = rows.take_text(row, 3),
                          .invitations = rows.integer(row, 4) != 0,
                          .file_upload = rows.integer(row, 5) != 0,
                          .history = rows.integer(row, 6) != 0,
                          .allowed = {},
                          .denied = {},
                          .creators = {},
                          .version = rows.integer(row, 7)});
  }
  auto found = by_id(categories);
  rows = read(connection, "SELECT category_id, principal_id, role FROM category_principal", "category_id",
              " ORDER BY category_id, principal_id", id, {integer, integer, integer});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto category = found.find(rows.integer(row, 0));
    if (category == found.end()) continue;
    const PrincipalId principal{rows.integer(row, 1)};
    const auto role = static_cast<unsigned>(rows.integer(row, 2));
    if ((role & category_allowed) != 0) category->second->allowed.push_back(principal);
    if ((role & category_denied) != 0) category->second->denied.push_back(principal);
    if ((role & category_creator) != 0) category->second->creators.push_back(principal);
  }
  return categories;
}

std::vector<Room> read_rooms(Connection& connection, std::optional<std::int64_t> id) {
  std::vector<Room> rooms;
  Rows rows =
      read(connection,
           "SELECT id, CAST(guid AS varchar(36)), category_id, name, description, topic, kind, privacy, disabled, invitations, "
           "addin, created_ms, version FROM room",
           "id", " ORDER BY id", id,
           {integer, text, integer, text, text, text, integer, integer, integer, integer, text, integer, integer});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Room room{.id = RoomId{rows.integer(row, 0)},
              .guid = {},
              .category = CategoryId{rows.integer(row, 2)},
              .name = rows.take_text(row, 3),
              .description = rows.take_text(row, 4),
              .topic = rows.take_text(row, 5),
              .kind = static_cast<RoomKind>(rows.integer(row, 6)),
              .privacy = static_cast<Privacy>(rows.integer(row, 7)),
              .disabled = rows.integer(row, 8) != 0,
              .invitations = static_cast<Setting>(rows.integer(row, 9)),
              .addin = rows.take_text(row, 10),
              .created_ms = rows.integer(row, 11),
              .members = {},
              .version = rows.integer(row, 12)};
    parse_uuid(rows.text(row, 1), room.guid);
    rooms.push_back(std::move(room));
  }
  auto found = by_id(rooms);
  rows = read(connection, "SELECT room_id, principal_id, role FROM membership", "room_id", " ORDER BY room_id, principal_id", id,
              {integer, integer, integer});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (const auto room = found.find(rows.integer(row, 0)); room != found.end())
      room->second->members.push_back({PrincipalId{rows.integer(row, 1)}, static_cast<unsigned>(rows.integer(row, 2))});
  }
  return rooms;
}

std::vector<Server> read_servers(Connection& connection) {
  std::vector<Server> servers;
  Rows rows = connection.select("SELECT name, active, version FROM server ORDER BY name", {}, {text, integer, integer});
  for (std::size_t row = 0; row < rows.size(); ++row)
    servers.push_back({.name = rows.take_text(row, 0), .active = rows.integer(row, 1) != 0, .version = rows.integer(row, 2)});
  return servers;
}

namespace {

void read_identity(Connection& connection, Directory& directory) {
  directory.revision = connection.select("SELECT revision FROM directory_state", {}, {integer}).integer(0, 0);
  const auto rows = connection.select("SELECT value FROM meta WHERE name = 'database'", {}, {text});
  if (!rows.empty()) parse_uuid(rows.text(0, 0), directory.database);
}

}  // namespace

// The revision is read first: what changes meanwhile is read twice rather than never.
Directory load_directory(Connection& connection) {
  Directory directory;
  read_identity(connection, directory);
  directory.principals = read_principals(connection, {});
  directory.categories = read_categories(connection, {});
  directory.rooms = read_rooms(connection, {});
  directory.servers = read_servers(connection);
  return directory;
}

Directory directory_changes(Connection& connection, std::int64_t since_revision) {
  Directory directory;
  read_identity(connection, directory);
  if (directory.revision == since_revision) return directory;
  const auto changes = connection.select("SELECT DISTINCT what, id FROM directory_change WHERE revision > ? ORDER BY what, id",
                                         {since_revision}, {integer, integer});
  if (changes.size() > most_single_reads) directory = load_directory(connection);
  const bool single = changes.size() <= most_single_reads;
  bool servers = false;
  for (std::size_t row = 0; row < changes.size(); ++row) {
    const std::int64_t id = changes.integer(row, 1);
    const auto what = static_cast<Changed>(changes.integer(row, 0));
    if (!single && what != Changed::room_removed) continue;
    switch (what) {
      case Changed::principal:
        for (Principal& principal : read_principals(connection, id)) directory.principals.push_back(std::move(principal));
        break;
      case Changed::category:
        for (Category& category : read_categories(connection, id)) directory.categories.push_back(std::move(category));
        break;
      case Changed::room:
        for (Room& room : read_rooms(connection, id)) directory.rooms.push_back(std::move(room));
        break;
      case Changed::server:
        servers = true;
        break;
      case Changed::room_removed:
        directory.removed_rooms.push_back(RoomId{id});
        break;
    }
  }
  if (servers) directory.servers = read_servers(connection);
  return directory;
}

}  // namespace poolcast::store
