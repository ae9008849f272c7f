#include "domain/io/config_error.hpp"

#include <algorithm>

namespace poolcast::io {
namespace {

constexpr std::size_t most_lines = 200;  // a page of errors helps nobody; the last line counts them all

std::string all_lines(const std::vector<Problem>& problems) {
  std::string text;
  for (std::size_t i = 0; i < std::min(problems.size(), most_lines); ++i) text += to_string(problems[i]) + "\n";
  if (problems.size() > most_lines) text += "… and " + std::to_string(problems.size() - most_lines) + " more\n";
  return text + std::to_string(problems.size()) + (problems.size() == 1 ? " error" : " errors");
}

}  // namespace

std::string to_string(const Problem& problem) {
  std::string text = problem.file;
  if (problem.line > 0) text += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
  if (!text.empty()) text += ": ";
  // An override (`--set workload.usrs=1`) shows its key itself.
  const bool shown = problem.file.starts_with("--set " + problem.key + "=");
  if (!problem.key.empty() && !shown) text += problem.key + ": ";
  return text + problem.message;
}

ConfigError::ConfigError(std::vector<Problem> problems)
    : std::runtime_error(all_lines(problems)), problems_(std::move(problems)) {}

}  // namespace poolcast::io
