#include "reference-server/sip/endpoint.hpp"

#include <algorithm>

#include "reference-server/proto/name_addr.hpp"

namespace poolcast::sip {

using proto::Frame;
using proto::Method;

Endpoint::Endpoint(Host& host, const Settings& settings, SignInGuard& guard)
    : host_(host),
      settings_(settings),
      guard_(guard),
      connected_s_(host.now_s()),
      allowance_(settings.request_burst),
      allowance_at_s_(connected_s_) {}

Endpoint::~Endpoint() = default;

std::size_t Endpoint::take(std::string_view bytes, Message& scratch) {
  std::size_t taken = 0;
  read_s_ = 0;
  while (!ended_ && taken < bytes.size()) {
    const std::string_view rest = bytes.substr(taken);
    proto::FrameLimits limits = settings_.frame;
    if (!signed_in()) limits.body_bytes = settings_.body_before_sign_in;
    const Frame frame = proto::next_frame(rest, limits, frame_);
    if (frame.kind == Frame::Kind::need_more) {
      if (message_began_s_ == 0) message_began_s_ = host_.now_s();
      return taken;
    }
    message_began_s_ = 0;
    if (frame.kind == Frame::Kind::refused) {
      // An answer where the head can be read, then the end: what follows cannot be told from the rest of this message.
      if (frame.size > 0 && proto::parse_head(rest.substr(0, frame.size), scratch) && scratch.is_request())
        proto::append_response(host_.output(*this), scratch, frame.status, new_tag(), frame.why);
      ended_ = true;
      host_.close_when_sent(*this);
      return bytes.size();
    }
    if (frame.kind == Frame::Kind::message) on_frame(rest.substr(0, frame.size), frame.size - frame.head_size, scratch);
    taken += frame.size;
    if (host_.unsent_bytes(*this) > settings_.unsent_bytes) end_connection();
  }
  return ended_ ? bytes.size() : taken;
}

void Endpoint::end_connection() {
  ended_ = true;
  host_.close_when_sent(*this);
}

// Whatever it holds, it has been read and is looked at: before a sign-in everything counts.
void Endpoint::on_frame(std::string_view text, std::size_t body_bytes, Message& scratch) {
  const auto answer = [&](int status, std::string_view why) {
    if (scratch.is_request() && scratch.method != Method::ack && !scratch.call_id.empty())
      proto::append_response(host_.output(*this), scratch, status, new_tag(), why);
  };
  if (!signed_in() && ++messages_before_sign_in_ > settings_.messages_before_sign_in) return end_connection();
  const bool may = signed_in() || host_.may_send(text.size());
  const auto whole = proto::parse(text, scratch);
  if (!may) {
    host_.turned_away(TurnedAway::address_bytes);
    answer(503, "Too much comes from your address; try again later");
    return end_connection();
  }
  if (whole) return on_message(scratch);
  if (signed_in() && !is_within_rate(body_bytes, host_.now_s())) {
    host_.turned_away(TurnedAway::rate);
    return answer(503, "Too many requests");
  }
  answer(400, {});
}

void Endpoint::on_message(const Message& message) {
  if (!message.is_request()) return on_response(message);
  const double now_s = host_.now_s();
  if (read_s_ == 0) read_s_ = now_s;
  const auto step = step_of(message);
  if (!step) return handle(message, now_s);
  Served served{.step = *step, .arrived_s = read_s_, .begun_s = now_s};
  const double cpu_from_s = host_.measures_cpu_now() ? host_.cpu_s() : -1;
  answered_ = 0;
  handle(message, now_s);
  served.status = answered_;
  if (cpu_from_s >= 0) served.cpu_s = host_.cpu_s() - cpu_from_s;
  served.ended_s = host_.now_s();
  host_.served(served);
}

// Asked before the request is handled, because it may change what it is part of.
std::optional<Step> Endpoint::step_of(const Message& request) {
  switch (request.method) {
    case Method::register_user:
      return signs_out(request) ? Step::sign_out : signed_in() ? Step::refresh : Step::register_user;
    case Method::subscribe:
      return provisioned_ ? Step::refresh : Step::provision;
    case Method::service:
    case Method::options:
    case Method::notify:
      return Step::provision;
    case Method::invite: {
      const auto to = proto::parse_name_addr(request.to);
      return to && proto::same_address(to->uri, settings_.node_uri) ? Step::open_chat : Step::lookup;
    }
    case Method::update:
      return Step::refresh;
    case Method::info:
    case Method::bye: {
      const Dialog* const dialog = find(request, true);
      if (dialog != nullptr && dialog->kind == Dialog::Kind::pool) return Step::lookup;
      return request.method == Method::bye ? std::optional(Step::sign_out) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

void Endpoint::handle(const Message& request, double now_s) {
  // An ACK or a BYE ends something, which is never too much.
  const bool counts = request.method != Method::ack && request.method != Method::bye;
  if (signed_in() && counts && !is_within_rate(request.body.size(), now_s)) {
    host_.turned_away(TurnedAway::rate);
    return respond(request, 503, "Too many requests");
  }
  if (admit(request)) on_request(request);
}

// Nothing is served before a sign-in, and afterwards only to the one who signed in.
bool Endpoint::admit(const Message& request) {
  if (request.method == Method::register_user) return true;
  if (!signed_in()) {
    if (request.method != Method::ack) respond(request, 403, "Sign in first");
    return false;
  }
  const auto from = proto::parse_name_addr(request.from);
  const auto who = from ? proto::canonical_address(from->uri) : std::nullopt;
  if (!who || *who != user_) {
    if (request.method != Method::ack) respond(request, 403, "This connection belongs to another user");
    return false;
  }
  if (ntlm_ && ntlm_->keys && !signature_holds(request)) {
    ended_ = true;
    host_.close_when_sent(*this);
    return false;
  }
  return true;
}

bool Endpoint::is_within_rate(std::size_t body_bytes, double now_s) {
  allowance_ = std::min(settings_.request_burst, allowance_ + (now_s - allowance_at_s_) * settings_.requests_per_s);
  allowance_at_s_ = now_s;
  if (allowance_ < 1) return false;
  // A large body costs more. It may put the client into debt, or it could never be sent.
  const std::size_t whole_pieces = body_bytes / settings_.bytes_per_request;
  allowance_ -= 1 + static_cast<double>(whole_pieces);
  return true;
}

void Endpoint::on_request(const Message& request) {
  switch (request.method) {
    case Method::register_user:
      return on_register(request);
    case Method::subscribe:
      return on_subscribe(request);
    case Method::invite:
      return on_invite(request);
    case Method::ack:
    case Method::benotify:
      return;
    case Method::info:
      return on_info(request);
    case Method::update:
      return on_update(request);
    case Method::bye:
      return on_bye(request);
    case Method::service:
    case Method::options:
    case Method::notify:
      return respond(request, 200);
    case Method::cancel:
      return respond(request, 481);  // every INVITE of ours has had its final answer
    case Method::message:
    case Method::unknown:
      return respond(request, 405);
  }
}

void Endpoint::on_response(const Message& response) {
  if (response.status < 200) return;
  Dialog* const dialog = find(response, false);
  if (dialog == nullptr || dialog->unanswered == 0) return;
  --dialog->unanswered;
  dialog->unanswered_since_s = dialog->unanswered == 0 ? 0 : host_.now_s();
  // 481 and 487: the client has another dialog now, or none.
  if (response.status == 481 || response.status == 487) return end(*dialog, false);
  // Whatever else it says of a post, it has had it, and would say the same again.
  dialog->answered(response.cseq);
  if (response.status == 200) host_.delivered(1);
}

void Endpoint::lost() {
  ended_ = true;
  while (!dialogs_.empty()) end(*dialogs_.back(), false);
}

bool Endpoint::idle() const {
  return std::ranges::all_of(dialogs_, [](const auto& dialog) { return dialog->pending.empty(); });
}

bool Endpoint::check_deadlines() {
  const double now_s = host_.now_s();
  if (message_began_s_ != 0 && now_s - message_began_s_ > settings_.finish_message_within_s) return false;
  if (!signed_in()) return now_s - connected_s_ <= settings_.authenticate_within_s;
  constexpr double grace_s = 60;  // a refresh that is on its way
  if (now_s > registered_until_s_ + grace_s) return false;
  std::vector<Dialog*> silent;
  for (const auto& dialog : dialogs_) {
    const bool deaf = dialog->unanswered > settings_.unanswered ||
                      (dialog->unanswered > 0 && now_s - dialog->unanswered_since_s > settings_.answer_within_s);
    const bool stale = dialog->refreshed_s > 0 && now_s - dialog->refreshed_s > 1.5 * settings_.session_s;
    if (deaf || stale) silent.push_back(dialog.get());
  }
  for (Dialog* const dialog : silent) end(*dialog, false);
  return true;
}

std::string Endpoint::new_tag() {
  std::string tag;
  for (std::uint64_t number = host_.random(), digits = 0; digits < 12; number >>= 4U, ++digits)
    tag += "0123456789abcdef"[number & 0xFU];
  return tag;
}

void Endpoint::begin_response(std::string& out, const Message& request, int status, std::string_view to_tag,
                              std::string_view reason, std::optional<std::uint32_t> expires) {
  answered_ = status;
  proto::append_response_head(out, request, status, to_tag, reason);
  const std::string seconds = expires ? std::to_string(*expires) : std::string{};
  if (expires) proto::append_header(out, "Expires", seconds);
  if (!ntlm_ || !ntlm_->keys) return;
  auto parts = proto::signed_parts(request, {}, {}, settings_.ntlm);
  if (!parts) return;
  parts->status = status;
  parts->expires = seconds;
  if (parts->to_tag.empty()) parts->to_tag = to_tag;
  out += signature_line(*parts);
}

void Endpoint::respond(const Message& request, int status, std::string_view reason) {
  std::string& out = host_.output(*this);
  const std::string tag = proto::tag_of(request.to).empty() ? new_tag() : std::string{};
  begin_response(out, request, status, tag, reason);
  proto::append_end(out);
}

// A whole header line; makes the parts' random and number.
std::string Endpoint::signature_line(const proto::SignedParts& unsigned_parts) {
  std::string random = new_tag().substr(0, 8);
  const std::string number = std::to_string(++ntlm_->snum);
  proto::SignedParts parts = unsigned_parts;
  parts.random = random;
  parts.number = number;
  parts.realm = settings_.ntlm.realm;
  parts.targetname = settings_.ntlm.target;
  const auto signature = proto::server_signature(*ntlm_->keys, proto::signed_text(parts));
  if (!signature) return {};  // the legacy provider was there at the start
  std::string line;
  proto::append_header(line, "Authentication-Info",
                       proto::ntlm_authentication_info(settings_.ntlm, ntlm_->opaque, *signature, random, ntlm_->snum));
  return line;
}

}  // namespace poolcast::sip
