// Which known word was probably meant, and how messages list words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poolcast {

// The known word that was probably meant; nothing when none is near.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

// "did you mean `users`?" or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

// "a, b or c"
std::string one_of(const std::vector<std::string>& words);

}  // namespace poolcast
