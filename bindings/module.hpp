// What module.cpp calls: one function per header bound.
#pragma once

#include <pybind11/pybind11.h>

namespace poolcast::bindings {

namespace py = pybind11;

void bind_topology(py::module_& module);
void bind_workload(py::module_& module);
void bind_cost_set(py::module_& module);
void bind_fault(py::module_& module);
void bind_scenario(py::module_& module);
void bind_metric(py::module_& module);
void bind_config_error(py::module_& module);
void bind_scenario_file(py::module_& module);
void bind_finding(py::module_& module);
void bind_capacity(py::module_& module);
void bind_runbook(py::module_& module);

}  // namespace poolcast::bindings
