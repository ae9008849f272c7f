#include "reference-server/loadgen/requests.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "reference-server/loadgen/message.hpp"

namespace poolcast::loadgen {

namespace {

void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

constexpr std::string_view sdp =
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=session\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=message 5060 sip null\r\n";

constexpr std::string_view provisioning_wish =
    R"(<provisioningGroupList xmlns="http://schemas.microsoft.com/2006/09/sip/provisioninggrouplist">)"
    R"(<provisioningGroup name="ServerConfiguration"/><provisioningGroup name="persistentChatConfiguration"/>)"
    "</provisioningGroupList>";

std::string domain_of(std::string_view uri) { return std::string(uri.substr(uri.find('@') + 1)); }

}  // namespace

void append_ends(std::string& out, const Ends& ends) {
  out.append("Via: SIP/2.0/").append(ends.transport).append(" 127.0.0.1:");
  append_number(out, ends.local_port);
  out.append("\r\nMax-Forwards: 70\r\nFrom: <").append(ends.local_uri).append(">;tag=").append(ends.local_tag);
  out.append(";epid=").append(ends.epid).append("\r\nTo: <").append(ends.remote_uri).append(">");
  if (!ends.remote_tag.empty()) out.append(";tag=").append(ends.remote_tag);
  out.append("\r\nCall-ID: ").append(ends.call_id).append("\r\n");
}

void append_request(std::string& out, const Request& request) {
  out.append(request.method).append(" ").append(request.target).append(" SIP/2.0\r\n").append(request.ends).append("CSeq: ");
  append_number(out, request.cseq);
  out.append(" ").append(request.method).append("\r\n").append(request.headers).append("Content-Length: ");
  append_number(out, request.body.size());
  out.append("\r\n\r\n").append(request.body);
}

void append_register(std::string& out, const Ends& ends, std::string_view ends_text, std::string_view authorization, bool leave) {
  std::string headers = "Contact: <sip:127.0.0.1:";
  append_number(headers, ends.local_port);
  headers.append(";transport=").append(ends.transport == "TLS" ? "tls" : "tcp");
  headers.append(R"(>;methods="INVITE, MESSAGE, INFO, OPTIONS, BYE, CANCEL, NOTIFY, ACK, REFER, BENOTIFY";proxy=replace;)");
  headers.append(R"(+sip.instance="<urn:uuid:00000000-0000-4000-8000-0000)").append(ends.epid).append(">\"\r\n");
  headers.append("User-Agent: poolcast-load\r\nSupported: gruu-10, adhoclist, msrtc-event-categories\r\n");
  headers.append("Event: registration\r\nAllow-Events: presence\r\nms-keep-alive: UAC;hop-hop=yes\r\n");
  headers.append(leave ? "Expires: 0\r\n" : "");
  if (!authorization.empty()) headers.append("Proxy-Authorization: ").append(authorization).append("\r\n");
  const std::string target = "sip:" + domain_of(ends.local_uri);
  append_request(out, {"REGISTER", target, ends_text, leave ? 2U : 1U, headers});
}

void append_subscribe(std::string& out, const Ends& ends, std::string_view ends_text) {
  std::string headers =
      "Event: vnd-microsoft-provisioning-v2\r\nAccept: application/vnd-microsoft-roaming-provisioning-v2+xml\r\n";
  headers.append("Supported: com.microsoft.autoextend, ms-benotify, ms-piggyback-first-notify\r\nExpires: 0\r\nContact: <");
  headers.append(ends.local_uri).append(">\r\nContent-Type: application/vnd-microsoft-roaming-provisioning-v2+xml\r\n");
  append_request(out, {"SUBSCRIBE", ends.local_uri, ends_text, 1, headers, provisioning_wish});
}

void append_invite(std::string& out, const Ends& ends, std::string_view ends_text) {
  std::string headers = "Supported: ms-sender\r\nContact: <";
  headers.append(ends.local_uri).append(";opaque=user:epid:").append(ends.epid).append(";gruu>\r\n");
  headers.append("Content-Type: application/sdp\r\n");
  append_request(out, {"INVITE", ends.remote_uri, ends_text, 1, headers, sdp});
}

std::string command_body(std::uint64_t envid, std::string_view command, std::string_view data) {
  std::string body = R"(<xccos ver="1" envid=")";
  append_number(body, envid);
  body.append(R"(" xmlns="urn:parlano:xml:ns:xccos"><cmd id="cmd:)").append(command).append(R"(" seqid="1"><data>)");
  return body.append(data).append("</data></cmd></xccos>");
}

std::string room_list(std::span<const std::string_view> guids, std::string_view domain) {
  std::string list;
  for (std::size_t key = 0; key < guids.size(); ++key) {
    list.append(R"(<chanid key=")");
    append_number(list, key);
    list.append(R"(" domain=")").append(domain).append(R"(" value=")").append(guids[key]).append(R"("/>)");
  }
  return list;
}

std::string history_data(std::string_view room_uri, std::int64_t count, std::uint64_t before_message) {
  std::string data = R"(<chanib uri=")";
  data.append(room_uri).append(R"("/><bcq>)");
  if (before_message != 0) {
    data.append(R"(<msgid value=")");
    append_number(data, before_message);
    data.append(R"("/>)");
  }
  data.append(R"(<last cnt=")");
  append_number(data, static_cast<std::uint64_t>(count));
  return data.append(R"("/></bcq>)");
}

std::string post_body(const PostText& post) {
  std::string body = R"(<xccos ver="1" envid=")";
  append_number(body, post.envid);
  body.append(R"(" xmlns="urn:parlano:xml:ns:xccos"><grpchat id="grpchat" seqid="1" chanUri=")").append(post.room_uri);
  body.append(R"(" author=")").append(post.author).append(R"(" msgid=")").append(post.message_id);
  return body.append(R"("><chat>)").append(post.text).append("</chat></grpchat></xccos>");
}

std::string stamped_text(std::string_view run, std::uint32_t post, double intended, std::size_t size) {
  std::string text(run);
  text.append(" ");
  append_number(text, post);
  text.append(" ");
  append_number(text, static_cast<std::uint64_t>(std::llround(intended * 1e6)));
  text.append(" ");
  constexpr std::string_view filler = "the quick brown fox jumps over the lazy dog ";
  while (text.size() < size) text.append(filler.substr(0, size - text.size()));
  return text;
}

bool read_stamp(std::string_view text, std::string_view run, std::uint32_t& post, double& intended) {
  if (!text.starts_with(run) || text.size() <= run.size() || text[run.size()] != ' ') return false;
  text.remove_prefix(run.size() + 1);
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return false;
  post = static_cast<std::uint32_t>(number(text));
  intended = static_cast<double>(number(text.substr(blank + 1))) / 1e6;
  return true;
}

}  // namespace poolcast::loadgen
