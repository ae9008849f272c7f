// The lines of a SIP head, as the framer and the parser both see them.
#pragma once

#include <array>
#include <string_view>

#include "reference-server/proto/sip_message.hpp"

namespace poolcast::proto {

// RFC 3261 section 25.1: what names of headers, methods and parameters are made of.
constexpr std::array<bool, 256> token_characters = [] {
  std::array<bool, 256> is{};
  for (char c = 'a'; c <= 'z'; ++c) is[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) is[static_cast<unsigned char>(c)] = true;
  for (char c = '0'; c <= '9'; ++c) is[static_cast<unsigned char>(c)] = true;
  for (const char c : std::string_view("-.!%*_+`'~")) is[static_cast<unsigned char>(c)] = true;
  return is;
}();

constexpr bool is_token(std::string_view text) {
  for (const char c : text)
    if (!token_characters[static_cast<unsigned char>(c)]) return false;
  return !text.empty();
}

// Splits `Name: value` at its colon; blanks before the colon are allowed (RFC 3261 section 7.3.1). An empty name: no header line.
SipHeader split_header(std::string_view line);

}  // namespace poolcast::proto
