#include "bindings/module.hpp"
#include "bindings/record.hpp"
#include "domain/fault.hpp"

namespace poolcast::bindings {

void bind_fault(py::module_& module) {
  bind_enum<LossKind>(module, "LossKind", "How a loss looks to clients.");
  bind_record<Fault>(module, "Fault",
                     "What breaks or is operated: exactly one of lose, drain, activate, slow and slow_link is given.")
      .def_property_readonly(
          "label", [](const Record<Fault>& fault) { return label(value_of(fault)); },
          "What the fault is called in objectives and reports: `lose chat-2`.");
}

}  // namespace poolcast::bindings
