#include "stub_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "reference-server/loadgen/names.hpp"

namespace poolcast::loadgen::test {

namespace {

constexpr std::string_view provisioning =
    R"(<provisionGroupList><provisionGroup name="persistentChatConfiguration"><propertyEntryList>)"
    R"(<property name="DefaultPersistentChatPoolUri">sip:pool@stub.example</property></propertyEntryList></provisionGroup>)"
    "</provisionGroupList>";

// All values of an attribute, wherever it occurs.
std::vector<std::string> all_values(std::string_view text, std::string_view name) {
  std::vector<std::string> values;
  const std::string begin = std::string(name) + R"(=")";
  for (std::size_t at = text.find(begin); at != std::string_view::npos; at = text.find(begin, at + 1)) {
    const std::string_view rest = text.substr(at + begin.size());
    values.emplace_back(rest.substr(0, rest.find('"')));
  }
  return values;
}

std::string header_of(std::string_view text, std::string_view name) {
  const std::string begin = "\r\n" + std::string(name) + ": ";
  const std::size_t at = text.find(begin);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + begin.size());
  return std::string(rest.substr(0, rest.find("\r\n")));
}

std::string guid_in(std::string_view room_uri) { return std::string(room_uri.substr(room_uri.rfind('/') + 1)); }

}  // namespace

StubServer::StubServer(std::string password, int port) : password_(std::move(password)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 4096) != 0)
    throw std::runtime_error("the stub cannot listen");
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
}

StubServer::~StubServer() {
  drop_everybody();
  ::close(listener_);
}

void StubServer::turn(int wait_ms) {
  std::vector<pollfd> files{{listener_, POLLIN, 0}};
  for (const auto& [socket, connection] : connections_)
    files.push_back({socket, static_cast<short>(connection->out.empty() ? POLLIN : POLLIN | POLLOUT), 0});
  ::poll(files.data(), files.size(), wait_ms);
  for (const pollfd& file : files) {
    if (file.fd == listener_ || file.revents == 0) continue;
    Connection& connection = *connections_.at(file.fd);
    if (serve(connection)) continue;
    ::close(connection.socket);
    connections_.erase(file.fd);
  }
  accept_all();
  for (const auto& [socket, connection] : connections_) write(*connection);
}

void StubServer::accept_all() {
  for (int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK); socket >= 0;
       socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) {
    auto connection = std::make_unique<Connection>();
    connection->socket = socket;
    connections_.emplace(socket, std::move(connection));
  }
}

void StubServer::drop_everybody() {
  const linger reset{.l_onoff = 1, .l_linger = 0};
  for (const auto& [socket, connection] : connections_) {
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    ::close(socket);
  }
  connections_.clear();
}

void StubServer::forget_dialogs() { ++epoch_; }

bool StubServer::serve(Connection& connection) {
  char buffer[65536];
  while (true) {
    const ssize_t got = ::recv(connection.socket, buffer, sizeof buffer, 0);
    if (got > 0) {
      connection.in.append(buffer, static_cast<std::size_t>(got));
      continue;
    }
    if (got < 0 && errno == EAGAIN) break;
    return false;
  }
  const std::string in = std::move(connection.in);
  connection.in.clear();
  std::string_view rest = in;
  while (true) {
    Message message;
    const std::string_view before = rest;
    const Framing framing = take_message(rest, message);
    if (framing == Framing::broken) throw std::runtime_error("the stub was sent no SIP: " + std::string(before.substr(0, 200)));
    if (framing == Framing::incomplete) break;
    answer(connection, message, before.substr(0, before.size() - rest.size()));
  }
  connection.in = rest;
  return true;
}

void StubServer::answer(Connection& connection, const Message& message, std::string_view text) {
  if (message.status != 0) {
    answered_ += message.method == "INFO" ? 1 : 0;
    return;
  }
  if (message.method == "REGISTER") return handle_register(connection, message, std::string(text));
  if (!connection.is_authenticated) return respond(connection, message, "403 Forbidden");
  if (message.method == "ACK") return;
  if (message.method == "SUBSCRIBE") return respond(connection, message, "200 OK", "", provisioning, true);
  if (message.method == "INVITE") {
    connection.epoch = epoch_;
    connection.cseq = 0;
    connection.rooms.clear();
    connection.ends = "From: " + std::string(message.to) + ";tag=stub\r\nTo: " + header_of(text, "From") +
                      "\r\nCall-ID: " + std::string(message.call_id) + "\r\n";
    connection.contact = uri_in(header_of(text, "Contact"));
    return respond(connection, message, "200 OK", "Contact: <" + std::string(uri_in(message.to)) + ">\r\n", "v=0\r\n", true);
  }
  if (connection.epoch != epoch_) return respond(connection, message, "481 Call Does Not Exist");
  if (message.method == "INFO") return handle_info(connection, message);
  respond(connection, message, "200 OK");
}

void StubServer::handle_register(Connection& connection, const Message& message, const std::string& text) {
  const std::string credentials = header_of(text, "Proxy-Authorization");
  if (credentials.empty() && !connection.is_authenticated)
    return respond(connection, message, "407 Proxy Authentication Required",
                   "Proxy-Authenticate: Digest realm=\"stub\", nonce=\"n0nce\", qop=\"auth\", algorithm=MD5\r\n");
  if (header_of(text, "Expires") == "0") {
    signed_out_.insert(connection.user);
    return respond(connection, message, "200 OK", "Expires: 0\r\n", "", true);
  }
  connection.user = parameter(credentials, "username");
  const std::string expected = digest_response(
      {connection.user, "stub", password_, "n0nce", parameter(credentials, "uri"), "REGISTER", parameter(credentials, "cnonce")});
  if (parameter(credentials, "response") != expected) return respond(connection, message, "403 Forbidden");
  if (registrations_to_refuse_ > 0) {
    --registrations_to_refuse_;
    return respond(connection, message, "503 Service Unavailable");
  }
  connection.is_authenticated = true;
  registered_.insert(connection.user);
  respond(connection, message, "200 OK", "Expires: 7200\r\nAllow-Events: vnd-microsoft-provisioning-v2\r\n", "", true);
}

void StubServer::handle_info(Connection& connection, const Message& message) {
  const Carried what = carried(message.body);
  if (what.element == "grpchat") return handle_post(connection, message);
  respond(connection, message, "200 OK");
  handle_command(connection, message, attribute_of(what.tag, "id"));
}

void StubServer::handle_command(Connection& connection, const Message& message, std::string_view id) {
  commands_.emplace_back(id);
  const std::string name(id.substr(id.find(':') + 1));
  std::string data;
  if (name == "requri") data = R"(<uib uri="sip:node@stub.example"/>)";
  if (name == "bjoin" || name == "join")
    for (const std::string& room : all_values(message.body, "value")) connection.rooms.insert(room);
  if (name == "bccontext") {
    const std::string room(attribute(message.body, "chanib", "uri"));
    data = R"(<chanib uri=")" + room + R"(">)";
    if (attribute(message.body, "msgid", "value").empty())
      for (std::size_t id_of = 0; id_of < history_[guid_in(room)].size(); ++id_of)
        data += R"(<msg id="grpchat" chatId=")" + std::to_string(id_of + 1) + R"("><chat>)" + history_[guid_in(room)][id_of] +
                "</chat></msg>";
    data += "</chanib>";
  }
  const std::string envelope(attribute(message.body, "xccos", "envid"));
  send_info(connection, R"(<xccos xmlns="urn:parlano:xml:ns:xccos" ver="1" envid="7"><rpl id="rpl:)" + name +
                            R"(" seqid="1"><commandid seqid="1" envid=")" + envelope +
                            R"("/><resp code="200">SUCCESS_OK</resp><data>)" + data + "</data></rpl></xccos>");
}

void StubServer::handle_post(Connection& connection, const Message& message) {
  if (posts_to_refuse_ > 0) {
    --posts_to_refuse_;
    return respond(connection, message, std::to_string(refusal_) + " Refused");
  }
  respond(connection, message, "200 OK");
  const std::string room = guid_in(attribute(message.body, "grpchat", "chanUri"));
  stored_.emplace_back(attribute(message.body, "grpchat", "msgid"));
  const std::size_t at = message.body.find("<chat>") + 6;
  history_[room].emplace_back(message.body.substr(at, message.body.find("</chat>") - at));
  for (const auto& [socket, other] : connections_)
    if (other->rooms.contains(room)) send_info(*other, message.body);
}

void StubServer::respond(Connection& connection, const Message& request, std::string_view status, std::string_view headers,
                         std::string_view body, bool tagged) {
  std::string& out = connection.out;
  out.append("SIP/2.0 ").append(status).append("\r\n");
  for (std::size_t i = 0; i < request.echoes; ++i) {
    const std::string_view line = request.echoed[i];
    if (tagged && line.starts_with("To:") && line.find("tag=") == std::string_view::npos)
      out.append(line.substr(0, line.size() - 2)).append(";tag=stub\r\n");
    else
      out.append(line);
  }
  out.append(headers).append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
}

void StubServer::send_info(Connection& connection, std::string_view body) {
  connection.out.append("INFO ").append(connection.contact).append(" SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1\r\n");
  connection.out.append(connection.ends).append("CSeq: ").append(std::to_string(++connection.cseq)).append(" INFO\r\n");
  connection.out.append("Content-Type: text/plain\r\nContent-Length: ").append(std::to_string(body.size()));
  connection.out.append("\r\n\r\n").append(body);
}

void StubServer::write(Connection& connection) {
  if (connection.out.empty()) return;
  const std::size_t size = std::min(connection.out.size(), most_written_);
  const ssize_t sent = ::send(connection.socket, connection.out.data(), size, MSG_NOSIGNAL);
  if (sent > 0) connection.out.erase(0, static_cast<std::size_t>(sent));
}

}  // namespace poolcast::loadgen::test
