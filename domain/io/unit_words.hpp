// The words for units, in the order in which print prefers them. Internal to quantity_text.cpp and written_form.cpp.
#pragma once

#include <array>
#include <string_view>

#include "domain/units.hpp"

namespace poolcast::io {

// value in the base unit = number × 10^exponent × multiply / divide
struct UnitWord {
  std::string_view word;
  int exponent = 0;
  double multiply = 1;
  double divide = 1;
};

inline constexpr std::array duration_words{UnitWord{"s"},      UnitWord{"min", 0, 60}, UnitWord{"h", 0, 3600},
                                           UnitWord{"ms", -3}, UnitWord{"us", -6},     UnitWord{"day", 0, 86400}};
inline constexpr std::array byte_words{UnitWord{"B"},
                                       UnitWord{"KB", 3},
                                       UnitWord{"MB", 6},
                                       UnitWord{"GB", 9},
                                       UnitWord{"TB", 12},
                                       UnitWord{"KiB", 0, 1024},
                                       UnitWord{"MiB", 0, 1024.0 * 1024},
                                       UnitWord{"GiB", 0, 1024.0 * 1024 * 1024}};
inline constexpr std::array bandwidth_words{UnitWord{"B/s"},
                                            UnitWord{"KB/s", 3},
                                            UnitWord{"MB/s", 6},
                                            UnitWord{"GB/s", 9},
                                            UnitWord{"b/s", 0, 0.125},
                                            UnitWord{"Kb/s", 3, 0.125},
                                            UnitWord{"Mb/s", 6, 0.125},
                                            UnitWord{"Gb/s", 9, 0.125},
                                            UnitWord{"Tb/s", 12, 0.125}};
inline constexpr std::array rate_words{UnitWord{"/s"}, UnitWord{"/min", 0, 1, 60}, UnitWord{"/h", 0, 1, 3600},
                                       UnitWord{"/day", 0, 1, 86400}};
inline constexpr std::array frequency_words{UnitWord{"Hz"}, UnitWord{"kHz", 3}, UnitWord{"MHz", 6}, UnitWord{"GHz", 9}};
inline constexpr std::array share_words{UnitWord{"%", -2}};

struct PostBasis {
  std::string_view word;
  PostRate::Basis basis;
};
inline constexpr std::array post_bases{PostBasis{"/s", PostRate::Basis::per_second},
                                       PostBasis{"/room/day", PostRate::Basis::per_room_day},
                                       PostBasis{"/user/day", PostRate::Basis::per_user_day}};

}  // namespace poolcast::io
