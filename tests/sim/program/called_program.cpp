#include "tests/sim/program/called_program.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>

namespace poolcast {
namespace {

int memory_file(const std::string& text) {
  const int file = ::memfd_create("called program", MFD_CLOEXEC);
  if (file < 0 || ::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::lseek(file, 0, SEEK_SET) != 0)
    throw std::runtime_error("no memory file");
  return file;
}

std::string content_of(int file) {
  std::string text(static_cast<std::size_t>(::lseek(file, 0, SEEK_END)), '\0');
  const ssize_t count = ::pread(file, text.data(), text.size(), 0);
  text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return text;
}

}  // namespace

CalledProgram::CalledProgram(const std::string& program, const std::vector<std::string>& arguments,
                             const std::string& standard_input) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const int in_file = memory_file(standard_input);
  out_file_ = memory_file("");
  error_pipe_ = ends[0];
  std::vector<char*> words{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  process_ = ::fork();
  if (process_ == 0) {
    ::dup2(in_file, STDIN_FILENO);
    ::dup2(out_file_, STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::execv(program.c_str(), words.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  ::close(in_file);
}

CalledProgram::~CalledProgram() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  ::close(error_pipe_);
  ::close(out_file_);
}

bool CalledProgram::read_more_of_error() {
  std::array<char, 4096> piece{};
  const ssize_t count = ::read(error_pipe_, piece.data(), piece.size());
  if (count > 0) error_.append(piece.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && errno == EINTR);
}

bool CalledProgram::wait_for_error_text(const std::string& text) {
  while (error_.find(text) == std::string::npos)
    if (!read_more_of_error()) return false;
  return true;
}

void CalledProgram::signal(int number) const { ::kill(process_, number); }

Ended CalledProgram::wait() {
  while (read_more_of_error()) {
  }
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of(out_file_), error_};
}

}  // namespace poolcast
