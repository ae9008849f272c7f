// Keys of the validation tables that neither a profile's limits nor a capacity page of a scenario hold, and why.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace poolcast::limits::test {

struct NotHere {
  std::string_view key;  // or the beginning of several, ending in a dot
  std::string_view because;
};

const std::vector<NotHere>& not_here();
const NotHere* why_not_here(std::string_view key);

}  // namespace poolcast::limits::test
