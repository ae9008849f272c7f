#include "reference-server/serve/client.hpp"

#include <utility>

#include "reference-server/serve/node.hpp"

namespace poolcast::serve {

Client::Client(Node& node, const sip::Settings& settings, net::Connection& connection)
    : node_(node), connection_(connection), endpoint_(*this, settings, node.guard()) {}

void Client::give_back_place() {
  if (std::exchange(holds_place_, false)) node_.address_guard().give_back_connection(connection_.network());
}

std::size_t Client::take(std::string_view bytes) { return endpoint_.take(bytes, node_.scratch_message()); }

void Client::ended(net::Ended /*how*/) {
  give_back_place();
  endpoint_.lost();
}

void Client::shook_hands(const net::Handshake& handshake) { node_.monitor().shook_hands(handshake); }

double Client::now_s() { return node_.now().steady_s; }
proto::UtcTime Client::utc() { return node_.now().utc; }
std::uint64_t Client::random() { return node_.random(); }
std::string& Client::output(sip::Endpoint& /*endpoint*/) { return connection_.output(); }
void Client::close_when_sent(sip::Endpoint& /*endpoint*/) { connection_.close_when_sent(); }
std::size_t Client::unsent_bytes(const sip::Endpoint& /*endpoint*/) const { return connection_.unsent_bytes(); }
bool Client::is_user(std::string_view user) {
  const store::Principal* const principal = node_.service().people().find_user(user);
  return principal != nullptr && !principal->disabled;
}
bool Client::takes_sign_ins() { return !node_.draining(); }
bool Client::may_send(std::size_t bytes) { return node_.address_guard().take_bytes(connection_.network(), bytes, now_s()); }
bool Client::has_guessed_too_often() { return node_.address_guard().locked(connection_.network(), now_s()); }

void Client::turned_away(sip::TurnedAway why) {
  switch (why) {
    case sip::TurnedAway::address_bytes:
      ++node_.totals().turned_away.address_bytes;
      break;
    case sip::TurnedAway::address_failures:
      ++node_.totals().turned_away.address_failures;
      break;
    case sip::TurnedAway::rate:
      ++node_.totals().turned_away.rate;
      return;  // of a user who is known, and often: no line in the log
  }
  node_.log().warning("An address has used up what it may before a sign-in.", {{"address", connection_.network()}});
}

namespace {

Result<store::Secret> verifier(Node& node, std::string_view user, store::VerifierKind kind) {
  const store::Principal* const principal = node.service().people().find_user(user);
  // Opening a seal takes a moment: nobody may learn from it who is there.
  if (principal == nullptr || principal->disabled) return node.store().open_nobodys_verifier(kind);
  return node.store().open_verifier(*principal, kind);
}

}  // namespace

Result<std::string> Client::digest_ha1(std::string_view user) {
  auto secret = verifier(node_, user, store::VerifierKind::digest_ha1);
  if (!secret) return secret.error();
  return std::string(secret->bytes());
}

Result<proto::Md5Sum> Client::nt_hash(std::string_view user) {
  auto secret = verifier(node_, user, store::VerifierKind::nt_hash);
  if (!secret) return secret.error();
  proto::Md5Sum hash{};
  if (secret->bytes().size() != hash.size()) return Error{ErrorCode::internal, "a verifier of the wrong length"};
  std::copy(secret->bytes().begin(), secret->bytes().end(), hash.begin());
  return hash;
}

Result<sip::ChatSession> Client::open_chat(sip::Endpoint& /*endpoint*/, sip::Dialog& dialog, const sip::NewChat& chat) {
  const auto session = node_.service().open({chat.user, chat.epid, chat.dialog_hash, chat.same_registration});
  if (!session) return session.error();
  node_.connect(*session, *this, dialog);
  return static_cast<sip::ChatSession>(*session);
}

void Client::begin_chat(sip::ChatSession session) { node_.service().begin(chat::SessionId{session}); }

void Client::close_chat(sip::ChatSession session, bool left, std::span<const sip::Mark> unanswered) {
  node_.disconnect(chat::SessionId{session});
  node_.service().close(chat::SessionId{session}, left ? chat::Closing::left : chat::Closing::lost, posts_of(unanswered));
}

std::size_t Client::chat_info(sip::ChatSession session, std::uint64_t ticket, std::string_view body) {
  return node_.service().info(chat::SessionId{session}, ticket, body);
}

Result<std::string> Client::look_up(std::string_view body) { return node_.service().look_up(body); }

void Client::signed_in(std::string_view user, std::string_view how) {
  ++node_.totals().sign_ins;
  give_back_place();
  node_.log().debug("A user has signed in.", {{"user", user}, {"by", how}});
}

void Client::sign_in_failed(std::string_view user, std::string_view why) {
  ++node_.totals().failed_sign_ins;
  node_.address_guard().failed(connection_.network(), now_s());
  node_.log().warning("A sign-in was refused.", {{"user", user}, {"why", why}, {"peer", connection_.peer()}});
}

void Client::delivered(std::size_t infos) { node_.totals().infos_answered += infos; }

bool Client::measures_cpu_now() { return node_.monitor().measures_cpu_now(); }
double Client::cpu_s() { return node_.monitor().cpu_s(); }
void Client::served(const sip::Served& served) { node_.monitor().served(served); }

}  // namespace poolcast::serve
