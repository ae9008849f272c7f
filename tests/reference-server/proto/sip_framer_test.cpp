#include "reference-server/proto/sip_framer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/reference-server/proto/samples.hpp"

namespace poolcast::proto {
namespace {

using Kind = Frame::Kind;

Frame frame_of(std::string_view bytes, const FrameLimits& limits = {}) {
  FrameState state;
  return next_frame(bytes, limits, state);
}

std::string with_headers(const std::string& headers, const std::string& body = {}) {
  return "INFO sip:a@b SIP/2.0\r\n" + headers + "\r\n" + body;
}

void expect_refused(const std::string& bytes, int status, std::string_view why, const FrameLimits& limits = {}) {
  const Frame frame = frame_of(bytes, limits);
  EXPECT_EQ(frame.kind, Kind::refused) << bytes;
  EXPECT_EQ(frame.status, status) << bytes;
  EXPECT_EQ(frame.why, why) << bytes;
}

// What a stream is cut into, and what ends it.
struct Cut {
  std::vector<std::string> messages;
  int refused = 0;
  bool operator==(const Cut&) const = default;
};

// Feeds the stream in pieces of the given sizes, as a connection would.
Cut cut(const std::string& stream, const std::vector<std::size_t>& pieces, const FrameLimits& limits = {}) {
  Cut result;
  FrameState state;
  std::string buffer;
  std::size_t sent = 0;
  std::size_t piece = 0;
  while (sent < stream.size()) {
    const std::size_t size =
        pieces.empty() ? stream.size() : std::min(pieces[piece++ % pieces.size()] % 97 + 1, stream.size() - sent);
    buffer.append(stream, sent, size);
    sent += size;
    for (Frame frame; (frame = next_frame(buffer, limits, state)).kind != Kind::need_more;) {
      if (frame.kind == Kind::refused) {
        result.refused = frame.status;
        return result;
      }
      if (frame.kind == Kind::message) result.messages.push_back(buffer.substr(0, frame.size));
      buffer.erase(0, frame.size);
    }
  }
  return result;
}

TEST(SipFramer, a_message_ends_where_its_content_length_says) {
  const std::string message = samples::info_request("hello");
  const Frame frame = frame_of(message + "INFO next");
  EXPECT_EQ(frame.kind, Kind::message);
  EXPECT_EQ(frame.size, message.size());
  EXPECT_EQ(frame.head_size, message.size() - 5);
}

TEST(SipFramer, a_message_without_content_length_ends_with_its_head) {
  const std::string message = with_headers("Via: x\r\n");
  EXPECT_EQ(frame_of(message + "rest").size, message.size());
}

TEST(SipFramer, the_compact_form_of_content_length_counts) {
  const std::string message = with_headers("c: text/plain\r\nl: 3\r\n", "abc");
  EXPECT_EQ(frame_of(message).size, message.size());
}

TEST(SipFramer, line_ends_before_a_message_are_a_keep_alive) {
  EXPECT_EQ(frame_of("\r\n\r\n").kind, Kind::keep_alive);
  EXPECT_EQ(frame_of("\r\n\r\n").size, 4U);
  EXPECT_EQ(frame_of("\r\n\r").size, 2U);
  EXPECT_EQ(frame_of("\r").kind, Kind::need_more);
  EXPECT_EQ(frame_of("").kind, Kind::need_more);
}

TEST(SipFramer, refuses_a_content_type_without_content_length) {
  expect_refused(with_headers("Content-Type: text/plain\r\n"), 400, "Content-Type without Content-Length");
  expect_refused(with_headers("c: text/plain\r\n"), 400, "Content-Type without Content-Length");
}

TEST(SipFramer, refuses_two_content_lengths_even_when_they_agree) {
  for (const char* second : {"3", "4"})
    for (const char* name : {"Content-Length", "l", "CONTENT-LENGTH "})
      expect_refused(with_headers("Content-Length: 3\r\n" + std::string(name) + ": " + second + "\r\n", "abc"), 400,
                     "two Content-Length headers");
}

TEST(SipFramer, refuses_a_content_length_that_is_no_length) {
  for (const char* wrong : {"-1", "", "+3", "3 4", "3,3", "0x3", "99999999999999999999999", "1e3"})
    expect_refused(with_headers("Content-Length: " + std::string(wrong) + "\r\n"), 400, "malformed Content-Length");
}

TEST(SipFramer, refuses_a_body_above_the_limit_before_it_arrives) {
  const FrameLimits limits{.body_bytes = 10};
  const std::string head = with_headers("Content-Length: 11\r\n");
  expect_refused(head, 413, "body too large", limits);
  EXPECT_EQ(frame_of(head, limits).size, head.size());
  EXPECT_EQ(frame_of(with_headers("Content-Length: 10\r\n", "0123456789"), limits).kind, Kind::message);
  expect_refused(with_headers("Content-Length: 18446744073709551615\r\n"), 413, "body too large");
}

TEST(SipFramer, refuses_a_head_above_the_limit_whether_or_not_its_end_is_seen) {
  const std::string head = with_headers("");
  const FrameLimits exact{.head_bytes = head.size()};
  const FrameLimits smaller{.head_bytes = head.size() - 1};
  EXPECT_EQ(frame_of(head, exact).kind, Kind::message);
  expect_refused(head, 513, "head too large", smaller);
  expect_refused(std::string(head.size() - 1, 'x'), 513, "head too large", smaller);
  EXPECT_EQ(frame_of(std::string(head.size() - 2, 'x'), smaller).kind, Kind::need_more);
}

TEST(SipFramer, refuses_more_headers_than_the_limit) {
  const FrameLimits limits{.header_count = 2};
  EXPECT_EQ(frame_of(with_headers("A: 1\r\nB: 2\r\n"), limits).kind, Kind::message);
  expect_refused(with_headers("A: 1\r\nB: 2\r\nC: 3\r\n"), 400, "too many headers", limits);
}

TEST(SipFramer, refuses_a_line_that_ends_in_a_bare_line_feed) {
  expect_refused("INFO sip:a@b SIP/2.0\n\n", 400, "a line does not end in CRLF");
  expect_refused("\nINFO", 400, "a line does not end in CRLF");
  expect_refused(with_headers("A: 1\n"), 400, "a line does not end in CRLF");
}

TEST(SipFramer, a_head_that_arrives_byte_by_byte_is_looked_at_once) {
  // Were it rescanned from its start, a head of 16 KiB would cost 128 million looks: `searched` says where the next one begins.
  const std::string line = "INFO sip:" + std::string(1000, 'a');
  FrameState state;
  for (std::size_t size = 0; size <= line.size(); ++size) {
    ASSERT_EQ(next_frame(std::string_view(line).substr(0, size), {}, state).kind, Kind::need_more);
    ASSERT_EQ(state.scanned + state.searched, size);
  }
}

TEST(SipFramer, several_messages_in_one_read_come_out_in_order) {
  const std::string first = samples::info_request("one", 1);
  const std::string second = samples::info_request("two", 2);
  const Cut all = cut(first + "\r\n\r\n" + second + samples::ok_response, {});
  EXPECT_EQ(all.messages, (std::vector<std::string>{first, second, samples::ok_response}));
}

RC_GTEST_PROP(SipFramer, the_same_messages_come_out_whatever_the_stream_is_cut_into, (const std::vector<std::size_t>& pieces)) {
  const auto part = rc::gen::elementOf(std::vector<std::string>{
      samples::register_request, samples::ok_response, std::string("\r\n"), std::string("\r\n\r\n"),
      samples::info_request("x\r\n\r\ny"), samples::info_request(""), with_headers("l: 4\r\n", "\r\n\r\n"), std::string("INFO\n"),
      with_headers("Content-Length: 9999999\r\n")});
  const auto parts = *rc::gen::container<std::vector<std::string>>(part);
  std::string stream;
  for (const std::string& each : parts) stream += each;
  RC_ASSERT(cut(stream, pieces) == cut(stream, {}));
  RC_ASSERT(cut(stream, {0}) == cut(stream, {}));
}

}  // namespace
}  // namespace poolcast::proto
