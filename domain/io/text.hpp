// Small text helpers of the reader: how a found value is quoted, which known word may be meant, whether bytes are UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolcast::io {

// Numbers bare, everything else in backticks; long text cut.
std::string in_quotes(std::string_view found);

// "; did you mean `users`?" or nothing.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

// Where the first byte stands that is not UTF-8 (overlong forms and surrogates included), or is NUL.
std::optional<std::size_t> first_bad_byte(std::string_view text);

// `high_safety` as files write it: `high-safety`.
std::string with_dashes(std::string_view enumerator);

}  // namespace poolcast::io
