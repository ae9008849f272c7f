#include "reference-server/proto/name_addr.hpp"

#include <array>

#include "reference-server/proto/text.hpp"

namespace poolcast::proto {
namespace {

constexpr std::size_t longest_address = 454;

// Where the quoted string that begins at `at` ends: behind its closing quote; npos when it does not close.
std::size_t end_of_quotes(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// The first of `wanted` outside quotes; npos when there is none or quotes do not close.
std::size_t find_outside_quotes(std::string_view text, char wanted) {
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == wanted) return i;
    i = text[i] == '"' ? end_of_quotes(text, i) : i + 1;
    if (i == std::string_view::npos) break;
  }
  return std::string_view::npos;
}

constexpr std::array<bool, 256> address_characters = [] {
  std::array<bool, 256> is{};
  for (char c = 'a'; c <= 'z'; ++c) is[static_cast<unsigned char>(c)] = true;
  for (char c = '0'; c <= '9'; ++c) is[static_cast<unsigned char>(c)] = true;
  for (const char c : std::string_view(".-_+=~!*'&$,/")) is[static_cast<unsigned char>(c)] = true;
  for (std::size_t c = 0x80; c < 0x100; ++c) is[c] = true;
  return is;
}();

bool only_address_characters(std::string_view text) {
  for (const char c : text)
    if (!address_characters[static_cast<unsigned char>(to_lower(c))]) return false;
  return !text.empty();
}

bool is_host(std::string_view text) {
  for (const char c : text) {
    const char lower = to_lower(c);
    const bool letter = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
    if (!letter && c != '.' && c != '-' && c != '_') return false;
  }
  return !text.empty();
}

bool is_bracketed_address(std::string_view text) {
  if (text.size() < 4 || text.front() != '[' || text.back() != ']') return false;
  for (const char c : text.substr(1, text.size() - 2)) {
    const char lower = to_lower(c);
    if (!(c >= '0' && c <= '9') && !(lower >= 'a' && lower <= 'f') && c != ':' && c != '.') return false;
  }
  return true;
}

// Splits `host[:port]`; false when either is malformed.
bool read_host(std::string_view text, SipUri& uri) {
  const std::size_t close = text.find(']');
  const std::size_t from = close == std::string_view::npos ? 0 : close;
  const std::size_t colon = text.find(':', from);
  uri.host = text.substr(0, colon);
  if (colon != std::string_view::npos) {
    const auto port = parse_number(text.substr(colon + 1));
    if (!port || *port == 0 || *port > 65535) return false;
    uri.port = static_cast<std::uint16_t>(*port);
  }
  return uri.host.starts_with('[') ? is_bracketed_address(uri.host) : is_host(uri.host);
}

}  // namespace

std::optional<NameAddr> parse_name_addr(std::string_view value) {
  NameAddr result;
  value = trimmed(value);
  const std::size_t open = find_outside_quotes(value, '<');
  if (open == std::string_view::npos) {
    const std::size_t end = std::min(value.find(';'), value.size());
    result.uri = trimmed(value.substr(0, end));
    result.params = value.substr(end);
    if (result.uri.find_first_of("\"<> \t") != std::string_view::npos) return std::nullopt;
  } else {
    const std::size_t close = value.find('>', open);
    if (close == std::string_view::npos) return std::nullopt;
    result.display_name = trimmed(value.substr(0, open));
    result.uri = value.substr(open + 1, close - open - 1);
    result.params = trimmed(value.substr(close + 1));
    if (!result.params.empty() && result.params.front() != ';') return std::nullopt;
  }
  if (result.uri.empty()) return std::nullopt;
  result.tag = parameter(result.params, "tag").value_or(std::string_view{});
  return result;
}

std::string_view tag_of(std::string_view name_addr) {
  const auto parsed = parse_name_addr(name_addr);
  return parsed ? parsed->tag : std::string_view{};
}

std::optional<std::string_view> parameter(std::string_view params, std::string_view name) {
  for (std::size_t begin = find_outside_quotes(params, ';'); begin != std::string_view::npos;) {
    params.remove_prefix(begin + 1);
    begin = find_outside_quotes(params, ';');
    const std::string_view item = params.substr(0, begin);
    const std::size_t equals = item.find('=');
    if (!iequals(trimmed(item.substr(0, equals)), name)) continue;
    if (equals == std::string_view::npos) return std::string_view{};
    std::string_view value = trimmed(item.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string plain;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  result += '"';
  return result;
}

std::optional<SipUri> parse_sip_uri(std::string_view text) {
  SipUri uri;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  uri.scheme = text.substr(0, colon);
  if (!iequals(uri.scheme, "sip") && !iequals(uri.scheme, "sips")) return std::nullopt;
  text.remove_prefix(colon + 1);
  // An `@` may not stand in parameters or headers unescaped, so the last one ends the user.
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) {
    uri.user = text.substr(0, at);
    if (uri.user.empty() || uri.user.find_first_of("@<>\" \t") != std::string_view::npos) return std::nullopt;
    text.remove_prefix(at + 1);
  }
  if (text.find('?') != std::string_view::npos) return std::nullopt;
  const std::size_t semicolon = std::min(text.find(';'), text.size());
  uri.params = text.substr(semicolon);
  if (!read_host(text.substr(0, semicolon), uri)) return std::nullopt;
  return uri;
}

std::optional<std::string> canonical_address(std::string_view text) {
  const auto uri = parse_sip_uri(text);
  if (!uri || !only_address_characters(uri->user) || !is_utf8(uri->user)) return std::nullopt;
  if (uri->user.size() + 1 + uri->host.size() > longest_address) return std::nullopt;
  std::string address = "sip:";
  address.reserve(address.size() + uri->user.size() + 1 + uri->host.size());
  for (const char c : uri->user) address += to_lower(c);
  address += '@';
  for (const char c : uri->host) address += to_lower(c);
  return address;
}

bool same_address(std::string_view a, std::string_view b) {
  const auto canonical = canonical_address(a);
  return canonical && canonical == canonical_address(b);
}

}  // namespace poolcast::proto
