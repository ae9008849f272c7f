#include "tests/reference-server/store/support.hpp"

#include <iostream>

namespace poolcast::store::testing {

namespace {

constexpr std::int64_t minute_ms = 60'000;

void administrate(const std::string& sql) { odbc::Connection(std::getenv("POOLCAST_POSTGRES_ODBC")).execute(sql); }

}  // namespace

Postgresql::Postgresql() {
  name_ = "t" + to_string(random_uuid());
  std::erase(name_, '-');
  administrate("CREATE DATABASE " + name_);
  connection_ = std::getenv("POOLCAST_POSTGRES_ODBC");
  const std::string old = "Database=poolcast;";
  connection_.replace(connection_.find(old), old.size(), "Database=" + name_ + ";");
}

Postgresql::~Postgresql() { administrate("DROP DATABASE " + name_ + " WITH (FORCE)"); }

Principal user(const std::string& name) {
  Principal principal;
  principal.uri = "sip:" + name + "@lab.example";
  principal.display_name = name;
  return principal;
}

Room room(CategoryId category, const std::string& name) {
  Room room;
  room.category = category;
  room.name = name;
  room.created_ms = noon_ms;
  return room;
}

Config World::config(const std::string& to) const {
  Config config;
  config.connections = {to};
  config.key_file = folder.file("key");
  config.observer.on_availability = [](bool) {};  // posted back, so that a test that waits for it wakes
  config.observer.on_warning = [](const std::string& sentence) { std::cerr << "warning: " << sentence << '\n'; };
  return config;
}

World::World(const std::string& to, const std::function<void(Config&)>& adjust) : connection(to) {
  Config wanted = config(to);
  if (adjust) adjust(wanted);
  auto opened = Store::open(wanted, loop.post_back());
  if (!opened) {
    ADD_FAILURE() << opened.error().message;
    return;
  }
  store = std::move(*opened);
  const auto people = edit({user("ann"), user("bo")});
  ann = people->principals.at(0).id;
  bo = people->principals.at(1).id;
  Category top;
  top.name = "Top";
  top.allowed = {ann, bo};
  category = edit({top})->categories.at(0).id;
  const auto rooms = edit({room(category, "Lobby"), room(category, "Attic")});
  lobby = rooms->rooms.at(0).id;
  attic = rooms->rooms.at(1).id;
}

Result<Directory> World::edit(std::vector<Edit> edits) {
  return loop.ask<Directory>([&](Completion<Directory> done) { store->edit(std::move(edits), std::move(done)); });
}

Result<Appended> World::append(const Post& post) {
  return loop.ask<Appended>([&](Completion<Appended> done) { store->append(post, std::move(done)); });
}

Post World::post(const std::string& body, std::int64_t minute) const {
  Post post;
  post.room = lobby;
  post.sender = ann;
  post.sent_ms = noon_ms + minute * minute_ms;
  post.client_key = time_ordered_uuid(post.sent_ms);
  post.body = body;
  return post;
}

std::vector<std::string> World::bodies(const HistoryQuery& query) {
  const auto messages =
      loop.ask<std::vector<Message>>([&](Completion<std::vector<Message>> done) { store->history(query, std::move(done)); });
  std::vector<std::string> bodies;
  if (!messages) ADD_FAILURE() << messages.error().message;
  if (messages)
    for (const Message& message : *messages) bodies.push_back(message.body);
  return bodies;
}

std::vector<std::string> World::found(SearchQuery query) {
  if (query.rooms.empty()) query.rooms = {lobby, attic};
  const auto result = loop.ask<Found>([&](Completion<Found> done) { store->search(query, std::move(done)); });
  std::vector<std::string> bodies;
  if (!result) ADD_FAILURE() << result.error().message;
  if (result)
    for (const Message& message : result->messages) bodies.push_back(message.body);
  return bodies;
}

std::int64_t World::count(const std::string& table_and_condition) const {
  odbc::Connection reader(connection);
  return reader.select("SELECT count(*) FROM " + table_and_condition, {}, {odbc::Column::integer}).integer(0, 0);
}

}  // namespace poolcast::store::testing
