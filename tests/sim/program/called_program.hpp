// A program called with flags: what it prints and how it ends.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace poolcast {

struct Ended {
  int code = -1;  // -1: by a signal
  std::string out;
  std::string error;
};

class CalledProgram {
public:
  CalledProgram(const std::string& program, const std::vector<std::string>& arguments, const std::string& standard_input = "");
  ~CalledProgram();
  CalledProgram(const CalledProgram&) = delete;
  CalledProgram& operator=(const CalledProgram&) = delete;

  // Reads standard error until it contains the text; false when it ends before.
  bool wait_for_error_text(const std::string& text);
  void signal(int number) const;
  Ended wait();

private:
  bool read_more_of_error();

  pid_t process_ = -1;
  int error_pipe_ = -1;
  int out_file_ = -1;  // a file and not a pipe: nobody need read while the program runs
  std::string error_;
};

}  // namespace poolcast
