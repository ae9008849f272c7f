#include <openssl/rand.h>

#include <cstddef>

#include "domain/ensure.hpp"
#include "reference-server/store/ids.hpp"

namespace poolcast::store {

namespace {

constexpr std::size_t text_length = 36;

bool dash_before(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Uuid random_bytes() {
  Uuid uuid;
  ensure(RAND_bytes(uuid.bytes.data(), static_cast<int>(uuid.bytes.size())) == 1, "the system gives random bytes");
  return uuid;
}

// RFC 9562: version in the upper half of byte 6, variant in the two upper bits of byte 8.
void mark(Uuid& uuid, unsigned version) {
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0fU) | version << 4);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3fU) | 0x80U);
}

}  // namespace

std::string to_string(const Uuid& uuid) {
  constexpr auto digits = "0123456789abcdef";
  std::string text;
  text.reserve(text_length);
  for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
    if (dash_before(i)) text += '-';
    text += digits[uuid.bytes[i] >> 4];
    text += digits[uuid.bytes[i] & 0x0f];
  }
  return text;
}

bool parse_uuid(const std::string& text, Uuid& uuid) {
  if (text.size() != text_length) return false;
  Uuid parsed;
  std::size_t at = 0;
  for (std::size_t i = 0; i < parsed.bytes.size(); ++i) {
    if (dash_before(i) && text[at++] != '-') return false;
    const int high = digit(text[at]);
    const int low = digit(text[at + 1]);
    if (high < 0 || low < 0) return false;
    parsed.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
    at += 2;
  }
  uuid = parsed;
  return true;
}

Uuid time_ordered_uuid(std::int64_t unix_ms) {
  Uuid uuid = random_bytes();
  for (std::size_t i = 0; i < 6; ++i) uuid.bytes[i] = static_cast<std::uint8_t>(unix_ms >> (40 - 8 * i));
  mark(uuid, 7);
  return uuid;
}

Uuid random_uuid() {
  Uuid uuid = random_bytes();
  mark(uuid, 4);
  return uuid;
}

}  // namespace poolcast::store
