// Backup, restore and retention, without the command line.
#pragma once

#include <cstdint>
#include <string>

#include "reference-server/admin/workplace.hpp"

namespace poolcast::admin {

// To a file that must not be there: SQLite's VACUUM INTO, which other connections do not notice, or pg_dump's custom format.
void backup_content(Workplace& workplace, const std::string& file);

// Into a database that must be empty; nothing may use it meanwhile.
void restore_content(const Place& place, const std::string& file);

struct Retention {
  std::int64_t before_ms = 0;
  std::string category{};  // empty: all
  std::string room{};
  bool really = false;  // otherwise only count
};
struct Expired {
  std::int64_t messages = 0;
  std::int64_t kept_for_compliance = 0;  // old enough, but their events have not left the outbox
  std::int64_t rooms = 0;
};
Expired apply_retention(Workplace& workplace, const Retention& retention);

// Runs a program with these arguments and no shell; its exit status, 127 when it cannot be started.
int run_program(const std::vector<std::string>& command);

}  // namespace poolcast::admin
