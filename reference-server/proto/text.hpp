// Small conversions of text that every protocol here needs. ASCII only where letter case matters; no locale is consulted.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace poolcast::proto {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Without regard to the case of ASCII letters.
bool iequals(std::string_view a, std::string_view b);
std::string to_lower(std::string_view text);

// Spaces and tabs at both ends.
std::string_view trimmed(std::string_view text);

// The whole text as a decimal number: digits only, and it fits.
std::optional<std::uint64_t> parse_number(std::string_view digits);
void append_number(std::string& out, std::uint64_t number);

// RFC 4648 section 4, with padding. Reading refuses anything else, also line breaks and bits that padding should have zeroed.
void append_base64(std::string& out, std::string_view bytes);
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

std::string to_hex(std::string_view bytes);                  // lower case
std::string to_upper_hex(std::string_view bytes);            // upper case, as NTLM signatures are written
std::optional<std::string> from_hex(std::string_view text);  // either case

// Well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view bytes);

// UTF-16LE of UTF-8 text, as NTLM hashes it, and back; nothing where the text is not well formed.
std::optional<std::string> to_utf16le(std::string_view utf8);
std::optional<std::string> from_utf16le(std::string_view bytes);

// Letters A-Z, U+00E0..U+00FE and the Greek and Cyrillic alphabets in upper case: what NTLM does to a user name before it hashes
// it (Windows' own table is larger; names outside it must be written in upper case [D]).
std::optional<std::string> upper_case(std::string_view utf8);

// An identifier of 128 bits, RFC 9562. Written in lower case without braces.
struct Guid {
  std::array<std::uint8_t, 16> bytes{};  // in the order they are written
  auto operator<=>(const Guid&) const = default;
};

// Accepts either case, braces round it, and `urn:uuid:` before it.
std::optional<Guid> parse_guid(std::string_view text);
void append_guid(std::string& out, const Guid& guid);
std::string to_string(const Guid& guid);

// A random identifier (version 4) of 16 random bytes.
Guid make_guid(const std::array<std::uint8_t, 16>& random);

}  // namespace poolcast::proto

template <>
struct std::hash<poolcast::proto::Guid> {
  std::size_t operator()(const poolcast::proto::Guid& guid) const noexcept {
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(guid.bytes.data()), guid.bytes.size()});
  }
};
