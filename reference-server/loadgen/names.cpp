#include "reference-server/loadgen/names.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdio>

#include "domain/ensure.hpp"

namespace poolcast::loadgen {

namespace {

std::string numbered(std::string_view prefix, std::size_t number, int digits) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%0*zu", digits, number);
  return std::string(prefix) + text.data();
}

// Version 3 of RFC 9562 (a name hashed by MD5), apart from the name space.
std::string guid_of(std::string_view name) {
  std::string hex = md5_hex("poolcast-load " + std::string(name));
  hex[12] = '3';
  hex[16] = "89ab"[(hex[16] <= '9' ? hex[16] - '0' : hex[16] - 'a' + 10) % 4];
  return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' + hex.substr(16, 4) + '-' + hex.substr(20);
}

}  // namespace

std::string user_name(UserNumber user) { return numbered("u", std::size_t{user} + 1, 6); }

std::string user_uri(UserNumber user, std::string_view domain) { return "sip:" + user_name(user) + "@" + std::string(domain); }

std::vector<RoomIdentity> room_identities(const Membership& membership, const Workload& workload) {
  std::vector<RoomIdentity> rooms;
  rooms.reserve(membership.rooms());
  for (RoomNumber room = 0; room < membership.rooms(); ++room) {
    const std::size_t room_class = membership.class_of(room);
    const std::size_t within = room - membership.first_room(room_class) + 1;
    std::string name = numbered(workload.room_classes[room_class].name + "-", within, 5);
    std::string guid = guid_of("room " + name);
    rooms.push_back({std::move(name), std::move(guid)});
  }
  return rooms;
}

std::string guid_of_category(std::string_view name) { return guid_of("category " + std::string(name)); }

std::string room_uri(std::string_view guid, std::string_view domain) {
  return "ma-chan://" + std::string(domain) + "/" + std::string(guid);
}

std::string md5_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned length = 0;
  ensure(EVP_Digest(text.data(), text.size(), sum.data(), &length, EVP_md5(), nullptr) == 1, "OpenSSL gives MD5");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    hex.push_back(digits[sum[i] >> 4]);
    hex.push_back(digits[sum[i] & 15]);
  }
  return hex;
}

std::string digest_response(const DigestInput& input) {
  const auto joined = [](std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts) text.append(text.empty() ? "" : ":").append(part);
    return text;
  };
  const std::string secret = md5_hex(joined({input.user, input.realm, input.password}));
  const std::string request = md5_hex(joined({input.method, input.uri}));
  return md5_hex(joined({secret, input.nonce, "00000001", input.cnonce, "auth", request}));
}

}  // namespace poolcast::loadgen
