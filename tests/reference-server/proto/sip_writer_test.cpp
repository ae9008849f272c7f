#include "reference-server/proto/sip_writer.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "reference-server/proto/sip_framer.hpp"
#include "tests/reference-server/proto/samples.hpp"

namespace poolcast::proto {
namespace {

const DialogEnds ends{.remote_target = "sip:alice@lab.example;opaque=user:epid:x;gruu",
                      .via = "SIP/2.0/TLS 127.0.0.1:5061",
                      .branch = "d7",
                      .local = "<sip:node@lab.example>;tag=srv7",
                      .remote = "<sip:alice@lab.example>;tag=3551",
                      .call_id = "77AAx"};

SipMessage parsed(std::string_view bytes) {
  SipMessage message;
  const ParseOutcome outcome = parse(bytes, message);
  EXPECT_EQ(outcome.problem, "") << bytes;
  return message;
}

std::vector<std::string_view> values(const SipMessage& message, std::string_view name) {
  std::vector<std::string_view> found;
  for (const SipHeader& header : message.headers)
    if (is_header(header.name, name)) found.push_back(header.value);
  return found;
}

TEST(SipWriter, a_response_copies_every_via_in_order_and_adds_a_tag_to_a_to_that_has_none) {
  const std::string request_bytes =
      "INVITE sip:pool@lab.example SIP/2.0\r\nv: SIP/2.0/TLS b;branch=2\r\nVia: SIP/2.0/TLS a;branch=1\r\nFrom: "
      "<sip:a@b>;tag=1\r\n"
      "To: <sip:pool@lab.example>\r\nCall-ID: x\r\nCSeq: 7 INVITE\r\n\r\n";
  const SipMessage request = parsed(request_bytes);
  std::string bytes;
  append_response(bytes, request, 200, "srv1");
  const SipMessage response = parsed(bytes);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.reason, "OK");
  EXPECT_EQ(values(response, "Via"), (std::vector<std::string_view>{"SIP/2.0/TLS b;branch=2", "SIP/2.0/TLS a;branch=1"}));
  EXPECT_EQ(response.from, request.from);
  EXPECT_EQ(response.to, "<sip:pool@lab.example>;tag=srv1");
  EXPECT_EQ(response.call_id, "x");
  EXPECT_EQ(response.cseq, 7U);
  EXPECT_EQ(response.method, Method::invite);
}

TEST(SipWriter, a_response_leaves_a_to_that_has_a_tag_alone) {
  const std::string request_bytes = samples::info_request("x");
  const SipMessage request = parsed(request_bytes);
  std::string bytes;
  append_response(bytes, request, 481, "other");
  const SipMessage response = parsed(bytes);
  EXPECT_EQ(response.to, "<sip:node@lab.example>;tag=srv7");
  EXPECT_EQ(response.reason, "Call/Transaction Does Not Exist");
}

TEST(SipWriter, a_response_with_headers_and_a_body_is_one_message) {
  const std::string request_bytes = samples::register_request;
  const SipMessage request = parsed(request_bytes);
  std::string bytes;
  append_response_head(bytes, request, 200, "t");
  append_header(bytes, "Expires", 7200);
  append_header(bytes, "Allow-Events", "vnd-microsoft-provisioning-v2");
  append_end(bytes, "application/xml", "<a/>");
  FrameState state;
  EXPECT_EQ(next_frame(bytes, {}, state).size, bytes.size());
  const SipMessage response = parsed(bytes);
  EXPECT_EQ(response.expires, 7200U);
  EXPECT_EQ(response.content_type, "application/xml");
  EXPECT_EQ(response.body, "<a/>");
}

RC_GTEST_PROP(SipWriter, no_value_can_end_its_line,
              (const std::string& reason, const std::string& value, const std::string& tag)) {
  const std::string request_bytes = samples::register_request;
  const SipMessage request = parsed(request_bytes);
  std::string bytes;
  append_response_head(bytes, request, 403, tag + "\r\nX: y", "no\r\n\r\n" + reason);
  append_header(bytes, "ms-diagnostics", "1\r\nExpires: 0\r\n\r\n" + value);
  append_end(bytes);
  FrameState state;
  RC_ASSERT(next_frame(bytes, {}, state).size == bytes.size());
  const SipMessage response = parsed(bytes);
  RC_ASSERT(response.headers.size() == 7U);  // Via, From, To, Call-ID, CSeq, ms-diagnostics, Content-Length
  RC_ASSERT(!response.expires);
}

TEST(SipWriterDeathTest, the_name_of_a_header_and_a_status_are_ours_to_get_right) {
  std::string out;
  EXPECT_DEATH(append_header(out, "Bad Name", "x"), "token");
  EXPECT_DEATH(append_header(out, "A:\r\nB", 1), "token");
  EXPECT_DEATH(append_response(out, SipMessage{}, 99, ""), "100 to 699");
}

TEST(SipWriter, a_request_in_a_dialog_is_head_number_and_shared_entity) {
  const auto head = DialogHead::make(ends);
  ASSERT_TRUE(head);
  const std::string entity = make_entity("text/plain", "<xccos/>");
  std::string bytes;
  append_in_dialog(bytes, *head, Method::info, 12, entity);
  const std::size_t first = bytes.size();
  append_in_dialog(bytes, *head, Method::options, 13, no_entity, "Authentication-Info: NTLM x=\"y\"\r\n");
  const SipMessage info = parsed(std::string_view(bytes).substr(0, first));
  EXPECT_EQ(info.method, Method::info);
  EXPECT_EQ(info.request_uri, ends.remote_target);
  EXPECT_EQ(info.header("Via"), "SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bKd7.12");
  EXPECT_EQ(info.from, ends.local);
  EXPECT_EQ(info.to, ends.remote);
  EXPECT_EQ(info.call_id, ends.call_id);
  EXPECT_EQ(info.cseq, 12U);
  EXPECT_EQ(info.content_type, "text/plain");
  EXPECT_EQ(info.body, "<xccos/>");
  const SipMessage options = parsed(std::string_view(bytes).substr(first));
  EXPECT_EQ(options.method, Method::options);
  EXPECT_EQ(options.header("Via"), "SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bKd7.13");
  EXPECT_EQ(options.authentication_info, "NTLM x=\"y\"");
}

TEST(SipWriter, a_dialog_of_parts_that_could_end_a_line_is_refused) {
  const auto refused = [](DialogEnds changed) { return !DialogHead::make(changed); };
  for (const std::string_view bad : {"", "x\r\nY: z", "x\ny", "x\x01"}) {
    DialogEnds changed = ends;
    changed.local = bad;
    EXPECT_TRUE(refused(changed));
    changed = ends;
    changed.remote = bad;
    EXPECT_TRUE(refused(changed));
    changed = ends;
    changed.call_id = bad;
    EXPECT_TRUE(refused(changed));
    changed = ends;
    changed.via = bad;
    EXPECT_TRUE(refused(changed));
    changed = ends;
    changed.branch = bad;
    EXPECT_TRUE(refused(changed));
    changed = ends;
    changed.remote_target = bad;
    EXPECT_TRUE(refused(changed));
  }
  DialogEnds changed = ends;
  changed.remote_target = "sip:a b";
  EXPECT_TRUE(refused(changed));
  changed = ends;
  changed.branch = "a;b";
  EXPECT_TRUE(refused(changed));
}

}  // namespace
}  // namespace poolcast::proto
