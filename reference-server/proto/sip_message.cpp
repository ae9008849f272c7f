#include "reference-server/proto/sip_message.hpp"

#include <algorithm>
#include <utility>

#include "reference-server/proto/sip_lines.hpp"
#include "reference-server/proto/sip_writer.hpp"
#include "reference-server/proto/text.hpp"

namespace poolcast::proto {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 13> method_names{{
    {Method::ack, "ACK"},
    {Method::benotify, "BENOTIFY"},
    {Method::bye, "BYE"},
    {Method::cancel, "CANCEL"},
    {Method::info, "INFO"},
    {Method::invite, "INVITE"},
    {Method::message, "MESSAGE"},
    {Method::notify, "NOTIFY"},
    {Method::options, "OPTIONS"},
    {Method::register_user, "REGISTER"},
    {Method::service, "SERVICE"},
    {Method::subscribe, "SUBSCRIBE"},
    {Method::update, "UPDATE"},
}};

// RFC 3261 section 7.3.3, RFC 6665 (Event, Allow-Events), RFC 4028 (Session-Expires), RFC 3515, 3841, 3892, 4474.
constexpr std::array<std::pair<char, std::string_view>, 20> compact_forms{{
    {'a', "Accept-Contact"},
    {'b', "Referred-By"},
    {'c', "Content-Type"},
    {'d', "Request-Disposition"},
    {'e', "Content-Encoding"},
    {'f', "From"},
    {'i', "Call-ID"},
    {'j', "Reject-Contact"},
    {'k', "Supported"},
    {'l', "Content-Length"},
    {'m', "Contact"},
    {'n', "Identity-Info"},
    {'o', "Event"},
    {'r', "Refer-To"},
    {'s', "Subject"},
    {'t', "To"},
    {'u', "Allow-Events"},
    {'v', "Via"},
    {'x', "Session-Expires"},
    {'y', "Identity"},
}};

enum class Known : std::uint8_t {
  other,
  via,
  from,
  to,
  call_id,
  cseq,
  contact,
  content_type,
  content_length,
  event,
  expires,
  supported,
  user_agent,
  authorization,
  proxy_authorization,
  authentication_info,
  session_expires,
};

Known known_compact(char c) {
  switch (to_lower(c)) {
    case 'v':
      return Known::via;
    case 'f':
      return Known::from;
    case 't':
      return Known::to;
    case 'i':
      return Known::call_id;
    case 'm':
      return Known::contact;
    case 'c':
      return Known::content_type;
    case 'l':
      return Known::content_length;
    case 'o':
      return Known::event;
    case 'k':
      return Known::supported;
    case 'x':
      return Known::session_expires;
    default:
      return Known::other;
  }
}

Known known_as(std::string_view name, std::string_view wanted, Known known) {
  return iequals(name, wanted) ? known : Known::other;
}

// By length first: one comparison decides for nearly every header.
Known known_header(std::string_view name) {
  switch (name.size()) {
    case 1:
      return known_compact(name.front());
    case 2:
      return known_as(name, "To", Known::to);
    case 3:
      return known_as(name, "Via", Known::via);
    case 4:
      return to_lower(name.front()) == 'f' ? known_as(name, "From", Known::from) : known_as(name, "CSeq", Known::cseq);
    case 5:
      return known_as(name, "Event", Known::event);
    case 7:
      if (to_lower(name.front()) == 'e') return known_as(name, "Expires", Known::expires);
      return to_lower(name[1]) == 'a' ? known_as(name, "Call-ID", Known::call_id) : known_as(name, "Contact", Known::contact);
    case 9:
      return known_as(name, "Supported", Known::supported);
    case 10:
      return known_as(name, "User-Agent", Known::user_agent);
    case 12:
      return known_as(name, "Content-Type", Known::content_type);
    case 13:
      return known_as(name, "Authorization", Known::authorization);
    case 14:
      return known_as(name, "Content-Length", Known::content_length);
    case 15:
      return known_as(name, "Session-Expires", Known::session_expires);
    case 19:
      return to_lower(name.front()) == 'p' ? known_as(name, "Proxy-Authorization", Known::proxy_authorization)
                                           : known_as(name, "Authentication-Info", Known::authentication_info);
    default:
      return Known::other;
  }
}

// One run over one message.
struct Run {
  SipMessage& out;
  bool has_content_length = false;
  bool has_cseq = false;
  std::uint64_t content_length = 0;
  std::string_view problem{};
};

void set_once(Run& run, std::string_view& member, std::string_view value, std::string_view problem) {
  if (!member.empty() || value.empty()) run.problem = problem;
  member = value;
}

void set_first(std::string_view& member, std::string_view value) {
  if (member.empty()) member = value;
}

void read_cseq(Run& run, std::string_view value) {
  if (std::exchange(run.has_cseq, true)) {
    run.problem = "two CSeq headers";
    return;
  }
  const std::size_t blank = std::min(value.find_first_of(" \t"), value.size());
  const auto number = parse_number(value.substr(0, blank));
  const std::string_view name = trimmed(value.substr(blank));
  // RFC 3261 section 8.1.1.5: below 2^31.
  if (!number || *number >= (std::uint64_t{1} << 31U) || !is_token(name)) {
    run.problem = "malformed CSeq";
    return;
  }
  run.out.cseq = static_cast<std::uint32_t>(*number);
  if (run.out.is_request()) {
    if (name != run.out.method_name) run.problem = "CSeq names another method";
  } else {
    run.out.method_name = name;
    run.out.method = method_named(name);
  }
}

void read_content_length(Run& run, std::string_view value) {
  const auto length = parse_number(value);
  if (run.has_content_length || !length) run.problem = "duplicate or malformed Content-Length";
  run.has_content_length = true;
  run.content_length = length.value_or(0);
}

void read_expires(SipMessage& out, std::string_view value) {
  const auto seconds = parse_number(value);
  if (seconds && *seconds <= 0xFFFFFFFFU) out.expires = static_cast<std::uint32_t>(*seconds);
}

void read_header(Run& run, const SipHeader& header) {
  SipMessage& out = run.out;
  switch (known_header(header.name)) {
    case Known::other:
      break;
    case Known::via:
      ++out.via_count;
      break;
    case Known::from:
      set_once(run, out.from, header.value, "empty or second From");
      break;
    case Known::to:
      set_once(run, out.to, header.value, "empty or second To");
      break;
    case Known::call_id:
      set_once(run, out.call_id, header.value, "empty or second Call-ID");
      break;
    case Known::cseq:
      read_cseq(run, header.value);
      break;
    case Known::contact:
      set_first(out.contact, header.value);
      break;
    case Known::content_type:
      set_once(run, out.content_type, header.value, "empty or second Content-Type");
      break;
    case Known::content_length:
      read_content_length(run, header.value);
      break;
    case Known::event:
      set_first(out.event, header.value);
      break;
    case Known::expires:
      read_expires(out, header.value);
      break;
    case Known::supported:
      set_first(out.supported, header.value);
      break;
    case Known::user_agent:
      set_first(out.user_agent, header.value);
      break;
    case Known::authorization:
      set_first(out.authorization, header.value);
      break;
    case Known::proxy_authorization:
      set_first(out.proxy_authorization, header.value);
      break;
    case Known::authentication_info:
      set_first(out.authentication_info, header.value);
      break;
    case Known::session_expires:
      set_first(out.session_expires, header.value);
      break;
  }
}

std::string_view read_status_line(SipMessage& out, std::string_view line) {
  // `SIP/2.0 200 OK`; the reason may be empty, the blank before it may not be missing.
  line.remove_prefix(std::string_view("SIP/2.0 ").size());
  const auto status = parse_number(line.substr(0, 3));
  if (line.size() < 4 || line[3] != ' ' || !status || *status < 100 || *status > 699) {
    out.status = 400;  // a response, whatever it was
    return "malformed status line";
  }
  out.status = static_cast<int>(*status);
  out.reason = line.substr(4);
  return {};
}

std::string_view read_request_line(SipMessage& out, std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return "malformed request line";
  out.method_name = line.substr(0, first);
  out.request_uri = line.substr(first + 1, last - first - 1);
  if (!is_token(out.method_name) || out.request_uri.empty() || out.request_uri.find_first_of(" \t") != std::string_view::npos)
    return "malformed request line";
  if (!iequals(line.substr(last + 1), "SIP/2.0")) return "not SIP/2.0";
  out.method = method_named(out.method_name);
  return {};
}

std::string_view read_start_line(SipMessage& out, std::string_view line) {
  if (!is_header_value(line)) return "control character in the head";
  return line.size() >= 8 && iequals(line.substr(0, 8), "SIP/2.0 ") ? read_status_line(out, line) : read_request_line(out, line);
}

void reset(SipMessage& out) {
  std::vector<SipHeader> headers = std::move(out.headers);
  headers.clear();
  out = SipMessage{};
  out.headers = std::move(headers);
}

std::string_view missing_part(const Run& run) {
  const SipMessage& out = run.out;
  if (out.via_count == 0) return "no Via";
  if (out.from.empty()) return "no From";
  if (out.to.empty()) return "no To";
  if (out.call_id.empty()) return "no Call-ID";
  if (!run.has_cseq) return "no CSeq";
  return {};
}

// Takes one line off the front; nothing when no CRLF is left.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || end == 0 || rest[end - 1] != '\r') return std::nullopt;
  const std::string_view line = rest.substr(0, end - 1);
  rest.remove_prefix(end + 1);
  return line;
}

std::string_view read_headers(Run& run, std::string_view& rest, const SipLimits& limits) {
  while (true) {
    const auto line = take_line(rest);
    if (!line) return "a header line without its CRLF";
    if (line->empty()) break;
    if (run.out.headers.size() == limits.header_count) return "too many headers";
    if (line->front() == ' ' || line->front() == '\t') return "folded header lines are not accepted";
    const SipHeader header = split_header(*line);
    if (!is_token(header.name)) return "malformed header line";
    if (!is_header_value(header.value)) return "control character in the head";
    run.out.headers.push_back(header);
    read_header(run, header);
    if (!run.problem.empty()) return run.problem;
  }
  return missing_part(run);
}

}  // namespace

std::string_view name_of(Method method) {
  for (const auto& [known, name] : method_names)
    if (known == method) return name;
  return {};
}

Method method_named(std::string_view name) {
  for (const auto& [method, known] : method_names)
    if (known == name) return method;
  return Method::unknown;
}

bool is_header(std::string_view a, std::string_view long_name) {
  if (a.size() != 1) return iequals(a, long_name);
  const auto matches = [&](const auto& form) { return form.first == to_lower(a.front()) && iequals(form.second, long_name); };
  return std::ranges::any_of(compact_forms, matches);
}

std::optional<std::string_view> SipMessage::header(std::string_view name) const {
  for (const SipHeader& header : headers)
    if (is_header(header.name, name)) return header.value;
  return std::nullopt;
}

SipHeader split_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  return {trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1))};
}

namespace {

// Start line and headers; `rest` is what follows them.
std::string_view read_head(Run& run, std::string_view& rest, const SipLimits& limits) {
  reset(run.out);
  const auto start = take_line(rest);
  if (!start || start->empty()) return "no start line";
  if (const std::string_view problem = read_start_line(run.out, *start); !problem.empty()) return problem;
  return read_headers(run, rest, limits);
}

}  // namespace

ParseOutcome parse(std::string_view message, SipMessage& out, const SipLimits& limits) {
  Run run{.out = out};
  std::string_view rest = message;
  if (const std::string_view problem = read_head(run, rest, limits); !problem.empty()) return {problem};
  out.body = rest;
  if (rest.size() != run.content_length) return {"the body is not as long as Content-Length says"};
  if (!out.content_type.empty() && !run.has_content_length) return {"Content-Type without Content-Length"};
  return {};
}

ParseOutcome parse_head(std::string_view head, SipMessage& out, const SipLimits& limits) {
  Run run{.out = out};
  std::string_view rest = head;
  if (const std::string_view problem = read_head(run, rest, limits); !problem.empty()) return {problem};
  if (!rest.empty()) return {"bytes behind the head"};
  return {};
}

}  // namespace poolcast::proto
