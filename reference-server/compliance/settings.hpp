// What the compliance service is told.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/result.hpp"

namespace poolcast::compliance {

// The product's range; its default is a quarter of an hour.
constexpr std::chrono::minutes shortest_interval{1};
constexpr std::chrono::minutes longest_interval{30 * 24 * 60};

struct Settings {
  std::vector<std::string> content_connections{};  // ODBC; partners are tried in turn
  std::string compliance_connection{};             // ODBC; may be a file beside the content database
  std::string folder{};                            // where the adapter writes its XML
  std::string domain{};                            // of ma-chan://domain/guid
  std::chrono::minutes run_interval{15};
  bool one_room_per_file = false;
  bool add_room_details = false;  // the room's description
  bool add_user_details = false;  // the sender's e-mail address
  bool allow_not_durable = false;
};

Result<Done> check(const Settings& settings);

// Called with the name of each step before it is done, so that tests can end the program there. Null: nobody asks.
using Checkpoint = std::function<void(std::string_view step)>;

inline void reach(const Checkpoint& checkpoint, std::string_view step) {
  if (checkpoint) checkpoint(step);
}

}  // namespace poolcast::compliance
