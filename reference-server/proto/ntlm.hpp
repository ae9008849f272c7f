// NTLMv2 as SIP carries it (connectionless: the server begins with type 2), and the signatures of messages. Random bytes and the
// time are arguments. The steps:
//   401 with ntlm_hello()            -> REGISTER with empty gssapi-data
//   401 with ntlm_challenge(type 2)  -> REGISTER with type 3 and a signature
//   verify_ntlm() gives the session's keys; every message from then on is signed in both directions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reference-server/proto/crypto.hpp"
#include "reference-server/proto/sip_message.hpp"
#include "reference-server/proto/utc_time.hpp"
#include "reference-server/result.hpp"

namespace poolcast::proto {

struct NtlmServer {
  std::string realm = "SIP Communications Service";
  std::string target;          // targetname: the server's host name
  std::string netbios_domain;  // in the target information
  std::string netbios_computer;
};

using NtlmNonce = std::array<std::uint8_t, 8>;

// Values of WWW-Authenticate.
std::string ntlm_hello(const NtlmServer& server);
std::string ntlm_challenge(const NtlmServer& server, std::string_view opaque, const NtlmNonce& nonce, UtcTime now);
// The type 2 message alone, as bytes.
std::string ntlm_type2(const NtlmServer& server, const NtlmNonce& nonce, UtcTime now);

// What Authorization says.
struct NtlmCredentials {
  std::string realm, targetname, opaque, gssapi_data;  // gssapi_data decoded
  std::string crand, cnum, response;                   // empty before the context is ready
};
std::optional<NtlmCredentials> parse_ntlm(std::string_view header_value);

// A type 3 message. The client writes its login as `DOMAIN\user` (domain, user), or whole as `user@domain` (empty domain).
struct NtlmType3 {
  std::string domain, user;  // UTF-8
  std::string nt_response;
  std::string encrypted_session_key;
};
std::optional<NtlmType3> parse_ntlm_type3(std::string_view bytes);

// MD4 of the password in UTF-16LE: what the store keeps, encrypted, because it is as good as the password.
Result<Md5Sum> ntlm_hash(std::string_view password);
// HMAC-MD5(hash, UTF-16LE(upper(user) + domain)).
std::optional<Md5Sum> ntlm_key(const Md5Sum& hash, std::string_view user, std::string_view domain);

struct NtlmKeys {
  Md5Sum client_signing{}, client_sealing{}, server_signing{}, server_sealing{};
  bool operator==(const NtlmKeys&) const = default;
};
NtlmKeys ntlm_keys(const Md5Sum& exported);

// The keys of the session when the proof is right (compared in constant time); forbidden when it is not.
Result<NtlmKeys> verify_ntlm(const NtlmType3& message, const Md5Sum& hash, const NtlmNonce& nonce);

// The text a signature is made of, from the message it protects. `random` and `number` are crand and cnum, or srand and snum.
struct SignedParts {
  std::string_view random{}, number{}, realm{}, targetname{}, call_id{};
  std::uint32_t cseq = 0;
  std::string_view method{}, from_uri{}, from_tag{}, to_uri{}, to_tag{}, expires{};
  int status = 0;  // of a response
};
std::string signed_text(const SignedParts& parts);
// The parts of a parsed message. Nothing when From or To cannot be read.
std::optional<SignedParts> signed_parts(const SipMessage& message, std::string_view random, std::string_view number,
                                        const NtlmServer& server);

// Upper-case hex, 32 characters.
Result<std::string> ntlm_signature(const Md5Sum& signing, const Md5Sum& sealing, std::string_view text);
Result<std::string> server_signature(const NtlmKeys& keys, std::string_view text);
// `response` may be in either case; in constant time.
Result<bool> client_signature_matches(const NtlmKeys& keys, std::string_view text, std::string_view response);

// The value of Authentication-Info of a message we sign (of Proxy-Authentication-Info the same).
std::string ntlm_authentication_info(const NtlmServer& server, std::string_view opaque, std::string_view signature,
                                     std::string_view srand, std::uint64_t snum);

}  // namespace poolcast::proto
