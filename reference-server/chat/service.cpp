#include "reference-server/chat/service.hpp"

#include <algorithm>
#include <utility>

#include "domain/ensure.hpp"
#include "reference-server/chat/names.hpp"

namespace poolcast::chat {

namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

bool is_post(const proto::Envelope& envelope) {
  return !envelope.requests.empty() && std::holds_alternative<proto::Post>(envelope.requests.front().command);
}

// The time of the dialog's beginning, then room for a CSeq, then what tells dialogs apart: keys of posts grow with time, which
// keeps the unique index of a large table in memory (design measurement: random keys cost a factor of twelve).
std::array<std::uint8_t, 16> key_prefix(proto::UtcTime begun, std::uint64_t dialog_hash) {
  std::array<std::uint8_t, 16> key{};
  auto milliseconds = static_cast<std::uint64_t>(begun.time_since_epoch().count());
  for (std::size_t at = 6; at > 0; milliseconds >>= 8U) key[--at] = static_cast<std::uint8_t>(milliseconds & 0xFFU);
  for (std::size_t at = 16; at > 10; dialog_hash >>= 8U) key[--at] = static_cast<std::uint8_t>(dialog_hash & 0xFFU);
  return key;
}

}  // namespace

Service::Service(Config config, Port& port, store::Directory directory, Watcher* watcher)
    : config_(std::move(config)),
      port_(port),
      watcher_(watcher),
      post_budget_(config_.post_bytes_per_s, config_.post_burst_bytes) {
  changed(std::move(directory));
}

Session* Service::find(SessionId id) {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second.get();
}

void Service::expect(const std::vector<store::EndpointRooms>& endpoints) {
  const double until_s = port_.now().steady_s + config_.linger_s;
  for (const store::EndpointRooms& endpoint : endpoints) {
    const store::Principal* const user = people_.find(endpoint.user);
    if (user == nullptr || user->disabled || endpoint.epid.empty()) continue;
    const Person person = people_.person(*user);
    Lingering lingering{.until_s = until_s, .expected = true};
    for (const store::RoomId id : endpoint.rooms) {
      LiveRoom* const room = rooms_.find(id);
      if (room == nullptr || !rights(*room, person).enter) continue;
      const unsigned roles = roles_of(room->room, category_of(*room), person);
      Present& present = room->present[person.id];
      if (++present.endpoints == 1 && room->people_here++ == 0) ++room->uses;
      present.manager = (roles & store::role_manager) != 0;
      present.presenter = (roles & store::role_presenter) != 0;
      lingering.rooms.push_back(id);
      lingering.last_seqs.push_back(-1);
    }
    lingering_[{endpoint.user, endpoint.epid}] = std::move(lingering);
  }
}

Result<SessionId> Service::open(const OpenSession& request) {
  const store::Principal* const user = people_.find_user(request.user_uri);
  if (user == nullptr || user->disabled) return Error{ErrorCode::forbidden, "This user may not use Persistent Chat."};
  const EndpointKey key{user->id, request.epid};
  if (!request.epid.empty()) {
    // The client came back before its old connection was known to be lost.
    if (const auto old = endpoints_.find(key); old != endpoints_.end()) {
      const SessionId id = old->second;
      close(id, Closing::lost, port_.unanswered(id));
      port_.forget(id);
    }
  }
  auto session = std::make_unique<Session>();
  session->id = SessionId{++last_session_};
  session->person = people_.person(*user);
  session->epid = request.epid;
  session->key = key_prefix(port_.now().utc, request.dialog_hash);
  const SessionId id = session->id;
  Session& opened = *(sessions_[id] = std::move(session));
  opened.same_registration = request.same_registration;
  ++users_[user->id];
  if (!request.epid.empty()) endpoints_[key] = id;
  return id;
}

void Service::begin(SessionId id) {
  Session& session = *find(id);
  if (!session.same_registration) return;
  const auto lingering = lingering_.find({session.person.id, session.epid});
  if (lingering == lingering_.end()) return;
  const Lingering left = lingering->second;
  resume(session, left);
}

void Service::close(SessionId id, Closing how, std::span<const PostMark> unanswered) {
  Session* const session = find(id);
  if (session == nullptr) return;
  const EndpointKey key{session->person.id, session->epid};
  const bool lingers = how == Closing::lost && !session->epid.empty();
  if (lingers) {
    // Rooms of an earlier loss to which it had not come back yet stay in the list.
    Lingering& lingering = lingering_[key];
    lingering.until_s = port_.now().steady_s + config_.linger_s;
    lingering.expected = false;
    for (const JoinedAt& at : session->joined) {
      LiveRoom* const room = rooms_.find(at.room);
      ensure(room != nullptr, "a session is in rooms that exist");
      std::erase(room->sessions, id);
      lingering.rooms.push_back(at.room);
      std::int64_t seen = room->recent.last_seq();
      for (const PostMark& post : unanswered)
        if (post.room == at.room) seen = std::min(seen, post.seq - 1);
      if (const auto missed = missed_.extract({at.room, id})) seen = std::min(seen, missed.mapped().next - 1);
      lingering.last_seqs.push_back(seen);
    }
    if (lingering.rooms.empty()) lingering_.erase(key);
  } else {
    while (!session->joined.empty()) leave(*session, *rooms_.find(session->joined.back().room), true);
    if (!session->epid.empty()) port_.save_endpoint({key.user, key.epid, {}, port_.now().utc.time_since_epoch().count()});
  }
  endpoints_.erase(key);
  if (const auto user = users_.find(key.user); --user->second == 0) users_.erase(user);
  sessions_.erase(id);
}

std::size_t Service::info(SessionId id, Ticket ticket, std::string_view body) {
  Session* const session = find(id);
  if (session == nullptr) {
    port_.answer(id, ticket, 481, {});
    return 1;
  }
  auto envelope = proto::parse_xccos(body);
  if (!envelope) {
    port_.answer(id, ticket, 400, envelope.error().message);
    std::string text;
    proto::append_unreadable(text, next_envid(), 400, envelope.error().message);
    port_.send(id, text);
    return 1;
  }
  const std::size_t cost = cost_of(*envelope);
  if (session->waiting.size() >= config_.waiting_commands) {
    port_.answer(id, ticket, 503, "Too many commands wait; try again.");
    return cost;
  }
  WaitingInfo info{.ticket = ticket, .envelope = std::move(*envelope), .arrived_s = port_.now().steady_s};
  if (!is_post(info.envelope)) {
    port_.answer(id, ticket, 200, {});
    info.answered = true;
  }
  session->waiting.push_back(std::move(info));
  run_waiting(*session);
  return cost;
}

// A search of a large pool holds up everybody else: it costs what it may have to look at.
std::size_t Service::cost_of(const proto::Envelope& envelope) const {
  std::size_t cost = envelope.requests.size();
  for (const proto::Request& request : envelope.requests) {
    if (std::holds_alternative<proto::FindPrincipals>(request.command))
      cost += people_.principals().size() / config_.looked_at_per_request;
    else if (std::holds_alternative<proto::RoomSearch>(request.command))
      cost += rooms_.all().size() / config_.looked_at_per_request;
  }
  return cost;
}

void Service::run_waiting(Session& session) {
  if (session.choosing) return;
  session.choosing = true;
  const SessionId id = session.id;
  while (Session* const still = find(id)) {
    if (still->waiting.empty() || still->others_running > 0) break;
    if (!is_post(still->waiting.front().envelope) && still->posts_running > 0) break;
    WaitingInfo next = std::move(still->waiting.front());
    still->waiting.pop_front();
    start(id, std::move(next));
  }
  if (Session* const still = find(id)) still->choosing = false;
}

Service::Asked Service::asked_for(SessionId session, const proto::Request& request, std::uint64_t envid, double arrived_s) {
  Asked asked{.session = session, .name = request.name, .envid = envid, .seqid = request.seqid, .arrived_s = arrived_s};
  if (watcher_ == nullptr) return asked;
  asked.begun_s = port_.now().steady_s;
  if (watcher_->measures_cpu_now()) asked.cpu_from_s = watcher_->cpu_s();
  return asked;
}

void Service::start(SessionId id, WaitingInfo info) {
  if (is_post(info.envelope)) {
    const proto::Request& request = info.envelope.requests.front();
    return post(asked_for(id, request, info.envelope.envid, info.arrived_s), info.ticket, std::get<proto::Post>(request.command));
  }
  find(id)->others_running += info.envelope.requests.size();
  for (const proto::Request& request : info.envelope.requests) {
    perform(asked_for(id, request, info.envelope.envid, info.arrived_s), request.command);
    if (find(id) == nullptr) return;
  }
}

Service::Asked Service::leave_work(const Asked& asked) {
  Asked left = asked;
  if (watcher_ == nullptr) return left;
  left.left_s = port_.now().steady_s;
  if (left.cpu_from_s >= 0) left.cpu_s += watcher_->cpu_s() - left.cpu_from_s;
  return left;
}

Service::Asked Service::back_to_work(const Asked& asked) {
  Asked back = asked;
  if (watcher_ == nullptr) return back;
  back.store_s += port_.now().steady_s - back.left_s;
  if (back.cpu_from_s >= 0) back.cpu_from_s = watcher_->cpu_s();
  return back;
}

void Service::report(const Asked& asked, int code) {
  if (watcher_ == nullptr) return;
  const double cpu_s = asked.cpu_from_s < 0 ? -1 : asked.cpu_s + watcher_->cpu_s() - asked.cpu_from_s;
  watcher_->performed({asked.name, code, asked.arrived_s, asked.begun_s, asked.store_s, port_.now().steady_s, cpu_s});
}

void Service::done(const Asked& asked, int code) {
  report(asked, code);
  Session* const session = find(asked.session);
  if (session == nullptr) return;
  ensure(session->others_running > 0, "a command ends once");
  --session->others_running;
  run_waiting(*session);
}

void Service::perform(const Asked& asked, const Command& command) {
  std::visit(Overloaded{
                 [&](const proto::UnknownCommand&) { reply_plain(asked, 400, "This server does not know the command."); },
                 [&](const proto::Malformed& malformed) { reply_plain(asked, 400, malformed.why); },
                 [&](const proto::RequestNode&) { request_node(asked); },
                 [&](const proto::GetServerInfo& wanted) { server_info(asked, wanted); },
                 [&](const proto::GetAssociations& wanted) { associations(asked, wanted); },
                 [&](const proto::GetInvitations& wanted) { invitations(asked, wanted); },
                 [&](const proto::GetPreference& wanted) { preference(asked, wanted); },
                 [&](const proto::SetPreference& wanted) { set_preference(asked, wanted); },
                 [&](const proto::RoomSearch& wanted) { search_rooms(asked, wanted); },
                 [&](const proto::Join& wanted) { join(asked, {wanted.room}, false); },
                 [&](const proto::BatchJoin& wanted) { join(asked, wanted.rooms, true); },
                 [&](const proto::Part& wanted) { part(asked, wanted.room); },
                 [&](const proto::Post&) { reply_plain(asked, 400, "A post is alone in its envelope."); },
                 [&](const proto::GetHistory& wanted) { history(asked, wanted); },
                 [&](const proto::GetFileToken& wanted) { file_token(asked, wanted); },
                 [&](const proto::GetCreatableCategories&) { creatable_categories(asked); },
                 [&](const proto::CreateRoom& wanted) { create_room(asked, wanted); },
                 [&](const proto::ChangeRoom& wanted) { change_room(asked, wanted); },
                 [&](const proto::EnableRoom& wanted) { enable_room(asked, wanted); },
                 [&](const proto::GetRoles& wanted) { roles(asked, wanted); },
                 [&](const proto::ChangeRoles& wanted) { change_roles(asked, wanted); },
                 [&](const proto::FindPrincipals& wanted) { find_principals(asked, wanted); },
                 [&](const proto::CreateCategory& wanted) { create_category(asked, wanted); },
                 [&](const proto::GetCategories& wanted) { categories(asked, wanted); },
                 [&](const proto::ChangeCategory& wanted) { change_category(asked, wanted); },
             },
             command);
}

proto::ReplyHead Service::head(const Asked& asked, int code, std::string_view text) {
  return {next_envid(), asked.envid, asked.seqid, code, text};
}

void Service::reply_plain(const Asked& asked, int code, std::string_view text) {
  std::string out;
  proto::append_reply(out, head(asked, code, text), asked.name);
  port_.send(asked.session, out);
  done(asked, code);
}

Result<std::string> Service::look_up(std::string_view body) {
  auto envelope = proto::parse_xccos(body);
  if (!envelope) return envelope.error();
  const proto::Request& request = envelope->requests.front();
  if (!std::holds_alternative<proto::RequestNode>(request.command))
    return Error{ErrorCode::malformed, "A pool answers only requri; other commands go to a node."};
  const std::string node = port_.next_node();
  if (node.empty()) return Error{ErrorCode::unavailable, "No chat server takes new sessions now."};
  std::string out;
  proto::append_node(out, {next_envid(), envelope->envid, request.seqid, 200, {}}, node);
  return out;
}

void Service::tick() {
  const double now_s = port_.now().steady_s;
  if (!changed_rosters_.empty() && now_s >= rosters_due_s_) send_rosters();
  forget_lingering(now_s);
  retry_behind(now_s);
  retry_missed(now_s);
  if (in_a_pool()) {
    close_gaps(now_s);
    read_some_rooms(now_s);
  }
  save_endpoints();
}

std::optional<std::string> Service::room_guid(store::RoomId room) {
  const LiveRoom* const live = rooms_.find(room);
  return live == nullptr ? std::nullopt : std::optional(live->guid);
}

std::optional<store::RoomId> Service::room_id(std::string_view wire_guid) {
  const LiveRoom* const live = rooms_.find(wire_guid);
  return live == nullptr ? std::nullopt : std::optional(live->room.id);
}

Rights Service::rights_of(store::PrincipalId user, store::RoomId room) {
  const store::Principal* const principal = people_.find(user);
  const LiveRoom* const live = rooms_.find(room);
  if (principal == nullptr || principal->disabled || live == nullptr) return {};
  return rights(*live, people_.person(*principal));
}

const store::Category& Service::category_of(const LiveRoom& room) const {
  static const store::Category none{};
  const store::Category* const category = people_.find(room.room.category);
  return category == nullptr ? none : *category;
}

Rights Service::rights(const LiveRoom& room, const Person& person) const {
  return rights_in(room.room, category_of(room), person);
}

proto::PersonView Service::view(store::PrincipalId id) const {
  const store::Principal* const principal = people_.find(id);
  if (principal == nullptr) return {"sip:unknown@invalid", "unknown", "unknown"};
  const std::string_view uri = principal->uri;
  const auto colon = uri.find(':');
  const std::string_view address = uri.substr(colon == std::string_view::npos ? 0 : colon + 1);
  const std::string_view name = address.substr(0, address.find('@'));
  return {uri, name, principal->display_name.empty() ? name : std::string_view(principal->display_name)};
}

}  // namespace poolcast::chat
