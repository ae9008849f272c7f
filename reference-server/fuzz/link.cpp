// libFuzzer target: what a node hears from another. The first byte says how the rest is cut into reads, the second whether the
// other has introduced itself.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "domain/ensure.hpp"
#include "reference-server/link/conversation.hpp"

namespace poolcast::link {
namespace {

struct Heard : ConversationHost {
  std::string& output() override { return sent; }
  std::string objection(const Hello& hello) override { return hello.pool == "chat" ? "" : "not of this pool"; }
  void linked(const Hello& /*hello*/) override { ++links; }
  void heard(Message message) override {
    ensure(links == 1, "nothing is heard before the introduction");
    append(messages, message);
  }
  void answered(std::uint64_t /*number*/) override {}

  std::string sent;
  std::string messages;
  int links = 0;
};

std::pair<std::string, std::string> hear(std::string_view stream, std::size_t piece, bool introduced) {
  Heard heard;
  Conversation conversation(heard, Hello{.pool = "chat", .node = "chat-2"}, Conversation::Side::called, {}, 0);
  std::string buffer;
  if (introduced) append(buffer, Hello{.pool = "chat", .node = "chat-1"});
  while (!stream.empty() && !conversation.has_ended()) {
    const std::size_t size = std::min(piece, stream.size());
    buffer.append(stream.substr(0, size));
    stream.remove_prefix(size);
    const std::size_t taken = conversation.take(buffer, 0);
    ensure(taken <= buffer.size(), "no more is taken than is there");
    buffer.erase(0, taken);
  }
  return {heard.messages, conversation.why()};
}

// What is understood has one spelling.
void check_spelling(std::string_view stream) {
  for (Frame frame; (frame = next_message(stream, largest_message)).kind == Frame::Kind::message;) {
    std::string written;
    append(written, frame.message);
    ensure(written == stream.substr(0, frame.size), "a message has one spelling");
    stream.remove_prefix(frame.size);
  }
}

}  // namespace
}  // namespace poolcast::link

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming): libFuzzer's
  if (size < 3) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const bool introduced = data[1] != 0;
  const auto whole = poolcast::link::hear(stream, stream.size(), introduced);
  const auto pieces = poolcast::link::hear(stream, static_cast<std::size_t>(data[0]) + 1, introduced);
  poolcast::ensure(whole == pieces, "the same messages are heard whatever the stream is cut into");
  poolcast::link::check_spelling(stream);
  return 0;
}
