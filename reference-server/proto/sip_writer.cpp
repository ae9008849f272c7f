#include "reference-server/proto/sip_writer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/ensure.hpp"
#include "reference-server/proto/name_addr.hpp"
#include "reference-server/proto/sip_lines.hpp"
#include "reference-server/proto/text.hpp"

namespace poolcast::proto {
namespace {

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }

void append_value(std::string& out, std::string_view value) {
  const std::size_t begin = out.size();
  out.append(value);
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), is_control, ' ');
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  append_value(out, value);
  out.append("\r\n");
}

constexpr std::array<std::pair<int, std::string_view>, 42> reasons{{
    {100, "Trying"},
    {180, "Ringing"},
    {183, "Session Progress"},
    {200, "OK"},
    {202, "Accepted"},
    {301, "Moved Permanently"},
    {302, "Moved Temporarily"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Request Entity Too Large"},
    {414, "Request-URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Unsupported URI Scheme"},
    {420, "Bad Extension"},
    {421, "Extension Required"},
    {422, "Session Interval Too Small"},
    {423, "Interval Too Brief"},
    {429, "Too Many Requests"},
    {480, "Temporarily Unavailable"},
    {481, "Call/Transaction Does Not Exist"},
    {482, "Loop Detected"},
    {483, "Too Many Hops"},
    {486, "Busy Here"},
    {487, "Request Terminated"},
    {488, "Not Acceptable Here"},
    {489, "Bad Event"},
    {491, "Request Pending"},
    {493, "Undecipherable"},
    {500, "Server Internal Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Server Time-out"},
    {505, "Version Not Supported"},
    {513, "Message Too Large"},
    {603, "Decline"},
}};

bool usable(std::string_view part) { return !part.empty() && is_header_value(part); }

}  // namespace

bool is_header_value(std::string_view text) { return std::ranges::none_of(text, is_control); }

std::string_view reason_of(int status) {
  for (const auto& [known, reason] : reasons)
    if (known == status) return reason;
  return "Unknown";
}

void append_response_head(std::string& out, const SipMessage& request, int status, std::string_view to_tag,
                          std::string_view reason) {
  ensure(status >= 100 && status <= 699, "a SIP status is 100 to 699");
  out.append("SIP/2.0 ");
  append_number(out, static_cast<std::uint64_t>(status));
  out += ' ';
  append_value(out, reason.empty() ? reason_of(status) : reason);
  out.append("\r\n");
  for (const SipHeader& header : request.headers)
    if (is_header(header.name, "Via")) append_line(out, "Via", header.value);
  append_line(out, "From", request.from);
  out.append("To: ");
  append_value(out, request.to);
  if (!to_tag.empty() && tag_of(request.to).empty()) {
    out.append(";tag=");
    append_value(out, to_tag);
  }
  out.append("\r\n");
  append_line(out, "Call-ID", request.call_id);
  out.append("CSeq: ");
  append_number(out, request.cseq);
  out += ' ';
  append_value(out, request.method_name);
  out.append("\r\n");
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  ensure(is_token(name), "the name of a header is a token");
  append_line(out, name, value);
}

void append_header(std::string& out, std::string_view name, std::uint64_t value) {
  ensure(is_token(name), "the name of a header is a token");
  out.append(name).append(": ");
  append_number(out, value);
  out.append("\r\n");
}

void append_end(std::string& out, std::string_view content_type, std::string_view body) {
  if (!content_type.empty()) append_line(out, "Content-Type", content_type);
  out.append("Content-Length: ");
  append_number(out, body.size());
  out.append("\r\n\r\n");
  out.append(body);
}

void append_response(std::string& out, const SipMessage& request, int status, std::string_view to_tag, std::string_view reason) {
  append_response_head(out, request, status, to_tag, reason);
  append_end(out);
}

Result<DialogHead> DialogHead::make(const DialogEnds& ends) {
  for (const std::string_view part : {ends.via, ends.local, ends.remote, ends.call_id})
    if (!usable(part)) return Error{ErrorCode::malformed, "a part of the dialog is empty or holds control characters"};
  if (!usable(ends.remote_target) || ends.remote_target.find_first_of(" \t") != std::string_view::npos)
    return Error{ErrorCode::malformed, "the Contact of the dialog is no URI"};
  if (!is_token(ends.branch)) return Error{ErrorCode::malformed, "the branch of the dialog is no token"};
  DialogHead head;
  std::string& text = head.text_;
  text.reserve(128 + ends.remote_target.size() + ends.via.size() + ends.local.size() + ends.remote.size() + ends.call_id.size());
  // RFC 3261 section 8.1.1.7: a branch begins with this cookie and is unique for every request.
  text.append(" ").append(ends.remote_target).append(" SIP/2.0\r\nVia: ").append(ends.via).append(";branch=z9hG4bK");
  text.append(ends.branch).append(".");
  head.split_ = text.size();
  text.append("\r\nMax-Forwards: 70\r\nFrom: ").append(ends.local).append("\r\nTo: ").append(ends.remote);
  text.append("\r\nCall-ID: ").append(ends.call_id).append("\r\nCSeq: ");
  text.shrink_to_fit();
  return head;
}

std::string make_entity(std::string_view content_type, std::string_view body) {
  std::string entity;
  entity.reserve(64 + content_type.size() + body.size());
  append_end(entity, content_type, body);
  return entity;
}

void append_in_dialog(std::string& out, const DialogHead& head, Method method, std::uint32_t cseq, std::string_view entity,
                      std::string_view extra_headers) {
  const std::string_view name = name_of(method);
  out.append(name).append(head.before_branch_number());
  append_number(out, cseq);
  out.append(head.before_cseq());
  append_number(out, cseq);
  out.append(" ").append(name).append("\r\n").append(extra_headers).append(entity);
}

}  // namespace poolcast::proto
