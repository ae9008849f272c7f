#include "reference-server/proto/name_addr.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace poolcast::proto {
namespace {

TEST(NameAddr, splits_name_address_and_parameters) {
  const auto parsed = parse_name_addr(R"("Ann <a;b>\"x" <sip:ann@lab.example;transport=tls>;tag=49;epid=9e)");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->display_name, "\"Ann <a;b>\\\"x\"");
  EXPECT_EQ(parsed->uri, "sip:ann@lab.example;transport=tls");
  EXPECT_EQ(parsed->params, ";tag=49;epid=9e");
  EXPECT_EQ(parsed->tag, "49");
}

TEST(NameAddr, without_brackets_every_parameter_belongs_to_the_header) {
  const auto parsed = parse_name_addr("sip:ann@lab.example;tag=49");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->uri, "sip:ann@lab.example");
  EXPECT_EQ(parsed->tag, "49");
  EXPECT_EQ(tag_of("<sip:a@b;tag=no>"), "");
}

TEST(NameAddr, refuses_brackets_and_quotes_that_do_not_close) {
  for (const char* wrong : {"", "<sip:a@b", "\"Ann <sip:a@b>", "<>", "<sip:a@b>tag=1", "Ann sip:a@b", ";tag=1", "\"<sip:a@b>\""})
    EXPECT_FALSE(parse_name_addr(wrong)) << wrong;
}

TEST(NameAddr, finds_a_parameter_without_regard_to_case_and_outside_quotes) {
  const std::string_view params = R"(;methods="INVITE; tag=no";Proxy=replace;lr;+sip.instance="<urn:uuid:6163>")";
  EXPECT_EQ(parameter(params, "proxy"), "replace");
  EXPECT_EQ(parameter(params, "lr"), "");
  EXPECT_EQ(parameter(params, "+sip.instance"), "<urn:uuid:6163>");
  EXPECT_EQ(parameter(params, "tag"), std::nullopt);
  EXPECT_EQ(parameter("UAC;hop-hop=yes", "hop-hop"), "yes");
  EXPECT_EQ(parameter(";a=\"x", "b"), std::nullopt);
}

RC_GTEST_PROP(NameAddr, quoting_and_unquoting_give_back_the_text, (const std::string& text)) {
  RC_ASSERT(unquoted(proto::quoted(text)) == text);
}

TEST(SipUri, has_user_host_port_and_parameters) {
  const auto uri = parse_sip_uri("sip:alice@lab.example:5061;opaque=user:epid:x;gruu");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->user, "alice");
  EXPECT_EQ(uri->host, "lab.example");
  EXPECT_EQ(uri->port, 5061);
  EXPECT_EQ(uri->params, ";opaque=user:epid:x;gruu");
  EXPECT_EQ(parse_sip_uri("sips:[2001:db8::1]:5061")->host, "[2001:db8::1]");
  EXPECT_EQ(parse_sip_uri("sip:127.0.0.1")->user, "");
}

TEST(SipUri, refuses_what_is_not_one) {
  for (const char* wrong : {"", "sip:", "tel:123", "sip:@host", "sip:a@", "sip:a@b:0", "sip:a@b:65536", "sip:a@b:x", "sip:a@b c",
                            "sip:a@b?Subject=x", "sip:a b@c", "sip:a@[::1", "sip:a@[g::1]", "a@b", "sip:a@b\r\n", "sip:<a>@b"})
    EXPECT_FALSE(parse_sip_uri(wrong)) << wrong;
}

TEST(Address, letter_case_port_and_parameters_do_not_count) {
  EXPECT_EQ(canonical_address("SIP:Alice@LAB.example:5061;transport=tls"), "sip:alice@lab.example");
  EXPECT_TRUE(same_address("sip:ALICE@lab.example", "sips:alice@LAB.EXAMPLE;gruu"));
  EXPECT_FALSE(same_address("sip:alice@lab.example", "sip:alicia@lab.example"));
  EXPECT_FALSE(same_address("sip:alice@lab.example", "sip:alice@lab.example.org"));
}

TEST(Address, what_has_no_one_spelling_is_the_same_as_nothing) {
  for (const char* wrong :
       {"sip:lab.example", "sip:%61lice@lab.example", "sip:a\"b@c", "sip:\xFF@c", "sip:a:pw@c", "mailto:a@b", ""}) {
    EXPECT_FALSE(canonical_address(wrong)) << wrong;
    EXPECT_FALSE(same_address(wrong, wrong)) << wrong;
  }
  EXPECT_TRUE(canonical_address("sip:" + std::string(442, 'a') + "@lab.example"));
  EXPECT_FALSE(canonical_address("sip:" + std::string(443, 'a') + "@lab.example"));
}

RC_GTEST_PROP(Address, is_its_own_canonical_spelling, (const std::string& user)) {
  const auto once = canonical_address("sip:" + user + "@lab.example");
  if (once) RC_ASSERT(canonical_address(*once) == once);
}

}  // namespace
}  // namespace poolcast::proto
