// A post: checked, stored, acknowledged after its commit, and delivered to everybody in the room in the order of the numbers
// that the store gave.
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "reference-server/chat/service.hpp"
#include "reference-server/proto/text.hpp"

namespace poolcast::chat {

namespace {

using Key = std::array<std::uint8_t, 16>;

// Two FNV-1a hashes of 64 bits: the key is looked up only among the sender's own posts, so nobody else can aim at it.
Key key_of_text(std::string_view text) {
  constexpr std::uint64_t prime = 0x100000001B3;
  std::array<std::uint64_t, 2> hashes{0xCBF29CE484222325, 0x9AE16A3B2F90404F};
  for (const char letter : text) {
    const auto byte = static_cast<std::uint8_t>(letter);
    hashes[0] = (hashes[0] ^ byte) * prime;
    hashes[1] = (hashes[1] * prime) ^ byte;
  }
  Key key{};
  for (std::size_t at = 0; at < key.size(); ++at) key[at] = static_cast<std::uint8_t>(hashes[at / 8] >> (8 * (at % 8)));
  return key;
}

// The client's own id where it sends one (a UUID as it is: version 7 keeps the index in order), else dialog and CSeq, which a
// retransmission repeats.
Key client_key(const Session& session, const proto::Post& post, Ticket cseq) {
  if (!post.client_id.empty()) {
    const auto guid = proto::parse_guid(post.client_id);
    return guid ? guid->bytes : key_of_text(post.client_id);
  }
  Key key = session.key;
  for (std::size_t at = 10; at > 6; cseq >>= 8U) key[--at] = static_cast<std::uint8_t>(cseq & 0xFFU);
  return key;
}

store::MessageKind kind_of(const proto::Post& post) {
  if (!post.story_title.empty()) return store::MessageKind::story;
  return post.alert ? store::MessageKind::alert : store::MessageKind::normal;
}

}  // namespace

Result<LiveRoom*> Service::room_for_post(const Session& session, const proto::Post& post) {
  LiveRoom* const room = is_ours(post.room) ? rooms_.find(post.room.guid) : nullptr;
  if (room == nullptr) return Error{ErrorCode::not_found, "There is no such room."};
  const Rights allowed = rights(*room, session.person);
  if (!allowed.see && !allowed.enter) return Error{ErrorCode::not_found, "There is no such room."};
  if (room->room.disabled) return Error{ErrorCode::locked, "This room is disabled."};
  if (session.in(room->room.id) == nullptr) return Error{ErrorCode::forbidden, "Join the room before you post in it."};
  if (!allowed.post) return Error{ErrorCode::forbidden, "Only presenters may post in this room."};
  const std::size_t limit = post.story_title.empty() ? config_.message_bytes : config_.story_bytes;
  if (post.text.size() > limit || post.rich_text.size() > config_.story_bytes ||
      post.story_title.size() > config_.message_bytes) {
    return Error{ErrorCode::too_large, "The message is longer than " + std::to_string(limit) + " bytes."};
  }
  const std::size_t bytes = post.text.size() + post.rich_text.size() + post.story_title.size();
  if (!post_budget_.take(session.person.id, bytes, port_.now().steady_s))
    return Error{ErrorCode::unavailable, "You post more than is taken from one person; try again later."};
  return room;
}

void Service::post(const Asked& asked, Ticket ticket, const proto::Post& post) {
  Session& session = *find(asked.session);
  const auto room = room_for_post(session, post);
  if (!room) {
    port_.answer(asked.session, ticket, static_cast<int>(room.error().code), room.error().message);
    return report(asked, static_cast<int>(room.error().code));
  }
  store::Post row;
  row.room = (*room)->room.id;
  row.sender = session.person.id;
  row.client_key.bytes = client_key(session, post, ticket);
  row.sent_ms = port_.now().utc.time_since_epoch().count();
  row.kind = kind_of(post);
  row.body = post.text;
  row.title = post.story_title;
  row.rtf = post.rich_text;
  row.recorded = config_.compliance;
  store::Message message{row.room, 0, row.sender, row.sent_ms, row.kind, row.body, row.title, row.rtf};
  ++session.posts_running;
  port_.append(
      std::move(row), later<store::Appended>(asked, [this, ticket, client_id = post.client_id, message = std::move(message)](
                                                        const Asked& back, const Result<store::Appended>& appended) mutable {
        if (Session* const author = find(back.session)) {
          --author->posts_running;
          const int code = appended ? 200 : static_cast<int>(appended.error().code);
          port_.answer(author->id, ticket, code, appended ? std::string_view{} : std::string_view(appended.error().message));
        }
        if (appended) {
          message.seq = appended->seq;
          message.sent_ms = appended->sent_ms;
          if (appended->duplicate) {
            stored_before(message.room, message.seq, back.session);
          } else {
            if (in_a_pool()) tell_peers(message, client_id);
            stored(std::move(message), client_id);
          }
        } else if (appended.error().in_doubt) {
          fall_behind(message.room);
          if (in_a_pool()) port_.tell_doubt(message.room);
        }
        report(back, appended ? 200 : static_cast<int>(appended.error().code));
        if (Session* const still = find(back.session)) run_waiting(*still);
      }));
}

// Each node with somebody in the room gets the post once, and hands it round there.
void Service::tell_peers(const store::Message& message, std::string_view client_id) {
  const LiveRoom* const room = rooms_.find(message.room);
  const PeerSet peers = room == nullptr ? PeerSet{0} : room->peers();
  if (peers != 0) port_.tell_post(peers, message, client_id);
}

// Of a message that is stored for the first time: this is called once, and perhaps later than the store has told of it.
void Service::stored(store::Message message, std::string_view client_id) {
  LiveRoom* const room = rooms_.find(message.room);
  if (room == nullptr || !room->in_use() || message.seq <= room->caught_up_to) return;
  if (!room->recent.known()) {
    // In a pool a lower number may still come from another node: the order is known when the store has been read.
    if (in_a_pool()) return room->sessions.empty() ? void() : keep_early(*room, std::move(message), client_id);
    room->recent.begin_at(message.seq - 1);
  }
  if (message.seq <= room->recent.last_seq()) {
    // It came with the newest messages. In a pool that is before anybody is let in, so a number that is behind is a repetition.
    if (!in_a_pool()) fan_out(*room, message, client_id);
    return;
  }
  if (message.seq == room->recent.last_seq() + 1 && !waits_for_author(message)) {
    deliver(*room, std::move(message), client_id);
    return deliver_early(*room);
  }
  keep_early(*room, std::move(message), client_id);
  if (in_a_pool())
    gaps_.try_emplace(room->room.id, port_.now().steady_s + config_.gap_patience_s);
  else
    catch_up(*room);
}

// A node that has just made an author known to the database is ahead of what we know of people. Who is not known a while after
// his post has been removed since.
bool Service::waits_for_author(const store::Message& message) {
  constexpr std::int64_t patience_ms = 10'000;
  if (!in_a_pool() || people_.find(message.sender) != nullptr) return false;
  return std::abs(port_.now().utc.time_since_epoch().count() - message.sent_ms) < patience_ms;
}

void Service::keep_early(LiveRoom& room, store::Message message, std::string_view client_id) {
  constexpr std::size_t most = 1'000;  // what is beyond is read from the store, which is asked for the gap anyway
  if (room.early.size() >= most) return;
  const std::int64_t seq = message.seq;
  room.early.try_emplace(seq, EarlyPost{std::move(message), std::string(client_id)});
}

// A repeated post whose first answer was lost. Its author is shown what was stored then; the others have it, or get it now.
void Service::stored_before(store::RoomId id, std::int64_t seq, SessionId author) {
  LiveRoom* const room = rooms_.find(id);
  if (room == nullptr || !room->in_use()) return;
  if (room->recent.known() && seq > room->recent.last_seq()) {
    if (in_a_pool()) port_.tell_doubt(id);
    return catch_up(*room);
  }
  store::HistoryQuery query;
  query.room = id;
  query.after_seq = seq - 1;
  query.before_seq = seq + 1;
  query.limit = 1;
  port_.history(query, [this, id, author](const Result<std::vector<store::Message>>& found) {
    const LiveRoom* const live = rooms_.find(id);
    if (live == nullptr || !found || found->empty() || find(author) == nullptr) return;
    port_.send(author, post_text(*live, found->front(), {}));
  });
}

void Service::fan_out(const LiveRoom& room, const store::Message& message, std::string_view client_id) {
  const double began_s = watcher_ == nullptr ? 0 : port_.now().steady_s;
  const std::string text = post_text(room, message, client_id);
  std::span<const SessionId> sessions = room.sessions;
  std::vector<SessionId> in_step;
  if (!missed_.empty()) {
    std::ranges::copy_if(sessions, std::back_inserter(in_step), [&](SessionId session) {
      return !missed_.contains({room.room.id, session});
    });
    sessions = in_step;
  }
  port_.fan_out(sessions, text, {room.room.id, message.seq});
  if (watcher_ != nullptr) watcher_->fanned_out(sessions.size(), text.size(), began_s, port_.now().steady_s);
}

void Service::deliver(LiveRoom& room, store::Message message, std::string_view client_id) {
  fan_out(room, message, client_id);
  room.recent.add(std::move(message), config_.recent_messages);
}

void Service::deliver_early(LiveRoom& room) {
  while (!room.early.empty() && room.early.begin()->first <= room.recent.last_seq() + 1) {
    const std::int64_t seq = room.early.begin()->first;
    if (seq > room.recent.last_seq() && waits_for_author(room.early.begin()->second.message)) return;
    EarlyPost post = std::move(room.early.begin()->second);
    room.early.erase(room.early.begin());
    if (seq == room.recent.last_seq() + 1) deliver(room, std::move(post.message), post.client_id);
  }
  if (!gaps_.empty() && room.early.empty()) gaps_.erase(room.room.id);
}

// Something is stored that was not delivered here: a post whose commit was in doubt. The store knows; what it passes over does
// not exist, since retention takes old messages away.
void Service::catch_up(LiveRoom& room) {
  if (room.catching_up) {
    room.catch_up_again = true;  // what is asked for now may be newer than what is being read
    return;
  }
  room.catching_up = true;
  store::HistoryQuery query;
  query.room = room.room.id;
  query.after_seq = room.recent.last_seq();
  query.limit = store::most_history_messages;
  query.take = store::Take::oldest;
  port_.history(query, [this, id = room.room.id](Result<std::vector<store::Message>> missing) {
    LiveRoom* const found = rooms_.find(id);
    if (found == nullptr) return;
    found->catching_up = false;
    const bool again = std::exchange(found->catch_up_again, false);
    if (!found->in_use() || !found->recent.known()) return;
    if (!missing) return in_a_pool() ? read_later(id) : fall_behind(id);
    // What fills a page may have more behind it.
    const bool go_on = again || missing->size() == static_cast<std::size_t>(store::most_history_messages);
    bool moved = false;
    for (store::Message& message : *missing) {
      if (message.seq <= found->recent.last_seq()) continue;
      if (waits_for_author(message)) {
        port_.follow_directory();
        return read_later(id);
      }
      if (message.seq != found->recent.last_seq() + 1) found->recent.begin_at(message.seq - 1);
      found->caught_up_to = message.seq;
      const auto told = found->early.find(message.seq);
      const std::string client_id = told == found->early.end() ? std::string{} : told->second.client_id;
      deliver(*found, std::move(message), client_id);
      moved = true;
    }
    deliver_early(*found);
    if (found->early.empty() && !go_on) return;
    if (moved || go_on)
      catch_up(*found);
    else
      fall_behind(id);
  });
}

// A commit in doubt may still happen while reads work already: look again for a while.
void Service::fall_behind(store::RoomId room) {
  constexpr double for_s = 30;
  behind_[room] = port_.now().steady_s + for_s;
}

void Service::retry_behind(double now_s) {
  constexpr double pause_s = 1;
  if (behind_.empty() || now_s < behind_due_s_) return;
  behind_due_s_ = now_s + pause_s;
  std::erase_if(behind_, [&](const auto& entry) { return entry.second < now_s; });
  for (const auto& [id, until_s] : behind_) {
    LiveRoom* const room = rooms_.find(id);
    if (room != nullptr && room->in_use() && room->recent.known()) catch_up(*room);
  }
}

std::string Service::post_text(const LiveRoom& room, const store::Message& message, std::string_view client_id) {
  const proto::PersonView author = view(message.sender);
  std::string out;
  proto::append_post(out, next_envid(),
                     {.room = {config_.domain, room.guid},
                      .id = static_cast<std::uint64_t>(message.seq),
                      .author = author.uri,
                      .author_name = author.display_name,
                      .at = proto::UtcTime{std::chrono::milliseconds{message.sent_ms}},
                      .text = message.body,
                      .rich_text = message.rtf,
                      .story_title = message.title,
                      .client_id = client_id,
                      .alert = message.kind == store::MessageKind::alert});
  return out;
}

}  // namespace poolcast::chat
