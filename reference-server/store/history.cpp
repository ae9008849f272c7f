// Reading messages back: by place, time and author, and by their words.
#include <algorithm>
#include <array>
#include <limits>

#include "reference-server/store/content.hpp"
#include "reference-server/store/text.hpp"

namespace poolcast::store {

namespace {

using odbc::Column;
using odbc::Connection;
using odbc::Parameter;

constexpr std::int64_t earliest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t most_words = 32;
constexpr std::size_t longest_search_bytes = 1'000;

constexpr std::array message_columns{Column::integer, Column::integer, Column::integer, Column::integer,
                                     Column::integer, Column::text,    Column::text,    Column::text};
constexpr auto select_message = "SELECT m.room_id, m.seq, m.sender_id, m.sent_ms, m.kind, m.body, m.title, m.rtf FROM ";

Message message_of(odbc::Rows& rows, std::size_t row) {
  return {.room = RoomId{rows.integer(row, 0)},
          .seq = rows.integer(row, 1),
          .sender = PrincipalId{rows.integer(row, 2)},
          .sent_ms = rows.integer(row, 3),
          .kind = static_cast<MessageKind>(rows.integer(row, 4)),
          .body = rows.take_text(row, 5),
          .title = rows.take_text(row, 6),
          .rtf = rows.take_text(row, 7)};
}

std::vector<Message> messages_of(odbc::Rows rows) {
  std::vector<Message> messages;
  messages.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) messages.push_back(message_of(rows, row));
  return messages;
}

// One parameter, however many ids.
std::string one_of(Dialect dialect, const char* column) {
  return std::string(column) +
         (dialect == Dialect::sqlite ? " IN (SELECT value FROM json_each(?))" : " = ANY(CAST(? AS bigint[]))");
}

template <class Id>
std::string list_of(Dialect dialect, const std::vector<Id>& ids) {
  std::vector<std::int64_t> numbers;
  for (const Id id : ids) numbers.push_back(number(id));
  return odbc::integer_list(dialect, numbers);
}

}  // namespace

// The text differs by which conditions there are, never by what they hold, so that each shape has its own plan.
std::vector<Message> read_history(Connection& connection, const HistoryQuery& query) {
  std::string sql = std::string(select_message) + "message m WHERE m.room_id = ?";
  std::vector<Parameter> parameters{number(query.room)};
  const auto condition = [&](const char* text, std::int64_t value) {
    sql += text;
    parameters.emplace_back(value);
  };
  if (query.after_seq) condition(" AND m.seq > ?", *query.after_seq);
  if (query.before_seq) condition(" AND m.seq < ?", *query.before_seq);
  if (query.from_ms) condition(" AND m.sent_ms >= ?", *query.from_ms);
  if (query.until_ms) condition(" AND m.sent_ms <= ?", *query.until_ms);
  const std::string authors = list_of(connection.dialect(), query.authors);
  if (!query.authors.empty()) {
    sql += " AND " + one_of(connection.dialect(), "m.sender_id");
    parameters.emplace_back(authors);
  }
  condition(query.take == Take::newest ? " ORDER BY m.seq DESC LIMIT ?" : " ORDER BY m.seq LIMIT ?",
            std::clamp(query.limit, 0, most_history_messages));
  std::vector<Message> messages = messages_of(connection.select(sql, parameters, message_columns));
  if (query.take == Take::newest) std::ranges::reverse(messages);
  return messages;
}

namespace {

// FTS5: each word quoted, so that its query language never sees what a person typed; words contain no quotes.
std::string fts5_query(const std::vector<std::string>& words, Match match) {
  std::string query;
  for (const std::string& word : words) {
    if (!query.empty()) query += match == Match::phrase ? " + " : " ";
    query += '"' + word + '"';
  }
  return query;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

bool holds_exactly(const Message& message, const std::vector<std::string>& words, Match match) {
  const std::vector<std::string> there = words_of(message.body);
  if (match == Match::phrase) return std::ranges::search(there, words).begin() != there.end();
  return std::ranges::all_of(words, [&](const std::string& word) { return std::ranges::find(there, word) != there.end(); });
}

std::string search_sql(Dialect dialect, const SearchQuery& query) {
  const std::string order = query.take == Take::newest ? "m.seq DESC" : "m.seq";
  std::string sql = std::string(select_message) + "(SELECT m.*, row_number() OVER (PARTITION BY m.room_id ORDER BY " + order +
                    ") AS place FROM ";
  if (dialect == Dialect::sqlite)
    sql += "message_fts f JOIN message m ON m.id = f.rowid WHERE f.message_fts MATCH ?";
  else
    sql += query.match == Match::phrase ? "message m WHERE m.words @@ phraseto_tsquery('simple', ?)"
                                        : "message m WHERE m.words @@ plainto_tsquery('simple', ?)";
  sql += " AND " + one_of(dialect, "m.room_id") + " AND m.sent_ms >= ? AND m.sent_ms <= ?";
  if (!query.authors.empty()) sql += " AND " + one_of(dialect, "m.sender_id");
  return sql + ") m WHERE m.place <= ? ORDER BY m.room_id, m.seq LIMIT ?";
}

// Cuts each room to its limit again, after the case of letters has thinned it out or one more than the limit was read.
void cut_rooms(Found& found, const SearchQuery& query, int limit) {
  std::vector<Message> kept;
  for (auto begin = found.messages.begin(); begin != found.messages.end();) {
    const auto end = std::find_if(begin, found.messages.end(), [&](const Message& other) { return other.room != begin->room; });
    const auto extra = std::max<std::ptrdiff_t>(end - begin - limit, 0);
    found.truncated = found.truncated || extra > 0;
    const auto first = query.take == Take::newest ? begin + extra : begin;
    const auto last = query.take == Take::newest ? end : end - extra;
    kept.insert(kept.end(), std::make_move_iterator(first), std::make_move_iterator(last));
    begin = end;
  }
  found.messages = std::move(kept);
}

}  // namespace

Found search_messages(Connection& connection, const SearchQuery& query) {
  std::vector<std::string> words = words_of(std::string_view(query.text).substr(0, longest_search_bytes));
  if (words.size() > most_words) words.resize(most_words);
  if (words.empty() || query.rooms.empty()) return {};
  const Dialect dialect = connection.dialect();
  const int limit = std::clamp(query.limit_per_room, 0, most_search_messages_per_room);
  const int read_per_room = query.match_case ? most_search_messages_per_room : limit + 1;
  const std::string text = dialect == Dialect::sqlite ? fts5_query(words, query.match) : joined(words);
  const std::string rooms = list_of(dialect, query.rooms);
  const std::string authors = list_of(dialect, query.authors);
  std::vector<Parameter> parameters{text, rooms, query.from_ms.value_or(earliest), query.until_ms.value_or(latest)};
  if (!query.authors.empty()) parameters.emplace_back(authors);
  parameters.emplace_back(std::int64_t{read_per_room});
  parameters.emplace_back(std::int64_t{most_search_messages + 1});
  Found found;
  found.messages = messages_of(connection.select(search_sql(dialect, query), parameters, message_columns));
  if (found.messages.size() > most_search_messages) {
    found.truncated = true;
    found.messages.resize(most_search_messages);
  }
  if (query.match_case)
    std::erase_if(found.messages, [&](const Message& message) { return !holds_exactly(message, words, query.match); });
  cut_rooms(found, query, limit);
  return found;
}

}  // namespace poolcast::store
