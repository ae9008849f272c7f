#include <pybind11/stl.h>

#include "bindings/module.hpp"
#include "bindings/record.hpp"
#include "domain/limits/finding.hpp"

namespace poolcast::bindings {
namespace {

using limits::Finding;
using limits::Rule;

py::list check(const Record<Scenario>& scenario) {
  const Scenario value = value_of(scenario);
  std::vector<Finding> findings;
  {
    const py::gil_scoped_release release;
    findings = limits::check(value);
  }
  py::list result;
  for (Finding& finding : findings) result.append(std::move(finding));
  return result;
}

std::string explain(const std::string& rule_id, const std::string& product, const Record<Scenario>* scenario) {
  const Rule* rule = limits::find_rule(product, rule_id);
  if (rule == nullptr) throw py::key_error(rule_id);
  if (scenario == nullptr) return limits::explain(*rule);
  const Scenario value = value_of(*scenario);
  return limits::explain(*rule, &value);
}

}  // namespace

void bind_finding(py::module_& module) {
  bind_enum<limits::Severity>(module, "Severity", "error: refused. warning: discouraged. note: good to know.");
  py::class_<Finding>(module, "Finding", "What a rule found in one scenario, in the planner's own numbers.")
      .def_readonly("rule", &Finding::rule, "Id of the rule: PC-USERS-N1.")
      .def_property_readonly(
          "severity", [](const Finding& self) { return PyValue<limits::Severity>::to(self.severity); }, "How bad it is.")
      .def_readonly("key", &Finding::key, "Key of the scenario that it is about; empty for the whole.")
      .def_readonly("sentence", &Finding::sentence, "What was found.")
      .def("__repr__", [](const Finding& self) { return "<Finding " + self.rule + ": " + self.sentence + ">"; });
  py::class_<Rule>(module, "Rule", "One documented rule, limit, or contradiction between sources.")
      .def_property_readonly(
          "id", [](const Rule& self) { return std::string(self.id); }, "Id: PC-USERS-N1.")
      .def_property_readonly(
          "severity", [](const Rule& self) { return PyValue<limits::Severity>::to(self.severity); }, "How bad a breach is.")
      .def_property_readonly(
          "versions", [](const Rule& self) { return std::string(self.versions); }, "Product versions.")
      .def_property_readonly(
          "rule", [](const Rule& self) { return std::string(self.rule); }, "The rule in one sentence.")
      .def_property_readonly(
          "derivation", [](const Rule& self) { return std::string(self.derivation); }, "How it follows; may be empty.")
      .def_property_readonly(
          "source", [](const Rule& self) { return std::string(self.source); }, "Where it is documented.")
      .def("__repr__", [](const Rule& self) { return "<Rule " + std::string(self.id) + ": " + std::string(self.rule) + ">"; });

  module.def("check", &check, py::arg("scenario"), "check(scenario: Scenario) -> list[Finding]\n\nAll findings, errors first.");
  module.def(
      "rules", [](const std::string& product) { return limits::rules(product); }, py::arg("product"),
      "rules(product: str) -> list[Rule]\n\nThe rules of a product. An unknown product raises ValueError.");
  module.def(
      "products",
      [] {
        py::list names;
        for (std::string_view name : limits::products()) names.append(std::string(name));
        return names;
      },
      "products() -> list[str]\n\nProducts whose rules are known.");
  module.def("explain", &explain, py::arg("rule_id"), py::kw_only(), py::arg("product"), py::arg("scenario") = py::none(),
             "explain(rule_id: str, *, product: str, scenario: Scenario | None = None) -> str\n\n"
             "Rule, derivation and source; with a scenario also what it finds there. An unknown id raises KeyError.");
}

}  // namespace poolcast::bindings
