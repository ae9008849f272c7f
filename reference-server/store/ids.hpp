// How the store names things: numbers of rows that never mix with one another, and the keys that outlive a row.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

namespace poolcast::store {

// 0 stands for "not stored yet" in a request that creates something.
enum class RoomId : std::int64_t {};
enum class PrincipalId : std::int64_t {};  // a user or a group
enum class CategoryId : std::int64_t {};

constexpr std::int64_t number(RoomId id) { return static_cast<std::int64_t>(id); }
constexpr std::int64_t number(PrincipalId id) { return static_cast<std::int64_t>(id); }
constexpr std::int64_t number(CategoryId id) { return static_cast<std::int64_t>(id); }

// 16 bytes. As the key of a post they should grow with time (UUID version 7, or an epoch and a counter): keys without order cost
// a large unique index a factor of twelve in throughput.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;
};

std::string to_string(const Uuid& uuid);               // 8-4-4-4-12, lower case
bool parse_uuid(const std::string& text, Uuid& uuid);  // either case; false leaves uuid as it was
Uuid time_ordered_uuid(std::int64_t unix_ms);          // version 7: the time, then random bits
Uuid random_uuid();                                    // version 4, from the cryptographic source

}  // namespace poolcast::store
