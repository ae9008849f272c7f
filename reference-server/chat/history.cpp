// What was said before: from memory where the newest messages suffice, else from the store.
#include <algorithm>
#include <utility>

#include "reference-server/chat/service.hpp"

namespace poolcast::chat {

namespace {

std::string_view reply_name(proto::GetHistory::Command command) {
  switch (command) {
    case proto::GetHistory::Command::by_date:
      return "bcbydate";
    case proto::GetHistory::Command::by_message:
      return "bcbymsg";
    case proto::GetHistory::Command::context:
      break;
  }
  return "bccontext";
}

constexpr std::size_t most_rooms = 25;     // of one query, so that one client cannot keep all readers busy
constexpr std::uint32_t usual_count = 25;  // what pidgin-sipe asks for

bool only_newest(const proto::HistoryQuery& query) {
  return !query.anchor && !query.begin && !query.end && !query.next && query.authors.empty();
}

int count_of(const proto::HistoryQuery& query) {
  const std::uint32_t wanted = query.next ? *query.next : query.last.value_or(query.limit.value_or(usual_count));
  const std::uint32_t limited = std::min(wanted, query.limit.value_or(wanted));
  return static_cast<int>(std::min<std::uint32_t>(limited, store::most_history_messages));
}

}  // namespace

// Rooms are asked for side by side; the reply waits for the last.
struct Service::Gathering {
  Asked asked;
  proto::HistoryQuery query;
  std::vector<store::PrincipalId> authors;
  std::vector<std::pair<store::RoomId, std::vector<store::Message>>> rooms;
  std::size_t pending = 0;
  std::optional<Error> failed;
};

void Service::history(const Asked& command_asked, const proto::GetHistory& command) {
  Asked asked = command_asked;
  asked.name = reply_name(command.command);
  if (!command.query.text.empty()) return search_messages(asked, command);
  const Session& session = *find(asked.session);
  auto gathering = std::make_shared<Gathering>();
  gathering->asked = leave_work(asked);
  gathering->query = command.query;
  std::vector<LiveRoom*> rooms;
  for (const proto::RoomAddress& address : command.query.rooms) {
    LiveRoom* const room = is_ours(address) ? rooms_.find(address.guid) : nullptr;
    const bool readable = room != nullptr && rights(*room, session.person).enter && category_of(*room).history;
    if (readable && std::ranges::find(rooms, room) == rooms.end()) rooms.push_back(room);
  }
  if (rooms.size() > most_rooms) return reply_plain(asked, 413, "Ask for the history of at most 25 rooms at once.");
  if (rooms.empty()) return reply_plain(asked, 404, "There is no such room, you may not enter it, or it keeps no history.");
  for (const std::string& uri : command.query.authors) {
    const store::Principal* const author = people_.find_user(uri);
    gathering->authors.push_back(author == nullptr ? store::PrincipalId{-1} : author->id);  // nobody has written nothing
  }
  gathering->pending = rooms.size();
  for (LiveRoom* const room : rooms) gathering->rooms.emplace_back(room->room.id, std::vector<store::Message>{});
  for (LiveRoom* const room : rooms) gather(gathering, *room);
}

void Service::gather(const std::shared_ptr<Gathering>& gathering, LiveRoom& room) {
  const auto answer = std::find_if(gathering->rooms.begin(), gathering->rooms.end(),
                                   [&](const auto& pair) { return pair.first == room.room.id; });
  const auto at = static_cast<std::size_t>(answer - gathering->rooms.begin());
  const proto::HistoryQuery& wanted = gathering->query;
  const int count = count_of(wanted);
  if (only_newest(wanted)) {
    if (room.recent.holds(static_cast<std::size_t>(count))) {
      const auto& all = room.recent.messages();
      const auto first = all.end() - std::min<std::ptrdiff_t>(count, static_cast<std::ptrdiff_t>(all.size()));
      gathering->rooms[at].second.assign(first, all.end());
      return gathered(gathering);
    }
    // In a pool a room is read when the other nodes know of its people, and not before.
    const bool may_load = room.in_use() && !room.recent.known() && (!in_a_pool() || room.loading);
    if (may_load && std::cmp_less_equal(count, config_.recent_messages)) {
      // Everybody who joins asks for the same: one reading serves them all.
      return load(room, [this, gathering, id = room.room.id] {
        LiveRoom* const loaded = rooms_.find(id);
        if (loaded != nullptr && loaded->recent.known()) return gather(gathering, *loaded);
        gathering->failed = Error{ErrorCode::unavailable, "The history cannot be read now; try again."};
        gathered(gathering);
      });
    }
  }
  store::HistoryQuery query;
  query.room = room.room.id;
  query.limit = count;
  query.authors = gathering->authors;
  if (wanted.anchor) {
    const auto anchor = static_cast<std::int64_t>(*wanted.anchor);
    if (wanted.next)
      query.after_seq = anchor;
    else
      query.before_seq = anchor;
  } else {
    if (wanted.begin) query.from_ms = wanted.begin->time_since_epoch().count();
    if (wanted.end) query.until_ms = wanted.end->time_since_epoch().count();
  }
  query.take = wanted.next ? store::Take::oldest : store::Take::newest;
  port_.history(query, [this, gathering, at](Result<std::vector<store::Message>> messages) {
    if (messages)
      gathering->rooms[at].second = std::move(*messages);
    else
      gathering->failed = messages.error();
    gathered(gathering);
  });
}

void Service::gathered(const std::shared_ptr<Gathering>& gathering) {
  if (--gathering->pending > 0) return;
  if (find(gathering->asked.session) == nullptr) return;
  const Asked back = back_to_work(gathering->asked);
  if (gathering->failed) return reply_error(back, *gathering->failed);
  reply_history(back, gathering->rooms, false, gathering->query.order);
}

void Service::search_messages(const Asked& asked, const proto::GetHistory& command) {
  const Session& session = *find(asked.session);
  store::SearchQuery query;
  if (command.query.rooms.empty()) {
    for (const JoinedAt& at : session.joined)
      if (category_of(*rooms_.find(at.room)).history) query.rooms.push_back(at.room);
  } else {
    for (const proto::RoomAddress& address : command.query.rooms) {
      LiveRoom* const room = is_ours(address) ? rooms_.find(address.guid) : nullptr;
      if (room != nullptr && rights(*room, session.person).enter && category_of(*room).history)
        query.rooms.push_back(room->room.id);
    }
  }
  query.text = command.query.text;
  query.match = command.query.phrase ? store::Match::phrase : store::Match::all_words;
  query.match_case = command.query.match_case;
  for (const std::string& uri : command.query.authors) {
    const store::Principal* const author = people_.find_user(uri);
    query.authors.push_back(author == nullptr ? store::PrincipalId{-1} : author->id);
  }
  if (command.query.begin) query.from_ms = command.query.begin->time_since_epoch().count();
  if (command.query.end) query.until_ms = command.query.end->time_since_epoch().count();
  if (command.query.limit) {
    query.limit_per_room = static_cast<int>(std::min<std::uint32_t>(*command.query.limit, store::most_search_messages_per_room));
  }
  port_.search(query,
               later<store::Found>(asked, [this, order = command.query.order](const Asked& back, Result<store::Found> found) {
                 if (find(back.session) == nullptr) return;
                 if (!found) return reply_error(back, found.error());
                 std::vector<std::pair<store::RoomId, std::vector<store::Message>>> rooms;
                 for (store::Message& message : found->messages) {
                   if (rooms.empty() || rooms.back().first != message.room)
                     rooms.emplace_back(message.room, std::vector<store::Message>{});
                   rooms.back().second.push_back(std::move(message));
                 }
                 reply_history(back, rooms, found->truncated, order);
               }));
}

void Service::reply_history(const Asked& asked, const std::vector<std::pair<store::RoomId, std::vector<store::Message>>>& rooms,
                            bool truncated, proto::HistoryQuery::Order order) {
  const Session& session = *find(asked.session);
  std::vector<std::vector<proto::ChatView>> chats;
  std::vector<proto::RoomHistory> histories;
  chats.reserve(rooms.size());
  for (const auto& [id, messages] : rooms) {
    const LiveRoom* const room = rooms_.find(id);
    if (room == nullptr) continue;
    const proto::RoomView where{config_.domain, room->guid};
    auto& views = chats.emplace_back();
    for (const store::Message& message : messages) {
      const proto::PersonView author = view(message.sender);
      views.push_back({where,
                       static_cast<std::uint64_t>(message.seq),
                       author.uri,
                       author.display_name,
                       proto::UtcTime{std::chrono::milliseconds{message.sent_ms}},
                       message.body,
                       message.rtf,
                       message.title,
                       {},
                       message.kind == store::MessageKind::alert});
    }
    if (order == proto::HistoryQuery::Order::newest_first) std::ranges::reverse(views);
    histories.push_back({where, views, truncated});
    if (config_.compliance) {
      port_.record({store::EventKind::backchat, id, session.person.id, port_.now().utc.time_since_epoch().count(), {}, true});
    }
  }
  std::string out;
  proto::append_history(out, head(asked), asked.name, histories);
  port_.send(asked.session, out);
  done(asked, 200);
}

}  // namespace poolcast::chat
