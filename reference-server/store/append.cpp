// Storing posts and events: one statement per batch on PostgreSQL, prepared ones on SQLite.
#include <algorithm>
#include <cctype>
#include <map>

#include "reference-server/store/content.hpp"

namespace poolcast::store {

namespace {

using odbc::ArrayLiteral;
using odbc::Column;
using odbc::Connection;

Appended stored_as(std::int64_t seq, std::int64_t sent_ms, bool duplicate) {
  return {.seq = seq, .sent_ms = sent_ms, .duplicate = duplicate};
}

// What separates words is blank, as FTS5's tokenizer sees it.
std::string plain_words(std::string_view body) {
  std::string plain(body);
  for (char& c : plain)
    if (static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c)) == 0) c = ' ';
  return plain;
}

// A post that comes alone, as most do on a server that keeps up, is one statement without the function's arrays and loop: two
// thirds of its processor time. A repeated post stops at the index of client keys and changes nothing; the function then finds
// it.
std::optional<AppendedBatch> append_new_one(Connection& connection, const Post& post) {
  constexpr auto sql =
      "WITH head AS (UPDATE room_head SET last_seq = last_seq + 1 WHERE room_id = CAST(? AS bigint) RETURNING room_id, last_seq) "
      "INSERT INTO message(room_id, seq, sender_id, sent_ms, client_key, kind, body, title, rtf, words) "
      "SELECT head.room_id, head.last_seq, CAST(? AS bigint), CAST(? AS bigint), CAST(? AS uuid), CAST(? AS smallint), "
      "CAST(? AS text), CAST(? AS text), CAST(? AS text), to_tsvector('simple', CAST(? AS text)) FROM head "
      "RETURNING seq, CAST(extract(microseconds FROM clock_timestamp() - statement_timestamp()) AS bigint)";
  const std::string key = to_string(post.client_key);
  const std::string plain = plain_words(post.body);
  AppendedBatch batch;
  batch.answers.resize(1);
  try {
    const auto rows = connection.select(sql,
                                        {number(post.room), number(post.sender), post.sent_ms, key,
                                         static_cast<std::int64_t>(post.kind), post.body, post.title, post.rtf, plain},
                                        {Column::integer, Column::integer});
    if (rows.empty()) return batch;
    batch.answers[0] = stored_as(rows.integer(0, 0), post.sent_ms, false);
    batch.in_database = std::chrono::microseconds(rows.integer(0, 1));
    return batch;
  } catch (const odbc::Failure& failure) {
    if (failure.fault() != odbc::Fault::constraint) throw;
    return std::nullopt;
  }
}

AppendedBatch append_postgresql(Connection& connection, std::span<const AppendItem> items) {
  if (items.size() == 1 && !items.front().event) {
    if (auto batch = append_new_one(connection, *items.front().post)) return *batch;
  }
  ArrayLiteral rooms, senders, keys, times, kinds, bodies, titles, rtfs, events, plains;
  for (const AppendItem& item : items) {
    const Post& post = *item.post;
    rooms.add(number(post.room));
    senders.add(number(post.sender));
    keys.add(to_string(post.client_key));
    times.add(post.sent_ms);
    kinds.add(static_cast<std::int64_t>(post.kind));
    bodies.add(post.body);
    plains.add(plain_words(post.body));
    titles.add(post.title);
    rtfs.add(post.rtf);
    if (item.event)
      events.add(to_string(*item.event));
    else
      events.add_null();
  }
  constexpr auto sql =
      "SELECT o_place, o_seq, o_ms, o_duplicate, o_us FROM append_messages(CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS "
      "uuid[]), "
      "CAST(? AS bigint[]), CAST(? AS smallint[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS uuid[]), "
      "CAST(? AS text[]))";
  const auto rows = connection.select(sql,
                                      {rooms.text(), senders.text(), keys.text(), times.text(), kinds.text(), bodies.text(),
                                       titles.text(), rtfs.text(), events.text(), plains.text()},
                                      {Column::integer, Column::integer, Column::integer, Column::integer, Column::integer});
  AppendedBatch batch;
  batch.answers.resize(items.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto place = static_cast<std::size_t>(rows.integer(row, 0) - 1);  // PostgreSQL counts from 1
    batch.answers[place] = stored_as(rows.integer(row, 1), rows.integer(row, 2), rows.integer(row, 3) != 0);
    batch.in_database = std::max(batch.in_database, std::chrono::microseconds(rows.integer(row, 4)));
  }
  return batch;
}

// The heads of the rooms in this batch, read once and written once.
class Heads {
public:
  explicit Heads(Connection& connection) : connection_(connection) {}

  // Null: no such room.
  std::int64_t* last_seq(RoomId room) {
    auto found = heads_.find(room);
    if (found == heads_.end()) {
      const auto rows = connection_.select("SELECT last_seq FROM room_head WHERE room_id = ?", {number(room)}, {Column::integer});
      if (rows.empty()) return nullptr;
      found = heads_.emplace(room, Head{rows.integer(0, 0), rows.integer(0, 0)}).first;
    }
    return &found->second.now;
  }

  void write() {
    for (const auto& [room, head] : heads_) {
      if (head.now != head.before)
        connection_.change("UPDATE room_head SET last_seq = ? WHERE room_id = ?", {head.now, number(room)});
    }
  }

private:
  struct Head {
    std::int64_t before;
    std::int64_t now;
  };
  Connection& connection_;
  std::map<RoomId, Head> heads_;
};

std::optional<Appended> append_one(Connection& connection, const AppendItem& item, Heads& heads) {
  const Post& post = *item.post;
  const std::string key = to_string(post.client_key);
  const auto known = connection.select("SELECT seq, sent_ms FROM message WHERE room_id = ? AND sender_id = ? AND client_key = ?",
                                       {number(post.room), number(post.sender), key}, {Column::integer, Column::integer});
  if (!known.empty()) return stored_as(known.integer(0, 0), known.integer(0, 1), true);
  std::int64_t* last_seq = heads.last_seq(post.room);
  if (last_seq == nullptr) return std::nullopt;
  const std::int64_t seq = ++*last_seq;
  connection.change(
      "INSERT INTO message(room_id, seq, sender_id, sent_ms, client_key, kind, body, title, rtf) VALUES (?, ?, ?, ?, ?, ?, ?, ?, "
      "?)",
      {number(post.room), seq, number(post.sender), post.sent_ms, key, static_cast<std::int64_t>(post.kind), post.body,
       post.title, post.rtf});
  if (item.event) {
    connection.change(
        "INSERT INTO compliance_outbox(ev_id, kind, room_id, principal_id, at_ms, seq, content) VALUES (?, 3, ?, ?, ?, ?, '')",
        {to_string(*item.event), number(post.room), number(post.sender), post.sent_ms, seq});
  }
  return stored_as(seq, post.sent_ms, false);
}

}  // namespace

AppendedBatch append_posts(Connection& connection, std::span<const AppendItem> items) {
  if (items.empty()) return {};
  if (connection.dialect() == Dialect::postgresql) return append_postgresql(connection, items);
  AppendedBatch batch;
  Heads heads(connection);
  for (const AppendItem& item : items) batch.answers.push_back(append_one(connection, item, heads));
  heads.write();
  return batch;
}

// A repeat writes too: on a mirrored database it must wait for the mirror, which the first attempt may not have done.
void record_events(Connection& connection, std::span<const EventItem> items) {
  if (items.empty()) return;
  if (connection.dialect() == Dialect::sqlite) {
    for (const EventItem& item : items) {
      const Event& event = *item.event;
      connection.change(
          "INSERT INTO compliance_outbox(ev_id, kind, room_id, principal_id, at_ms, content) VALUES (?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (ev_id) DO NOTHING",
          {to_string(item.id), static_cast<std::int64_t>(event.kind), number(event.room), number(event.who), event.at_ms,
           event.content});
    }
    return;
  }
  ArrayLiteral ids, kinds, rooms, people, times, contents;
  for (const EventItem& item : items) {
    const Event& event = *item.event;
    ids.add(to_string(item.id));
    kinds.add(static_cast<std::int64_t>(event.kind));
    rooms.add(number(event.room));
    people.add(number(event.who));
    times.add(event.at_ms);
    contents.add(event.content);
  }
  connection.change(
      "INSERT INTO compliance_outbox(ev_id, kind, room_id, principal_id, at_ms, content) "
      "SELECT * FROM unnest(CAST(? AS uuid[]), CAST(? AS smallint[]), CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS "
      "bigint[]), "
      "CAST(? AS text[])) ON CONFLICT (ev_id) DO UPDATE SET at_ms = excluded.at_ms",
      {ids.text(), kinds.text(), rooms.text(), people.text(), times.text(), contents.text()});
}

}  // namespace poolcast::store
