// From the wish to be signed in to the end of the sequence: REGISTER with Digest, provisioning, the pool's answer which node to
// use, the dialog with that node, and the commands of "How Persistent Chat Server works" (Lync Server 2013).
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "domain/rules/routing.hpp"
#include "reference-server/loadgen/fleet.hpp"
#include "reference-server/loadgen/requests.hpp"

namespace poolcast::loadgen {

namespace {

std::string_view transport_of(const FleetSettings& settings) { return settings.tls == nullptr ? "TCP" : "TLS"; }

}  // namespace

std::string Fleet::epid_of(const Client& client) const {
  std::array<char, 12> text{};
  std::snprintf(text.data(), text.size(), "%06x%02x", client.user + 1, client.number_of_user);
  return text.data();
}

// What every request of a dialog says about its two ends. The last letter of the Call-ID says which dialog it is: r for the
// registration, s for a subscription, p for the pool, n for the node.
Ends Fleet::ends_of(const Client& client, const Naming& naming, std::string_view remote_uri, std::string_view remote_tag) const {
  return {.local_uri = naming.uri,
          .local_tag = naming.tag,
          .epid = naming.epid,
          .remote_uri = remote_uri,
          .remote_tag = remote_tag,
          .call_id = naming.call_id,
          .transport = transport_of(settings_),
          .local_port = client.port};
}

Fleet::Naming Fleet::naming_of(const Client& client, char dialog) const {
  std::array<char, 64> text{};
  const auto number = static_cast<unsigned>(&client - clients_.data());
  std::snprintf(text.data(), text.size(), "%s%06x%04x", run_.c_str(), number, client.dialogs);
  return {uri_of(client), std::string(text.data()) + "t", epid_of(client), std::string(text.data()) + dialog};
}

void Fleet::sign_in(EndpointNumber number, double began) {
  Client& client = clients_[number];
  client.wants_out = false;
  if (client.step != Step::away) return;
  client.began = began;
  client.refusals = 0;
  wants_attempt(number);
}

void Fleet::wants_attempt(EndpointNumber number) {
  clients_[number].step = Step::waits;
  queue_.push_back(number);
}

void Fleet::admit() {
  while (!queue_.empty() && attempts_ < settings_.most_attempts_at_once) {
    const auto server = next_server();
    if (!server) return;  // nobody but the probe attempts
    const EndpointNumber number = queue_.front();
    queue_.pop_front();
    attempt(number, *server);
  }
}

// Round robin over those that answer, as a name with several addresses gives them. Where none does an eager fleet waits.
std::optional<std::size_t> Fleet::next_server() {
  const auto server = rules::next_server(answers_, turn_);
  if (server || settings_.eager) return server;
  return turn_++ % answers_.size();
}

void Fleet::attempt(EndpointNumber number, std::size_t server) {
  Client& client = clients_[number];
  if (client.wants_out) return gone(number);
  client.server = static_cast<std::uint8_t>(server);
  ++client.generation;
  client.step = Step::connecting;
  client.position = 0;
  client.attempts = true;
  ++attempts_;
  listener_.sent(Operation::sign_in);
  schedule_client(now_ + settings_.attempt_limit.count(), number, TimerKind::limit);
  if (!client.link.begin(settings_.servers[server], settings_.tls)) return lost(number);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLET;
  event.data.u64 = std::uint64_t{client.generation} << 32 | number;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.link.socket(), &event) != 0) lost(number);
}

void Fleet::attempt_ended(Client& client) {
  if (client.attempts) --attempts_;
  client.attempts = false;
}

void Fleet::connected(EndpointNumber number) {
  Client& client = clients_[number];
  sockaddr_in own{};
  socklen_t size = sizeof own;
  if (::getsockname(client.link.socket(), reinterpret_cast<sockaddr*>(&own), &size) == 0) client.port = ntohs(own.sin_port);
  answers_[client.server] = true;
  ++client.dialogs;
  client.step = Step::registering;
  send_register(number, {});
}

void Fleet::send_register(EndpointNumber number, std::string_view authorization) {
  Client& client = clients_[number];
  const Naming naming = naming_of(client, 'r');
  const Ends ends = ends_of(client, naming, naming.uri, {});
  client.ends.clear();
  append_ends(client.ends, ends);
  append_register(client.link.out(), ends, client.ends, authorization, client.step == Step::leaving);
  mark_dirty(number);
}

// The user is the whole sign-in name, as pidgin-sipe gives it for an account without a login of its own; the uri is the server's
// address, as SIPp writes it.
void Fleet::answer_challenge(EndpointNumber number, const Message& message) {
  Client& client = clients_[number];
  if (client.step == Step::authenticating) return give_up(number, "the password was not accepted");
  if (message.challenge.empty()) return give_up(number, "the server offers no Digest");
  const std::string user = user_name(client.user) + "@" + settings_.domain;
  const std::string realm(parameter(message.challenge, "realm"));
  const std::string nonce(parameter(message.challenge, "nonce"));
  const std::string_view opaque = parameter(message.challenge, "opaque");
  const std::string uri = "sip:127.0.0.1:" + std::to_string(ntohs(settings_.servers[client.server].sin_port));
  const std::string cnonce = epid_of(client);
  const std::string response = digest_response({user, realm, settings_.password, nonce, uri, "REGISTER", cnonce});
  std::string answer = R"(Digest username=")" + user + R"(", realm=")" + realm + R"(", nonce=")" + nonce + R"(", uri=")" + uri +
                       R"(", qop=auth, nc=00000001, cnonce=")" + cnonce + R"(", response=")" + response + R"(", algorithm=MD5)";
  if (!opaque.empty()) answer.append(R"(, opaque=")").append(opaque).append(R"(")");
  if (client.step != Step::leaving) client.step = Step::authenticating;
  send_register(number, answer);
}

void Fleet::provision(EndpointNumber number) {
  Client& client = clients_[number];
  const Naming naming = naming_of(client, 's');
  const Ends ends = ends_of(client, naming, naming.uri, {});
  client.step = Step::provisioning;
  client.ends.clear();
  append_ends(client.ends, ends);
  append_subscribe(client.link.out(), ends, client.ends);
  mark_dirty(number);
}

void Fleet::invite(EndpointNumber number, std::string_view uri) {
  Client& client = clients_[number];
  const bool is_node = client.step == Step::asking_node;
  client.node = uri;
  client.cseq = 1;
  const Naming naming = naming_of(client, is_node ? 'n' : 'p');
  const Ends ends = ends_of(client, naming, client.node, {});
  client.step = is_node ? Step::inviting_node : Step::inviting_pool;
  client.ends.clear();
  append_ends(client.ends, ends);
  append_invite(client.link.out(), ends, client.ends);
  mark_dirty(number);
}

// 200 to an INVITE: the dialog has its second tag, and requests go to where the answer says.
void Fleet::dialog_begins(EndpointNumber number, const Message& message) {
  Client& client = clients_[number];
  const bool is_node = client.step == Step::inviting_node;
  const Naming naming = naming_of(client, is_node ? 'n' : 'p');
  client.ends.clear();
  append_ends(client.ends, ends_of(client, naming, client.node, parameter(message.to, "tag")));
  client.target = message.contact.empty() ? client.node : uri_in(message.contact);
  append_request(client.link.out(), {"ACK", client.target, client.ends, client.cseq});
  mark_dirty(number);
  if (is_node) {
    listener_.completed(Operation::sign_in);
    client.step = Step::in_sequence;
    return next_in_sequence(number);
  }
  client.step = Step::asking_node;
  ++client.cseq;
  info(client, client.cseq, command_body(client.cseq, "requri", ""));
}

// The pool names the node that serves this client: its dialog ends, that of the node begins.
void Fleet::node_named(EndpointNumber number, const Message& message) {
  Client& client = clients_[number];
  const std::string node(attribute(message.body, "uib", "uri"));
  if (node.empty()) return sign_in_refused(number);
  append_request(client.link.out(), {"BYE", client.target, client.ends, ++client.cseq});
  ++client.dialogs;
  invite(number, node);
}

bool Fleet::is_sequence_over(const Client& client) const {
  const std::size_t rooms = membership_.rooms_of(client.user).size();
  if (settings_.whole_sequence) return client.position >= 4 + client.opened + rooms + 1;
  return client.position >= 1 || !joins_at_sign_in_ || rooms == 0;
}

// getserverinfo, getassociations twice, bjoin, a join per room left open, a bccontext per followed room, getinv.
Command Fleet::command_in_sequence(const Client& client) const {
  if (!settings_.whole_sequence) return Command::batch_join;
  constexpr std::array prefix{Command::server_info, Command::member_associations, Command::manager_associations,
                              Command::batch_join};
  if (client.position < prefix.size()) return prefix[client.position];
  const std::size_t behind = client.position - prefix.size();
  if (behind < client.opened) return Command::join;
  const std::size_t rooms = membership_.rooms_of(client.user).size();
  return behind - client.opened < rooms ? Command::latest : Command::invitations;
}

void Fleet::next_in_sequence(EndpointNumber number) {
  Client& client = clients_[number];
  const auto rooms = membership_.rooms_of(client.user);
  if (client.position == 0) {
    const double open = std::min(settings_.joined_one_by_one, static_cast<double>(rooms.size()));
    client.opened = static_cast<std::uint16_t>(std::floor(open) + (random_.chance(open - std::floor(open)) ? 1 : 0));
  }
  if (is_sequence_over(client)) return signed_in(number);
  Pending pending{.began = now_, .command = command_in_sequence(client)};
  const std::size_t behind = client.position - 4U;
  if (pending.command == Command::join) pending.subject = rooms[behind % rooms.size()];
  if (pending.command == Command::latest) pending.subject = rooms[behind - client.opened];
  if (pending.command == Command::batch_join && rooms.empty()) {
    ++client.position;
    return next_in_sequence(number);
  }
  ++client.position;
  send(number, pending);
}

void Fleet::signed_in(EndpointNumber number) {
  Client& client = clients_[number];
  attempt_ended(client);
  client.step = Step::ready;
  client.refusals = 0;
  listener_.signed_in(number, now_, now_ - client.began);
  if (client.wants_out) sign_out(number);
}

}  // namespace poolcast::loadgen
