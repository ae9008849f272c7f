#include "bindings/module.hpp"
#include "domain/metric.hpp"

namespace poolcast::bindings {
namespace {

std::string_view kind_name(MetricKind kind) {
  constexpr std::string_view names[] = {"latency", "level", "count", "once"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view observed_name(ObservedAt place) {
  constexpr std::string_view names[] = {"client", "server", "database", "pool"};
  return names[static_cast<std::size_t>(place)];
}

}  // namespace

void bind_metric(py::module_& module) {
  module.def(
      "metrics",
      [] {
        py::list rows;
        for (const MetricRow& row : metric_table) {
          py::dict entry;
          entry["name"] = row.name;
          entry["kind"] = kind_name(row.kind);
          entry["unit"] = unit_name(row.unit);
          entry["suffix"] = unit_suffix(row.unit);
          entry["observed_at"] = observed_name(row.observed_at);
          entry["meaning"] = row.meaning;
          rows.append(entry);
        }
        return rows;
      },
      "metrics() -> list[dict[str, str]]\n\nThe table of metrics: name, kind, unit, suffix of a column, where observed, "
      "meaning.");
}

}  // namespace poolcast::bindings
