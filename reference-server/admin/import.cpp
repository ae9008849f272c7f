#include "reference-server/admin/import.hpp"

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "domain/io/config_error.hpp"
#include "reference-server/store/text.hpp"

namespace poolcast::admin {

namespace {

using Json = nlohmann::ordered_json;
using store::Edit;

struct Line {
  int number = 0;
  Json object{};
};

// What is there, by what people call it; grows with each stage of the import.
struct Names {
  std::map<std::string, const store::Principal*> users;  // by uri
  std::map<std::string, const store::Category*> categories;
  std::map<std::string, const store::Room*> rooms;  // by folded name
  std::map<store::Uuid, const store::Room*> guids;

  explicit Names(const store::Directory& directory) {
    for (const auto& principal : directory.principals)
      if (principal.kind == store::PrincipalKind::user) users.emplace(principal.uri, &principal);
    for (const auto& category : directory.categories) categories.emplace(category.name, &category);
    for (const auto& room : directory.rooms) {
      rooms.emplace(store::folded(room.name), &room);
      guids.emplace(room.guid, &room);
    }
  }
};

class Import {
public:
  Import(Workplace& workplace, std::string file) : workplace_(workplace), file_(std::move(file)) {}

  void read(std::istream& stream);
  Imported store_all();

private:
  [[noreturn]] void refuse(int line, const std::string& key, const std::string& message) const {
    throw io::ConfigError({io::Problem{file_, line, 0, key, message}});
  }
  void only(const Line& line, const std::set<std::string>& known) const;
  std::string text(const Line& line, const char* key, const std::string& otherwise) const;
  std::vector<std::string> texts(const Line& line, const char* key) const;
  void people_and_categories(std::vector<Edit>& edits, const Names& names);
  void passwords(std::vector<Edit>& edits, const Names& names);
  void rooms(std::vector<Edit>& edits, const Names& names);
  store::Room room_of(const Line& line, const Names& names) const;
  void add_members(const Line& line, const Names& names, const char* key, unsigned role,
                   std::map<store::PrincipalId, unsigned>& roles) const;

  Workplace& workplace_;
  std::string file_;
  std::vector<Line> users_;
  std::vector<Line> categories_;
  std::vector<Line> rooms_;
  std::set<std::string> known_users_;  // defined on an earlier line
  Imported imported_;
};

void Import::only(const Line& line, const std::set<std::string>& known) const {
  for (const auto& [key, value] : line.object.items())
    if (!known.contains(key)) refuse(line.number, key, "unknown key");
}

std::string Import::text(const Line& line, const char* key, const std::string& otherwise) const {
  const auto found = line.object.find(key);
  if (found == line.object.end()) return otherwise;
  if (!found->is_string()) refuse(line.number, key, "expected a text");
  return found->get<std::string>();
}

std::vector<std::string> Import::texts(const Line& line, const char* key) const {
  const auto found = line.object.find(key);
  if (found == line.object.end()) return {};
  if (!found->is_array()) refuse(line.number, key, "expected a list of user names");
  std::vector<std::string> values;
  for (const Json& value : *found) {
    if (!value.is_string()) refuse(line.number, key, "expected a list of user names");
    values.push_back(value.get<std::string>());
  }
  return values;
}

void Import::read(std::istream& stream) {
  std::string content;
  for (int number = 1; std::getline(stream, content); ++number) {
    if (content.find_first_not_of(" \t\r") == std::string::npos) continue;
    Line line{number, Json::parse(content, nullptr, false)};
    if (!line.object.is_object() || line.object.empty()) refuse(number, "", "expected a JSON object");
    const std::string what = line.object.begin().key();
    if (!line.object.begin()->is_string() || line.object.begin()->get<std::string>().empty())
      refuse(number, what, "expected a name");
    if (what == "user") {
      only(line, {"user", "display", "password"});
      users_.push_back(std::move(line));
    } else if (what == "category") {
      only(line, {"category", "id", "description"});
      categories_.push_back(std::move(line));
    } else if (what == "room") {
      only(line, {"room", "id", "category", "description", "privacy", "auditorium", "members", "managers", "presenters"});
      rooms_.push_back(std::move(line));
    } else {
      refuse(number, what, "the first key must be `user`, `category` or `room`");
    }
  }
}

void Import::people_and_categories(std::vector<Edit>& edits, const Names& names) {
  for (const Line& line : users_) {
    const std::string name = line.object["user"].get<std::string>();
    if (name.find_first_of("@:; <>\"") != std::string::npos)
      refuse(line.number, "user", "expected a sign-in name without a domain");
    store::Principal user;
    user.uri = workplace_.uri_of(name);
    if (!known_users_.insert(user.uri).second) refuse(line.number, "user", "an earlier line has this user already");
    if (const auto there = names.users.find(user.uri); there != names.users.end()) user = *there->second;
    const std::string display = text(line, "display", user.version == 0 ? name : user.display_name);
    if (user.version != 0 && display == user.display_name) continue;
    user.display_name = display;
    edits.emplace_back(user);
    ++imported_.users;
  }
  std::set<std::string> seen;
  for (const Line& line : categories_) {
    store::Category category;
    category.name = line.object["category"].get<std::string>();
    if (!seen.insert(category.name).second) refuse(line.number, "category", "an earlier line has this category already");
    if (const auto there = names.categories.find(category.name); there != names.categories.end()) category = *there->second;
    const std::string description = text(line, "description", category.description);
    if (category.version != 0 && description == category.description) continue;
    category.description = description;
    edits.emplace_back(category);
    ++imported_.categories;
  }
}

void Import::passwords(std::vector<Edit>& edits, const Names& names) {
  for (const Line& line : users_) {
    if (!line.object.contains("password")) continue;
    const std::string password = text(line, "password", "");
    const store::Principal& user = *names.users.at(workplace_.uri_of(line.object["user"].get<std::string>()));
    if (workplace_.has_password(user, password)) continue;
    for (Edit& edit : workplace_.password_edits(user, password)) edits.push_back(std::move(edit));
    ++imported_.passwords;
  }
}

void Import::add_members(const Line& line, const Names& names, const char* key, unsigned role,
                         std::map<store::PrincipalId, unsigned>& roles) const {
  for (const std::string& name : texts(line, key)) {
    const auto user = names.users.find(workplace_.uri_of(name));
    if (user == names.users.end()) refuse(line.number, key, "unknown user `" + name + "`");
    roles[user->second->id] |= role;
  }
}

store::Room Import::room_of(const Line& line, const Names& names) const {
  store::Room room;
  room.name = line.object["room"].get<std::string>();
  if (const auto there = names.rooms.find(store::folded(room.name)); there != names.rooms.end()) room = *there->second;
  room.name = line.object["room"].get<std::string>();
  if (const std::string id = text(line, "id", ""); !id.empty()) {
    store::Uuid guid;
    if (!store::parse_uuid(id, guid)) refuse(line.number, "id", "expected a GUID");
    if (room.version != 0 && room.guid != guid)
      refuse(line.number, "id", "this room is there with another GUID: " + to_string(room.guid));
    if (const auto other = names.guids.find(guid); other != names.guids.end() && other->second->id != room.id)
      refuse(line.number, "id", "the room `" + other->second->name + "` has this GUID");
    room.guid = guid;
  }
  const std::string category = text(line, "category", "");
  const auto found = names.categories.find(category);
  if (found == names.categories.end()) refuse(line.number, "category", "unknown category `" + category + "`");
  room.category = found->second->id;
  room.description = text(line, "description", room.description);
  const std::string privacy = text(line, "privacy", "closed");
  if (privacy != "open" && privacy != "closed" && privacy != "secret")
    refuse(line.number, "privacy", "found `" + privacy + "`; expected open, closed or secret");
  room.privacy = privacy == "open" ? store::Privacy::open : privacy == "closed" ? store::Privacy::closed : store::Privacy::secret;
  if (const auto auditorium = line.object.find("auditorium"); auditorium != line.object.end()) {
    if (!auditorium->is_boolean()) refuse(line.number, "auditorium", "expected true or false");
    room.kind = auditorium->get<bool>() ? store::RoomKind::auditorium : store::RoomKind::normal;
  }
  std::map<store::PrincipalId, unsigned> roles;
  add_members(line, names, "members", store::role_member, roles);
  add_members(line, names, "managers", store::role_member | store::role_manager, roles);
  add_members(line, names, "presenters", store::role_member | store::role_presenter, roles);
  room.members.clear();
  for (const auto& [principal, role] : roles) room.members.push_back({principal, role});
  return room;
}

void Import::rooms(std::vector<Edit>& edits, const Names& names) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::set<std::string> seen;
  for (const Line& line : rooms_) {
    store::Room room = room_of(line, names);
    if (!seen.insert(store::folded(room.name)).second) refuse(line.number, "room", "an earlier line has this room already");
    const auto there = names.rooms.find(store::folded(room.name));
    if (there != names.rooms.end() && *there->second == room) continue;
    if (room.version == 0) room.created_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    edits.emplace_back(std::move(room));
    ++imported_.rooms;
  }
}

// Two stages, because passwords and rooms refer to numbers that only the first one gives; both in one transaction.
Imported Import::store_all() {
  store::odbc::Connection& connection = workplace_.content();
  store::odbc::Transaction transaction(connection);
  std::vector<Edit> edits;
  const store::Directory before = store::load_directory(connection);
  people_and_categories(edits, Names(before));
  if (!edits.empty()) store::apply_edits(connection, edits);
  const store::Directory between = store::load_directory(connection);
  const Names names(between);
  edits.clear();
  passwords(edits, names);
  rooms(edits, names);
  if (!edits.empty()) store::apply_edits(connection, edits);
  transaction.commit();
  return imported_;
}

}  // namespace

Imported import_lines(Workplace& workplace, std::istream& lines, const std::string& file_name) {
  Import import(workplace, file_name);
  import.read(lines);
  return import.store_all();
}

}  // namespace poolcast::admin
