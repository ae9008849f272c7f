#include <pybind11/stl.h>

#include "bindings/module.hpp"
#include "bindings/record.hpp"
#include "domain/limits/capacity.hpp"

namespace poolcast::bindings {

void bind_capacity(py::module_& module) {
  using limits::CapacityRow;
  py::class_<CapacityRow>(module, "CapacityRow", "One number of the capacity page.")
      .def_readonly("section", &CapacityRow::section, "Part of the page.")
      .def_readonly("quantity", &CapacityRow::quantity, "What is counted.")
      .def_readonly("part", &CapacityRow::part, "Room class, server or pool; empty for the total.")
      .def_readonly("value", &CapacityRow::value, "The number, unrounded, in `unit`.")
      .def_readonly("unit", &CapacityRow::unit, "Unit of the value.")
      .def_readonly("limit", &CapacityRow::limit, "The documented ceiling, or None.")
      .def_readonly("formula", &CapacityRow::formula, "How it was derived, with the scenario's numbers.")
      .def_readonly("source", &CapacityRow::source, "Where it is documented, or what was assumed.");
  module.def(
      "capacity",
      [](const Record<Scenario>& scenario) {
        const Scenario value = value_of(scenario);
        const py::gil_scoped_release release;
        return limits::capacity(value);
      },
      py::arg("scenario"), "capacity(scenario: Scenario) -> list[CapacityRow]\n\nThe capacity page, derived from a scenario.");
}

}  // namespace poolcast::bindings
