#include "support.hpp"

#include <fstream>
#include <stdexcept>

#include <unistd.h>

namespace poolcast::io {

LoadOptions test_options(std::vector<std::string> overrides) { return {{TEST_LIBRARY, SCENARIOS}, std::move(overrides)}; }

std::string small_scenario() {
  return R"(name: Small
topology:
  sites:
    - {name: north}
  front_end_pools:
    - {name: front, site: north}
  chat_pools:
    - name: chat
      site: north
      next_hop: front
      active: [chat-1, chat-2]
      standby: [chat-3]
  databases:
    - {holds: content, principal: sql-1}
workload:
  users: 400
  room_classes:
    - {name: small, users_per_room: 20, rooms_per_user: 3, posts: 1/s}
faults:
  - {at: 20min, lose: chat-2, for: 15min}
horizon: 1h
warm_up: 5min
objectives:
  - {metric: delivery_latency, statistic: p95, at_most: 500ms}
  - {metric: users_back, statistic: p95, at_most: 5min, after: lose chat-2}
)";
}

std::string changed(std::string text, std::string_view piece, std::string_view by) {
  const std::size_t at = text.find(piece);
  if (at == std::string::npos) throw std::logic_error("the test's scenario does not contain: " + std::string(piece));
  return text.replace(at, piece.size(), by);
}

std::vector<std::string> errors_of(std::string_view text, std::vector<std::string> overrides) {
  try {
    read_scenario(text, "mine.yaml", test_options(std::move(overrides)));
  } catch (const ConfigError& error) {
    std::vector<std::string> lines;
    for (const Problem& problem : error.problems()) lines.push_back(to_string(problem));
    return lines;
  }
  return {};
}

std::vector<std::string> errors_after(std::string_view piece, std::string_view by) {
  return errors_of(changed(small_scenario(), piece, by));
}

Scenario scenario_of(std::string_view text, std::vector<std::string> overrides) {
  return read_scenario(text, "mine.yaml", test_options(std::move(overrides))).scenario;
}

Folder::Folder(std::string_view name)
    : path_(std::filesystem::temp_directory_path() / ("poolcast-" + std::string(name) + "-" + std::to_string(getpid()))) {
  std::filesystem::remove_all(path_);
  std::filesystem::create_directories(path_);
}

Folder::~Folder() { std::filesystem::remove_all(path_); }

void Folder::write(const std::string& file, std::string_view text) const {
  std::filesystem::create_directories((path_ / file).parent_path());
  std::ofstream(path_ / file, std::ios::binary) << text;
}

}  // namespace poolcast::io
