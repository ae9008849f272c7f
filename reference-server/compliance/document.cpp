#include "reference-server/compliance/document.hpp"

#include <array>
#include <chrono>
#include <cstdio>

#include "domain/ensure.hpp"
#include "reference-server/proto/xml.hpp"
#include "reference-server/store/message.hpp"

namespace poolcast::compliance {

namespace {

const char* type_of(int kind) {
  switch (static_cast<store::EventKind>(kind)) {
    case store::EventKind::join:
      return "JOIN";
    case store::EventKind::part:
      return "PART";
    case store::EventKind::chat:
      return "CHAT";
    case store::EventKind::backchat:
      return "BACKCHAT";
    case store::EventKind::file_upload:
      return "FILEUPLOAD";
    case store::EventKind::file_download:
      break;
  }
  return "FILEDOWNLOAD";
}

void attribute(std::string& xml, std::string_view name, std::string_view value) { proto::append_xml_attribute(xml, name, value); }

void append_time(std::string& xml, const char* element, std::int64_t at_ms) {
  xml.append("<").append(element);
  attribute(xml, "since1970", std::to_string(at_ms));
  attribute(xml, "string", utc_text(at_ms));
  attribute(xml, "long", std::to_string(ticks(at_ms)));
  xml += "/>";
}

// In compliance records a person's uri has no scheme.
std::string_view without_scheme(std::string_view uri) { return uri.starts_with("sip:") ? uri.substr(4) : uri; }

void append_message(std::string& xml, const char* element, const RecordedEvent& event, const Settings& settings) {
  xml.append("<").append(element);
  attribute(xml, "type", type_of(event.kind));
  attribute(xml, "content", event.content);
  attribute(xml, "id", std::to_string(event.seq));
  xml += "><Sender";
  attribute(xml, "UserName", event.user_name);
  attribute(xml, "id", std::to_string(event.user_id));
  attribute(xml, "email", settings.add_user_details ? event.user_email : "");
  attribute(xml, "internal", "true");
  attribute(xml, "uri", without_scheme(event.user_uri));
  xml += "/>";
  append_time(xml, "DateTimeUTC", event.at_ms);
  xml.append("</").append(element).append(">\n");
}

}  // namespace

std::string utc_text(std::int64_t unix_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds{unix_ms}};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03d0000Z", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return text.data();
}

std::int64_t ticks(std::int64_t unix_ms) {
  constexpr std::int64_t per_ms = 10'000;
  constexpr std::int64_t from_year_1_to_1970 = 621'355'968'000'000'000;
  return from_year_1_to_1970 + unix_ms * per_ms;
}

std::string document_begin() { return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Conversations>\n"; }
std::string document_end() { return "</Conversations>\n"; }

void append_conversation(std::string& xml, const Conversation& conversation, const Settings& settings) {
  ensure(!conversation.events.empty(), "a conversation has events");
  xml += "<Conversation>\n<Channel";
  attribute(xml, "uri", "ma-chan://" + settings.domain + "/" + conversation.room_guid);
  attribute(xml, "name", conversation.room_name);
  if (settings.add_room_details) attribute(xml, "description", conversation.room_description);
  xml += "/>\n";
  append_message(xml, "FirstMessage", conversation.events.front(), settings);
  append_time(xml, "StartTimeUTC", conversation.events.front().at_ms);
  append_time(xml, "EndTimeUTC", conversation.events.back().at_ms);
  xml += "\n<Messages>\n";
  for (const RecordedEvent& event : conversation.events) append_message(xml, "Message", event, settings);
  xml += "</Messages>\n</Conversation>\n";
}

}  // namespace poolcast::compliance
