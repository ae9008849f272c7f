#include "reference-server/proto/digest.hpp"

#include "reference-server/proto/auth_params.hpp"
#include "reference-server/proto/crypto.hpp"
#include "reference-server/proto/text.hpp"

namespace poolcast::proto {
namespace {

std::string md5_hex(const std::string& text) { return to_hex(as_text(md5(text))); }

}  // namespace

std::string digest_challenge(std::string_view realm, std::string_view nonce) {
  std::string value = "Digest ";
  append_auth_param(value, "realm", realm);
  append_auth_param(value, "nonce", nonce);
  append_auth_param(value, "qop", "auth");
  value.append(", algorithm=MD5");
  return value;
}

std::optional<DigestCredentials> parse_digest(std::string_view header_value) {
  const auto params = AuthParams::parse(header_value, "Digest");
  if (!params) return std::nullopt;
  for (const std::string_view needed : {"username", "realm", "nonce", "uri", "response"})
    if (params->find(needed) == nullptr) return std::nullopt;
  DigestCredentials credentials;
  credentials.username = params->take("username");
  credentials.realm = params->take("realm");
  credentials.nonce = params->take("nonce");
  credentials.uri = params->take("uri");
  credentials.response = params->take("response");
  credentials.cnonce = params->take("cnonce");
  credentials.nc = params->take("nc");
  credentials.qop = params->take("qop");
  credentials.opaque = params->take("opaque");
  credentials.algorithm = params->take("algorithm");
  return credentials;
}

std::string digest_ha1(std::string_view username, std::string_view realm, std::string_view password) {
  std::string text(username);
  text.append(":").append(realm).append(":").append(password);
  return md5_hex(text);
}

std::string digest_response(const DigestCredentials& credentials, std::string_view ha1, std::string_view method) {
  // RFC 2617 section 3.2.2.1, with qop.
  const std::string ha2 = md5_hex(std::string(method) + ":" + credentials.uri);
  std::string text(ha1);
  text.append(":").append(credentials.nonce).append(":").append(credentials.nc).append(":").append(credentials.cnonce);
  text.append(":").append(credentials.qop).append(":").append(ha2);
  return md5_hex(text);
}

bool digest_matches(const DigestCredentials& credentials, std::string_view ha1, std::string_view method) {
  // Whatever is wrong, the work is the same.
  const bool right = equal_in_constant_time(digest_response(credentials, ha1, method), to_lower(credentials.response));
  const bool plain_md5 = credentials.algorithm.empty() || iequals(credentials.algorithm, "MD5");
  const bool counted = credentials.nc.size() == 8 && from_hex(credentials.nc).has_value() && !credentials.cnonce.empty();
  return right && plain_md5 && counted && iequals(credentials.qop, "auth");
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  // volatile: the compiler may not leave the loop early.
  volatile unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = difference | static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  return difference == 0;
}

}  // namespace poolcast::proto
