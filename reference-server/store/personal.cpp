// Preferences, invitations, file tokens, joined rooms.
#include <charconv>

#include "reference-server/store/content.hpp"

namespace poolcast::store {

namespace {

using odbc::Column;
using odbc::Connection;
using odbc::Rows;

std::string comma_list(const std::vector<RoomId>& rooms) {
  std::string text;
  for (const RoomId room : rooms) text += (text.empty() ? "" : ",") + std::to_string(number(room));
  return text;
}

std::vector<RoomId> rooms_of(const std::string& text) {
  std::vector<RoomId> rooms;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    std::int64_t id = 0;
    const auto [next, problem] = std::from_chars(at, end, id);
    if (problem != std::errc{}) break;  // nobody but comma_list writes there
    rooms.push_back(RoomId{id});
    at = next + 1;
  }
  return rooms;
}

}  // namespace

std::vector<Preference> read_preferences(Connection& connection, PrincipalId user, const std::vector<std::string>& labels) {
  std::vector<Preference> preferences;
  const auto add = [&](Rows rows) {
    for (std::size_t row = 0; row < rows.size(); ++row)
      preferences.push_back(
          {.user = user, .label = rows.take_text(row, 0), .content = rows.take_text(row, 1), .seqid = rows.integer(row, 2)});
  };
  if (labels.empty())
    add(connection.select("SELECT label, content, seqid FROM preference WHERE user_id = ? ORDER BY label", {number(user)},
                          {Column::text, Column::text, Column::integer}));
  for (const std::string& label : labels)
    add(connection.select("SELECT label, content, seqid FROM preference WHERE user_id = ? AND label = ?", {number(user), label},
                          {Column::text, Column::text, Column::integer}));
  return preferences;
}

// The same content with the same number again is a retry and succeeds.
Result<Preference> set_preference(Connection& connection, const Preference& preference) {
  const std::int64_t touched = connection.change(
      "INSERT INTO preference(user_id, label, content, seqid) VALUES (?, ?, ?, CASE WHEN CAST(? AS bigint) = 0 THEN 1 ELSE "
      "CAST(? AS "
      "bigint) END) ON CONFLICT (user_id, label) DO UPDATE SET content = excluded.content, seqid = CASE WHEN CAST(? AS bigint) = "
      "0 "
      "THEN preference.seqid + 1 ELSE excluded.seqid END WHERE CAST(? AS bigint) = 0 OR excluded.seqid > preference.seqid OR "
      "(excluded.seqid = preference.seqid AND excluded.content = preference.content)",
      {number(preference.user), preference.label, preference.content, preference.seqid, preference.seqid, preference.seqid,
       preference.seqid});
  if (touched == 0) return Error{ErrorCode::conflict, "this preference has been changed meanwhile", false};
  return read_preferences(connection, preference.user, {preference.label}).at(0);
}

std::vector<Invitation> read_invitations(Connection& connection, PrincipalId user, std::int64_t newer_than) {
  const auto rows =
      connection.select("SELECT id, room_id, by_id, sent_ms FROM invitation WHERE user_id = ? AND id > ? ORDER BY id LIMIT 1000",
                        {number(user), newer_than}, {Column::integer, Column::integer, Column::integer, Column::integer});
  std::vector<Invitation> invitations;
  for (std::size_t row = 0; row < rows.size(); ++row)
    invitations.push_back({.id = rows.integer(row, 0),
                           .room = RoomId{rows.integer(row, 1)},
                           .user = user,
                           .by = PrincipalId{rows.integer(row, 2)},
                           .sent_ms = rows.integer(row, 3)});
  return invitations;
}

// A repeat gets a new number, so that a client that asks for what is newer sees it again.
Result<Invitation> add_invitation(Connection& connection, const Invitation& invitation) {
  remove_invitation(connection, invitation.room, invitation.user);
  connection.change("INSERT INTO invitation(room_id, user_id, by_id, sent_ms) VALUES (?, ?, ?, ?)",
                    {number(invitation.room), number(invitation.user), number(invitation.by), invitation.sent_ms});
  Invitation stored = invitation;
  stored.id = connection
                  .select("SELECT id FROM invitation WHERE user_id = ? AND room_id = ?",
                          {number(invitation.user), number(invitation.room)}, {Column::integer})
                  .integer(0, 0);
  return stored;
}

void remove_invitation(Connection& connection, RoomId room, PrincipalId user) {
  connection.change("DELETE FROM invitation WHERE user_id = ? AND room_id = ?", {number(user), number(room)});
}

Result<FileToken> read_file_token(Connection& connection, const Uuid& token, std::int64_t now_ms) {
  auto rows =
      connection.select("SELECT user_id, room_id, file, direction, expires_ms FROM file_token WHERE token = ?",
                        {to_string(token)}, {Column::integer, Column::integer, Column::text, Column::integer, Column::integer});
  if (rows.empty() || rows.integer(0, 4) <= now_ms) return Error{ErrorCode::not_found, "unknown or expired token", false};
  return FileToken{.token = token,
                   .user = PrincipalId{rows.integer(0, 0)},
                   .room = RoomId{rows.integer(0, 1)},
                   .file = rows.take_text(0, 2),
                   .direction = static_cast<FileDirection>(rows.integer(0, 3)),
                   .expires_ms = rows.integer(0, 4)};
}

void add_file_token(Connection& connection, const FileToken& token) {
  const std::int64_t now_ms = token.expires_ms - std::chrono::duration_cast<std::chrono::milliseconds>(file_token_life).count();
  connection.change("DELETE FROM file_token WHERE expires_ms <= ?", {now_ms});
  connection.change(
      "INSERT INTO file_token(token, user_id, room_id, file, direction, expires_ms) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT "
      "(token) "
      "DO UPDATE SET file = excluded.file, expires_ms = excluded.expires_ms",
      {to_string(token.token), number(token.user), number(token.room), token.file, static_cast<std::int64_t>(token.direction),
       token.expires_ms});
}

void remove_file_token(Connection& connection, const Uuid& token) {
  connection.change("DELETE FROM file_token WHERE token = ?", {to_string(token)});
}

std::vector<EndpointRooms> read_endpoints(Connection& connection, std::int64_t not_older_than_ms) {
  auto rows =
      connection.select("SELECT user_id, epid, rooms, updated_ms FROM endpoint WHERE updated_ms >= ? ORDER BY user_id, epid",
                        {not_older_than_ms}, {Column::integer, Column::text, Column::text, Column::integer});
  std::vector<EndpointRooms> endpoints;
  for (std::size_t row = 0; row < rows.size(); ++row)
    endpoints.push_back({.user = PrincipalId{rows.integer(row, 0)},
                         .epid = rows.take_text(row, 1),
                         .rooms = rooms_of(rows.text(row, 2)),
                         .updated_ms = rows.integer(row, 3)});
  return endpoints;
}

void save_endpoint(Connection& connection, const EndpointRooms& endpoint) {
  if (endpoint.rooms.empty()) {
    connection.change("DELETE FROM endpoint WHERE user_id = ? AND epid = ?", {number(endpoint.user), endpoint.epid});
    return;
  }
  connection.change(
      "INSERT INTO endpoint(user_id, epid, rooms, updated_ms) VALUES (?, ?, ?, ?) ON CONFLICT (user_id, epid) DO UPDATE SET "
      "rooms = excluded.rooms, updated_ms = excluded.updated_ms",
      {number(endpoint.user), endpoint.epid, comma_list(endpoint.rooms), endpoint.updated_ms});
}

}  // namespace poolcast::store
