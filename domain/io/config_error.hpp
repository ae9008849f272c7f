// Bad input: everything that is wrong with a file, each with its place and what to do.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace poolcast::io {

struct Problem {
  std::string file;
  int line = 0;         // from 1; 0 when the file as a whole
  int column = 0;       // from 1
  std::string key;      // chat_pools[0].active
  std::string message;  // "unknown key; did you mean `active`?", "found `always`; expected …"
  bool operator==(const Problem&) const = default;
};

// "mine.yaml:14:12: chat_pools[0].actve: unknown key; did you mean `active`?"
std::string to_string(const Problem& problem);

// what() has one line per problem and the number of errors as its last line.
class ConfigError : public std::runtime_error {
public:
  explicit ConfigError(std::vector<Problem> problems);
  const std::vector<Problem>& problems() const { return problems_; }

private:
  std::vector<Problem> problems_;
};

}  // namespace poolcast::io
