// libFuzzer target: a stream of SIP. The first byte says how the rest is cut into reads.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "domain/ensure.hpp"
#include "reference-server/proto/name_addr.hpp"
#include "reference-server/proto/sip_framer.hpp"
#include "reference-server/proto/sip_message.hpp"
#include "reference-server/proto/sip_writer.hpp"

namespace poolcast::proto {
namespace {

// Small limits, so that inputs of a few bytes reach them.
constexpr FrameLimits limits{.head_bytes = 2048, .header_count = 20, .body_bytes = 4096};

struct Cut {
  std::vector<std::string> messages;
  int refused = 0;
  bool operator==(const Cut&) const = default;
};

Cut cut(std::string_view stream, std::size_t piece) {
  Cut result;
  FrameState state;
  std::string buffer;
  while (!stream.empty()) {
    const std::size_t size = std::min(piece, stream.size());
    buffer.append(stream.substr(0, size));
    stream.remove_prefix(size);
    for (Frame frame; (frame = next_frame(buffer, limits, state)).kind != Frame::Kind::need_more;) {
      if (frame.kind == Frame::Kind::refused) {
        result.refused = frame.status;
        return result;
      }
      ensure(frame.size > 0 && frame.size <= buffer.size(), "a frame has bytes, and all of them are there");
      if (frame.kind == Frame::Kind::message) result.messages.push_back(buffer.substr(0, frame.size));
      buffer.erase(0, frame.size);
    }
  }
  return result;
}

void check_addresses(const SipMessage& message) {
  for (const std::string_view value : {message.from, message.to, message.contact}) {
    const auto parsed = parse_name_addr(value);
    if (!parsed) continue;
    const auto address = canonical_address(parsed->uri);
    if (address)
      ensure(canonical_address(*address) == address && same_address(parsed->uri, *address), "one spelling per address");
  }
}

// What we answer to a request is a message that says the same about itself.
void check_answer(const SipMessage& request) {
  std::string bytes;
  append_response(bytes, request, 200, "tag");
  SipMessage response;
  ensure(static_cast<bool>(parse(bytes, response)), "an answer can be parsed");
  ensure(response.call_id == request.call_id && response.from == request.from && response.cseq == request.cseq &&
             response.method_name == request.method_name && response.via_count == request.via_count,
         "an answer copies its request");
}

void check(std::string_view stream, std::size_t piece) {
  const Cut whole = cut(stream, stream.size());
  ensure(whole == cut(stream, piece), "the same messages come out whatever the stream is cut into");
  SipMessage message;
  for (const std::string& bytes : whole.messages) {
    if (!parse(bytes, message)) continue;
    check_addresses(message);
    if (message.is_request()) check_answer(message);
  }
}

}  // namespace
}  // namespace poolcast::proto

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming): libFuzzer's
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  poolcast::proto::check(bytes.substr(1), static_cast<std::size_t>(data[0]) + 1);
  return 0;
}
