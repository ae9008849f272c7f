// Users, categories and rooms from JSON lines; docs/reference-server.md has the format.
#pragma once

#include <istream>
#include <string>

#include "reference-server/admin/workplace.hpp"

namespace poolcast::admin {

struct Imported {
  std::size_t users = 0;  // made or changed
  std::size_t passwords = 0;
  std::size_t categories = 0;
  std::size_t rooms = 0;
  bool operator==(const Imported&) const = default;
};

// All or nothing. Throws io::ConfigError with the line of what is wrong.
Imported import_lines(Workplace& workplace, std::istream& lines, const std::string& file_name);

}  // namespace poolcast::admin
