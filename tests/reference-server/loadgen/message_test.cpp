#include "reference-server/loadgen/message.hpp"

#include <gtest/gtest.h>

#include "reference-server/loadgen/names.hpp"
#include "reference-server/loadgen/requests.hpp"

namespace poolcast::loadgen {
namespace {

constexpr std::string_view info =
    "INFO sip:u000001@d SIP/2.0\r\nVia: SIP/2.0/TCP a\r\nVia: SIP/2.0/TCP b\r\nFrom: <sip:node@d>;tag=n\r\n"
    "To: <sip:u000001@d>;tag=c\r\nCall-ID: 7n\r\nCSeq: 12 INFO\r\nContent-Length: 4\r\n\r\nbody";

TEST(TakeMessage, needs_the_whole_message_however_it_is_cut) {
  for (std::size_t length = 0; length < info.size(); ++length) {
    std::string_view bytes = info.substr(0, length);
    Message message;
    EXPECT_EQ(take_message(bytes, message), Framing::incomplete) << length;
    EXPECT_EQ(bytes.size(), length) << "nothing is taken off";
  }
}

TEST(TakeMessage, takes_one_message_and_leaves_the_next) {
  const std::string two = "\r\n\r\n" + std::string(info) + std::string(info);
  std::string_view bytes = two;
  Message message;
  ASSERT_EQ(take_message(bytes, message), Framing::complete);
  EXPECT_EQ(message.method, "INFO");
  EXPECT_EQ(message.cseq, 12U);
  EXPECT_EQ(message.call_id, "7n");
  EXPECT_EQ(message.body, "body");
  EXPECT_EQ(bytes, info);
}

TEST(TakeMessage, reads_short_header_names_and_the_method_of_a_response) {
  std::string_view bytes = "SIP/2.0 200 OK\r\nv: x\r\nf: <a>\r\nt: <b>;tag=1\r\ni: id\r\nCSEQ: 3 INVITE\r\nl: 0\r\n\r\n";
  Message message;
  ASSERT_EQ(take_message(bytes, message), Framing::complete);
  EXPECT_EQ(message.status, 200);
  EXPECT_EQ(message.method, "INVITE");
  EXPECT_EQ(parameter(message.to, "tag"), "1");
  EXPECT_EQ(message.call_id, "id");
}

TEST(TakeMessage, refuses_what_is_no_sip) {
  for (const std::string_view text :
       {"GET / HTTP/1.1\r\n\r\n", "SIP/2.0 99 Low\r\n\r\n", "INFO sip:a SIP/2.0\r\nno colon\r\n\r\n"}) {
    std::string_view bytes = text;
    Message message;
    EXPECT_EQ(take_message(bytes, message), Framing::broken) << text;
  }
}

TEST(AppendOk, repeats_the_lines_that_name_the_transaction) {
  std::string_view bytes = info;
  Message message;
  ASSERT_EQ(take_message(bytes, message), Framing::complete);
  std::string answer;
  append_ok(answer, message);
  EXPECT_EQ(answer,
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP a\r\nVia: SIP/2.0/TCP b\r\nFrom: <sip:node@d>;tag=n\r\n"
            "To: <sip:u000001@d>;tag=c\r\nCall-ID: 7n\r\nCSeq: 12 INFO\r\nContent-Length: 0\r\n\r\n");
}

TEST(Carried, names_the_element_inside_the_envelope) {
  const Carried reply = carried("<?xml version=\"1.0\"?><xccos ver=\"1\">\n<rpl id=\"rpl:join\" seqid='1'><data/></rpl></xccos>");
  EXPECT_EQ(reply.element, "rpl");
  EXPECT_EQ(attribute_of(reply.tag, "id"), "rpl:join");
  EXPECT_EQ(attribute_of(reply.tag, "seqid"), "1");
  EXPECT_EQ(attribute_of(reply.tag, "qid"), "") << "only whole names count";
  EXPECT_EQ(carried("nothing").element, "");
}

TEST(Stamp, survives_its_way_through_a_post) {
  const std::string text = stamped_text("pc01234567", 4711, 12.345678, 200);
  EXPECT_EQ(text.size(), 200U);
  std::uint32_t post = 0;
  double intended = 0;
  ASSERT_TRUE(read_stamp(text, "pc01234567", post, intended));
  EXPECT_EQ(post, 4711U);
  EXPECT_DOUBLE_EQ(intended, 12.345678);
  EXPECT_FALSE(read_stamp(text, "pc01234568", post, intended)) << "of another run";
}

// The example of RFC 2617, section 3.5.
TEST(Digest, answers_as_the_specification_does) {
  EXPECT_EQ(digest_response({"Mufasa", "testrealm@host.com", "Circle Of Life", "dcd98b7102dd2f0e8b11d0f600bfb0c093",
                             "/dir/index.html", "GET", "0a4f113b"}),
            "6629fae49393a05397450978507c4ef1");
}

}  // namespace
}  // namespace poolcast::loadgen
