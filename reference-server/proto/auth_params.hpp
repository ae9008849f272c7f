// The parameters of Authorization and its relatives: `Digest username="ann", qop=auth, …`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace poolcast::proto {

class AuthParams {
public:
  // Nothing for another scheme, a parameter given twice, more than 32 of them, or anything that is not `name=value` with a token
  // or a quoted string for its value, separated by commas.
  static std::optional<AuthParams> parse(std::string_view header_value, std::string_view scheme);

  // Null where absent; names without regard to case, values without quotes and escapes.
  const std::string* find(std::string_view name) const;
  // Empty where absent.
  std::string take(std::string_view name) const;

private:
  std::vector<std::pair<std::string, std::string>> items_;
};

// `, name="value"` with the value's quotes escaped; without the comma where `out` is empty or ends in a blank.
void append_auth_param(std::string& out, std::string_view name, std::string_view value);

}  // namespace poolcast::proto
