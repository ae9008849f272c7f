// Digest authentication of SIP (RFC 2617 with MD5 and qop "auth"), asked by 407. Random nonces are arguments; who keeps them,
// and how often one may be used, is decided in sip.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace poolcast::proto {

// The value of Proxy-Authenticate.
std::string digest_challenge(std::string_view realm, std::string_view nonce);

// What Proxy-Authorization says.
struct DigestCredentials {
  std::string username, realm, nonce, uri, response, cnonce, nc, qop, opaque, algorithm;
};

// Nothing for another scheme, a malformed value, a parameter given twice, or one of username, realm, nonce, uri, response
// missing.
std::optional<DigestCredentials> parse_digest(std::string_view header_value);

// Lower-case hex of MD5(user:realm:password): what the store keeps, encrypted, because it is as good as the password in this
// realm.
std::string digest_ha1(std::string_view username, std::string_view realm, std::string_view password);

// The response these credentials must carry. `credentials.uri` enters as received: pidgin-sipe puts the literal text `(null)`
// there and SIPp the server's address, so it cannot be compared with the Request-URI.
std::string digest_response(const DigestCredentials& credentials, std::string_view ha1, std::string_view method);

// In constant time; only qop "auth" with nc and cnonce, and algorithm MD5 or none, is accepted.
bool digest_matches(const DigestCredentials& credentials, std::string_view ha1, std::string_view method);

// The time it takes depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace poolcast::proto
