// The page that the parts of capacity() write their rows on.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "domain/limits/capacity.hpp"
#include "domain/limits/profile.hpp"
#include "domain/limits/text.hpp"

namespace poolcast::limits {

inline constexpr std::string_view derived = "derived";

class CapacityPage {
public:
  void section(std::string name) { section_ = std::move(name); }

  // The row's formula is the pattern with the numbers in the place of its {}.
  CapacityRow& add(std::string quantity, std::string part, double value, std::string unit, std::string_view pattern,
                   std::initializer_list<double> numbers, std::string_view source) {
    std::string formula;
    auto next = numbers.begin();
    for (std::size_t at = 0; at < pattern.size(); ++at) {
      const bool gap = pattern.substr(at, 2) == "{}" && next != numbers.end();
      if (gap) formula += number(*next++);
      if (gap) ++at;
      if (!gap) formula += pattern[at];
    }
    rows.push_back(
        {section_, std::move(quantity), std::move(part), value, std::move(unit), {}, std::move(formula), std::string(source)});
    return rows.back();
  }

  std::vector<CapacityRow> rows;

private:
  std::string section_;
};

// The parts of the page, in its order.
void add_rooms(CapacityPage& page, const Scenario& scenario, const Limits& limits);
void add_access(CapacityPage& page, const Scenario& scenario, const Limits& limits);
void add_invitations(CapacityPage& page, const Scenario& scenario, const Limits& limits);
void add_posts(CapacityPage& page, const Scenario& scenario, const Limits& limits);
void add_deliveries(CapacityPage& page, const Scenario& scenario, const Limits& limits);
void add_presence(CapacityPage& page, const Scenario& scenario, const Limits& limits);
void add_sign_in(CapacityPage& page, const Scenario& scenario, const Limits& limits);
void add_headroom(CapacityPage& page, const Scenario& scenario, const Limits& limits);
void add_storage(CapacityPage& page, const Scenario& scenario, const Limits& limits);

}  // namespace poolcast::limits
