#include "reference-server/admin/password.hpp"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>

#include "reference-server/admin/workplace.hpp"

namespace poolcast::admin {

namespace {

constexpr std::size_t longest_password = 256;

// Echo comes back however this is left.
class Silence {
public:
  Silence() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  Silence(Silence&&) = delete;
  Silence& operator=(Silence&&) = delete;
  ~Silence() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }

private:
  termios before_{};
};

std::string ask(const std::string& question) {
  std::fprintf(stderr, "%s: ", question.c_str());
  std::string line;
  {
    const Silence silence;
    std::getline(std::cin, line);
  }
  std::fputc('\n', stderr);
  return line;
}

std::string first_line(std::istream& stream) {
  std::string line;
  std::getline(stream, line);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

}  // namespace

std::string read_password(const PasswordSource& source, const std::string& whose) {
  std::string password;
  if (source.file == "-") {
    password = first_line(std::cin);
  } else if (!source.file.empty()) {
    std::ifstream stream(source.file);
    if (!stream) throw Complaint("the password file " + source.file + " cannot be read");
    password = first_line(stream);
  } else if (::isatty(STDIN_FILENO) == 1) {
    password = ask("Password of " + whose);
    if (ask("Once more") != password) throw Complaint("the two passwords differ: nothing was changed");
  } else {
    throw Complaint("there is no terminal to ask for the password: give --password-file FILE, or - for standard input");
  }
  if (password.empty()) throw Complaint("the password is empty: nothing was changed");
  if (password.size() > longest_password) throw Complaint("the password is longer than 256 bytes");
  return password;
}

}  // namespace poolcast::admin
