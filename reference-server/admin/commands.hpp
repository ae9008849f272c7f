// The commands of poolcast-admin: each function adds a subcommand with its flags, and what it does when it was chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "reference-server/admin/workplace.hpp"

namespace poolcast::admin {

// What the program does after its flags were read; an exit status.
using Action = std::function<int()>;

struct Commands {
  CLI::App* app = nullptr;
  const Place* place = nullptr;  // filled in by the flags before the action runs
  Action* chosen = nullptr;
};

void add_start_commands(const Commands& commands);       // init, import
void add_people_commands(const Commands& commands);      // user, group
void add_room_commands(const Commands& commands);        // category, room, member
void add_server_commands(const Commands& commands);      // server
void add_keeping_commands(const Commands& commands);     // backup, restore, retention
void add_compliance_commands(const Commands& commands);  // compliance
void add_key_commands(const Commands& commands);         // key

// A subcommand that runs an action when it is the one.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& help, Action* chosen, Action action);

}  // namespace poolcast::admin
