#include "tests/reference-server/sip/client.hpp"

#include "reference-server/proto/name_addr.hpp"

namespace poolcast::sip::testing {

Result<std::string> FakeHost::digest_ha1(std::string_view user) {
  if (user != "sip:alice@lab.example") return Error{ErrorCode::forbidden, "no such user"};
  return proto::digest_ha1("alice@lab.example", "lab.example", "secret");
}

Result<proto::Md5Sum> FakeHost::nt_hash(std::string_view user) {
  if (user != "sip:alice@lab.example") return Error{ErrorCode::forbidden, "no such user"};
  return proto::ntlm_hash("secret");
}

Result<ChatSession> FakeHost::open_chat(Endpoint&, Dialog& opened_dialog, const NewChat& chat) {
  opened.push_back(chat);
  dialog = &opened_dialog;
  return ++last_session;
}

std::size_t FakeHost::chat_info(ChatSession session, std::uint64_t ticket, std::string_view body) {
  infos.push_back({session, ticket, std::string(body)});
  return cost;
}

Result<std::string> FakeHost::look_up(std::string_view body) {
  if (body.find("requri") == std::string_view::npos) return Error{ErrorCode::malformed, "only requri"};
  return std::string("<node/>");
}

Settings settings() {
  Settings settings;
  settings.domain = "lab.example";
  settings.pool_uri = "sip:pool@lab.example";
  settings.node_uri = "sip:node7@lab.example";
  settings.via = "SIP/2.0/TCP 127.0.0.1:5060";
  settings.contact = "127.0.0.1:5060";
  settings.realm = "lab.example";
  settings.ntlm.target = "node7.lab.example";
  return settings;
}

Client::Client(FakeHost& host, SignInGuard& guard, const Settings& given, std::string user)
    : endpoint(host, given, guard), host_(host), user_(std::move(user)) {}

std::string Client::say(const std::string& bytes) {
  host_.written.clear();
  endpoint.take(bytes, scratch_);
  return host_.written;
}

std::string Client::request(const std::string& method, const std::string& uri, const std::string& to, const std::string& extra,
                            const std::string& body, const std::string& call_id) {
  ++cseq_;
  std::string text = method + " " + uri + " SIP/2.0\r\nVia: SIP/2.0/tcp 127.0.0.1:36688\r\nFrom: <" +
                     (pretend.empty() ? from_uri() : pretend) +
                     ">;tag=4996;epid=9e33288b9e49\r\nTo: " + (to.front() == '<' ? to : "<" + to + ">") +
                     "\r\nCSeq: " + std::to_string(cseq_) + " " + method + "\r\nCall-ID: " + call_id +
                     "\r\nContact: <sip:127.0.0.1:36688;transport=tcp>;+sip.instance=\"<urn:uuid:61>\"\r\n" + extra;
  if (!body.empty()) text += "Content-Type: text/plain\r\n";
  return say(text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

std::string Client::sign_in(const std::string& password) {
  const std::string challenge = register_with();
  // `Digest realm=…, nonce="…"`: parameters are separated by commas there.
  const std::string header = header_of(challenge, "Proxy-Authenticate");
  const auto begin = header.find("nonce=\"") + 7;
  proto::DigestCredentials credentials{.username = user_ + "@lab.example",
                                       .realm = "lab.example",
                                       .nonce = header.substr(begin, header.find('"', begin) - begin),
                                       .uri = "(null)",
                                       .response = {},
                                       .cnonce = "0badcafe",
                                       .nc = "00000001",
                                       .qop = "auth",
                                       .opaque = {},
                                       .algorithm = {}};
  const std::string response =
      proto::digest_response(credentials, proto::digest_ha1(credentials.username, "lab.example", password), "REGISTER");
  --cseq_;  // the answer to a challenge keeps its CSeq
  return register_with("Proxy-Authorization: Digest username=\"" + credentials.username + R"(", realm="lab.example", nonce=")" +
                       credentials.nonce + "\", uri=\"(null)\", qop=auth, nc=00000001, cnonce=\"0badcafe\", response=\"" +
                       response + "\"\r\n");
}

std::string Client::invite(const std::string& uri, const std::string& call_id) {
  std::string answer = request("INVITE", uri, uri, {}, {}, call_id);
  to_tag = proto::tag_of(header_of(answer, "To"));
  return answer;
}

void Client::answer(int cseq, int status) {
  say("SIP/2.0 " + std::to_string(status) + " X\r\nVia: SIP/2.0/tcp h\r\nFrom: <sip:node7@lab.example>;tag=" + to_tag +
      "\r\nTo: <" + from_uri() + ">;tag=4996;epid=9e33288b9e49\r\nCSeq: " + std::to_string(cseq) +
      " INFO\r\nCall-ID: chat\r\nContent-Length: 0\r\n\r\n");
}

std::string Client::in_dialog(const std::string& method, const std::string& body, const std::string& call_id) {
  return request(method, "sip:127.0.0.1:5060", "<sip:node7@lab.example>;tag=" + to_tag, {}, body, call_id);
}

std::string header_of(const std::string& message, const std::string& name) {
  const auto at = message.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return message.substr(begin, message.find("\r\n", begin) - begin);
}

int status_of(const std::string& message) { return message.starts_with("SIP/2.0 ") ? std::stoi(message.substr(8, 3)) : 0; }

}  // namespace poolcast::sip::testing
