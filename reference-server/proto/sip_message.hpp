// One SIP message (RFC 3261) as views into its bytes. Parsing allocates nothing once `headers` has grown to its usual size.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace poolcast::proto {

enum class Method : std::uint8_t {
  unknown,  // spelt in SipMessage::method_name
  ack,
  benotify,  // Microsoft's NOTIFY without an answer
  bye,
  cancel,
  info,
  invite,
  message,
  notify,
  options,
  register_user,
  service,  // Microsoft's carrier of SOAP
  subscribe,
  update,
};

// `INVITE`, …; empty for unknown.
std::string_view name_of(Method method);
// Methods are compared with case (RFC 3261 section 7.1).
Method method_named(std::string_view name);

struct SipHeader {
  std::string_view name;   // as written, compact or long
  std::string_view value;  // without the blanks round it
};

// Valid as long as the bytes it was parsed from stay where they are.
struct SipMessage {
  Method method = Method::unknown;  // of a response: the method of its CSeq
  std::string_view method_name;     // as written
  std::string_view request_uri;     // empty in a response
  int status = 0;                   // 0 in a request
  std::string_view reason;

  // Found in the same pass; empty where absent. Of a header that occurs more than once, the first; parse() refuses a second
  // Call-ID, CSeq, From, To or Content-Type.
  std::string_view call_id, from, to, contact, content_type, event, supported, user_agent;
  std::string_view authorization, proxy_authorization, authentication_info, session_expires;
  std::uint32_t cseq = 0;
  std::uint32_t via_count = 0;
  std::optional<std::uint32_t> expires;  // absent, or no number

  std::vector<SipHeader> headers;  // all, in order
  std::string_view body;

  bool is_request() const { return status == 0; }
  // The first header of that name, without regard to case; `name` is the long form, and the compact form is found as well.
  std::optional<std::string_view> header(std::string_view name) const;
};

struct SipLimits {
  std::size_t header_count = 100;
};

// What parse() found wrong: a sentence, empty when all is well. It points at constant text, so that refusing is as cheap as
// accepting.
struct [[nodiscard]] ParseOutcome {
  std::string_view problem;
  explicit operator bool() const { return problem.empty(); }
};

// `message` is exactly one message, as next_frame() cut it. Refused: an unknown version, a malformed line, control characters,
// folded header lines (obsolete; no client of ours sends them [D]), and a message without Call-ID, From, To, CSeq or Via.
// After a refusal `out` holds what was understood so far, for the log and for an attempt at an answer.
ParseOutcome parse(std::string_view message, SipMessage& out, const SipLimits& limits = {});

// The head alone, with its empty line: for an answer to a message whose body is refused. `body` is empty.
ParseOutcome parse_head(std::string_view head, SipMessage& out, const SipLimits& limits = {});

// Whether `a` is the header `long_name`, in its long or its compact form (RFC 3261 section 7.3.3).
bool is_header(std::string_view a, std::string_view long_name);

}  // namespace poolcast::proto
