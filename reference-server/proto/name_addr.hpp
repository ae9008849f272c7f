// Addresses and parameters of SIP headers: `"Ann" <sip:ann@lab.example;transport=tls>;tag=4996;epid=9e33`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace poolcast::proto {

// Views into the header's value.
struct NameAddr {
  std::string_view display_name;  // as written, with its quotes
  std::string_view uri;           // the text between the angle brackets, or the bare address
  std::string_view params;  // behind the address, from the first `;`; without angle brackets every parameter is the header's
  std::string_view tag;     // empty where there is none
};

// Nothing where brackets or quotes do not close, or there is no address.
std::optional<NameAddr> parse_name_addr(std::string_view value);

// The tag alone, or empty: what matching a message to its dialog needs.
std::string_view tag_of(std::string_view name_addr);

// The value of `;name=value` in a header's parameters (case-insensitive name, quoted values without their quotes but with their
// escapes); empty for a parameter without a value, nothing where it is absent. What stands before the first `;` is passed over,
// so it must not hold an address with parameters of its own: take NameAddr::params.
std::optional<std::string_view> parameter(std::string_view params, std::string_view name);

// The text of a quoted string without its quotes and escapes; other text as it is.
std::string unquoted(std::string_view text);
// In quotes, with `"` and `\` escaped.
std::string quoted(std::string_view text);

struct SipUri {
  std::string_view scheme;  // `sip`, `sips` (as written)
  std::string_view user;    // empty where there is none
  std::string_view host;    // IPv6 with its brackets
  std::optional<std::uint16_t> port;
  std::string_view params;  // from the first `;`; headers (`?…`) are refused
};

std::optional<SipUri> parse_sip_uri(std::string_view uri);

// The one spelling of a user's or an endpoint's address: `sip:user@host` in lower case, without port and parameters. Unlike
// RFC 3261 section 19.1.4, letter case does not count in the user either: sign-in names of the product are looked up without
// regard to it. Nothing for an address that has no user, is longer than 454 bytes (64 + 1 + 389, the longest sign-in name [D]) or
// holds anything but letters, digits, `.-_+=~!*'&$,/` and UTF-8 above ASCII (no escapes: each address has one spelling).
std::optional<std::string> canonical_address(std::string_view uri);

// Whether both have the same canonical address; false where either has none.
bool same_address(std::string_view a, std::string_view b);

}  // namespace poolcast::proto
