// Changing the directory: every edit names the version it was made from, all edits of a call are committed together or not at
// all.
#include <algorithm>
#include <map>
#include <set>

#include "reference-server/store/content.hpp"
#include "reference-server/store/directory_rows.hpp"
#include "reference-server/store/text.hpp"

namespace poolcast::store {

namespace {

using odbc::Column;
using odbc::Connection;

std::int64_t flag(bool value) { return value ? 1 : 0; }
template <class Enum>
std::int64_t code(Enum value) {
  return static_cast<std::int64_t>(value);
}

[[noreturn]] void refuse(ErrorCode error_code, const char* why) { throw Refused({error_code, why, false}); }

std::int64_t insert(Connection& connection, const std::string& sql, std::initializer_list<odbc::Parameter> parameters) {
  if (connection.dialect() == Dialect::postgresql)
    return connection.select(sql + " RETURNING id", parameters, {Column::integer}).integer(0, 0);
  connection.change(sql, parameters);
  return connection.select("SELECT last_insert_rowid()", {}, {Column::integer}).integer(0, 0);
}

// After an UPDATE that named id and version.
void require_updated(Connection& connection, std::int64_t touched, const char* count_sql, std::int64_t id) {
  if (touched > 0) return;
  if (connection.select(count_sql, {id}, {Column::integer}).integer(0, 0) == 0)
    refuse(ErrorCode::not_found, "there is no such entry");
  refuse(ErrorCode::conflict, "somebody else has changed it meanwhile");
}

// What belongs to an owner: group_member, category_principal, membership.
struct Links {
  const char* read;    // owner -> member, role
  const char* remove;  // owner, member
  const char* add;     // owner, member, role
};
constexpr Links room_links{
    "SELECT principal_id, role FROM membership WHERE room_id = ?",
    "DELETE FROM membership WHERE room_id = ? AND principal_id = ?",
    "INSERT INTO membership(room_id, principal_id, role) VALUES (?, ?, ?) ON CONFLICT (room_id, principal_id) "
    "DO UPDATE SET role = excluded.role"};
constexpr Links category_links{"SELECT principal_id, role FROM category_principal WHERE category_id = ?",
                               "DELETE FROM category_principal WHERE category_id = ? AND principal_id = ?",
                               "INSERT INTO category_principal(category_id, principal_id, role) VALUES (?, ?, ?) ON CONFLICT "
                               "(category_id, principal_id) DO UPDATE SET role = excluded.role"};
// Only the differences are written: a room's topic may change while it has thousands of members.
void replace_links(Connection& connection, const Links& links, std::int64_t owner,
                   const std::map<std::int64_t, unsigned>& wanted) {
  const auto rows = connection.select(links.read, {owner}, {Column::integer, Column::integer});
  std::map<std::int64_t, unsigned> there;
  for (std::size_t row = 0; row < rows.size(); ++row)
    there.emplace(rows.integer(row, 0), static_cast<unsigned>(rows.integer(row, 1)));
  for (const auto& [member, role] : there)
    if (!wanted.contains(member)) connection.change(links.remove, {owner, member});
  for (const auto& [member, role] : wanted)
    if (const auto found = there.find(member); found == there.end() || found->second != role)
      connection.change(links.add, {owner, member, static_cast<std::int64_t>(role)});
}

// One transaction's worth of edits.
class Editor {
public:
  explicit Editor(Connection& connection) : connection_(connection) {
    // The row lock lets edits take turns, so that revisions are committed in their order and no reader skips one.
    connection_.change("UPDATE directory_state SET revision = revision + 1", {});
    revision_ = connection_.select("SELECT revision FROM directory_state", {}, {Column::integer}).integer(0, 0);
  }

  void apply(const Principal& principal);
  void apply(const Category& category);
  void apply(const Room& room);
  void apply(const Server& server);
  void apply(const SetRoomRoles& edit);
  void apply(const SetGroupMember& edit);
  void apply(const SetVerifier& edit);
  void apply(const RemoveRoom& edit);

  std::int64_t revision() const { return revision_; }

private:
  void note(Changed what, std::int64_t id);
  void refuse_cycle(std::int64_t group);
  void set_group_members(std::int64_t group, const std::vector<PrincipalId>& members);

  Connection& connection_;
  std::int64_t revision_ = 0;
};

void Editor::note(Changed what, std::int64_t id) {
  connection_.change("INSERT INTO directory_change(revision, what, id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                     {revision_, code(what), id});
}

void Editor::refuse_cycle(std::int64_t group) {
  const auto rows = connection_.select(
      "WITH RECURSIVE inside(id) AS (SELECT member_id FROM group_member WHERE group_id = ? UNION "
      "SELECT g.member_id FROM group_member g JOIN inside ON g.group_id = inside.id) SELECT count(*) FROM inside WHERE id = ?",
      {group, group}, {Column::integer});
  if (rows.integer(0, 0) != 0) refuse(ErrorCode::malformed, "a group cannot contain itself");
}

void Editor::set_group_members(std::int64_t group, const std::vector<PrincipalId>& members) {
  const auto rows = connection_.select("SELECT member_id FROM group_member WHERE group_id = ?", {group}, {Column::integer});
  std::set<std::int64_t> there;
  std::set<std::int64_t> wanted;
  for (std::size_t row = 0; row < rows.size(); ++row) there.insert(rows.integer(row, 0));
  for (const PrincipalId member : members) wanted.insert(number(member));
  for (const std::int64_t member : there)
    if (!wanted.contains(member))
      connection_.change("DELETE FROM group_member WHERE group_id = ? AND member_id = ?", {group, member});
  for (const std::int64_t member : wanted)
    if (!there.contains(member))
      connection_.change("INSERT INTO group_member(group_id, member_id) VALUES (?, ?)", {group, member});
  refuse_cycle(group);
}

void Editor::apply(const Principal& principal) {
  const std::string uri = folded(principal.uri);
  std::int64_t id = number(principal.id);
  if (id == 0) {
    id = insert(
        connection_,
        "INSERT INTO principal(kind, uri, display_name, email, disabled, administrator, version) VALUES (?, ?, ?, ?, ?, ?, 1)",
        {code(principal.kind), uri, principal.display_name, principal.email, flag(principal.disabled),
         flag(principal.administrator)});
  } else {
    const std::int64_t touched = connection_.change(
        "UPDATE principal SET uri = ?, display_name = ?, email = ?, disabled = ?, administrator = ?, version = version + 1 "
        "WHERE id = ? AND version = ?",
        {uri, principal.display_name, principal.email, flag(principal.disabled), flag(principal.administrator), id,
         principal.version});
    require_updated(connection_, touched, "SELECT count(*) FROM principal WHERE id = ?", id);
  }
  if (principal.kind == PrincipalKind::group) set_group_members(id, principal.members);
  note(Changed::principal, id);
}

void Editor::apply(const Category& category) {
  const odbc::Parameter parent = number(category.parent) == 0 ? odbc::Parameter{} : odbc::Parameter{number(category.parent)};
  std::int64_t id = number(category.id);
  if (id == 0) {
    id = insert(connection_,
                "INSERT INTO category(parent_id, name, description, invitations, file_upload, history, version) VALUES "
                "(?, ?, ?, ?, ?, ?, 1)",
                {parent, category.name, category.description, flag(category.invitations), flag(category.file_upload),
                 flag(category.history)});
  } else {
    const std::int64_t touched = connection_.change(
        "UPDATE category SET parent_id = ?, name = ?, description = ?, invitations = ?, file_upload = ?, history = ?, "
        "version = version + 1 WHERE id = ? AND version = ?",
        {parent, category.name, category.description, flag(category.invitations), flag(category.file_upload),
         flag(category.history), id, category.version});
    require_updated(connection_, touched, "SELECT count(*) FROM category WHERE id = ?", id);
  }
  std::map<std::int64_t, unsigned> roles;
  for (const PrincipalId principal : category.allowed) roles[number(principal)] |= category_allowed;
  for (const PrincipalId principal : category.denied) roles[number(principal)] |= category_denied;
  for (const PrincipalId principal : category.creators) roles[number(principal)] |= category_creator;
  replace_links(connection_, category_links, id, roles);
  note(Changed::category, id);
}

void Editor::apply(const Room& room) {
  const std::string name_key = folded(room.name);
  std::int64_t id = number(room.id);
  if (id == 0) {
    const std::string guid = to_string(room.guid == Uuid{} ? random_uuid() : room.guid);
    id = insert(
        connection_,
        "INSERT INTO room(guid, category_id, name, name_key, description, topic, kind, privacy, disabled, invitations, addin, "
        "created_ms, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        {guid, number(room.category), room.name, name_key, room.description, room.topic, code(room.kind), code(room.privacy),
         flag(room.disabled), code(room.invitations), room.addin, room.created_ms});
    connection_.change("INSERT INTO room_head(room_id, last_seq) VALUES (?, 0)", {id});
  } else {
    const std::int64_t touched = connection_.change(
        "UPDATE room SET category_id = ?, name = ?, name_key = ?, description = ?, topic = ?, kind = ?, privacy = ?, disabled = "
        "?, "
        "invitations = ?, addin = ?, version = version + 1 WHERE id = ? AND version = ?",
        {number(room.category), room.name, name_key, room.description, room.topic, code(room.kind), code(room.privacy),
         flag(room.disabled), code(room.invitations), room.addin, id, room.version});
    require_updated(connection_, touched, "SELECT count(*) FROM room WHERE id = ?", id);
  }
  std::map<std::int64_t, unsigned> roles;
  for (const RoomMember& member : room.members)
    if (member.roles != 0) roles[number(member.principal)] |= member.roles;
  replace_links(connection_, room_links, id, roles);
  note(Changed::room, id);
}

void Editor::apply(const Server& server) {
  if (server.version == 0) {
    connection_.change("INSERT INTO server(name, active, version) VALUES (?, ?, 1)", {server.name, flag(server.active)});
  } else if (connection_.change("UPDATE server SET active = ?, version = version + 1 WHERE name = ? AND version = ?",
                                {flag(server.active), server.name, server.version}) == 0) {
    refuse(ErrorCode::conflict, "somebody else has changed it meanwhile");
  }
  note(Changed::server, 0);
}

void Editor::apply(const SetRoomRoles& edit) {
  const std::int64_t room = number(edit.room);
  if (connection_.change("UPDATE room SET version = version + 1 WHERE id = ?", {room}) == 0)
    refuse(ErrorCode::not_found, "there is no such room");
  if (edit.roles == 0)
    connection_.change(room_links.remove, {room, number(edit.principal)});
  else
    connection_.change(room_links.add, {room, number(edit.principal), static_cast<std::int64_t>(edit.roles)});
  note(Changed::room, room);
}

void Editor::apply(const SetGroupMember& edit) {
  const std::int64_t group = number(edit.group);
  if (connection_.change("UPDATE principal SET version = version + 1 WHERE id = ? AND kind = 1", {group}) == 0)
    refuse(ErrorCode::not_found, "there is no such group");
  if (edit.belongs)
    connection_.change("INSERT INTO group_member(group_id, member_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
                       {group, number(edit.member)});
  else
    connection_.change("DELETE FROM group_member WHERE group_id = ? AND member_id = ?", {group, number(edit.member)});
  refuse_cycle(group);
  note(Changed::principal, group);
}

void Editor::apply(const SetVerifier& edit) {
  const SealedVerifier& verifier = edit.verifier;
  connection_.change(
      "INSERT INTO verifier(user_id, kind, realm, key_id, sealed) VALUES (?, ?, ?, ?, ?) ON CONFLICT (user_id, kind) DO UPDATE "
      "SET "
      "realm = excluded.realm, key_id = excluded.key_id, sealed = excluded.sealed",
      {number(edit.user), code(verifier.kind), verifier.realm, verifier.key_id, verifier.sealed});
  note(Changed::principal, number(edit.user));
}

void Editor::apply(const RemoveRoom& edit) {
  const std::int64_t room = number(edit.room);
  const auto pending = connection_.select("SELECT count(*) FROM compliance_outbox WHERE room_id = ?", {room}, {Column::integer});
  if (pending.integer(0, 0) != 0)
    refuse(ErrorCode::unavailable, "the compliance service has not yet taken this room's events: try again later");
  connection_.change("DELETE FROM message WHERE room_id = ?", {room});
  if (connection_.change("DELETE FROM room WHERE id = ?", {room}) == 0) refuse(ErrorCode::not_found, "there is no such room");
  note(Changed::room_removed, room);
}

}  // namespace

std::int64_t apply_edits(Connection& connection, const std::vector<Edit>& edits) {
  Editor editor(connection);
  for (const Edit& edit : edits) std::visit([&](const auto& one) { editor.apply(one); }, edit);
  return editor.revision();
}

Directory edit_directory(Connection& connection, const std::vector<Edit>& edits) {
  odbc::Transaction transaction(connection);
  const std::int64_t revision = apply_edits(connection, edits);
  Directory changed = directory_changes(connection, revision - 1);
  transaction.commit();
  return changed;
}

}  // namespace poolcast::store
