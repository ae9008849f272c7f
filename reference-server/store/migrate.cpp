#include "reference-server/store/migrate.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace poolcast::store {

namespace {

using odbc::Column;
using odbc::Connection;
using odbc::Failure;
using odbc::Fault;

// Drawn once; two nodes that start together take turns on PostgreSQL. SQLite's write lock does the same.
constexpr auto take_turns = "SELECT pg_advisory_xact_lock(7023519840127)";

[[noreturn]] void too_new(std::string_view part, std::int64_t there, std::size_t known) {
  throw Failure(Fault::other, "the " + std::string(part) + " tables have version " + std::to_string(there) +
                                  ", this program knows " + std::to_string(known) + ": use the newer program");
}

// sqliteodbc counts the quotes and semicolons of comments too.
std::string without_comments(std::string_view statement) {
  std::string text;
  while (!statement.empty()) {
    const std::size_t end = std::min(statement.find('\n'), statement.size() - 1) + 1;
    if (!statement.starts_with("--")) text += statement.substr(0, end);
    statement.remove_prefix(end);
  }
  return text;
}

void run_script(Connection& connection, std::string_view script) {
  constexpr std::string_view separator = "\n-- statement\n";
  while (!script.empty()) {
    const std::size_t end = script.find(separator);
    connection.execute(without_comments(script.substr(0, end)));
    if (end == std::string_view::npos) break;
    script.remove_prefix(end + separator.size());
  }
}

}  // namespace

std::int64_t schema_version(Connection& connection, std::string_view part) {
  const char* exists = connection.dialect() == Dialect::sqlite
                           ? "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'"
                           : "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND "
                             "table_name = 'schema_version'";
  if (connection.select(exists, {}, {Column::integer}).integer(0, 0) == 0) return 0;
  const auto rows = connection.select("SELECT version FROM schema_version WHERE part = ?", {part}, {Column::integer});
  return rows.empty() ? 0 : rows.integer(0, 0);
}

void migrate(Connection& connection, std::string_view part, std::span<const std::string_view> scripts) {
  const auto known = static_cast<std::int64_t>(scripts.size());
  if (schema_version(connection, part) == known) return;
  odbc::Transaction transaction(connection);
  if (connection.dialect() == Dialect::postgresql) connection.execute(take_turns);
  const std::int64_t there = schema_version(connection, part);
  if (there > known) too_new(part, there, scripts.size());
  connection.execute("CREATE TABLE IF NOT EXISTS schema_version(part text PRIMARY KEY, version integer NOT NULL)");
  for (std::int64_t version = there; version < known; ++version)
    run_script(connection, scripts[static_cast<std::size_t>(version)]);
  connection.change(
      "INSERT INTO schema_version(part, version) VALUES (?, ?) ON CONFLICT (part) DO UPDATE SET version = excluded.version",
      {part, known});
  transaction.commit();
}

void require_schema(Connection& connection, std::string_view part, std::span<const std::string_view> scripts) {
  const std::int64_t there = schema_version(connection, part);
  if (std::cmp_greater(there, scripts.size())) too_new(part, there, scripts.size());
  if (std::cmp_less(there, scripts.size()))
    throw Failure(Fault::other, "the " + std::string(part) + " tables have version " + std::to_string(there) + ", version " +
                                    std::to_string(scripts.size()) + " is needed: run `poolcast-admin init`");
}

}  // namespace poolcast::store
