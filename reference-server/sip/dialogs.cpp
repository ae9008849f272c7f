// Provisioning, and the dialogs with pool and node.
#include <algorithm>

#include "reference-server/proto/name_addr.hpp"
#include "reference-server/proto/text.hpp"
#include "reference-server/proto/xccos_replies.hpp"
#include "reference-server/proto/xml.hpp"
#include "reference-server/sip/endpoint.hpp"

namespace poolcast::sip {

namespace {

using proto::Method;
using proto::SipMessage;

constexpr std::string_view provisioning = "vnd-microsoft-provisioning-v2";

std::string provisioning_document(const std::string& pool_uri) {
  std::string document =
      R"(<provisionGroupList xmlns="http://schemas.microsoft.com/2006/09/sip/provisiongrouplist-notification">)"
      R"(<provisionGroup name="ServerConfiguration"/><provisionGroup name="persistentChatConfiguration"><propertyEntryList>)"
      R"(<property name="EnablePersistentChat">true</property><property name="DefaultPersistentChatPoolUri">)";
  proto::append_xml_text(document, pool_uri);
  return document + "</property></propertyEntryList></provisionGroup></provisionGroupList>";
}

std::string session_description(const std::string& contact) {
  const std::string host = contact.substr(0, contact.rfind(':'));
  const std::string port = contact.substr(contact.rfind(':') + 1);
  return "v=0\r\no=- 0 0 IN IP4 " + host + "\r\ns=session\r\nc=IN IP4 " + host + "\r\nt=0 0\r\nm=message " + port +
         " sip null\r\na=accept-types:text/plain\r\n";
}

// FNV-1a of the dialog's identifiers: tells the keys of posts in different dialogs apart.
std::uint64_t hash_of(const Dialog& dialog) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const std::string* part : {&dialog.call_id, &dialog.remote_tag, &dialog.local_tag})
    for (const char letter : *part) hash = (hash ^ static_cast<std::uint8_t>(letter)) * 0x100000001B3;
  return hash;
}

bool carries_xccos(const SipMessage& request) {
  const std::string_view type = request.content_type.substr(0, request.content_type.find(';'));
  return proto::iequals(proto::trimmed(type), "text/plain") ||
         (proto::to_lower(type).starts_with("application/") && proto::to_lower(proto::trimmed(type)).ends_with("+xml"));
}

}  // namespace

void Endpoint::on_subscribe(const Message& request) {
  if (!proto::iequals(proto::trimmed(request.event.substr(0, request.event.find(';'))), provisioning))
    return respond(request, 489);
  provisioned_ = true;
  std::string& out = host_.output(*this);
  begin_response(out, request, 200, new_tag(), {}, request.expires.value_or(0));
  proto::append_header(out, "Event", provisioning);
  proto::append_header(out, "ms-piggyback-cseq", std::uint64_t{1});
  proto::append_end(out, "application/vnd-microsoft-roaming-provisioning-v2+xml", provisioning_document(settings_.pool_uri));
}

Dialog* Endpoint::find(const Message& message, bool from_client) {
  const std::string_view remote = proto::tag_of(from_client ? message.from : message.to);
  const std::string_view local = proto::tag_of(from_client ? message.to : message.from);
  for (const auto& dialog : dialogs_) {
    // The one that is used most stands last.
    if (dialog->call_id == message.call_id && dialog->local_tag == local && dialog->remote_tag == remote) return dialog.get();
  }
  return nullptr;
}

Result<std::unique_ptr<Dialog>> Endpoint::make_dialog(const Message& request, Dialog::Kind kind) {
  const auto from = proto::parse_name_addr(request.from);
  const auto to = proto::parse_name_addr(request.to);
  const auto contact = proto::parse_name_addr(request.contact);
  if (!from || !to || !contact || from->tag.empty())
    return Error{ErrorCode::malformed, "From with a tag, To and Contact are needed"};
  auto dialog = std::make_unique<Dialog>();
  dialog->kind = kind;
  dialog->call_id = request.call_id;
  dialog->remote_tag = from->tag;
  dialog->local_tag = new_tag();
  dialog->local_uri = to->uri;
  dialog->remote_uri = from->uri;
  auto head = proto::DialogHead::make({.remote_target = contact->uri,
                                       .via = settings_.via,
                                       .branch = dialog->local_tag,
                                       .local = "<" + dialog->local_uri + ">;tag=" + dialog->local_tag,
                                       .remote = request.from,
                                       .call_id = request.call_id});
  if (!head) return head.error();
  dialog->head = std::move(*head);
  return dialog;
}

void Endpoint::on_invite(const Message& request) {
  const auto to = proto::parse_name_addr(request.to);
  const std::string called = to ? proto::canonical_address(to->uri).value_or("") : "";
  const bool node = called == settings_.node_uri;
  if (!node && called != settings_.pool_uri) return respond(request, 404);
  if (!to->tag.empty()) return respond(request, find(request, true) == nullptr ? 481 : 488);
  if (!host_.takes_sign_ins()) return respond(request, 503, "This server is being drained");
  if (dialogs_.size() >= settings_.dialogs) return respond(request, 503, "Too many dialogs");
  auto dialog = make_dialog(request, node ? Dialog::Kind::node : Dialog::Kind::pool);
  if (!dialog) return respond(request, static_cast<int>(dialog.error().code), dialog.error().message);
  if (node) {
    auto session = host_.open_chat(*this, **dialog, {user_, epid_, hash_of(**dialog), had_chat_});
    if (!session) return respond(request, static_cast<int>(session.error().code), session.error().message);
    (*dialog)->session = *session;
    had_chat_ = true;
  }
  std::string& out = host_.output(*this);
  begin_response(out, request, 200, (*dialog)->local_tag);
  proto::append_header(out, "Contact", "<sip:" + settings_.contact + ">");
  proto::append_header(out, "Session-Expires", std::to_string(settings_.session_s) + ";refresher=uac");
  proto::append_end(out, "application/sdp", session_description(settings_.contact));
  const ChatSession session = (*dialog)->session;
  dialogs_.push_back(std::move(*dialog));
  if (node) host_.begin_chat(session);
}

void Endpoint::on_info(const Message& request) {
  Dialog* const dialog = find(request, true);
  if (dialog == nullptr) return respond(request, 481);
  if (!carries_xccos(request)) return respond(request, 415);
  if (dialog->kind == Dialog::Kind::pool) return on_pool_info(request, *dialog);
  PendingAnswer pending{.ticket = request.cseq, .headers = {}, .signed_parts = {}};
  std::string head;
  proto::append_response_head(head, request, 200, {});
  pending.headers = head.substr(head.find("\r\n") + 2);
  dialog->pending.push_back(std::move(pending));
  const std::size_t cost = host_.chat_info(dialog->session, request.cseq, request.body);
  if (cost > 1) allowance_ -= static_cast<double>(cost - 1);
}

void Endpoint::on_pool_info(const Message& request, Dialog& dialog) {
  const auto reply = host_.look_up(request.body);
  if (!reply) return respond(request, static_cast<int>(reply.error().code), reply.error().message);
  respond(request, 200);
  send_info(dialog, proto::make_entity(proto::xccos_content_type, *reply));
}

void Endpoint::answer(Dialog& dialog, std::uint64_t ticket, int status, std::string_view reason) {
  const auto pending = std::ranges::find_if(dialog.pending, [&](const PendingAnswer& answer) { return answer.ticket == ticket; });
  if (pending == dialog.pending.end()) return;
  std::string& out = host_.output(*this);
  out += "SIP/2.0 ";
  out += std::to_string(status);
  out += ' ';
  for (const char letter : reason.empty() ? proto::reason_of(status) : reason)
    out += static_cast<unsigned char>(letter) < ' ' ? ' ' : letter;
  out += "\r\n";
  out += pending->headers;
  if (ntlm_ && ntlm_->keys) {
    out += signature_line({.random = {},
                           .number = {},
                           .realm = {},
                           .targetname = {},
                           .call_id = dialog.call_id,
                           .cseq = static_cast<std::uint32_t>(ticket),
                           .method = "INFO",
                           .from_uri = dialog.remote_uri,
                           .from_tag = dialog.remote_tag,
                           .to_uri = dialog.local_uri,
                           .to_tag = dialog.local_tag,
                           .expires = {},
                           .status = status});
  }
  proto::append_end(out);
  dialog.pending.erase(pending);
}

// Answers come in the order of the requests, but for a client that does otherwise.
void Dialog::answered(std::uint32_t cseq) {
  const auto from = marked.begin() + static_cast<std::ptrdiff_t>(first_marked);
  const auto found = std::find_if(from, marked.end(), [cseq](const Sent& sent) { return sent.cseq >= cseq; });
  if (found == marked.end() || found->cseq != cseq) return;
  if (found == from)
    ++first_marked;
  else
    marked.erase(found);
  // A busy client may never have answered everything. Taken out when they are the greater half, answered ones cost each post
  // a constant time, and the rest is bounded by what may be unanswered.
  constexpr std::size_t few = 64;
  if (first_marked < marked.size() && (first_marked <= few || first_marked <= marked.size() / 2)) return;
  marked.erase(marked.begin(), marked.begin() + static_cast<std::ptrdiff_t>(first_marked));
  first_marked = 0;
}

std::vector<Mark> Dialog::unanswered_marks() const {
  std::vector<Mark> marks;
  for (std::size_t at = first_marked; at < marked.size(); ++at) marks.push_back(marked[at].mark);
  for (const Held& waiting : held)
    if (waiting.mark.stream != 0) marks.push_back(waiting.mark);
  return marks;
}

void Endpoint::send_info(Dialog& dialog, std::string_view entity, const Mark& mark) {
  if (changes_keys()) {
    // The client drops what is signed with the old keys and breaks off over a wrong signature: wait for the new ones.
    constexpr std::size_t most_held = 1'000;
    if (dialog.held.size() < most_held) dialog.held.push_back({std::string(entity), mark});
    return;
  }
  const std::uint32_t cseq = dialog.next_cseq++;
  if (dialog.unanswered++ == 0) dialog.unanswered_since_s = host_.now_s();
  if (mark.stream != 0) dialog.marked.push_back({cseq, mark});
  std::string signature;
  if (ntlm_ && ntlm_->keys) {
    signature = signature_line({.random = {},
                                .number = {},
                                .realm = {},
                                .targetname = {},
                                .call_id = dialog.call_id,
                                .cseq = cseq,
                                .method = "INFO",
                                .from_uri = dialog.local_uri,
                                .from_tag = dialog.local_tag,
                                .to_uri = dialog.remote_uri,
                                .to_tag = dialog.remote_tag,
                                .expires = {},
                                .status = 0});
  }
  proto::append_in_dialog(host_.output(*this), dialog.head, Method::info, cseq, entity, signature);
}

void Endpoint::on_update(const Message& request) {
  Dialog* const dialog = find(request, true);
  if (dialog == nullptr) return respond(request, 481);
  dialog->refreshed_s = host_.now_s();
  std::string& out = host_.output(*this);
  begin_response(out, request, 200, {});
  proto::append_header(out, "Contact", "<sip:" + settings_.contact + ">");
  proto::append_header(out, "Session-Expires", std::to_string(settings_.session_s) + ";refresher=uac");
  proto::append_end(out);
}

void Endpoint::on_bye(const Message& request) {
  Dialog* const dialog = find(request, true);
  respond(request, dialog == nullptr ? 481 : 200);
  if (dialog != nullptr) end(*dialog, true);
}

void Endpoint::end(Dialog& dialog, bool left) {
  const auto at = std::ranges::find_if(dialogs_, [&](const auto& each) { return each.get() == &dialog; });
  if (at == dialogs_.end()) return;
  // The chat may answer and send while it closes: the dialog stays whole until then.
  const std::unique_ptr<Dialog> ended = std::move(*at);
  dialogs_.erase(at);
  if (ended->session != 0) host_.close_chat(ended->session, left, ended->unanswered_marks());
}

void Endpoint::forget(ChatSession session) {
  std::erase_if(dialogs_, [&](const auto& dialog) { return dialog->session == session; });
}

}  // namespace poolcast::sip
