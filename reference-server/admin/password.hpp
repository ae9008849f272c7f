// A password, from where nobody looks over the shoulder: never from the command line, which every user of the machine may read.
#pragma once

#include <string>

namespace poolcast::admin {

struct PasswordSource {
  std::string file{};  // its first line; `-` is standard input
};

// Asks twice at the terminal, without echo, when no file is named. Throws Complaint.
std::string read_password(const PasswordSource& source, const std::string& whose);

}  // namespace poolcast::admin
