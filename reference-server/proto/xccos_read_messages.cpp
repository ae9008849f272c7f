// Posts and queries of history.
#include "reference-server/proto/text.hpp"
#include "reference-server/proto/xccos_reading.hpp"

namespace poolcast::proto {
namespace {

constexpr std::size_t longest_client_id = 64;
constexpr std::size_t most_authors = 100;

// XML reads every line end as LF; in a chat lines are separated by CRLF [V].
std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' || text[i] == '\n') {
      out += "\r\n";
      if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::optional<UtcTime> time_of(Reading& reading, const XmlElement& element) {
  auto time = parse_utc_time(element.attribute_or("value", ""));
  if (!time) reading.refuse(element.name + " is not a time");
  return time;
}

void read_query_part(Reading& reading, const XmlElement& part, HistoryQuery& query) {
  if (part.name == "last") {
    query.last = count_of(reading, part, "cnt");
  } else if (part.name == "next") {
    query.next = count_of(reading, part, "cnt");
  } else if (part.name == "limit") {
    query.limit = count_of(reading, part, "cnt");
  } else if (part.name == "msgid") {
    query.anchor = number_of(reading, part, "value");
  } else if (part.name == "sdate") {
    query.begin = time_of(reading, part);
  } else if (part.name == "edate") {
    query.end = time_of(reading, part);
  } else if (part.name == "text") {
    query.text = part.text;
    // How to look for nothing does not matter.
    query.phrase = !query.text.empty() && iequals(part.attribute_or("mt", "ALL"), "PHRASE");
    query.match_case = flag_of(reading, part, "matchcase").value_or(false) && !query.text.empty();
  } else if (part.name == "author") {
    query.authors.emplace_back(part.attribute_or("uri", ""));
    if (query.authors.size() > most_authors) reading.refuse("too many authors");
  } else if (part.name == "order") {
    const bool down = iequals(part.attribute_or("value", "ASC"), "DESC");
    query.order = down ? HistoryQuery::Order::newest_first : HistoryQuery::Order::oldest_first;
  }
}

Command read_history(Reading& reading, const XmlElement& data, GetHistory::Command command) {
  GetHistory history{command, {}};
  HistoryQuery& query = history.query;
  for (const XmlElement& child : data.children)
    if (child.name == "chanib") query.rooms.push_back(room_of(reading, child));
  for (const XmlElement& part : needed_child(reading, data, "bcq").children) read_query_part(reading, part, query);
  if (query.rooms.empty() && query.text.empty()) reading.refuse("history needs a room or a text to search for");
  if (command == GetHistory::Command::by_message && !query.anchor) reading.refuse("bcbymsg needs a msgid");
  return history;
}

}  // namespace

Command read_context(Reading& reading, const XmlElement& data) {
  return read_history(reading, data, GetHistory::Command::context);
}
Command read_by_date(Reading& reading, const XmlElement& data) {
  return read_history(reading, data, GetHistory::Command::by_date);
}
Command read_by_message(Reading& reading, const XmlElement& data) {
  return read_history(reading, data, GetHistory::Command::by_message);
}

Command read_post(Reading& reading, const XmlElement& grpchat) {
  Post post;
  post.room = room_of(reading, grpchat, "chanUri");
  post.text = with_crlf(needed_child(reading, grpchat, "chat").text);
  if (const XmlElement* rich = grpchat.child("rtf")) post.rich_text = rich->text;
  post.story_title = grpchat.attribute_or("title", "");
  post.client_id = grpchat.attribute_or("msgid", "");
  if (post.client_id.size() > longest_client_id) reading.refuse("msgid is too long");
  post.alert = flag_of(reading, grpchat, "alert").value_or(false);
  return post;
}

}  // namespace poolcast::proto
