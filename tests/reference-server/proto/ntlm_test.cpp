#include "reference-server/proto/ntlm.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "reference-server/proto/auth_params.hpp"
#include "reference-server/proto/text.hpp"
#include "tests/reference-server/proto/samples.hpp"

namespace poolcast::proto {
namespace {

std::string hex_of(const Md5Sum& sum) { return to_hex(as_text(sum)); }

Md5Sum exported_key() {
  Md5Sum key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  return key;
}

const NtlmServer server{.target = "chat.example", .netbios_domain = "LAB", .netbios_computer = "CHAT"};
const NtlmNonce nonce{1, 2, 3, 4, 5, 6, 7, 8};

// T of the vector: the answer to a REGISTER.
const SignedParts vector_parts{.random = "0878f41b",
                               .number = "1",
                               .realm = "SIP Communications Service",
                               .targetname = "chat.example",
                               .call_id = "abc123",
                               .cseq = 3,
                               .method = "REGISTER",
                               .from_uri = "sip:alice@lab.example",
                               .from_tag = "t1",
                               .to_uri = "sip:alice@lab.example",
                               .to_tag = "t2",
                               .expires = "7200",
                               .status = 200};

// What a client does with our type 2; `session_key` is the key it chooses.
NtlmType3 client_answer(std::string_view user, std::string_view domain, std::string_view password, const Md5Sum& session_key) {
  const auto key = ntlm_key(*ntlm_hash(password), user, domain);
  const std::string blob(44, 'b');
  const std::string challenge(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  const Md5Sum proof = hmac_md5(as_text(*key), challenge + blob);
  const Md5Sum base = hmac_md5(as_text(*key), as_text(proof));
  return {std::string(domain), std::string(user), std::string(as_text(proof)) + blob, *rc4(as_text(base), as_text(session_key))};
}

void append_le(std::string& out, std::size_t number, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8U * i) & 255U);
}

std::string type3_bytes(const NtlmType3& message) {
  const std::string fields[] = {"", message.nt_response,          *to_utf16le(message.domain), *to_utf16le(message.user),
                                "", message.encrypted_session_key};
  std::string head("NTLMSSP\0\3\0\0\0", 12);
  std::string payload;
  for (const std::string& field : fields) {
    append_le(head, field.size(), 2);
    append_le(head, field.size(), 2);
    append_le(head, 64 + payload.size(), 4);
    payload += field;
  }
  append_le(head, 0, 4);
  return head + payload;
}

TEST(Ntlm, keys_agree_with_the_vector) {
  const NtlmKeys keys = ntlm_keys(exported_key());
  EXPECT_EQ(hex_of(keys.client_signing), "9b52e70996bd32c71f2398b552d207d2");
  EXPECT_EQ(hex_of(keys.client_sealing), "157cc91ead98fd67ff4911a6c338be2c");
  EXPECT_EQ(hex_of(keys.server_signing), "24708083b479de7c5807cac27aeefbce");
  EXPECT_EQ(hex_of(keys.server_sealing), "537dc0b821115fd8177313be127b7d90");
}

TEST(Ntlm, the_key_of_a_user_agrees_with_the_vector_whatever_the_case_of_the_user) {
  const auto hash = ntlm_hash("Secret-123");
  ASSERT_TRUE(hash) << hash.error().message;
  for (const char* user : {"alice", "Alice", "ALICE"})
    EXPECT_EQ(hex_of(*ntlm_key(*hash, user, "LAB")), "f2b7f04e67ff0245b034ca469cce04eb");
  EXPECT_NE(hex_of(*ntlm_key(*hash, "alice", "lab")), "f2b7f04e67ff0245b034ca469cce04eb");
}

TEST(Ntlm, the_text_of_a_signature_agrees_with_the_vector) {
  EXPECT_EQ(signed_text(vector_parts),
            "<NTLM><0878f41b><1><SIP Communications Service><chat.example><abc123><3><REGISTER><sip:alice@lab.example><t1>"
            "<sip:alice@lab.example><t2><><><7200><200>");
}

TEST(Ntlm, signatures_agree_with_the_vector) {
  const NtlmKeys keys = ntlm_keys(exported_key());
  const std::string text = signed_text(vector_parts);
  EXPECT_EQ(*server_signature(keys, text), "01000000BDEE158219D20B4164000000");
  EXPECT_EQ(*ntlm_signature(keys.client_signing, keys.client_sealing, text), "01000000E6FF40384FB3679F64000000");
}

TEST(Ntlm, a_client_signature_is_read_in_either_case_and_fits_one_text_only) {
  const NtlmKeys keys = ntlm_keys(exported_key());
  const std::string text = signed_text(vector_parts);
  EXPECT_TRUE(*client_signature_matches(keys, text, "01000000E6FF40384FB3679F64000000"));
  EXPECT_TRUE(*client_signature_matches(keys, text, "01000000e6ff40384fb3679f64000000"));
  EXPECT_FALSE(*client_signature_matches(keys, text + "x", "01000000E6FF40384FB3679F64000000"));
  EXPECT_FALSE(*client_signature_matches(keys, text, "01000000BDEE158219D20B4164000000")) << "the server's own, sent back";
  EXPECT_FALSE(*client_signature_matches(keys, text, ""));
}

TEST(Ntlm, the_signed_parts_are_those_of_the_message) {
  SipMessage message;
  ASSERT_TRUE(parse(samples::register_request, message));
  const auto parts = signed_parts(message, "r", "1", server);
  ASSERT_TRUE(parts);
  EXPECT_EQ(signed_text(*parts),
            "<NTLM><r><1><SIP Communications Service><chat.example><3B7Cx><1><REGISTER><sip:alice@lab.example><4996>"
            "<sip:alice@lab.example><><><><7200>");
}

TEST(Ntlm, type_2_says_what_pidgin_sipe_needs) {
  const std::string message = ntlm_type2(server, nonce, UtcTime{});
  ASSERT_GE(message.size(), 56U);
  EXPECT_EQ(to_hex(std::string_view(message).substr(0, 12)), "4e544c4d5353500002000000");
  EXPECT_EQ(to_hex(std::string_view(message).substr(20, 4)), "55829a62");
  EXPECT_EQ(to_hex(std::string_view(message).substr(24, 8)), "0102030405060708");
  EXPECT_EQ(from_utf16le(std::string_view(message).substr(56, 8)), "CHAT");
  // Domain, computer, the time of 1970 in 100 ns since 1601, the end.
  EXPECT_EQ(to_hex(std::string_view(message).substr(64)),
            "020006004c0041004200"
            "010008004300480041005400"
            "070008000080"
            "3ed5deb19d01"
            "00000000");
}

TEST(Ntlm, a_client_that_knows_the_password_and_we_have_the_same_keys_in_both_spellings_of_the_login) {
  const auto hash = ntlm_hash("Secret-123");
  for (const auto& [user, domain] : {std::pair{"alice", "LAB"}, std::pair{"alice@lab.example", ""}}) {
    const auto parsed = parse_ntlm_type3(type3_bytes(client_answer(user, domain, "Secret-123", exported_key())));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->user, user);
    EXPECT_EQ(parsed->domain, domain);
    const auto keys = verify_ntlm(*parsed, *hash, nonce);
    ASSERT_TRUE(keys) << keys.error().message;
    EXPECT_EQ(*keys, ntlm_keys(exported_key()));
  }
}

TEST(Ntlm, refuses_another_password_user_domain_or_nonce_with_the_same_words) {
  const NtlmType3 right = client_answer("alice", "LAB", "Secret-123", exported_key());
  const auto refused = [](const NtlmType3& message, std::string_view password, const NtlmNonce& asked) {
    const auto keys = verify_ntlm(message, *ntlm_hash(password), asked);
    return !keys && keys.error() == Error{ErrorCode::forbidden, "authentication failed"};
  };
  EXPECT_TRUE(refused(right, "secret-123", nonce));
  EXPECT_TRUE(refused(right, "Secret-123", NtlmNonce{}));
  NtlmType3 other = right;
  other.user = "bob";
  EXPECT_TRUE(refused(other, "Secret-123", nonce));
  other = right;
  other.domain = "LABX";
  EXPECT_TRUE(refused(other, "Secret-123", nonce));
  other = right;
  other.nt_response.back() ^= 1;
  EXPECT_TRUE(refused(other, "Secret-123", nonce));
}

TEST(Ntlm, refuses_version_1_and_a_session_without_a_key_of_its_own) {
  NtlmType3 message = client_answer("alice", "LAB", "Secret-123", exported_key());
  message.nt_response.resize(24);
  EXPECT_FALSE(verify_ntlm(message, *ntlm_hash("Secret-123"), nonce));
  message = client_answer("alice", "LAB", "Secret-123", exported_key());
  message.encrypted_session_key.clear();
  EXPECT_FALSE(verify_ntlm(message, *ntlm_hash("Secret-123"), nonce));
}

TEST(Ntlm, refuses_a_type_3_that_points_outside_itself_or_is_something_else) {
  const std::string bytes = type3_bytes(client_answer("alice", "LAB", "x", exported_key()));
  ASSERT_TRUE(parse_ntlm_type3(bytes));
  EXPECT_FALSE(parse_ntlm_type3(""));
  EXPECT_FALSE(parse_ntlm_type3(std::string_view(bytes).substr(0, 63)));
  EXPECT_FALSE(parse_ntlm_type3(std::string_view(bytes).substr(0, bytes.size() - 1)));
  std::string changed = bytes;
  changed[8] = 2;
  EXPECT_FALSE(parse_ntlm_type3(changed));
  for (const std::size_t offset_of_field : {24U, 32U, 40U, 56U}) {
    changed = bytes;
    changed.replace(offset_of_field, 4, "\xFF\xFF\xFF\xFF");
    EXPECT_FALSE(parse_ntlm_type3(changed)) << offset_of_field;
  }
  changed = bytes;
  changed[36] = static_cast<char>(changed[36] - 1);  // half a character
  EXPECT_FALSE(parse_ntlm_type3(changed));
}

TEST(Ntlm, headers_say_what_the_exchange_needs) {
  EXPECT_EQ(ntlm_hello(server), R"(NTLM realm="SIP Communications Service", targetname="chat.example", version=4)");
  const auto challenge = AuthParams::parse(ntlm_challenge(server, "O", nonce, UtcTime{}), "NTLM");
  ASSERT_TRUE(challenge);
  EXPECT_EQ(challenge->take("opaque"), "O");
  EXPECT_EQ(from_base64(challenge->take("gssapi-data")), ntlm_type2(server, nonce, UtcTime{}));
  EXPECT_EQ(ntlm_authentication_info(server, "O", "01AB", "12345678", 7),
            R"(NTLM rspauth="01AB", srand="12345678", snum="7", opaque="O", qop="auth", targetname="chat.example", )"
            R"(realm="SIP Communications Service")");
}

TEST(Ntlm, reads_what_the_client_says_before_and_after_the_challenge) {
  const auto first = parse_ntlm(R"(NTLM qop="auth", realm="R", targetname="host", gssapi-data="", version=4)");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->gssapi_data, "");
  EXPECT_EQ(first->targetname, "host");
  const auto later = parse_ntlm(
      R"(NTLM qop="auth", opaque="O", realm="R", targetname="host", gssapi-data="YWJj", crand="0878f41b", cnum="1", response="01")");
  ASSERT_TRUE(later);
  EXPECT_EQ(later->gssapi_data, "abc");
  EXPECT_EQ(later->crand, "0878f41b");
  EXPECT_EQ(later->cnum, "1");
  EXPECT_FALSE(parse_ntlm("NTLM gssapi-data=\"?\""));
  EXPECT_FALSE(parse_ntlm("Digest realm=\"R\""));
}

}  // namespace
}  // namespace poolcast::proto
