// Quantities as types. In C++ the type carries the unit; scenario files write it in the value; columns and Python names carry
// it as a suffix. Conversion happens once, in domain/io.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace poolcast {

// Time in seconds; files write `90s`, `2min`, `1h`, `200us`. Python and columns: `_s`.
using Seconds = std::chrono::duration<double>;

// A size in bytes; files write `1.2 KB` (1000), `1 KiB` (1024), `10 GB`. Python and columns: `_bytes`.
struct Bytes {
  double count = 0;
  auto operator<=>(const Bytes&) const = default;
};

// A transfer speed in bytes per second; files write `20 MB/s` or `1 Gb/s` (bits). Python and columns: `_bytes_per_s`.
struct Bandwidth {
  double bytes_per_s = 0;
  auto operator<=>(const Bandwidth&) const = default;
};

// Events per second; files write `10/s`, `6/h`, `1/day`. A day is 24 h here; a working day is Workload::day. Python: `_per_s`.
struct Rate {
  double per_s = 0;
  auto operator<=>(const Rate&) const = default;
};

// A share between 0 and 1; files write `50%` or `0.5`. Python and columns: `_share`.
struct Share {
  double of_one = 0;
  auto operator<=>(const Share&) const = default;
};

// A cycle frequency; files write `2.26 GHz`. Python and columns: `_hz`.
struct Frequency {
  double hz = 0;
  auto operator<=>(const Frequency&) const = default;
};

// A duration drawn uniformly; files write `0s..30s`, or one duration for a constant. Python: `_s` as a pair.
struct SecondsRange {
  Seconds low{0};
  Seconds high{0};
  bool operator==(const SecondsRange&) const = default;
};

// How many posts a room class receives. The documented models use all three forms; files write `50/room/day`, `15/user/day`,
// `22.22/s` (for the whole pool at Workload::reference_users). `day` is Workload::day, the working day.
struct PostRate {
  enum class Basis { per_second, per_room_day, per_user_day };
  double value = 0;
  Basis basis = Basis::per_second;
  bool operator==(const PostRate&) const = default;
};

// A whole number; files may group digits: `80_000`.
using Count = std::int64_t;

}  // namespace poolcast
