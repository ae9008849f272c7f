#include "domain/metric.hpp"

#include <algorithm>

namespace poolcast {
namespace {

struct UnitRow {
  Unit unit;
  std::string_view name;
  std::string_view suffix;
};

constexpr std::array unit_table{
    UnitRow{Unit::seconds, "s", "_s"},
    UnitRow{Unit::users, "users", "_users"},
    UnitRow{Unit::requests, "requests", ""},
    UnitRow{Unit::share, "share", "_share"},
    UnitRow{Unit::bytes, "bytes", "_bytes"},
    UnitRow{Unit::messages, "messages", ""},
    UnitRow{Unit::user_minutes, "user-minutes", "_user_minutes"},
    UnitRow{Unit::per_second, "1/s", "_per_s"},
    UnitRow{Unit::events, "events", ""},
};

constexpr bool rows_stand_in_order() {
  for (std::size_t row = 0; row < metric_table.size(); ++row)
    if (static_cast<std::size_t>(metric_table[row].metric) != row) return false;
  for (std::size_t row = 0; row < unit_table.size(); ++row)
    if (static_cast<std::size_t>(unit_table[row].unit) != row) return false;
  return true;
}
static_assert(rows_stand_in_order(), "row_of() and unit_name() index the tables by value");

}  // namespace

std::optional<Metric> metric_named(std::string_view name) {
  const auto found = std::ranges::find(metric_table, name, &MetricRow::name);
  return found == metric_table.end() ? std::nullopt : std::optional(found->metric);
}

std::string_view unit_name(Unit unit) { return unit_table[static_cast<std::size_t>(unit)].name; }

std::string_view unit_suffix(Unit unit) { return unit_table[static_cast<std::size_t>(unit)].suffix; }

}  // namespace poolcast
