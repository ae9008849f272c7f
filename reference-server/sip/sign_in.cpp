// REGISTER: who is there? Digest or NTLM, as configured; the identity is bound to the connection.
#include <utility>

#include "reference-server/proto/name_addr.hpp"
#include "reference-server/proto/text.hpp"
#include "reference-server/sip/endpoint.hpp"

namespace poolcast::sip {

namespace {

// `alice`, `alice@lab.example`, `DOMAIN\alice` and an empty name all may stand for sip:alice@lab.example; anything else does not.
bool login_is(std::string_view login, std::string_view user) {
  if (const auto slash = login.rfind('\\'); slash != std::string_view::npos) login = login.substr(slash + 1);
  const std::string_view address = user.substr(user.find(':') + 1);
  return proto::iequals(login, address) || proto::iequals(login, address.substr(0, address.find('@')));
}

}  // namespace

bool Endpoint::signs_out(const Message& request) {
  if (request.expires) return *request.expires == 0;
  const auto contact = proto::parse_name_addr(request.contact);
  return contact && proto::parameter(contact->params, "expires") == "0";
}

void Endpoint::on_register(const Message& request) {
  const auto from = proto::parse_name_addr(request.from);
  const auto to = proto::parse_name_addr(request.to);
  const auto who = from ? proto::canonical_address(from->uri) : std::nullopt;
  if (!who || !to || !proto::same_address(to->uri, from->uri)) return respond(request, 400, "From and To name one user");
  if (signed_in() && *who != user_) return respond(request, 403, "This connection belongs to another user");
  // A handshake for new keys: its REGISTERs carry no signature of the old ones.
  const bool signing_anew = settings_.scheme == Scheme::ntlm && !request.authorization.empty() &&
                            (changes_keys() || request.authorization.find("crand") == std::string_view::npos);
  if (signed_in() && !signing_anew) {
    // A refresh on the connection whose user is known. Under NTLM its signature is checked; an unsigned one begins a handshake.
    if (ntlm_ && ntlm_->keys && !signature_holds(request)) {
      ntlm_->challenged = false;
      return challenge_ntlm(request, false);
    }
    if (signs_out(request)) return sign_out(request);
    if (!host_.is_user(*who)) {
      respond(request, 403, "Unknown user or wrong password");
      return end_connection();
    }
    return accept_sign_in(request, *who);
  }
  if (!host_.takes_sign_ins()) return respond(request, 503, "This server is being drained");
  if (host_.has_guessed_too_often()) {
    host_.turned_away(TurnedAway::address_failures);
    return respond(request, 503, "Too many failed sign-ins from your address; try again later");
  }
  if (settings_.scheme == Scheme::ntlm) return on_register_ntlm(request, *who);
  on_register_digest(request, *who);
}

void Endpoint::on_register_digest(const Message& request, const std::string& who) {
  const auto credentials = proto::parse_digest(request.proxy_authorization);
  if (!credentials || nonce_.empty()) return challenge_digest(request);
  const bool holds = digest_holds(request, who, *credentials);
  nonce_.clear();  // used once, whatever came of it
  if (!holds) return refuse_sign_in(request, who, "wrong credentials");
  guard_.succeeded(who);
  if (signs_out(request)) return sign_out(request);
  host_.signed_in(who, "Digest");
  accept_sign_in(request, who);
}

bool Endpoint::digest_holds(const Message& request, const std::string& who, const proto::DigestCredentials& credentials) {
  const bool fits = proto::equal_in_constant_time(credentials.nonce, nonce_) && credentials.realm == settings_.realm &&
                    // The verifier is a hash over this spelling of the name and no other.
                    credentials.username == std::string_view(who).substr(who.find(':') + 1);
  // An unknown user costs the same work and gets the same answer.
  auto ha1 = host_.digest_ha1(who);
  const std::string nobody(32, '0');
  const bool known = ha1.has_value();
  const bool matches = proto::digest_matches(credentials, known ? *ha1 : nobody, proto::name_of(request.method));
  return fits && known && matches && !guard_.locked(who, host_.now_s());
}

void Endpoint::challenge_digest(const Message& request) {
  nonce_ = new_tag() + new_tag();
  std::string& out = host_.output(*this);
  answered_ = 407;
  proto::append_response_head(out, request, 407, new_tag());
  proto::append_header(out, "Proxy-Authenticate", proto::digest_challenge(settings_.realm, nonce_));
  proto::append_end(out);
}

void Endpoint::challenge_ntlm(const Message& request, bool with_type2) {
  if (!ntlm_) ntlm_ = std::make_unique<Ntlm>();
  std::string& out = host_.output(*this);
  answered_ = 401;
  proto::append_response_head(out, request, 401, new_tag());
  if (with_type2) {
    ntlm_->new_opaque = new_tag().substr(0, 8);
    const std::uint64_t random = host_.random();
    for (std::size_t i = 0; i < ntlm_->nonce.size(); ++i) ntlm_->nonce[i] = static_cast<std::uint8_t>(random >> (8 * i));
    ntlm_->challenged = true;
    proto::append_header(out, "WWW-Authenticate",
                         proto::ntlm_challenge(settings_.ntlm, ntlm_->new_opaque, ntlm_->nonce, host_.utc()));
  } else {
    proto::append_header(out, "WWW-Authenticate", proto::ntlm_hello(settings_.ntlm));
  }
  proto::append_end(out);
}

void Endpoint::on_register_ntlm(const Message& request, const std::string& who) {
  const auto credentials = proto::parse_ntlm(request.authorization);
  if (!credentials) return challenge_ntlm(request, false);
  if (credentials->gssapi_data.empty()) return challenge_ntlm(request, true);
  const auto type3 = proto::parse_ntlm_type3(credentials->gssapi_data);
  if (!ntlm_ || !ntlm_->challenged || !type3 || credentials->opaque != ntlm_->new_opaque)
    return refuse_sign_in(request, who, "not an answer to our challenge");
  ntlm_->challenged = false;
  auto hash = host_.nt_hash(who);
  const bool known = hash.has_value();
  auto keys = proto::verify_ntlm(*type3, known ? *hash : proto::Md5Sum{}, ntlm_->nonce);
  std::uint64_t cnum = 0;
  const bool holds = known && keys && login_is(type3->user, who) && !guard_.locked(who, host_.now_s()) &&
                     signature_holds(request, *keys, ntlm_->new_opaque, cnum);
  if (!holds) return refuse_sign_in(request, who, "wrong credentials");
  guard_.succeeded(who);
  ntlm_->keys = *keys;
  ntlm_->opaque = ntlm_->new_opaque;
  ntlm_->cnum = cnum;
  ntlm_->snum = 0;
  if (signs_out(request)) return sign_out(request);
  host_.signed_in(who, "NTLM");
  accept_sign_in(request, who);
  for (const auto& dialog : dialogs_)
    for (const Dialog::Held& held : std::exchange(dialog->held, {})) send_info(*dialog, held.entity, held.mark);
}

bool Endpoint::signature_holds(const Message& request) {
  return signature_holds(request, *ntlm_->keys, ntlm_->opaque, ntlm_->cnum);
}

// The number must grow: a message cannot be played twice.
bool Endpoint::signature_holds(const Message& request, const proto::NtlmKeys& keys, const std::string& opaque,
                               std::uint64_t& last_number) const {
  const std::string_view header = request.authorization.empty() ? request.proxy_authorization : request.authorization;
  const auto credentials = proto::parse_ntlm(header);
  if (!credentials || credentials->response.empty() || credentials->opaque != opaque) return false;
  const auto number = proto::parse_number(credentials->cnum);
  if (!number || *number <= last_number) return false;
  const auto parts = proto::signed_parts(request, credentials->crand, credentials->cnum, settings_.ntlm);
  if (!parts) return false;
  const auto matches = proto::client_signature_matches(keys, proto::signed_text(*parts), credentials->response);
  if (!matches || !*matches) return false;
  last_number = *number;
  return true;
}

void Endpoint::refuse_sign_in(const Message& request, const std::string& who, std::string_view why) {
  guard_.failed(who, host_.now_s());
  host_.sign_in_failed(who, why);
  if (settings_.scheme == Scheme::ntlm) {
    challenge_ntlm(request, false);  // without a new type 2 the client gives up and says why
  } else {
    // The reason is shown to the user; it does not say which of the two was wrong.
    answered_ = 403;
    proto::append_response(host_.output(*this), request, 403, new_tag(), "Unknown user or wrong password");
  }
  if (++failures_ < settings_.failures) return;
  ended_ = true;
  host_.close_when_sent(*this);
}

void Endpoint::accept_sign_in(const Message& request, const std::string& who) {
  const auto from = proto::parse_name_addr(request.from);
  const auto contact = proto::parse_name_addr(request.contact);
  if (user_.empty()) {
    user_ = who;
    epid_ = proto::parameter(from->params, "epid").value_or("");
    gruu_ = who + ";opaque=user:epid:" + (epid_.empty() ? new_tag() : epid_) + ";gruu";
  }
  const std::uint32_t expires = std::min(request.expires.value_or(settings_.registration_s), settings_.registration_s);
  registered_until_s_ = host_.now_s() + expires;
  std::string& out = host_.output(*this);
  begin_response(out, request, 200, new_tag(), {}, expires);
  if (contact) {
    std::string value = "<" + std::string(contact->uri) + ">;expires=" + std::to_string(expires);
    if (const auto instance = proto::parameter(contact->params, "+sip.instance"))
      value += ";+sip.instance=" + proto::quoted(*instance);
    proto::append_header(out, "Contact", value + ";gruu=" + proto::quoted(gruu_));
  }
  // A blank after a comma hides the next name from pidgin-sipe.
  proto::append_header(out, "Allow-Events", "vnd-microsoft-provisioning-v2");
  proto::append_header(out, "Supported", "msrtc-event-categories");
  proto::append_header(out, "ms-keep-alive",
                       "UAS; tcp=no; hop-hop=yes; end-end=no; timeout=" + std::to_string(settings_.keep_alive_s));
  proto::append_end(out);
}

void Endpoint::sign_out(const Message& request) {
  while (!dialogs_.empty()) end(*dialogs_.back(), true);
  std::string& out = host_.output(*this);
  begin_response(out, request, 200, new_tag(), {}, 0);
  proto::append_end(out);
  user_.clear();
  connected_s_ = host_.now_s();
  messages_before_sign_in_ = 0;
  had_chat_ = false;
  provisioned_ = false;
  ntlm_.reset();
}

}  // namespace poolcast::sip
