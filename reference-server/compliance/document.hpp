// The XML of the compliance adapter: conversations of rooms, as the product's stock adapter writes them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reference-server/compliance/settings.hpp"

namespace poolcast::compliance {

struct RecordedEvent {
  int kind = 0;  // store::EventKind
  std::int64_t at_ms = 0;
  std::int64_t user_id = 0;
  std::string user_uri{};
  std::string user_name{};
  std::string user_email{};
  std::int64_t seq = 0;
  std::string content{};
};

// What happened in one room during one run, in order; never empty.
struct Conversation {
  std::string room_guid{};
  std::string room_name{};
  std::string room_description{};
  std::vector<RecordedEvent> events{};
};

std::string document_begin();
void append_conversation(std::string& xml, const Conversation& conversation, const Settings& settings);
std::string document_end();

// "2024-05-01T08:01:02.0000000Z"
std::string utc_text(std::int64_t unix_ms);
// Hundreds of nanoseconds since the year 1.
std::int64_t ticks(std::int64_t unix_ms);

}  // namespace poolcast::compliance
