// What is said in the dialogs: commands and their replies, posts and their acknowledgements, and the server's own INFOs, each of
// which is answered in the same turn.
#include <algorithm>

#include "reference-server/loadgen/fleet.hpp"

namespace poolcast::loadgen {

namespace {

constexpr int dialog_is_unknown = 481;

bool is_success(int status) { return status >= 200 && status < 300; }

// The text between the tags of the property that names the pool.
std::string_view pool_in(std::string_view provisioning) {
  std::size_t at = provisioning.find("DefaultPersistentChatPoolUri");
  if (at == std::string_view::npos) return {};
  at = provisioning.find('>', at);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = provisioning.substr(at + 1);
  return rest.substr(0, rest.find('<'));
}

}  // namespace

Operation Fleet::operation_of(const Client& client, Command command) {
  if (client.step != Step::ready && client.step != Step::leaving) return Operation::sign_in;
  switch (command) {
    case Command::post:
      return Operation::post;
    case Command::search:
      return Operation::search;
    default:
      return Operation::open_room;
  }
}

void Fleet::receive(EndpointNumber number, const Message& message) {
  if (message.status == 0) return request(number, message);
  if (message.status < 200 || message.call_id.empty()) return;
  response(number, message);
}

void Fleet::response(EndpointNumber number, const Message& message) {
  const char dialog = message.call_id.back();
  if (message.method == "BYE") return;
  if (dialog == 'n' && message.method == "INFO") return info_response(number, message);
  sign_in_response(number, message);
}

void Fleet::sign_in_response(EndpointNumber number, const Message& message) {
  Client& client = clients_[number];
  if (message.status == 407) return answer_challenge(number, message);
  if (client.step == Step::leaving) {
    if (message.method == "REGISTER") gone(number);
    return;
  }
  if (message.status == 403 && message.method == "REGISTER") return give_up(number, "the server forbids to sign in (403)");
  if (!is_success(message.status)) return sign_in_refused(number);
  switch (client.step) {
    case Step::registering:
    case Step::authenticating:
      return provision(number);
    case Step::provisioning: {
      const std::string pool(pool_in(message.body));
      if (pool.empty()) return give_up(number, "the server names no chat pool");
      listener_.completed(Operation::sign_in);
      listener_.sent(Operation::sign_in);
      return invite(number, pool);
    }
    case Step::inviting_pool:
    case Step::inviting_node:
      if (message.method == "INVITE") dialog_begins(number, message);
      return;
    default:
      return;
  }
}

void Fleet::info_response(EndpointNumber number, const Message& message) {
  Client& client = clients_[number];
  const auto found = std::ranges::find(client.pending, message.cseq, &Pending::cseq);
  if (found == client.pending.end()) return;
  const Pending pending = *found;
  if (is_success(message.status)) {
    if (pending.command != Command::post) return;  // the reply will follow
    client.pending.erase(found);
    listener_.completed(Operation::post);
    return listener_.acknowledged(pending.subject, clock());
  }
  if (message.status == dialog_is_unknown) return dialog_is_gone(number);
  client.pending.erase(found);
  refused(number, pending, message.status);
}

// Whatever the server asks is answered: it has a timer on it.
void Fleet::request(EndpointNumber number, const Message& message) {
  Client& client = clients_[number];
  if (message.method == "ACK") return;
  append_ok(client.link.out(), message);
  mark_dirty(number);
  if (message.method == "BYE" && !message.call_id.empty() && message.call_id.back() == 'n') return dialog_is_gone(number);
  if (message.method != "INFO") return;
  const Carried what = carried(message.body);
  if (what.element == "grpchat") return delivery(number, message.body);
  if (what.element == "rpl") return reply(number, message, what.tag);
  if (what.element == "ntc") listener_.noticed(number, now_);
}

void Fleet::reply(EndpointNumber number, const Message& message, std::string_view tag) {
  Client& client = clients_[number];
  if (client.step == Step::asking_node) {
    if (attribute_of(tag, "id") == "rpl:requri") node_named(number, message);
    return;
  }
  const auto envelope = static_cast<std::uint32_t>(loadgen::number(attribute(message.body, "commandid", "envid")));
  const auto found = std::ranges::find(client.pending, envelope, &Pending::cseq);
  if (found == client.pending.end()) return;
  const Pending pending = *found;
  client.pending.erase(found);
  const auto code = static_cast<int>(loadgen::number(attribute(message.body, "resp", "code")));
  if (code == 503) return refused(number, pending, code);
  if (!is_success(code)) listener_.answered_with_error(pending.command, code);
  listener_.completed(operation_of(client, pending.command));
  finished(number, pending, message.body);
}

void Fleet::finished(EndpointNumber number, const Pending& pending, std::string_view body) {
  const double at = clock();
  if (clients_[number].step == Step::in_sequence) return next_in_sequence(number);
  switch (pending.command) {
    case Command::join:
      listener_.joined(number, at, at - pending.began);
      return send(number, {.subject = pending.subject, .began = at, .command = Command::history});
    case Command::batch_join:
      return listener_.joined(number, at, at - pending.began);
    case Command::history:
      return listener_.read_history(number, at, at - pending.began);
    case Command::search:
      return listener_.searched(number, at, at - pending.began);
    case Command::read_back:
      return listener_.read_back(number, pending.subject, body);
    default:
      return;
  }
}

void Fleet::delivery(EndpointNumber number, std::string_view body) {
  constexpr std::string_view begins = "<chat>";
  const std::size_t at = body.find(begins);
  if (at == std::string_view::npos) return;
  Stamp stamp;
  if (read_stamp(body.substr(at + begins.size()), run_, stamp.post, stamp.intended)) listener_.delivered(number, stamp, clock());
}

void Fleet::info(Client& client, std::uint32_t cseq, std::string_view body) {
  append_request(client.link.out(), {"INFO", client.target, client.ends, cseq, info_headers, body});
  mark_dirty(static_cast<EndpointNumber>(&client - clients_.data()));
}

void Fleet::send_command(EndpointNumber number, Pending pending, std::string_view name, std::string_view data) {
  Client& client = clients_[number];
  pending.cseq = ++client.cseq;
  client.pending.push_back(pending);
  listener_.sent(operation_of(client, pending.command));
  info(client, pending.cseq, command_body(pending.cseq, name, data));
}

void Fleet::send_post(EndpointNumber number, Pending pending) {
  Client& client = clients_[number];
  pending.cseq = ++client.cseq;
  client.pending.push_back(pending);
  listener_.sent(Operation::post);
  const RoomNumber room = pending.room;
  const std::string text = stamped_text(run_, pending.subject, pending.began, settings_.body_bytes);
  info(client, pending.cseq,
       post_body({.envid = pending.cseq,
                  .room_uri = room_uri(rooms_[room].guid, settings_.domain),
                  .author = uri_of(client),
                  .message_id = run_ + "-" + std::to_string(pending.subject),
                  .text = text}));
}

void Fleet::send_again(EndpointNumber number, const Pending& pending) {
  const Client& client = clients_[number];
  const bool is_sign_in = client.step == Step::in_sequence;
  if (is_sign_in || client.step == Step::ready) send(number, pending);
}

void Fleet::send(EndpointNumber number, const Pending& pending) {
  const Client& client = clients_[number];
  const std::string& domain = settings_.domain;
  const auto uri = [&] { return room_uri(rooms_[pending.subject].guid, domain); };
  const auto association = [&](std::string_view role) {
    return R"(<association domain=")" + domain + R"(" type=")" + std::string(role) + R"(" maxResults="100"/>)";
  };
  switch (pending.command) {
    case Command::server_info:
      return send_command(number, pending, "getserverinfo", R"(<sib domain=")" + domain + R"(" infoType="123"/>)");
    case Command::member_associations:
      return send_command(number, pending, "getassociations", association("MEMBER"));
    case Command::manager_associations:
      return send_command(number, pending, "getassociations", association("MANAGER"));
    case Command::batch_join: {
      std::vector<std::string_view> guids;
      for (const RoomNumber room : membership_.rooms_of(client.user)) guids.push_back(rooms_[room].guid);
      return send_command(number, pending, "bjoin", room_list(guids, domain));
    }
    case Command::join: {
      const std::array<std::string_view, 1> guid{rooms_[pending.subject].guid};
      return send_command(number, pending, "join", room_list(guid, domain));
    }
    case Command::latest:
      return send_command(number, pending, "bccontext", history_data(uri(), 1));
    case Command::invitations:
      return send_command(number, pending, "getinv", R"(<inv inviteId="1" domain=")" + domain + R"("/>)");
    case Command::history:
      return send_command(number, pending, "bccontext", history_data(uri(), settings_.history_messages));
    case Command::read_back:
      return send_command(number, pending, "bccontext", history_data(uri(), pending.count, pending.before_message));
    case Command::search:
      return send_command(number, pending, "chansrch",
                          R"(<qib qtype="BYNAME" criteria=")" + rooms_[pending.subject].name + R"(" extended="false"/>)");
    case Command::post:
      return send_post(number, pending);
  }
}

void Fleet::post(EndpointNumber number, RoomNumber room, PostNumber post, double intended) {
  send(number, {.subject = post, .room = room, .began = intended, .command = Command::post});
}

void Fleet::open_room(EndpointNumber number, RoomNumber room, double began) {
  send(number, {.subject = room, .began = began, .command = Command::join});
}

void Fleet::search(EndpointNumber number, RoomNumber room, double began) {
  send(number, {.subject = room, .began = began, .command = Command::search});
}

void Fleet::join_all(EndpointNumber number) {
  if (membership_.rooms_of(clients_[number].user).empty()) return listener_.joined(number, now_, 0);
  send(number, {.began = now_, .command = Command::batch_join});
}

void Fleet::read_back(EndpointNumber number, RoomNumber room, std::int64_t count, std::uint64_t before_message) {
  send(number, {.subject = room, .began = now_, .before_message = before_message, .count = count, .command = Command::read_back});
}

}  // namespace poolcast::loadgen
