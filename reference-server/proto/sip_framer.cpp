#include "reference-server/proto/sip_framer.hpp"

#include <algorithm>

#include "reference-server/proto/sip_lines.hpp"
#include "reference-server/proto/text.hpp"

namespace poolcast::proto {
namespace {

// The reasons are what a client may be told.
Frame refuse(int status, std::string_view why, std::size_t head = 0) {
  return {.kind = Frame::Kind::refused, .size = head, .head_size = head, .status = status, .why = why};
}

Frame finish(Frame frame, FrameState& state) {
  state = FrameState{};
  return frame;
}

// RFC 3261 section 7.5: line ends before a start line are ignored; clients send them as pings.
Frame take_pings(std::string_view bytes, FrameState& state) {
  std::size_t size = 0;
  while (size + 2 <= bytes.size() && bytes[size] == '\r' && bytes[size + 1] == '\n') size += 2;
  if (size == 0) return {};
  return finish({.kind = Frame::Kind::keep_alive, .size = size}, state);
}

Frame complete(std::string_view bytes, FrameState& state) {
  const std::size_t size = state.head_size + static_cast<std::size_t>(state.content_length);
  if (bytes.size() < size) return {};
  return finish({.kind = Frame::Kind::message, .size = size, .head_size = state.head_size}, state);
}

Frame end_head(std::string_view bytes, const FrameLimits& limits, FrameState& state) {
  state.head_size = state.scanned;
  if (state.has_content_type && !state.has_content_length)
    return refuse(400, "Content-Type without Content-Length", state.head_size);
  if (state.content_length > limits.body_bytes) return refuse(413, "body too large", state.head_size);
  return complete(bytes, state);
}

// What a header line adds to the state; a reason when it is refused.
std::string_view read_line(std::string_view line, const FrameLimits& limits, FrameState& state) {
  if (!state.has_start_line) {
    state.has_start_line = true;
    return {};
  }
  if (++state.header_count > limits.header_count) return "too many headers";
  // `Content-…` and its compact forms `c` and `l` only.
  if (to_lower(line.front()) != 'c' && to_lower(line.front()) != 'l') return {};
  const SipHeader header = split_header(line);
  if (is_header(header.name, "Content-Type")) state.has_content_type = true;
  if (!is_header(header.name, "Content-Length")) return {};
  const auto length = parse_number(header.value);
  if (!length) return "malformed Content-Length";
  if (state.has_content_length) return "two Content-Length headers";
  state.has_content_length = true;
  state.content_length = *length;
  return {};
}

}  // namespace

Frame next_frame(std::string_view bytes, const FrameLimits& limits, FrameState& state) {
  if (state.head_size != 0) return complete(bytes, state);
  if (state.scanned == 0 && state.searched == 0 && !bytes.empty() && bytes.front() == '\r') {
    const Frame pings = take_pings(bytes, state);
    if (pings.kind == Frame::Kind::keep_alive || bytes.size() < 2) return pings;
  }
  while (true) {
    // The head may not grow past its limit, whether or not its end has been seen.
    const std::string_view window = bytes.substr(0, std::min(bytes.size(), limits.head_bytes));
    const std::size_t end = window.find('\n', state.scanned + state.searched);
    if (end == std::string_view::npos) {
      state.searched = window.size() - state.scanned;
      return bytes.size() >= limits.head_bytes ? refuse(513, "head too large") : Frame{};
    }
    if (end == state.scanned || bytes[end - 1] != '\r') return refuse(400, "a line does not end in CRLF");
    const std::string_view line = bytes.substr(state.scanned, end - 1 - state.scanned);
    state.scanned = end + 1;
    state.searched = 0;
    if (line.empty()) return end_head(bytes, limits, state);
    if (const std::string_view why = read_line(line, limits, state); !why.empty()) return refuse(400, why);
  }
}

}  // namespace poolcast::proto
