// What a text must be to be stored, and how a search text falls into words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace poolcast::store {

// UTF-8 without zero bytes (which PostgreSQL cannot hold), overlong forms or surrogates (RFC 3629).
bool valid_text(std::string_view text);

// ASCII letters only become small: enough for names that must differ by more than their case.
std::string folded(std::string_view text);

// Runs of ASCII letters, digits and whatever is not ASCII.
std::vector<std::string> words_of(std::string_view text);

}  // namespace poolcast::store
