#include "bindings/module.hpp"
#include "bindings/record.hpp"
#include "domain/fault.hpp"

namespace poolcast::bindings {

void bind_fault(py::module_& module) {
  bind_enum<LossKind>(module, "LossKind", "How a loss looks to clients.");
  bind_record<Fault>(
      module, "Fault",
      "What breaks or is operated: exactly one of the verbs lose, lose_disks, drain, activate, swap, fail_over, slow, "
      "slow_disk, fill_disk, hang, sync_directory, slow_link, narrow_link, lossy_link, cut, make_principal, force_service, "
      "suspend_mirroring, resume_mirroring, new_mirror, new_secondary, restore, fail_back, set_active and follow is given.")
      .def_property_readonly(
          "label", [](const Record<Fault>& fault) { return label(value_of(fault)); },
          "What the fault is called in objectives and reports: `lose chat-2`.");
}

}  // namespace poolcast::bindings
