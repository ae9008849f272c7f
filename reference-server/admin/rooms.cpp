// category, room and member.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "reference-server/admin/commands.hpp"

namespace poolcast::admin {

namespace {

using store::Category;
using store::Room;

struct CategoryFlags {
  std::string name{};
  std::string description{};
  std::vector<std::string> allowed{};
  std::vector<std::string> denied{};
  std::vector<std::string> creators{};
  std::string invitations{};
  std::string files{};
  std::string history{};
};

struct RoomFlags {
  std::string name{};
  std::string category{};
  std::string description{};
  std::string topic{};
  std::string privacy{};
  bool auditorium = false;
  std::vector<std::string> members{};
  std::vector<std::string> managers{};
  std::vector<std::string> presenters{};
  std::string role = "member";
};

std::vector<store::PrincipalId> ids_of(Workplace& workplace, const std::vector<std::string>& names) {
  std::vector<store::PrincipalId> ids;
  for (const std::string& name : names) ids.push_back(workplace.user_or_group(name).id);
  return ids;
}

void set(bool& setting, const std::string& word) {
  if (!word.empty()) setting = word == "on";
}

// Flags that are not given leave what is there.
void apply(Workplace& workplace, const CategoryFlags& flags, Category& category) {
  if (!flags.description.empty()) category.description = flags.description;
  if (!flags.allowed.empty()) category.allowed = ids_of(workplace, flags.allowed);
  if (!flags.denied.empty()) category.denied = ids_of(workplace, flags.denied);
  if (!flags.creators.empty()) category.creators = ids_of(workplace, flags.creators);
  set(category.invitations, flags.invitations);
  set(category.file_upload, flags.files);
  set(category.history, flags.history);
}

int put_category(const Place& place, const CategoryFlags& flags, bool fresh) {
  Workplace workplace(place);
  Category category;
  if (!fresh) category = workplace.category(flags.name);
  category.name = flags.name;
  apply(workplace, flags, category);
  workplace.edit({category});
  std::printf("%s the category %s%s.\n", fresh ? "Made" : "Changed", flags.name.c_str(),
              category.allowed.empty() ? "; everybody is in its scope" : "");
  return 0;
}

int list_categories(const Place& place) {
  Workplace workplace(place);
  for (const Category& one : workplace.directory().categories) {
    const auto rooms = std::count_if(workplace.directory().rooms.begin(), workplace.directory().rooms.end(),
                                     [&](const Room& room) { return room.category == one.id; });
    std::printf("%s\t%td rooms\t%s\n", one.name.c_str(), rooms, one.description.c_str());
  }
  return 0;
}

store::Privacy privacy_of(const std::string& word) {
  if (word == "open") return store::Privacy::open;
  return word == "secret" ? store::Privacy::secret : store::Privacy::closed;
}

const char* word_of(store::Privacy privacy) {
  switch (privacy) {
    case store::Privacy::open:
      return "open";
    case store::Privacy::closed:
      return "closed";
    case store::Privacy::secret:
      break;
  }
  return "secret";
}

void give(Workplace& workplace, Room& room, const std::vector<std::string>& names, unsigned roles) {
  for (const store::PrincipalId id : ids_of(workplace, names)) {
    const auto there = std::ranges::find_if(room.members, [&](const store::RoomMember& one) { return one.principal == id; });
    if (there == room.members.end())
      room.members.push_back({id, roles});
    else
      there->roles |= roles;
  }
}

int put_room(const Place& place, const RoomFlags& flags, bool fresh) {
  Workplace workplace(place);
  Room room;
  if (fresh) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    room.created_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    room.kind = flags.auditorium ? store::RoomKind::auditorium : store::RoomKind::normal;
    room.name = flags.name;
  } else {
    room = workplace.room(flags.name);
  }
  if (!flags.category.empty()) room.category = workplace.category(flags.category).id;
  if (!flags.description.empty()) room.description = flags.description;
  if (!flags.topic.empty()) room.topic = flags.topic;
  if (!flags.privacy.empty()) room.privacy = privacy_of(flags.privacy);
  give(workplace, room, flags.members, store::role_member);
  give(workplace, room, flags.managers, store::role_member | store::role_manager);
  give(workplace, room, flags.presenters, store::role_member | store::role_presenter);
  const Room stored = workplace.edit({room}).rooms.at(0);
  std::printf("%s the room %s, %s.\n", fresh ? "Made" : "Changed", stored.name.c_str(), to_string(stored.guid).c_str());
  return 0;
}

int enable_room(const Place& place, const std::string& name, bool enabled) {
  Workplace workplace(place);
  Room room = workplace.room(name);
  room.disabled = !enabled;
  workplace.edit({room});
  std::printf("The room %s is %s.\n", room.name.c_str(), enabled ? "enabled" : "disabled");
  return 0;
}

int remove_room(const Place& place, const std::string& name, bool sure) {
  Workplace workplace(place);
  const Room room = workplace.room(name);
  if (!sure)
    throw Complaint("this removes the room " + room.name + " with all its messages for good: say --yes, or use `room disable`");
  workplace.edit({store::RemoveRoom{room.id}});
  std::printf("Removed the room %s.\n", room.name.c_str());
  return 0;
}

int list_rooms(const Place& place) {
  Workplace workplace(place);
  for (const Room& one : workplace.directory().rooms)
    std::printf("%s\t%s\t%s\t%s\t%zu members%s%s\n", one.name.c_str(), workplace.name_of(one.category).c_str(),
                to_string(one.guid).c_str(), word_of(one.privacy), one.members.size(),
                one.kind == store::RoomKind::auditorium ? "\tauditorium" : "", one.disabled ? "\tdisabled" : "");
  return 0;
}

unsigned roles_of(const std::string& role) {
  if (role == "manager") return store::role_member | store::role_manager;
  if (role == "presenter") return store::role_member | store::role_presenter;
  return store::role_member;
}

int change_members(const Place& place, const RoomFlags& flags, bool belong) {
  Workplace workplace(place);
  std::vector<store::Edit> edits;
  for (const store::PrincipalId id : ids_of(workplace, flags.members))
    edits.emplace_back(store::SetRoomRoles{workplace.room(flags.name).id, id, belong ? roles_of(flags.role) : 0U});
  workplace.edit(edits);
  std::printf("%zu %s the room %s.\n", edits.size(), belong ? "belong to" : "left", flags.name.c_str());
  return 0;
}

int list_members(const Place& place, const std::string& name) {
  Workplace workplace(place);
  for (const store::RoomMember& one : workplace.room(name).members)
    std::printf("%s%s%s\n", workplace.name_of(one.principal).c_str(), (one.roles & store::role_manager) != 0 ? "\tmanager" : "",
                (one.roles & store::role_presenter) != 0 ? "\tpresenter" : "");
  return 0;
}

void add_category_commands(const Commands& commands) {
  const Place* place = commands.place;
  CLI::App* category =
      commands.app->add_subcommand("category", "Categories: who is in scope, who creates rooms")->require_subcommand(1);
  auto flags = std::make_shared<CategoryFlags>();
  for (const bool fresh : {true, false}) {
    CLI::App* put =
        add_command(*category, fresh ? "create" : "change", fresh ? "Make a category" : "Change what is named of a category",
                    commands.chosen, [=] { return put_category(*place, *flags, fresh); });
    put->add_option("CATEGORY", flags->name, "its name")->required();
    put->add_option("--description", flags->description, "a sentence for people");
    put->add_option("--allowed", flags->allowed, "users or group:NAME in scope; without it everybody");
    put->add_option("--denied", flags->denied, "users or group:NAME out of scope although allowed");
    put->add_option("--creators", flags->creators, "users or group:NAME that may create rooms");
    for (const auto& [flag, target, help] : {std::tuple("--invitations", &flags->invitations, "whether new members are invited"),
                                             std::tuple("--files", &flags->files, "whether files may be uploaded"),
                                             std::tuple("--history", &flags->history, "whether messages are kept")})
      put->add_option(flag, *target, help)->check(CLI::IsMember({"on", "off"}));
  }
  add_command(*category, "list", "List the categories", commands.chosen, [=] { return list_categories(*place); });
}

void add_put_room(CLI::App& room, const Commands& commands, const std::shared_ptr<RoomFlags>& flags, bool fresh) {
  const Place* place = commands.place;
  CLI::App* put = add_command(room, fresh ? "create" : "change", fresh ? "Make a room" : "Change what is named of a room",
                              commands.chosen, [=] { return put_room(*place, *flags, fresh); });
  put->add_option("ROOM", flags->name, "its name")->required();
  put->add_option("--category", flags->category, "its category")->required(fresh);
  put->add_option("--description", flags->description, "a sentence for people");
  put->add_option("--topic", flags->topic, "what it is about now");
  put->add_option("--privacy", flags->privacy, "who sees and joins it; closed when not said")
      ->check(CLI::IsMember({"open", "closed", "secret"}));
  if (fresh) put->add_flag("--auditorium", flags->auditorium, "only presenters may post");
  put->add_option("--members", flags->members, "users or group:NAME");
  put->add_option("--managers", flags->managers, "users or group:NAME");
  put->add_option("--presenters", flags->presenters, "users or group:NAME");
}

void add_the_room_commands(const Commands& commands) {
  const Place* place = commands.place;
  CLI::App* room = commands.app->add_subcommand("room", "Rooms")->require_subcommand(1);
  auto flags = std::make_shared<RoomFlags>();
  auto sure = std::make_shared<bool>(false);
  add_put_room(*room, commands, flags, true);
  add_put_room(*room, commands, flags, false);
  for (const bool enabled : {false, true})
    add_command(*room, enabled ? "enable" : "disable", enabled ? "Open a disabled room again" : "Close a room; its messages stay",
                commands.chosen, [=] { return enable_room(*place, flags->name, enabled); })
        ->add_option("ROOM", flags->name, "its name")
        ->required();
  CLI::App* remove = add_command(*room, "remove", "Remove a room with its messages for good", commands.chosen,
                                 [=] { return remove_room(*place, flags->name, *sure); });
  remove->add_option("ROOM", flags->name, "its name")->required();
  remove->add_flag("--yes", *sure, "really");
  add_command(*room, "list", "List the rooms", commands.chosen, [=] { return list_rooms(*place); });
}

}  // namespace

void add_room_commands(const Commands& commands) {
  add_category_commands(commands);
  add_the_room_commands(commands);
  const Place* place = commands.place;
  CLI::App* member = commands.app->add_subcommand("member", "Members of a room")->require_subcommand(1);
  auto flags = std::make_shared<RoomFlags>();
  for (const bool belong : {true, false}) {
    CLI::App* change =
        add_command(*member, belong ? "add" : "remove", belong ? "Add members, or give them another role" : "Take members out",
                    commands.chosen, [=] { return change_members(*place, *flags, belong); });
    change->add_option("ROOM", flags->name, "its name")->required();
    change->add_option("MEMBER", flags->members, "users, or group:NAME")->required();
    if (belong)
      change->add_option("--role", flags->role, "what they may do")->check(CLI::IsMember({"member", "manager", "presenter"}));
  }
  add_command(*member, "list", "List the members of a room", commands.chosen, [=] { return list_members(*place, flags->name); })
      ->add_option("ROOM", flags->name, "its name")
      ->required();
}

}  // namespace poolcast::admin
