// Finds where SIP messages end in a stream of bytes, line by line as they arrive. Whatever the stream is cut into, the same
// messages come out, and no byte is looked at twice.
#pragma once

#include <cstdint>
#include <string_view>

namespace poolcast::proto {

struct FrameLimits {
  std::size_t head_bytes = std::size_t{16} * 1024;   // start line and headers; more is answered 513 (RFC 3261 section 21.5.7)
  std::size_t header_count = 100;                    // more is answered 400
  std::size_t body_bytes = std::size_t{256} * 1024;  // of Content-Length; more is answered 413
};

struct Frame {
  enum class Kind : std::uint8_t {
    need_more,   // come again with the same bytes and more behind them
    keep_alive,  // `size` bytes of line ends before a message: a ping that wants no answer
    message,     // the first `size` bytes are one message
    refused,     // not SIP, or above a limit: answer `status`, close the connection
  };
  Kind kind = Kind::need_more;
  std::size_t size = 0;       // of refused: of the head, where it was complete, so that an answer can copy from it; else 0
  std::size_t head_size = 0;  // of message: the start line, the headers and the empty line; the body follows
  int status = 0;
  std::string_view why{};  // constant text
};

// Where the framer is in the frame that begins at the first byte. next_frame() resets it with every keep_alive and message.
struct FrameState {
  std::size_t scanned = 0;   // bytes of complete head lines
  std::size_t searched = 0;  // bytes of the line after them that hold no line end
  std::size_t header_count = 0;
  std::size_t head_size = 0;  // 0 until the head is complete
  std::uint64_t content_length = 0;
  bool has_content_length = false;
  bool has_content_type = false;
  bool has_start_line = false;
};

// `bytes` begins at a frame's first byte: take `size` bytes off its front after a keep_alive or a message, and call again.
// A message without Content-Length ends with its head, which is refused where a Content-Type announces a body.
Frame next_frame(std::string_view bytes, const FrameLimits& limits, FrameState& state);

}  // namespace poolcast::proto
