// Writes SIP messages at the end of a string. No value can end its line: control characters in a value become a space, so that a
// text which came from a user or the database cannot start a header of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reference-server/proto/sip_message.hpp"
#include "reference-server/result.hpp"

namespace poolcast::proto {

// Status line, Via (all, in order), From, To, Call-ID and CSeq of the request. `to_tag` is added to a To that has none; empty
// adds nothing (100 Trying). `reason` empty: the standard phrase of the status.
void append_response_head(std::string& out, const SipMessage& request, int status, std::string_view to_tag,
                          std::string_view reason = {});
// `Name: value`; the name is ours and must be a token.
void append_header(std::string& out, std::string_view name, std::string_view value);
void append_header(std::string& out, std::string_view name, std::uint64_t value);
// Ends a message: Content-Type (where there is a body), Content-Length, the empty line, the body.
void append_end(std::string& out, std::string_view content_type = {}, std::string_view body = {});
// The three of them for a response without more headers and body.
void append_response(std::string& out, const SipMessage& request, int status, std::string_view to_tag,
                     std::string_view reason = {});

// The standard phrase (RFC 3261 section 21 and its extensions), or `Unknown`.
std::string_view reason_of(int status);

// What a request of ours in a dialog says about the dialog; made once per dialog, when it is established.
struct DialogEnds {
  std::string_view remote_target{};  // the client's Contact: the Request-URI
  std::string_view via{};            // `SIP/2.0/TLS host:port`, without a branch
  std::string_view branch{};         // this dialog's own, a token; the CSeq number is added to it
  std::string_view local{};          // From: `<sip:node@domain>;tag=…`, exactly what the client invited, and our tag
  std::string_view remote{};         // To: the client's From with its tag
  std::string_view call_id{};
};

// The head of every request we send in one dialog, apart from method and CSeq number, as one string.
class DialogHead {
public:
  DialogHead() = default;
  // Refused: a part that is empty or holds control characters.
  static Result<DialogHead> make(const DialogEnds& ends);

  std::string_view before_branch_number() const { return std::string_view(text_).substr(0, split_); }
  std::string_view before_cseq() const { return std::string_view(text_).substr(split_); }
  std::size_t memory_bytes() const { return sizeof *this + text_.capacity(); }

private:
  std::string text_;       // ` target SIP/2.0 … ;branch=z9hG4bK…-` and `… CSeq: `
  std::size_t split_ = 0;  // between the two
};

// What follows the CSeq line and our own extra headers: made once per room and post, shared by all its recipients.
std::string make_entity(std::string_view content_type, std::string_view body);

// A request in a dialog: a few appends. `extra_headers` are whole lines with their CRLF (a signature), from append_header();
// `entity` is make_entity()'s, or no_entity.
void append_in_dialog(std::string& out, const DialogHead& head, Method method, std::uint32_t cseq, std::string_view entity,
                      std::string_view extra_headers = {});
constexpr std::string_view no_entity = "Content-Length: 0\r\n\r\n";

// Whether a text can stand in a header as it is: no control characters but HTAB.
bool is_header_value(std::string_view text);

}  // namespace poolcast::proto
