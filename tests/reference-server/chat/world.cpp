#include "tests/reference-server/chat/world.hpp"

#include <algorithm>

namespace poolcast::chat::testing {

namespace {

const Error away{ErrorCode::unavailable, "The database is away."};

store::Principal person(store::PrincipalId id, const std::string& name) {
  store::Principal principal;
  principal.id = id;
  principal.uri = "sip:" + name + "@lab.example";
  principal.display_name = name;
  principal.version = 1;
  return principal;
}

store::Room room(store::RoomId id, const std::string& name, store::Privacy privacy) {
  store::Room made;
  made.id = id;
  made.guid.bytes = {0xAB, static_cast<std::uint8_t>(store::number(id))};
  made.category = general;
  made.name = name;
  made.privacy = privacy;
  made.version = 1;
  return made;
}

}  // namespace

void FakePort::append(store::Post post, Completion<store::Appended> done) {
  waiting_.emplace_back([this, post = std::move(post), done = std::move(done)] {
    if (database_is_away) return done(away);
    const auto key = std::pair(post.sender, post.client_key.bytes);
    if (const auto old = keys_.find(key); old != keys_.end()) {
      store::Appended again = old->second;
      again.duplicate = true;
      return done(again);
    }
    auto& room = messages[post.room];
    const store::Appended appended{removed[post.room] + static_cast<std::int64_t>(room.size()) + 1, post.sent_ms, false};
    room.push_back({post.room, appended.seq, post.sender, post.sent_ms, post.kind, post.body, post.title, post.rtf});
    keys_[key] = appended;
    if (stores_in_doubt) return done(Error{ErrorCode::unavailable, "No answer in time.", true});
    done(appended);
  });
}

void FakePort::history(store::HistoryQuery query, Completion<std::vector<store::Message>> done) {
  history_queries.push_back(query);
  waiting_.emplace_back([this, query = std::move(query), done = std::move(done)] {
    if (database_is_away) return done(away);
    std::vector<store::Message> found;
    for (const store::Message& message : messages[query.room])
      if ((!query.after_seq || message.seq > *query.after_seq) && (!query.before_seq || message.seq < *query.before_seq))
        found.push_back(message);
    const auto limit = static_cast<std::size_t>(query.limit);
    if (found.size() > limit) {
      if (query.take == store::Take::newest)
        found.erase(found.begin(), found.end() - query.limit);
      else
        found.resize(limit);
    }
    done(found);
  });
}

void FakePort::search(store::SearchQuery query, Completion<store::Found> done) {
  waiting_.emplace_back([this, query = std::move(query), done = std::move(done)] {
    store::Found found;
    for (const store::RoomId id : query.rooms)
      for (const store::Message& message : messages[id])
        if (message.body.find(query.text) != std::string::npos) found.messages.push_back(message);
    done(found);
  });
}

void FakePort::edit(std::vector<store::Edit> edits, Completion<store::Directory> done) {
  waiting_.emplace_back([this, edits = std::move(edits), done = std::move(done)]() mutable {
    if (database_is_away) return done(away);
    store::Directory changes;
    changes.revision = ++revision;
    for (store::Edit& edit : edits) {
      if (auto* const made = std::get_if<store::Room>(&edit)) {
        if (made->id == store::RoomId{}) made->id = store::RoomId{++rows_};
        ++made->version;
        changes.rooms.push_back(*made);
      } else if (auto* const category = std::get_if<store::Category>(&edit)) {
        if (category->id == store::CategoryId{}) category->id = store::CategoryId{++rows_};
        ++category->version;
        changes.categories.push_back(*category);
      }
    }
    done(changes);
  });
}

void FakePort::preference(store::PrincipalId user, std::string label, Completion<std::vector<store::Preference>> done) {
  waiting_.emplace_back([this, key = std::pair(user, std::move(label)), done = std::move(done)] {
    const auto found = preferences_.find(key);
    done(found == preferences_.end() ? std::vector<store::Preference>{} : std::vector<store::Preference>{found->second});
  });
}

void FakePort::set_preference(store::Preference preference, Completion<store::Preference> done) {
  waiting_.emplace_back([this, preference = std::move(preference), done = std::move(done)] {
    preferences_[{preference.user, preference.label}] = preference;
    done(preference);
  });
}

void FakePort::invite(store::Invitation invitation, Completion<store::Invitation> done) {
  invitation.id = static_cast<std::int64_t>(invited.size()) + 1;
  invited.push_back(invitation);
  waiting_.emplace_back([invitation, done = std::move(done)] { done(invitation); });
}

void FakePort::invitations(store::PrincipalId user, std::int64_t newer_than, Completion<std::vector<store::Invitation>> done) {
  waiting_.emplace_back([this, user, newer_than, done = std::move(done)] {
    std::vector<store::Invitation> found;
    for (const store::Invitation& invitation : invited)
      if (invitation.user == user && invitation.id > newer_than) found.push_back(invitation);
    done(found);
  });
}

void FakePort::grant_file_token(store::FileToken token, Completion<Done> done) {
  tokens.push_back(std::move(token));
  waiting_.emplace_back([done = std::move(done)] { done(Done{}); });
}

void FakePort::settle() {
  while (!waiting_.empty()) {
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    next();
  }
}

store::Directory directory() {
  store::Directory all;
  all.revision = 1;
  all.principals = {person(ann, "ann"), person(bo, "bo"), person(cy, "cy"), person(di, "di"), person(root, "root")};
  all.principals[4].administrator = true;
  store::Principal group;
  group.id = staff;
  group.kind = store::PrincipalKind::group;
  group.uri = "staff";
  group.members = {bo};
  all.principals.push_back(group);
  store::Category everybody;
  everybody.id = general;
  everybody.name = "General";
  everybody.denied = {di};
  everybody.creators = {ann};
  all.categories = {everybody};
  store::Room open = room(lobby, "Lobby", store::Privacy::open);
  store::Room closed = room(team, "Team", store::Privacy::closed);
  closed.members = {{staff, store::role_member}, {ann, store::role_member | store::role_manager}};
  store::Room secret = room(vault, "Vault", store::Privacy::secret);
  secret.members = {{ann, store::role_member}};
  store::Room auditorium = room(stage, "Stage", store::Privacy::open);
  auditorium.kind = store::RoomKind::auditorium;
  auditorium.members = {{ann, store::role_member | store::role_presenter}};
  all.rooms = {open, closed, secret, auditorium};
  return all;
}

std::string guid_of(store::RoomId id) {
  store::Uuid guid;
  guid.bytes = {0xAB, static_cast<std::uint8_t>(store::number(id))};
  return wire_guid(guid);
}

std::string uri_of(store::RoomId id) { return "ma-chan://lab.example/" + guid_of(id); }

World::World(Config config, store::Directory people) {
  config.domain = "lab.example";
  chat = std::make_unique<Service>(std::move(config), port, std::move(people));
}

SessionId World::sign_in(const std::string& name, const std::string& epid, bool same_registration) {
  const auto session = chat->open({"sip:" + name + "@lab.example", epid, 7, same_registration});
  chat->begin(*session);
  return *session;
}

Ticket World::say(SessionId session, const std::string& element) {
  const std::string body = R"(<xccos xmlns="urn:parlano:xml:ns:xccos" ver="1" envid="4711">)" + element + "</xccos>";
  chat->info(session, ++ticket_, body);
  port.settle();
  return ticket_;
}

Ticket World::command(SessionId session, const std::string& name, const std::string& data) {
  return say(session, "<cmd id=\"cmd:" + name + R"(" seqid="1"><data>)" + data + "</data></cmd>");
}

Ticket World::join(SessionId session, store::RoomId room) {
  return command(session, "join", R"(<chanid key="0" domain="lab.example" value=")" + guid_of(room) + "\"/>");
}

Ticket World::post(SessionId session, store::RoomId room, const std::string& text, const std::string& message_id) {
  const std::string id = message_id.empty() ? "" : " msgid=\"" + message_id + "\"";
  return say(session, R"(<grpchat id="grpchat" seqid="1" chanUri=")" + uri_of(room) + R"(" author="sip:mallory@lab.example")" +
                          id + "><chat>" + text + "</chat></grpchat>");
}

void World::pass(double seconds) {
  port.steady_s += seconds;
  chat->tick();
  port.settle();
}

int World::status_of(Ticket ticket) const {
  for (const Answered& answer : port.answers)
    if (answer.ticket == ticket) return answer.status;
  return 0;
}

std::vector<std::string> World::received(SessionId session, const std::string& containing) const {
  std::vector<std::string> texts;
  for (const Sent& sent : port.sent)
    if (sent.session == session && sent.text.find(containing) != std::string::npos) texts.push_back(sent.text);
  return texts;
}

}  // namespace poolcast::chat::testing
