#include "bindings/module.hpp"
#include "bindings/record.hpp"
#include "domain/scenario.hpp"

namespace poolcast::bindings {

void bind_scenario(py::module_& module) {
  bind_enum<Statistic>(module, "Statistic", "Which figure of a metric.");
  bind_enum<Quantity::Dimension>(module, "Dimension", "What a quantity measures.");
  bind_record<Quantity>(module, "Quantity",
                        "A number with the dimension of its metric: Quantity(value=0.5, dimension='seconds').");
  bind_record<Objective>(module, "Objective", "What would be good enough; exactly one of at_most and at_least is given.");
  bind_record<Variant>(module, "Variant", "The same scenario under other assumptions, reported beside it.");
  bind_record<Scenario>(module, "Scenario",
                        "A question: a topology, what its users do, what goes wrong, and for how long we look.");

  module.def(
      "users_of_pools",
      [](const Record<Scenario>& scenario) {
        const Scenario value = value_of(scenario);
        py::list users;
        for (Count count : users_of_pools(value)) users.append(count);
        return users;
      },
      py::arg("scenario"),
      "users_of_pools(scenario: Scenario) -> list[int]\n\nUsers that each chat pool carries, in the order of the topology.");
}

}  // namespace poolcast::bindings
