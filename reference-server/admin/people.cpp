// user and group.
#include <cstdio>
#include <memory>

#include "reference-server/admin/commands.hpp"
#include "reference-server/admin/password.hpp"
#include "reference-server/store/text.hpp"

namespace poolcast::admin {

namespace {

using store::Edit;
using store::Principal;

struct UserFlags {
  std::string user{};
  std::string display{};
  std::string email{};
  PasswordSource password{};
  bool no_password = false;
  bool administrator = false;
};

void set_password(Workplace& workplace, const std::string& user, const PasswordSource& source) {
  const std::string password = read_password(source, user);
  workplace.edit(workplace.password_edits(workplace.user(user), password));
}

int add_user(const Place& place, const UserFlags& flags) {
  Workplace workplace(place);
  // Asked for first: a user without the password that was wanted would be half a user.
  const std::string password = flags.no_password ? std::string{} : read_password(flags.password, flags.user);
  Principal user;
  user.uri = workplace.uri_of(flags.user);
  user.display_name = flags.display.empty() ? user.uri.substr(4, user.uri.find('@') - 4) : flags.display;
  user.email = flags.email;
  user.administrator = flags.administrator;
  const Principal made = workplace.edit({user}).principals.at(0);
  if (!flags.no_password) workplace.edit(workplace.password_edits(made, password));
  std::printf("Made %s%s.\n", made.uri.c_str(), flags.no_password ? ", who cannot sign in without a password" : "");
  return 0;
}

int enable_user(const Place& place, const std::string& name, bool enabled) {
  Workplace workplace(place);
  Principal user = workplace.user(name);
  user.disabled = !enabled;
  workplace.edit({user});
  std::printf("%s is %s.\n", user.uri.c_str(), enabled ? "enabled" : "disabled and cannot sign in any more");
  return 0;
}

int list_users(const Place& place) {
  Workplace workplace(place);
  for (const Principal& one : workplace.directory().principals) {
    if (one.kind != store::PrincipalKind::user) continue;
    std::printf("%s\t%s%s%s%s\n", one.uri.c_str(), one.display_name.c_str(), one.disabled ? "\tdisabled" : "",
                one.administrator ? "\tadministrator" : "", one.verifiers.empty() ? "\tno password" : "");
  }
  return 0;
}

int add_group(const Place& place, const std::string& name) {
  Workplace workplace(place);
  if (name.empty() || name.find_first_of(":@") != std::string::npos) throw Complaint("a group's name has no `:` and no `@`");
  Principal group;
  group.kind = store::PrincipalKind::group;
  group.uri = name;
  group.display_name = name;
  workplace.edit({group});
  std::printf("Made the group %s.\n", store::folded(name).c_str());
  return 0;
}

int change_group(const Place& place, const std::string& group, const std::vector<std::string>& members, bool belong) {
  Workplace workplace(place);
  std::vector<Edit> edits;
  for (const std::string& member : members)
    edits.emplace_back(store::SetGroupMember{workplace.group(group).id, workplace.user_or_group(member).id, belong});
  workplace.edit(edits);
  std::printf("%zu %s the group %s.\n", members.size(), belong ? "belong to" : "left", group.c_str());
  return 0;
}

int list_groups(const Place& place) {
  Workplace workplace(place);
  for (const Principal& one : workplace.directory().principals) {
    if (one.kind != store::PrincipalKind::group) continue;
    std::printf("%s", one.uri.c_str());
    for (const store::PrincipalId member : one.members) std::printf("\t%s", workplace.name_of(member).c_str());
    std::printf("\n");
  }
  return 0;
}

void add_password_flag(CLI::App* command, UserFlags& flags) {
  command->add_option("--password-file", flags.password.file,
                      "file whose first line is the password, - for standard input; without it the terminal is asked");
}

void add_user_commands(const Commands& commands) {
  const Place* place = commands.place;
  CLI::App* user =
      commands.app->add_subcommand("user", "Add, disable and list users, set their passwords")->require_subcommand(1);
  auto flags = std::make_shared<UserFlags>();
  CLI::App* add = add_command(*user, "add", "Add a user", commands.chosen, [=] { return add_user(*place, *flags); });
  add->add_option("USER", flags->user, "name, or name@domain")->required();
  add->add_option("--display", flags->display, "name shown to people; without it the user name");
  add->add_option("--email", flags->email, "address, for compliance records");
  add->add_flag("--administrator", flags->administrator, "may manage every category and room");
  add->add_flag("--no-password", flags->no_password, "set the password later");
  add_password_flag(add, *flags);
  CLI::App* password = add_command(*user, "password", "Set a user's password", commands.chosen, [=] {
    Workplace workplace(*place);
    set_password(workplace, flags->user, flags->password);
    std::printf("The password of %s is set.\n", workplace.uri_of(flags->user).c_str());
    return 0;
  });
  password->add_option("USER", flags->user, "name, or name@domain")->required();
  add_password_flag(password, *flags);
  for (const bool enabled : {false, true}) {
    add_command(*user, enabled ? "enable" : "disable", enabled ? "Let a user sign in again" : "Keep a user from signing in",
                commands.chosen, [=] { return enable_user(*place, flags->user, enabled); })
        ->add_option("USER", flags->user, "name, or name@domain")
        ->required();
  }
  add_command(*user, "list", "List the users", commands.chosen, [=] { return list_users(*place); });
}

}  // namespace

void add_people_commands(const Commands& commands) {
  add_user_commands(commands);
  const Place* place = commands.place;
  CLI::App* group = commands.app->add_subcommand("group", "Groups of users, for scopes and memberships")->require_subcommand(1);
  auto name = std::make_shared<std::string>();
  auto members = std::make_shared<std::vector<std::string>>();
  add_command(*group, "create", "Make a group", commands.chosen, [=] { return add_group(*place, *name); })
      ->add_option("GROUP", *name, "its name")
      ->required();
  for (const bool belong : {true, false}) {
    CLI::App* change =
        add_command(*group, belong ? "add" : "remove", belong ? "Add members to a group" : "Take members out of a group",
                    commands.chosen, [=] { return change_group(*place, *name, *members, belong); });
    change->add_option("GROUP", *name, "its name")->required();
    change->add_option("MEMBER", *members, "users, or group:NAME")->required();
  }
  add_command(*group, "list", "List the groups with their members", commands.chosen, [=] { return list_groups(*place); });
}

}  // namespace poolcast::admin
