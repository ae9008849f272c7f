// poolcast._core: the domain's words and the questions that need no run, one bind file per header.
#include "bindings/module.hpp"

PYBIND11_MODULE(_core, module) {
  namespace py = pybind11;
  namespace bindings = poolcast::bindings;
  py::options options;
  options.disable_function_signatures();
  module.doc() = "The compiled core of poolcast: scenario, topology and workload classes, documented limits, scenario files.";
  module.attr("__version__") = POOLCAST_VERSION;
  module.def(
      "_rebuild", [](const py::object& type, const py::dict& attributes) { return type(**attributes); },
      "_rebuild(type: type, attributes: dict[str, Any]) -> Any\n\nWhat pickle and copy call.");
  bindings::bind_topology(module);
  bindings::bind_workload(module);
  bindings::bind_cost_set(module);
  bindings::bind_runbook(module);  // faults follow runbooks
  bindings::bind_fault(module);
  bindings::bind_scenario(module);
  bindings::bind_metric(module);
  bindings::bind_config_error(module);
  bindings::bind_scenario_file(module);
  bindings::bind_finding(module);
  bindings::bind_capacity(module);
}
