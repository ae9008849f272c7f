// What the chat asks of the network and the store.
#include <sys/random.h>

#include <chrono>
#include <cstring>

#include "domain/ensure.hpp"
#include "reference-server/proto/sip_writer.hpp"
#include "reference-server/proto/text.hpp"
#include "reference-server/proto/xccos_replies.hpp"
#include "reference-server/serve/node.hpp"

namespace poolcast::serve {

std::vector<chat::PostMark> posts_of(std::span<const sip::Mark> marks) {
  std::vector<chat::PostMark> posts;
  for (const sip::Mark& mark : marks) posts.push_back({store::RoomId{mark.stream}, mark.number});
  return posts;
}

chat::Now Node::now() {
  const auto steady = std::chrono::steady_clock::now().time_since_epoch();
  const auto wall = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return {std::chrono::duration<double>(steady).count(), wall};
}

std::uint64_t Node::random() {
  constexpr std::size_t block = 32;  // one system call for that many; getrandom never cuts 256 bytes short
  if (random_.empty()) {
    random_.resize(block);
    ensure(::getrandom(random_.data(), block * sizeof(std::uint64_t), 0) == static_cast<ssize_t>(block * sizeof(std::uint64_t)),
           "the kernel gives random bytes");
  }
  const std::uint64_t number = random_.back();
  random_.pop_back();
  return number;
}

store::Uuid Node::random_guid() {
  std::array<std::uint8_t, 16> bytes{};
  const std::uint64_t halves[] = {random(), random()};
  std::memcpy(bytes.data(), halves, sizeof halves);
  return {proto::make_guid(bytes).bytes};
}

std::string Node::next_node() { return draining_ || !active_ ? std::string{} : settings_.sip.node_uri; }

void Node::answer(chat::SessionId session, chat::Ticket ticket, int status, std::string_view reason) {
  const auto route = routes_.find(session);
  if (route != routes_.end()) route->second.client->endpoint().answer(*route->second.dialog, ticket, status, reason);
}

void Node::send(chat::SessionId session, std::string_view xccos) {
  const auto route = routes_.find(session);
  if (route == routes_.end()) return;
  ++totals_.infos_sent;
  route->second.client->endpoint().send_info(*route->second.dialog, proto::make_entity(proto::xccos_content_type, xccos));
}

void Node::fan_out(std::span<const chat::SessionId> sessions, std::string_view xccos, const chat::PostMark& post) {
  const sip::Mark mark{store::number(post.room), post.seq};
  const std::string entity = proto::make_entity(proto::xccos_content_type, xccos);
  for (const chat::SessionId session : sessions) {
    const auto route = routes_.find(session);
    if (route == routes_.end()) continue;
    ++totals_.infos_sent;
    route->second.client->endpoint().send_info(*route->second.dialog, entity, mark);
  }
}

std::vector<chat::PostMark> Node::unanswered(chat::SessionId session) {
  const auto route = routes_.find(session);
  return route == routes_.end() ? std::vector<chat::PostMark>{} : posts_of(route->second.dialog->unanswered_marks());
}

void Node::forget(chat::SessionId session) {
  const auto route = routes_.find(session);
  if (route == routes_.end()) return;
  Client* const client = route->second.client;
  routes_.erase(route);
  client->endpoint().forget(static_cast<sip::ChatSession>(session));
}

void Node::shut_out(chat::SessionId session) {
  const auto route = routes_.find(session);
  if (route == routes_.end()) return;
  Client* const client = route->second.client;
  forget(session);
  client->connection().close_when_sent();
}

void Node::append(store::Post post, chat::Completion<store::Appended> done) {
  ++totals_.posts;
  store_->append(std::move(post), std::move(done));
}

void Node::record(store::Event event) {
  store_->record(std::move(event), [this](const Result<Done>& recorded) {
    if (!recorded) log_.error("An event for the compliance service could not be stored.", {{"why", recorded.error().message}});
  });
}

void Node::history(store::HistoryQuery query, chat::Completion<std::vector<store::Message>> done) {
  store_->history(std::move(query), std::move(done));
}
void Node::search(store::SearchQuery query, chat::Completion<store::Found> done) {
  store_->search(std::move(query), std::move(done));
}
void Node::edit(std::vector<store::Edit> edits, chat::Completion<store::Directory> done) {
  if (!fellowship_) return store_->edit(std::move(edits), std::move(done));
  store_->edit(std::move(edits), [this, done = std::move(done)](Result<store::Directory> edited) {
    if (edited) fellowship_->tell_changed();
    done(std::move(edited));
  });
}
void Node::preference(store::PrincipalId user, std::string label, chat::Completion<std::vector<store::Preference>> done) {
  store_->preferences(user, {std::move(label)}, std::move(done));
}
void Node::set_preference(store::Preference preference, chat::Completion<store::Preference> done) {
  store_->set_preference(std::move(preference), std::move(done));
}
void Node::invite(store::Invitation invitation, chat::Completion<store::Invitation> done) {
  store_->invite(invitation, std::move(done));
}
void Node::invitations(store::PrincipalId user, std::int64_t newer_than, chat::Completion<std::vector<store::Invitation>> done) {
  store_->invitations(user, newer_than, std::move(done));
}
void Node::grant_file_token(store::FileToken token, chat::Completion<Done> done) {
  store_->grant_file_token(std::move(token), std::move(done));
}

void Node::tell_presence(chat::PeerSet peers, const chat::Presence& presence) {
  if (fellowship_) fellowship_->tell_presence(peers, presence);
}
void Node::tell_post(chat::PeerSet peers, const store::Message& message, std::string_view client_id) {
  if (fellowship_) fellowship_->tell_post(peers, message, client_id);
}
void Node::tell_doubt(store::RoomId room) {
  if (fellowship_) fellowship_->tell_doubt(room);
}
void Node::cut_peer(chat::PeerNumber peer, const std::string& why) {
  if (fellowship_) fellowship_->cut(peer, why);
}
void Node::when_peers_know(std::function<void()> go_on) {
  if (!fellowship_) return go_on();
  fellowship_->when_peers_know(std::move(go_on));
}

void Node::save_endpoint(store::EndpointRooms endpoint) {
  // Only a convenience after a loss: the next change of the endpoint's rooms saves them all again.
  store_->save_endpoint(std::move(endpoint), [](const Result<Done>&) {});
}

}  // namespace poolcast::serve
