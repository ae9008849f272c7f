#include "reference-server/proto/auth_params.hpp"

#include "reference-server/proto/name_addr.hpp"
#include "reference-server/proto/sip_lines.hpp"
#include "reference-server/proto/text.hpp"

namespace poolcast::proto {
namespace {

constexpr std::size_t most_params = 32;

void skip_blanks(std::string_view& rest) {
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
}

std::string_view take_token(std::string_view& rest) {
  std::size_t size = 0;
  while (size < rest.size() && token_characters[static_cast<unsigned char>(rest[size])]) ++size;
  const std::string_view token = rest.substr(0, size);
  rest.remove_prefix(size);
  return token;
}

// A quoted string with its quotes, or nothing where it does not close.
std::optional<std::string_view> take_quoted(std::string_view& rest) {
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '\\') {
      ++i;
    } else if (rest[i] == '"') {
      const std::string_view text = rest.substr(0, i + 1);
      rest.remove_prefix(i + 1);
      return text;
    }
  }
  return std::nullopt;
}

std::optional<std::string> take_value(std::string_view& rest) {
  if (!rest.empty() && rest.front() == '"') {
    const auto text = take_quoted(rest);
    if (!text) return std::nullopt;
    return unquoted(*text);
  }
  const std::string_view token = take_token(rest);
  if (token.empty()) return std::nullopt;
  return std::string(token);
}

}  // namespace

std::optional<AuthParams> AuthParams::parse(std::string_view value, std::string_view scheme) {
  std::string_view rest = trimmed(value);
  if (!iequals(take_token(rest), scheme) || rest.empty() || (rest.front() != ' ' && rest.front() != '\t')) return std::nullopt;
  AuthParams params;
  while (true) {
    skip_blanks(rest);
    const std::string_view name = take_token(rest);
    skip_blanks(rest);
    if (name.empty() || rest.empty() || rest.front() != '=') return std::nullopt;
    rest.remove_prefix(1);
    skip_blanks(rest);
    auto item = take_value(rest);
    if (!item || params.find(name) != nullptr || params.items_.size() == most_params) return std::nullopt;
    params.items_.emplace_back(to_lower(name), std::move(*item));
    skip_blanks(rest);
    if (rest.empty()) return params;
    if (rest.front() != ',') return std::nullopt;
    rest.remove_prefix(1);
  }
}

const std::string* AuthParams::find(std::string_view name) const {
  for (const auto& [known, value] : items_)
    if (iequals(known, name)) return &value;
  return nullptr;
}

std::string AuthParams::take(std::string_view name) const {
  const std::string* found = find(name);
  return found != nullptr ? *found : std::string{};
}

void append_auth_param(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty() && out.back() != ' ') out.append(", ");
  out.append(name).append("=").append(quoted(value));
}

}  // namespace poolcast::proto
