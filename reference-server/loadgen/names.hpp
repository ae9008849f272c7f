// What users and rooms of a workload are called on a server: a number's name is the same in every run, so that what `prepare`
// wrote once serves them all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/membership.hpp"
#include "domain/scenario.hpp"

namespace poolcast::loadgen {

std::string user_name(UserNumber user);  // u000001 for 0
std::string user_uri(UserNumber user, std::string_view domain);

struct RoomIdentity {
  std::string name;  // small-00001: the class, then the number within it
  std::string guid;  // follows from the name
};

// In the order of room numbers.
std::vector<RoomIdentity> room_identities(const Membership& membership, const Workload& workload);

std::string guid_of_category(std::string_view name);
std::string room_uri(std::string_view guid, std::string_view domain);

// 32 hexadecimal digits: what Digest is made of, and GUIDs that follow from names.
std::string md5_hex(std::string_view text);

// The `response` of a Digest answer with qop "auth" (RFC 2617): MD5 as the specification wants it.
struct DigestInput {
  std::string_view user, realm, password, nonce, uri, method, cnonce;
};
std::string digest_response(const DigestInput& input);

}  // namespace poolcast::loadgen
