#include "reference-server/loadgen/message.hpp"

#include <charconv>
#include <cstring>

namespace poolcast::loadgen {

namespace {

constexpr std::size_t most_body_bytes = std::size_t{16} << 20;  // a reply to a batch join of large rooms stays far below
constexpr std::size_t most_head_bytes = std::size_t{64} << 10;

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view lower_case) {
  if (a.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower_case[i]) return false;
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

struct Head {
  std::size_t content_length = 0;
};

void keep_echo(Message& message, std::string_view line) {
  if (message.echoes < Message::most_echoed) message.echoed[message.echoes++] = line;
}

// `line` with its end, `name` and `value` out of it. Only the names that matter here are known.
void read_header(std::string_view line, std::string_view name, std::string_view value, Message& message, Head& head) {
  switch (lower(name.empty() ? ' ' : name.front())) {
    case 'v':
      if (same(name, "via") || name.size() == 1) keep_echo(message, line);
      return;
    case 'f':
      if (same(name, "from") || name.size() == 1) keep_echo(message, line);
      return;
    case 't':
      if (!same(name, "to") && name.size() != 1) return;
      message.to = value;
      return keep_echo(message, line);
    case 'i':
      if (name.size() != 1) return;
      message.call_id = value;
      return keep_echo(message, line);
    case 'l':
      if (name.size() == 1) head.content_length = number(value);
      return;
    case 'm':
      if (name.size() == 1) message.contact = value;
      return;
    case 'p':
      if (same(name, "proxy-authenticate") && same(value.substr(0, 6), "digest")) message.challenge = value;
      return;
    case 'c':
      if (same(name, "cseq")) {
        message.cseq = static_cast<std::uint32_t>(number(value));
        const std::size_t blank = value.find(' ');
        if (message.status != 0 && blank != std::string_view::npos) message.method = trimmed(value.substr(blank));
        return keep_echo(message, line);
      }
      if (same(name, "call-id")) {
        message.call_id = value;
        return keep_echo(message, line);
      }
      if (same(name, "content-length")) head.content_length = number(value);
      if (same(name, "contact")) message.contact = value;
      return;
    default:
      return;
  }
}

bool read_start_line(std::string_view line, Message& message) {
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return false;
  if (line.starts_with("SIP/")) {
    message.status = static_cast<int>(number(line.substr(blank + 1)));
    return message.status >= 100 && message.status < 700;
  }
  message.method = line.substr(0, blank);
  return line.ends_with("SIP/2.0");
}

}  // namespace

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Framing take_message(std::string_view& bytes, Message& message) {
  while (bytes.size() >= 2 && bytes[0] == '\r' && bytes[1] == '\n') bytes.remove_prefix(2);
  message = {};
  Head head;
  std::string_view rest = bytes;
  bool first = true;
  while (true) {
    const auto* end = static_cast<const char*>(rest.empty() ? nullptr : std::memchr(rest.data(), '\n', rest.size()));
    if (end == nullptr) return bytes.size() > most_head_bytes ? Framing::broken : Framing::incomplete;
    const auto length = static_cast<std::size_t>(end - rest.data());
    std::string_view line = rest.substr(0, length);
    const std::string_view whole = rest.substr(0, length + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    rest.remove_prefix(length + 1);
    if (first) {
      if (!read_start_line(line, message)) return Framing::broken;
      first = false;
      continue;
    }
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return Framing::broken;
    read_header(whole, trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)), message, head);
  }
  if (head.content_length > most_body_bytes) return Framing::broken;
  if (rest.size() < head.content_length) return Framing::incomplete;
  message.body = rest.substr(0, head.content_length);
  bytes = rest.substr(head.content_length);
  return Framing::complete;
}

std::string_view parameter(std::string_view header, std::string_view name) {
  for (std::size_t at = header.find(name); at != std::string_view::npos; at = header.find(name, at + 1)) {
    const bool begins = at == 0 || header[at - 1] == ';' || header[at - 1] == ' ' || header[at - 1] == ',';
    const std::size_t equals = at + name.size();
    if (!begins || equals >= header.size() || header[equals] != '=') continue;
    std::string_view value = header.substr(equals + 1);
    if (value.starts_with('"')) {
      value.remove_prefix(1);
      return value.substr(0, value.find('"'));
    }
    return value.substr(0, value.find_first_of(";, "));
  }
  return {};
}

std::string_view uri_in(std::string_view header) {
  const std::size_t open = header.find('<');
  if (open == std::string_view::npos) return header.substr(0, header.find(';'));
  const std::size_t close = header.find('>', open);
  return close == std::string_view::npos ? std::string_view{} : header.substr(open + 1, close - open - 1);
}

std::string_view attribute_of(std::string_view tag, std::string_view name) {
  for (std::size_t at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
    const std::size_t equals = at + name.size();
    const bool begins = at > 0 && (tag[at - 1] == ' ' || tag[at - 1] == '\n' || tag[at - 1] == '\t');
    if (!begins || equals + 1 >= tag.size() || tag[equals] != '=') continue;
    const char quote = tag[equals + 1];
    if (quote != '"' && quote != '\'') continue;
    const std::string_view value = tag.substr(equals + 2);
    return value.substr(0, value.find(quote));
  }
  return {};
}

std::string_view attribute(std::string_view xml, std::string_view element, std::string_view name) {
  for (std::size_t at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
    const std::string_view after = xml.substr(at + 1);
    if (!after.starts_with(element)) continue;
    const char next = after.size() > element.size() ? after[element.size()] : '>';
    if (next != ' ' && next != '>' && next != '/' && next != '\n' && next != '\t') continue;
    return attribute_of(after.substr(0, after.find('>')), name);
  }
  return {};
}

Carried carried(std::string_view body) {
  std::size_t at = body.find("<xccos");
  if (at == std::string_view::npos) return {};
  at = body.find('>', at);
  if (at == std::string_view::npos) return {};
  at = body.find('<', at);
  if (at == std::string_view::npos) return {};
  const std::string_view after = body.substr(at + 1);
  const std::string_view tag = after.substr(0, after.find('>'));
  return {tag.substr(0, tag.find_first_of(" />\n\t")), tag};
}

void append_ok(std::string& out, const Message& request) {
  out.append("SIP/2.0 200 OK\r\n");
  for (std::size_t i = 0; i < request.echoes; ++i) out.append(request.echoed[i]);
  out.append("Content-Length: 0\r\n\r\n");
}

}  // namespace poolcast::loadgen
