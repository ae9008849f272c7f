// Bytes between nodes: one spelling for every message, and nothing else is taken.
#include "reference-server/link/protocol.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

namespace poolcast::link {
namespace {

std::string bytes_of(const Message& message) {
  std::string bytes;
  append(bytes, message);
  return bytes;
}

Post post(const std::string& body) {
  return {{store::RoomId{7}, 42, store::PrincipalId{9}, 1'700'000'000'123, store::MessageKind::alert, body, "title", "{rtf}"},
          "id-1"};
}

std::vector<Message> one_of_each() {
  store::Uuid database;
  database.bytes = {1, 2, 3, 255};
  return {Hello{protocol_version, "chat", "chat-1", database},
          Presence{store::RoomId{1}, store::PrincipalId{2}, true, true, false},
          AllTold{},
          Ask{1},
          Answer{0xFFFFFFFFFFFFFFFF},
          post("hello"),
          Doubt{store::RoomId{-5}},
          Changed{},
          Goodbye{"why"}};
}

TEST(LinkProtocol, every_message_comes_back_as_it_was) {
  for (const Message& message : one_of_each()) {
    const std::string bytes = bytes_of(message);
    const Frame frame = next_message(bytes + "more", largest_message);
    ASSERT_EQ(frame.kind, Frame::Kind::message) << message.index();
    EXPECT_EQ(frame.size, bytes.size());
    EXPECT_EQ(frame.message, message);
  }
}

TEST(LinkProtocol, a_message_that_has_not_arrived_in_full_is_waited_for) {
  for (const Message& message : one_of_each()) {
    const std::string bytes = bytes_of(message);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_EQ(next_message(std::string_view(bytes).substr(0, size), largest_message).kind, Frame::Kind::need_more);
  }
}

TEST(LinkProtocol, a_message_with_too_little_or_too_much_in_it_is_refused) {
  for (const Message& message : one_of_each()) {
    for (const int change : {-1, 1}) {
      std::string bytes = bytes_of(message);
      bytes[3] = static_cast<char>(bytes[3] + change);
      EXPECT_EQ(next_message(bytes + "?", largest_message).kind, Frame::Kind::refused) << message.index();
    }
  }
}

TEST(LinkProtocol, a_message_above_the_limit_is_refused_before_it_has_arrived) {
  const std::string bytes = bytes_of(post(std::string(5'000, 'x')));
  EXPECT_EQ(next_message(std::string_view(bytes).substr(0, 4), largest_hello).kind, Frame::Kind::refused);
  EXPECT_EQ(next_message(std::string_view(bytes).substr(0, 4), largest_message).kind, Frame::Kind::need_more);
}

TEST(LinkProtocol, the_largest_post_of_the_store_is_within_the_limit) {
  Post largest = post(std::string(store::largest_body_bytes, 'b'));
  largest.message.title = std::string(60'000, 't');
  largest.message.rtf = std::string(store::largest_rtf_bytes, 'r');
  EXPECT_EQ(next_message(bytes_of(largest), largest_message).kind, Frame::Kind::message);
}

TEST(LinkProtocol, what_is_no_message_is_refused) {
  const auto refused = [](const std::string& bytes) { return next_message(bytes, largest_message).kind == Frame::Kind::refused; };
  EXPECT_TRUE(refused(std::string(4, '\0')));            // no kind
  EXPECT_TRUE(refused(std::string("\0\0\0\1\x09", 5)));  // no such kind
  EXPECT_TRUE(refused("GET / HTTP/1.1\r\n\r\n"));
  std::string broken = bytes_of(post("text"));
  broken.replace(broken.find("text"), 4, "x\xFFyz");
  EXPECT_TRUE(refused(broken));  // no UTF-8
  std::string presence = bytes_of(Presence{});
  presence.back() = 8;
  EXPECT_TRUE(refused(presence));
}

TEST(LinkProtocol, a_client_id_of_no_known_client_is_left_out_rather_than_the_link) {
  std::string bytes;
  append_post(bytes, post("text").message, std::string(longest_name + 1, 'i'));
  const Frame frame = next_message(bytes, largest_message);
  ASSERT_EQ(frame.kind, Frame::Kind::message);
  EXPECT_EQ(std::get<Post>(frame.message).client_id, "");
}

RC_GTEST_PROP(LinkProtocol, what_is_read_is_written_as_it_was, (const std::string& garbage, unsigned char kind)) {
  std::string bytes{'\0', '\0', '\0', static_cast<char>(std::min<std::size_t>(garbage.size(), 100) + 1),
                    static_cast<char>(kind % 10)};
  bytes += garbage.substr(0, 100);
  const Frame frame = next_message(bytes, largest_message);
  if (frame.kind == Frame::Kind::message) RC_ASSERT(bytes_of(frame.message) == bytes.substr(0, frame.size));
}

}  // namespace
}  // namespace poolcast::link
