// Small text helpers of the reader: how a found value is quoted, which known word is nearest, whether bytes are UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolcast::io {

// Numbers bare, everything else in backticks; long text cut.
std::string in_quotes(std::string_view found);

// The known word that was probably meant; nothing when none is near.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

// "; did you mean `users`?" or nothing.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

// "a, b or c"
std::string one_of(const std::vector<std::string>& words);

// Where the first byte stands that is not UTF-8 (overlong forms and surrogates included), or is NUL.
std::optional<std::size_t> first_bad_byte(std::string_view text);

// `high_safety` as files write it: `high-safety`.
std::string with_dashes(std::string_view enumerator);

}  // namespace poolcast::io
