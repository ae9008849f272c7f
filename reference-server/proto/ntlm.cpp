// Layouts and calculations: MS-NLMP, whose text is public; what SIP puts round them: MS-SIPAE as pidgin-sipe speaks it [V].
#include "reference-server/proto/ntlm.hpp"

#include <algorithm>

#include "reference-server/proto/auth_params.hpp"
#include "reference-server/proto/digest.hpp"
#include "reference-server/proto/name_addr.hpp"
#include "reference-server/proto/text.hpp"

namespace poolcast::proto {
namespace {

constexpr std::string_view magic{"NTLMSSP\0", 8};
// UNICODE, REQUEST_TARGET, SIGN, DATAGRAM, NTLM, ALWAYS_SIGN, TARGET_TYPE_SERVER, EXTENDED_SESSIONSECURITY, IDENTIFY,
// TARGET_INFO, VERSION, 128, KEY_EXCH: what pidgin-sipe needs [V].
constexpr std::uint32_t type2_flags = 0x629A8255;
// The sequence number in every signature of SIP messages: 100, whatever the message.
constexpr std::uint32_t sequence = 100;

void append_le(std::string& out, std::uint64_t number, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8U * i) & 255U);
}

std::uint32_t le_at(std::string_view bytes, std::size_t at, unsigned size) {
  std::uint32_t number = 0;
  for (unsigned i = 0; i < size; ++i) number |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8U * i);
  return number;
}

// Length, space, offset: how NTLM points at its payload.
void append_field(std::string& out, std::size_t size, std::size_t offset) {
  append_le(out, size, 2);
  append_le(out, size, 2);
  append_le(out, offset, 4);
}

std::optional<std::string_view> field_at(std::string_view message, std::size_t at) {
  const std::size_t size = le_at(message, at, 2);
  const std::size_t offset = le_at(message, at + 4, 4);
  if (size == 0) return std::string_view{};
  if (offset > message.size() || size > message.size() - offset) return std::nullopt;
  return message.substr(offset, size);
}

void append_pair(std::string& out, std::uint32_t id, std::string_view value) {
  append_le(out, id, 2);
  append_le(out, value.size(), 2);
  out.append(value);
}

// 100 ns since 1601.
std::uint64_t file_time(UtcTime time) {
  constexpr std::int64_t from_1601_to_1970_ms = 11'644'473'600'000;
  return static_cast<std::uint64_t>(time.time_since_epoch().count() + from_1601_to_1970_ms) * 10'000U;
}

std::string target_information(const NtlmServer& server, UtcTime now) {
  std::string time;
  append_le(time, file_time(now), 8);
  std::string pairs;
  append_pair(pairs, 2, to_utf16le(server.netbios_domain).value_or(""));
  append_pair(pairs, 1, to_utf16le(server.netbios_computer).value_or(""));
  append_pair(pairs, 7, time);
  append_pair(pairs, 0, "");
  return pairs;
}

Md5Sum derived_key(const Md5Sum& exported, std::string_view purpose) {
  std::string text(as_text(exported));
  text.append("session key to ").append(purpose).append(" key magic constant");
  text += '\0';
  return md5(text);
}

void append_part(std::string& out, std::string_view part) { out.append("<").append(part).append(">"); }

}  // namespace

std::string ntlm_hello(const NtlmServer& server) {
  std::string value = "NTLM ";
  append_auth_param(value, "realm", server.realm);
  append_auth_param(value, "targetname", server.target);
  value.append(", version=4");
  return value;
}

std::string ntlm_challenge(const NtlmServer& server, std::string_view opaque, const NtlmNonce& nonce, UtcTime now) {
  std::string value = "NTLM ";
  append_auth_param(value, "opaque", opaque);
  append_auth_param(value, "gssapi-data", to_base64(ntlm_type2(server, nonce, now)));
  append_auth_param(value, "targetname", server.target);
  append_auth_param(value, "realm", server.realm);
  value.append(", version=4");
  return value;
}

std::string ntlm_type2(const NtlmServer& server, const NtlmNonce& nonce, UtcTime now) {
  constexpr std::size_t payload = 56;
  const std::string name = to_utf16le(server.netbios_computer).value_or("");
  const std::string information = target_information(server, now);
  std::string message(magic);
  append_le(message, 2, 4);
  append_field(message, name.size(), payload);
  append_le(message, type2_flags, 4);
  message.append(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  append_le(message, 0, 8);
  append_field(message, information.size(), payload + name.size());
  append_le(message, 0x0F00'0000'1DB1'0106, 8);  // version 6.1, build 7601, NTLM revision 15: nobody looks at it
  return message + name + information;
}

std::optional<NtlmCredentials> parse_ntlm(std::string_view header_value) {
  const auto params = AuthParams::parse(header_value, "NTLM");
  if (!params) return std::nullopt;
  auto data = from_base64(params->take("gssapi-data"));
  if (!data) return std::nullopt;
  NtlmCredentials credentials;
  credentials.realm = params->take("realm");
  credentials.targetname = params->take("targetname");
  credentials.opaque = params->take("opaque");
  credentials.gssapi_data = std::move(*data);
  credentials.crand = params->take("crand");
  credentials.cnum = params->take("cnum");
  credentials.response = params->take("response");
  return credentials;
}

std::optional<NtlmType3> parse_ntlm_type3(std::string_view bytes) {
  constexpr std::size_t head = 64;
  if (bytes.size() < head || !bytes.starts_with(magic) || le_at(bytes, 8, 4) != 3) return std::nullopt;
  const auto response = field_at(bytes, 20);
  const auto domain = field_at(bytes, 28);
  const auto user = field_at(bytes, 36);
  const auto session_key = field_at(bytes, 52);
  if (!response || !domain || !user || !session_key) return std::nullopt;
  auto domain_name = from_utf16le(*domain);
  auto user_name = from_utf16le(*user);
  if (!domain_name || !user_name) return std::nullopt;
  return NtlmType3{std::move(*domain_name), std::move(*user_name), std::string(*response), std::string(*session_key)};
}

Result<Md5Sum> ntlm_hash(std::string_view password) {
  const auto text = to_utf16le(password);
  if (!text) return Error{ErrorCode::malformed, "the password is not UTF-8"};
  return md4(*text);
}

std::optional<Md5Sum> ntlm_key(const Md5Sum& hash, std::string_view user, std::string_view domain) {
  const auto upper = upper_case(user);
  if (!upper) return std::nullopt;
  const auto text = to_utf16le(*upper + std::string(domain));
  if (!text) return std::nullopt;
  return hmac_md5(as_text(hash), *text);
}

NtlmKeys ntlm_keys(const Md5Sum& exported) {
  return {.client_signing = derived_key(exported, "client-to-server signing"),
          .client_sealing = derived_key(exported, "client-to-server sealing"),
          .server_signing = derived_key(exported, "server-to-client signing"),
          .server_sealing = derived_key(exported, "server-to-client sealing")};
}

Result<NtlmKeys> verify_ntlm(const NtlmType3& message, const Md5Sum& hash, const NtlmNonce& nonce) {
  const Error refused{ErrorCode::forbidden, "authentication failed"};
  const auto key = ntlm_key(hash, message.user, message.domain);
  constexpr std::size_t proof_bytes = 16;
  // The blob behind the proof has a fixed part of 28 bytes; shorter is NTLMv1 or damaged.
  if (!key || message.nt_response.size() < proof_bytes + 28 || message.encrypted_session_key.size() != 16) return refused;
  const std::string_view response = message.nt_response;
  std::string challenge(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  challenge.append(response.substr(proof_bytes));
  const Md5Sum proof = hmac_md5(as_text(*key), challenge);
  if (!equal_in_constant_time(as_text(proof), response.substr(0, proof_bytes))) return refused;
  const Md5Sum base = hmac_md5(as_text(*key), as_text(proof));
  const auto exported = rc4(as_text(base), message.encrypted_session_key);
  if (!exported) return exported.error();
  Md5Sum session;
  std::copy(exported->begin(), exported->end(), session.begin());
  return ntlm_keys(session);
}

std::string signed_text(const SignedParts& parts) {
  std::string text = "<NTLM>";
  append_part(text, parts.random);
  append_part(text, parts.number);
  append_part(text, parts.realm);
  append_part(text, parts.targetname);
  append_part(text, parts.call_id);
  append_part(text, std::to_string(parts.cseq));
  append_part(text, parts.method);
  append_part(text, parts.from_uri);
  append_part(text, parts.from_tag);
  append_part(text, parts.to_uri);
  append_part(text, parts.to_tag);
  // P-Asserted-Identity, once as a SIP and once as a TEL URI: neither side of ours sends it.
  text.append("<><>");
  append_part(text, parts.expires);
  if (parts.status != 0) append_part(text, std::to_string(parts.status));
  return text;
}

std::optional<SignedParts> signed_parts(const SipMessage& message, std::string_view random, std::string_view number,
                                        const NtlmServer& server) {
  const auto from = parse_name_addr(message.from);
  const auto to = parse_name_addr(message.to);
  if (!from || !to) return std::nullopt;
  return SignedParts{.random = random,
                     .number = number,
                     .realm = server.realm,
                     .targetname = server.target,
                     .call_id = message.call_id,
                     .cseq = message.cseq,
                     .method = message.method_name,
                     .from_uri = from->uri,
                     .from_tag = from->tag,
                     .to_uri = to->uri,
                     .to_tag = to->tag,
                     .expires = message.header("Expires").value_or(std::string_view{}),
                     .status = message.status};
}

Result<std::string> ntlm_signature(const Md5Sum& signing, const Md5Sum& sealing, std::string_view text) {
  std::string number;
  append_le(number, sequence, 4);
  const Md5Sum sum = hmac_md5(as_text(signing), number + std::string(text));
  const Md5Sum key = md5(std::string(as_text(sealing)) + number);
  const auto sealed = rc4(as_text(key), as_text(sum).substr(0, 8));
  if (!sealed) return sealed.error();
  return to_upper_hex(std::string("\x01\0\0\0", 4) + *sealed + number);
}

Result<std::string> server_signature(const NtlmKeys& keys, std::string_view text) {
  return ntlm_signature(keys.server_signing, keys.server_sealing, text);
}

Result<bool> client_signature_matches(const NtlmKeys& keys, std::string_view text, std::string_view response) {
  const auto expected = ntlm_signature(keys.client_signing, keys.client_sealing, text);
  if (!expected) return expected.error();
  return equal_in_constant_time(to_lower(*expected), to_lower(response));
}

std::string ntlm_authentication_info(const NtlmServer& server, std::string_view opaque, std::string_view signature,
                                     std::string_view srand, std::uint64_t snum) {
  std::string value = "NTLM ";
  append_auth_param(value, "rspauth", signature);
  append_auth_param(value, "srand", srand);
  append_auth_param(value, "snum", std::to_string(snum));
  append_auth_param(value, "opaque", opaque);
  append_auth_param(value, "qop", "auth");
  append_auth_param(value, "targetname", server.target);
  append_auth_param(value, "realm", server.realm);
  return value;
}

}  // namespace poolcast::proto
