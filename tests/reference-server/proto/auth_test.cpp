#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "reference-server/proto/auth_params.hpp"
#include "reference-server/proto/crypto.hpp"
#include "reference-server/proto/digest.hpp"
#include "reference-server/proto/text.hpp"

namespace poolcast::proto {
namespace {

// As pidgin-sipe sends it: the uri is the literal text "(null)" [V].
constexpr std::string_view from_pidgin =
    R"x(Digest username="alice", realm="lab.example", nonce="n1", uri="(null)", qop=auth, nc=00000001, cnonce="c1", response="RESPONSE")x";

DigestCredentials credentials_with(std::string_view password, std::string_view method = "REGISTER") {
  auto credentials = parse_digest(from_pidgin);
  EXPECT_TRUE(credentials);
  credentials->response = digest_response(*credentials, digest_ha1("alice", "lab.example", password), method);
  return *credentials;
}

TEST(Crypto, hashes_agree_with_the_vectors_of_their_rfcs) {
  EXPECT_EQ(to_hex(as_text(md5("abc"))), "900150983cd24fb0d6963f7d28e17f72");                                        // RFC 1321
  EXPECT_EQ(to_hex(as_text(hmac_md5("Jefe", "what do ya want for nothing?"))), "750c783e6ab0b503eaa86e310a5db738");  // RFC 2202
  const auto sum = md4("abc");
  ASSERT_TRUE(sum) << sum.error().message;
  EXPECT_EQ(to_hex(as_text(*sum)), "a448017aaf21d8525fc10ae87aa6729d");  // RFC 1320
}

TEST(Crypto, rc4_agrees_with_a_published_vector_and_undoes_itself) {
  const auto sealed = rc4("Key", "Plaintext");
  ASSERT_TRUE(sealed) << sealed.error().message;
  EXPECT_EQ(to_upper_hex(*sealed), "BBF316E8D940AF0AD3");
  EXPECT_EQ(*rc4("Key", *sealed), "Plaintext");
}

TEST(Digest, calculates_the_example_of_rfc_2617) {
  DigestCredentials credentials;
  credentials.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
  credentials.uri = "/dir/index.html";
  credentials.qop = "auth";
  credentials.nc = "00000001";
  credentials.cnonce = "0a4f113b";
  const std::string ha1 = digest_ha1("Mufasa", "testrealm@host.com", "Circle Of Life");
  EXPECT_EQ(ha1, "939e7578ed9e3c518a452acee763bce9");
  EXPECT_EQ(digest_response(credentials, ha1, "GET"), "6629fae49393a05397450978507c4ef1");
}

TEST(Digest, challenge_quotes_what_it_is_given) {
  EXPECT_EQ(digest_challenge("lab \"x\"", "n"), R"(Digest realm="lab \"x\"", nonce="n", qop="auth", algorithm=MD5)");
}

TEST(Digest, verifies_the_uri_as_it_was_received) {
  const DigestCredentials credentials = credentials_with("secret");
  EXPECT_EQ(credentials.uri, "(null)");
  EXPECT_TRUE(digest_matches(credentials, digest_ha1("alice", "lab.example", "secret"), "REGISTER"));
}

TEST(Digest, refuses_another_password_realm_user_method_or_nonce) {
  const std::string ha1 = digest_ha1("alice", "lab.example", "secret");
  EXPECT_FALSE(digest_matches(credentials_with("Secret"), ha1, "REGISTER"));
  EXPECT_FALSE(digest_matches(credentials_with("secret"), ha1, "INVITE"));
  EXPECT_FALSE(digest_matches(credentials_with("secret"), digest_ha1("alice", "other", "secret"), "REGISTER"));
  EXPECT_FALSE(digest_matches(credentials_with("secret"), digest_ha1("bob", "lab.example", "secret"), "REGISTER"));
  DigestCredentials other = credentials_with("secret");
  other.nonce = "n2";
  EXPECT_FALSE(digest_matches(other, ha1, "REGISTER"));
}

TEST(Digest, refuses_the_forms_we_do_not_offer) {
  const std::string ha1 = digest_ha1("alice", "lab.example", "secret");
  const auto refused = [&](auto change) {
    DigestCredentials credentials = credentials_with("secret");
    change(credentials);
    credentials.response = digest_response(credentials, ha1, "REGISTER");
    return !digest_matches(credentials, ha1, "REGISTER");
  };
  EXPECT_FALSE(refused([](DigestCredentials& c) { c.algorithm = "md5"; }));
  EXPECT_TRUE(refused([](DigestCredentials& c) { c.algorithm = "MD5-sess"; }));
  EXPECT_TRUE(refused([](DigestCredentials& c) { c.qop = "auth-int"; }));
  EXPECT_TRUE(refused([](DigestCredentials& c) { c.qop = ""; }));
  EXPECT_TRUE(refused([](DigestCredentials& c) { c.nc = "1"; }));
  EXPECT_TRUE(refused([](DigestCredentials& c) { c.nc = "0000000x"; }));
  EXPECT_TRUE(refused([](DigestCredentials& c) { c.cnonce = ""; }));
}

TEST(Digest, an_empty_or_cut_response_never_matches) {
  const std::string ha1 = digest_ha1("alice", "lab.example", "secret");
  DigestCredentials credentials = credentials_with("secret");
  credentials.response.pop_back();
  EXPECT_FALSE(digest_matches(credentials, ha1, "REGISTER"));
  credentials.response.clear();
  EXPECT_FALSE(digest_matches(credentials, ha1, "REGISTER"));
}

TEST(Digest, refuses_credentials_that_cannot_be_read) {
  EXPECT_TRUE(parse_digest(from_pidgin));
  for (const char* wrong :
       {"", "Digest", "Basic YTpi", "Digest ", "NTLM qop=\"auth\"", R"(Digest username="a", realm="b", nonce="c", uri="d")",
        R"(Digest username="a", username="b", realm="b", nonce="c", uri="d", response="e")", "Digest username=\"a, realm=b",
        "Digest username=, realm=b", R"(Digest username="a" realm="b")", "Digest username=\"a\",", "Digest =\"a\""})
    EXPECT_FALSE(parse_digest(wrong)) << wrong;
}

TEST(AuthParams, at_most_32_are_read) {
  std::string value = "Digest a0=1";
  for (int i = 1; i < 32; ++i) value += ", a" + std::to_string(i) + "=1";
  EXPECT_TRUE(AuthParams::parse(value, "digest"));
  EXPECT_FALSE(AuthParams::parse(value + ", b=1", "digest"));
}

RC_GTEST_PROP(AuthParams, what_is_written_is_read, (const std::string& value)) {
  std::string header = "X ";
  append_auth_param(header, "a", value);
  append_auth_param(header, "b", "2");
  const auto params = AuthParams::parse(header, "X");
  RC_ASSERT(params.has_value());
  RC_ASSERT(params->take("A") == value);
  RC_ASSERT(params->take("b") == "2");
}

RC_GTEST_PROP(ConstantTime, comparison_says_what_equality_says, (const std::string& a, const std::string& b)) {
  RC_ASSERT(equal_in_constant_time(a, b) == (a == b));
  RC_ASSERT(equal_in_constant_time(a, a));
}

}  // namespace
}  // namespace poolcast::proto
