#include "reference-server/compliance/relay.hpp"

#include "reference-server/store/migrate.hpp"
#include "reference-server/store/partners.hpp"

namespace poolcast::compliance {

namespace {

using store::Dialect;
using store::odbc::Column;
using store::odbc::Connection;
using store::odbc::Parameter;
using store::odbc::Rows;
using store::odbc::Transaction;

// Names are taken down as they are now; a room or a person that is gone leaves an empty name.
constexpr auto read_outbox =
    "SELECT o.id, CAST(o.ev_id AS varchar(36)), o.kind, o.at_ms, "
    "coalesce(CAST(r.guid AS varchar(36)), '00000000-0000-0000-0000-000000000000'), coalesce(r.name, ''), "
    "coalesce(r.description, ''), "
    "o.principal_id, coalesce(p.uri, ''), coalesce(p.display_name, ''), coalesce(p.email, ''), o.seq, o.content, m.title, m.body "
    "FROM compliance_outbox o LEFT JOIN room r ON r.id = o.room_id LEFT JOIN principal p ON p.id = o.principal_id "
    "LEFT JOIN message m ON m.room_id = o.room_id AND m.seq = o.seq ORDER BY o.id LIMIT ?";

// A repeat writes, so that on a mirrored database it waits for the mirror; it never touches what the adapter has marked.
constexpr auto store_event =
    "INSERT INTO compliance_event(ev_id, source_id, kind, at_ms, room_guid, room_name, room_description, user_id, user_uri, "
    "user_name, "
    "user_email, seq, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (ev_id) DO UPDATE SET source_id = excluded.source_id";

// Of a chat: its text, a story's title before it.
std::string content_of(const Rows& rows, std::size_t row) {
  if (rows.is_null(row, 14)) return rows.text(row, 12);
  return rows.text(row, 13).empty() ? rows.text(row, 14) : rows.text(row, 13) + "\n" + rows.text(row, 14);
}

void store_events(Connection& compliance, const Rows& rows, const Checkpoint& checkpoint) {
  Transaction transaction(compliance);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string content = content_of(rows, row);
    compliance.change(store_event,
                      {rows.text(row, 1), rows.integer(row, 0), rows.integer(row, 2), rows.integer(row, 3), rows.text(row, 4),
                       rows.text(row, 5), rows.text(row, 6), rows.integer(row, 7), rows.text(row, 8), rows.text(row, 9),
                       rows.text(row, 10), rows.is_null(row, 11) ? Parameter{} : Parameter{rows.integer(row, 11)}, content});
  }
  reach(checkpoint, "commit the events");
  transaction.commit();
}

}  // namespace

Result<Done> check(const Settings& settings) {
  const auto wrong = [](const char* why) { return Error{ErrorCode::malformed, why, false}; };
  if (settings.run_interval < shortest_interval || settings.run_interval > longest_interval)
    return wrong("the run interval must be between 1 minute and 30 days");
  if (settings.folder.empty()) return wrong("the compliance adapter needs a folder for its files");
  if (settings.domain.empty()) return wrong("the compliance adapter needs the SIP domain");
  return Done{};
}

std::unique_ptr<Connection> open_compliance(const std::string& connection_string, bool allow_not_durable) {
  auto connection = store::connect_durably(connection_string, allow_not_durable, nullptr);
  store::migrate(*connection, "compliance", store::compliance_scripts(connection->dialect()));
  return connection;
}

std::size_t relay_pass(Connection& content, Connection& compliance, const Checkpoint& checkpoint) {
  const auto integer = Column::integer;
  const auto text = Column::text;
  reach(checkpoint, "read the outbox");
  const Rows rows =
      content.select(read_outbox, {static_cast<std::int64_t>(largest_pass)},
                     {integer, text, integer, integer, text, text, text, integer, text, text, text, integer, text, text, text});
  if (rows.empty()) return 0;
  reach(checkpoint, "store the events");
  store_events(compliance, rows, checkpoint);
  reach(checkpoint, "delete from the outbox");
  std::vector<std::int64_t> ids;
  for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(rows.integer(row, 0));
  const std::string list = store::odbc::integer_list(content.dialect(), ids);
  {
    Transaction transaction(content);
    content.change(content.dialect() == Dialect::sqlite
                       ? "DELETE FROM compliance_outbox WHERE id IN (SELECT value FROM json_each(?))"
                       : "DELETE FROM compliance_outbox WHERE id = ANY(CAST(? AS bigint[]))",
                   {list});
    reach(checkpoint, "commit the deletion");
    transaction.commit();
  }
  reach(checkpoint, "after the pass");
  return rows.size();
}

}  // namespace poolcast::compliance
