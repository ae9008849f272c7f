// Messages to bytes and back. A message is a length of four bytes, a kind of one byte, and fields in a fixed order: numbers with
// the high byte first, texts as a length of four bytes and UTF-8. No fields are optional and nothing may be left over, so every
// message has one spelling.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "reference-server/link/messages.hpp"

namespace poolcast::link {

// The largest post: body, rich text and title at the store's limits, the numbers beside them.
constexpr std::size_t largest_message = store::largest_body_bytes + store::largest_rtf_bytes + 65'536 + 1'024;
constexpr std::size_t largest_hello = 1'024;  // before anybody has said who he is
constexpr std::size_t longest_name = 255;     // of pools, nodes, client ids, and sentences of a goodbye

void append(std::string& out, const Message& message);
// The same without a copy: the one message that is large and frequent.
void append_post(std::string& out, const store::Message& message, std::string_view client_id);

struct Frame {
  enum class Kind : std::uint8_t { need_more, message, refused };
  Kind kind = Kind::need_more;
  std::size_t size = 0;  // of the message's bytes
  Message message{};
  std::string_view why{};  // it was refused: a sentence
};

// The first message of these bytes. What is longer than `largest` is refused before it has arrived.
Frame next_message(std::string_view bytes, std::size_t largest);

}  // namespace poolcast::link
