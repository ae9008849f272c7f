#include "reference-server/admin/keeping.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "reference-server/store/migrate.hpp"
#include "reference-server/store/partners.hpp"

extern char** environ;  // NOLINT(readability-identifier-naming): POSIX has this name

namespace poolcast::admin {

namespace {

using store::Dialect;
using store::odbc::Column;
using store::odbc::Connection;

// So many messages leave in one transaction: posting goes on between them.
constexpr std::int64_t retention_batch = 5'000;

std::string asked(Connection& connection, const char* sql) { return connection.select(sql, {}, {Column::text}).text(0, 0); }

// How pg_dump and pg_restore reach the database that this connection is in; the password comes from PGPASSWORD or ~/.pgpass.
std::vector<std::string> postgresql_target(Connection& connection) {
  const std::string address = asked(connection, "SELECT coalesce(CAST(inet_server_addr() AS text), '')");
  std::string host = address.substr(0, address.find('/'));
  if (host.empty()) host = asked(connection, "SELECT split_part(current_setting('unix_socket_directories'), ',', 1)");
  return {"--host=" + host, "--port=" + asked(connection, "SELECT current_setting('port')"),
          "--username=" + asked(connection, "SELECT current_user"), "--dbname=" + asked(connection, "SELECT current_database()"),
          "--no-password"};
}

void run_postgresql_tool(const std::string& tool, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), tool);
  const int status = run_program(arguments);
  if (status == 127)
    throw Complaint(tool + " is not installed: apt-get install postgresql-client, of the server's version or newer");
  if (status != 0)
    throw Complaint(tool + " failed with status " + std::to_string(status) +
                    "; when it asks for a password, put it into PGPASSWORD or ~/.pgpass");
}

}  // namespace

int run_program(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& one : command) arguments.push_back(const_cast<char*>(one.c_str()));  // NOLINT: POSIX has no const here
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (::posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) return 127;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void backup_content(Workplace& workplace, const std::string& file) {
  if (std::filesystem::exists(file)) throw Complaint(file + " is there already: a backup never overwrites; name a new file");
  Connection& connection = workplace.content();
  // Made first, so that it is for its owner alone from the beginning; VACUUM INTO takes an empty file.
  const int descriptor = ::open(file.c_str(), O_CREAT | O_EXCL | O_CLOEXEC | O_RDWR, 0600);
  if (descriptor < 0) throw Complaint(file + " cannot be made");
  ::close(descriptor);
  if (connection.dialect() == Dialect::sqlite) {
    connection.change("VACUUM INTO ?", {file});
    return;
  }
  std::vector<std::string> arguments = postgresql_target(connection);
  arguments.insert(arguments.end(), {"--format=custom", "--file=" + file});
  run_postgresql_tool("pg_dump", arguments);
}

namespace {

void restore_sqlite(const Place& place, const std::string& file) {
  const std::string target = place.data + "/content.sqlite";
  if (!place.odbc.empty()) throw Complaint("an embedded database is restored into --data: leave --odbc out");
  for (const char* suffix : {"", "-wal", "-shm"})
    if (std::filesystem::exists(target + suffix))
      throw Complaint(target + suffix + " is there: stop the server and move its database away first");
  // Checked before it is put in place: a backup of something else, or a damaged one, is found now.
  {
    Connection backup(store::sqlite_connection(file));
    if (asked(backup, "PRAGMA integrity_check") != "ok") throw Complaint(file + " is damaged");
    store::require_schema(backup, "content", store::content_scripts(Dialect::sqlite));
  }
  ensure_folder(place);
  std::filesystem::copy_file(file, target);
  std::filesystem::permissions(target, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace

void restore_content(const Place& place, const std::string& file) {
  if (!std::filesystem::exists(file)) throw Complaint("there is no backup " + file);
  if (place.odbc.empty()) return restore_sqlite(place, file);
  const auto connection = store::connect_durably(place.odbc, true, nullptr);
  if (connection->dialect() == Dialect::sqlite) return restore_sqlite(place, file);
  if (store::schema_version(*connection, "content") != 0)
    throw Complaint("the database has content already: create an empty one and name it with --odbc");
  std::vector<std::string> arguments = postgresql_target(*connection);
  arguments.insert(arguments.end(), {"--exit-on-error", "--single-transaction", "--no-owner", file});
  run_postgresql_tool("pg_restore", arguments);
}

namespace {

std::vector<const store::Room*> rooms_of(Workplace& workplace, const Retention& retention) {
  std::vector<const store::Room*> rooms;
  if (!retention.room.empty()) return {&workplace.room(retention.room)};
  const auto category = retention.category.empty() ? store::CategoryId{} : workplace.category(retention.category).id;
  for (const store::Room& room : workplace.directory().rooms)
    if (retention.category.empty() || room.category == category) rooms.push_back(&room);
  return rooms;
}

// A message whose event has not left the outbox stays: the record reads its text from there.
constexpr auto unrecorded = "NOT EXISTS (SELECT 1 FROM compliance_outbox o WHERE o.room_id = m.room_id AND o.seq = m.seq)";

std::int64_t remove_old(Connection& connection, std::int64_t room, std::int64_t before_ms) {
  const std::string sql = std::string(
                              "DELETE FROM message WHERE room_id = ? AND seq IN (SELECT m.seq FROM message m WHERE m.room_id = ? "
                              "AND m.sent_ms < ? AND ") +
                          unrecorded + " ORDER BY m.seq LIMIT ?)";
  std::int64_t removed = 0;
  for (std::int64_t batch = retention_batch; batch == retention_batch; removed += batch) {
    store::odbc::Transaction transaction(connection);
    batch = connection.change(sql, {room, room, before_ms, retention_batch});
    transaction.commit();
  }
  return removed;
}

}  // namespace

Expired apply_retention(Workplace& workplace, const Retention& retention) {
  Connection& connection = workplace.content();
  Expired expired;
  for (const store::Room* room : rooms_of(workplace, retention)) {
    const std::int64_t id = number(room->id);
    const std::string count = "SELECT count(*) FROM message m WHERE m.room_id = ? AND m.sent_ms < ?";
    const std::int64_t old = connection.select(count, {id, retention.before_ms}, {Column::integer}).integer(0, 0);
    if (old == 0) continue;
    const std::int64_t free =
        connection.select(count + " AND " + unrecorded, {id, retention.before_ms}, {Column::integer}).integer(0, 0);
    expired.kept_for_compliance += old - free;
    expired.messages += retention.really ? remove_old(connection, id, retention.before_ms) : free;
    ++expired.rooms;
  }
  return expired;
}

}  // namespace poolcast::admin
