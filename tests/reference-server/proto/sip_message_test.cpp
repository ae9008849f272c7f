#include "reference-server/proto/sip_message.hpp"

#include <gtest/gtest.h>

#include "tests/reference-server/proto/samples.hpp"

namespace poolcast::proto {
namespace {

const std::string least = "Via: SIP/2.0/TLS c\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 7 INFO\r\n";

std::string_view problem_of(const std::string& bytes) {
  SipMessage message;
  return parse(bytes, message).problem;
}

TEST(SipMessage, finds_what_a_register_of_pidgin_sipe_says) {
  SipMessage message;
  ASSERT_TRUE(parse(samples::register_request, message));
  EXPECT_TRUE(message.is_request());
  EXPECT_EQ(message.method, Method::register_user);
  EXPECT_EQ(message.request_uri, "sip:lab.example");
  EXPECT_EQ(message.call_id, "3B7Cx");
  EXPECT_EQ(message.cseq, 1U);
  EXPECT_EQ(message.from, "<sip:alice@lab.example>;tag=4996;epid=9e33288b9e49");
  EXPECT_EQ(message.to, "<sip:alice@lab.example>");
  EXPECT_EQ(message.expires, 7200U);
  EXPECT_EQ(message.event, "registration");
  EXPECT_EQ(message.user_agent, "Purple/2.14.12 Sipe/1.25.0");
  EXPECT_EQ(message.via_count, 1U);
  EXPECT_EQ(message.header("MS-Keep-Alive"), "UAC;hop-hop=yes");
  EXPECT_EQ(message.header("Record-Route"), std::nullopt);
  EXPECT_EQ(message.headers.size(), 14U);
  EXPECT_EQ(message.body, "");
}

TEST(SipMessage, a_response_takes_its_method_from_cseq) {
  SipMessage message;
  ASSERT_TRUE(parse(samples::ok_response, message));
  EXPECT_EQ(message.status, 200);
  EXPECT_EQ(message.reason, "OK");
  EXPECT_EQ(message.method, Method::info);
  EXPECT_EQ(message.cseq, 12U);
}

TEST(SipMessage, compact_forms_are_the_same_headers) {
  SipMessage message;
  const std::string bytes =
      "SUBSCRIBE sip:a@b SIP/2.0\r\nv: SIP/2.0/TLS c\r\nf: <sip:a@b>\r\nt: <sip:c@d>\r\ni: x\r\nCSeq: 7 SUBSCRIBE\r\nm: "
      "<sip:m>\r\n"
      "o: presence\r\nk: gruu-10\r\nx: 1800\r\nu: presence\r\nc: text/plain\r\nl: 2\r\n\r\nhi";
  ASSERT_TRUE(parse(bytes, message));
  EXPECT_EQ(message.call_id, "x");
  EXPECT_EQ(message.contact, "<sip:m>");
  EXPECT_EQ(message.event, "presence");
  EXPECT_EQ(message.supported, "gruu-10");
  EXPECT_EQ(message.session_expires, "1800");
  EXPECT_EQ(message.content_type, "text/plain");
  EXPECT_EQ(message.header("Allow-Events"), "presence");
  EXPECT_EQ(message.header("via"), "SIP/2.0/TLS c");
  EXPECT_EQ(message.body, "hi");
}

TEST(SipMessage, an_unknown_method_keeps_its_name_and_letter_case_counts) {
  SipMessage message;
  ASSERT_TRUE(parse("FROB sip:a@b SIP/2.0\r\nVia: v\r\nFrom: f\r\nTo: t\r\nCall-ID: x\r\nCSeq: 7 FROB\r\n\r\n", message));
  EXPECT_EQ(message.method, Method::unknown);
  EXPECT_EQ(message.method_name, "FROB");
  EXPECT_EQ(method_named("info"), Method::unknown);
  EXPECT_EQ(method_named("BENOTIFY"), Method::benotify);
  EXPECT_EQ(name_of(Method::service), "SERVICE");
}

TEST(SipMessage, parsing_again_into_the_same_message_forgets_the_first_and_allocates_nothing) {
  SipMessage message;
  ASSERT_TRUE(parse(samples::register_request, message));
  const SipHeader* storage = message.headers.data();
  ASSERT_TRUE(parse(samples::ok_response, message));
  EXPECT_EQ(message.headers.data(), storage);
  EXPECT_EQ(message.expires, std::nullopt);
  EXPECT_EQ(message.request_uri, "");
  EXPECT_EQ(message.event, "");
}

TEST(SipMessage, refuses_a_start_line_that_is_neither) {
  for (const char* wrong :
       {"", "INFO\r\n\r\n", "INFO sip:a@b\r\n\r\n", "INFO  SIP/2.0\r\n\r\n", "INFO a b SIP/2.0\r\n\r\n",
        "IN(FO sip:a@b SIP/2.0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "INFO sip:a@b SIP/3.0\r\n\r\n", "SIP/2.0 20 OK\r\n\r\n",
        "SIP/2.0 200\r\n\r\n", "SIP/2.0 999 OK\r\n\r\n", "SIP/2.0 099 OK\r\n\r\n", "SIP/2.0 -10 OK\r\n\r\n", "\r\n\r\n"})
    EXPECT_NE(problem_of(wrong), "") << wrong;
}

TEST(SipMessage, refuses_a_message_that_lacks_what_an_answer_needs) {
  const std::string start = "INFO sip:a@b SIP/2.0\r\n";
  ASSERT_EQ(problem_of(start + least + "\r\n"), "");
  for (const std::string name : {"Via", "From", "To", "Call-ID", "CSeq"}) {
    std::string without = least;
    const std::size_t at = without.find(name + ":");
    without.erase(at, without.find("\r\n", at) + 2 - at);
    EXPECT_EQ(problem_of(start + without + "\r\n"), "no " + name);
  }
}

TEST(SipMessage, refuses_a_second_one_of_what_there_is_one_of) {
  const std::string start = "INFO sip:a@b SIP/2.0\r\n";
  for (const std::string again :
       {"From: <sip:x@y>", "f: <sip:x@y>", "To: x", "t: x", "Call-ID: y", "i: y", "CSeq: 7 INFO", "Content-Length: 0\r\nl: 0"})
    EXPECT_NE(problem_of(start + least + again + "\r\n\r\n"), "") << again;
}

TEST(SipMessage, refuses_a_cseq_that_is_malformed_too_large_or_of_another_method) {
  const std::string start = "INFO sip:a@b SIP/2.0\r\nVia: v\r\nFrom: f\r\nTo: t\r\nCall-ID: x\r\n";
  EXPECT_EQ(problem_of(start + "CSeq: 2147483647 INFO\r\n\r\n"), "");
  EXPECT_EQ(problem_of(start + "CSeq: 2147483648 INFO\r\n\r\n"), "malformed CSeq");
  EXPECT_EQ(problem_of(start + "CSeq: INFO\r\n\r\n"), "malformed CSeq");
  EXPECT_EQ(problem_of(start + "CSeq: 7\r\n\r\n"), "malformed CSeq");
  EXPECT_EQ(problem_of(start + "CSeq: 7 BYE\r\n\r\n"), "CSeq names another method");
}

TEST(SipMessage, refuses_control_characters_folded_lines_and_lines_without_a_name) {
  const std::string start = "INFO sip:a@b SIP/2.0\r\n" + least;
  EXPECT_EQ(problem_of(start + "A: b\x01\r\n\r\n"), "control character in the head");
  EXPECT_EQ(problem_of(start + "A: b\rC: d\r\n\r\n"), "control character in the head");
  EXPECT_EQ(problem_of(start + "A: b" + std::string(1, '\0') + "\r\n\r\n"), "control character in the head");
  EXPECT_EQ(problem_of("INFO sip:a\x7F@b SIP/2.0\r\n" + least + "\r\n"), "control character in the head");
  EXPECT_EQ(problem_of(start + "A: b\r\n c\r\n\r\n"), "folded header lines are not accepted");
  EXPECT_EQ(problem_of(start + ": b\r\n\r\n"), "malformed header line");
  EXPECT_EQ(problem_of(start + "A b\r\n\r\n"), "malformed header line");
  EXPECT_EQ(problem_of(start + "A b: c\r\n\r\n"), "malformed header line");
  EXPECT_EQ(problem_of(start + "A: b\n\r\n"), "a header line without its CRLF");
  EXPECT_EQ(problem_of(start), "a header line without its CRLF");
}

TEST(SipMessage, refuses_a_body_that_is_not_as_long_as_announced) {
  const std::string start = "INFO sip:a@b SIP/2.0\r\n" + least;
  EXPECT_NE(problem_of(start + "Content-Length: 3\r\n\r\nab"), "");
  EXPECT_NE(problem_of(start + "\r\nab"), "");
  EXPECT_NE(problem_of(start + "Content-Type: text/plain\r\n\r\n"), "");
  EXPECT_NE(problem_of(start + "Content-Length: -3\r\n\r\n"), "");
}

TEST(SipMessage, a_head_can_be_read_alone_whatever_its_body_was_to_be) {
  const std::string start = "INFO sip:a@b SIP/2.0\r\n" + least;
  SipMessage message;
  EXPECT_TRUE(parse_head(start + "Content-Length: 99999999\r\n\r\n", message));
  EXPECT_EQ(message.cseq, 7U);
  EXPECT_TRUE(parse_head(start + "Content-Type: text/plain\r\n\r\n", message));
  EXPECT_FALSE(parse_head(start + "\r\nx", message));
  EXPECT_FALSE(parse_head("GET / HTTP/1.1\r\n\r\n", message));
}

TEST(SipMessage, refuses_more_headers_than_the_limit) {
  SipMessage message;
  const std::string bytes = "INFO sip:a@b SIP/2.0\r\n" + least + "\r\n";
  EXPECT_TRUE(parse(bytes, message, {.header_count = 5}));
  EXPECT_EQ(parse(bytes, message, {.header_count = 4}).problem, "too many headers");
}

TEST(SipMessage, text_beyond_ascii_may_stand_in_a_header) {
  SipMessage message;
  const std::string bytes = "INFO sip:a@b SIP/2.0\r\n" + least + "Subject: gr\xC3\xBC\xC3\x9F\r\n\r\n";
  ASSERT_TRUE(parse(bytes, message));
  EXPECT_EQ(message.header("Subject"), "gr\xC3\xBC\xC3\x9F");
}

}  // namespace
}  // namespace poolcast::proto
