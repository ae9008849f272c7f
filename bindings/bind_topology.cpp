#include <string>

#include "bindings/module.hpp"
#include "bindings/record.hpp"
#include "domain/topology.hpp"

namespace poolcast::bindings {

void bind_topology(py::module_& module) {
  bind_enum<Edition>(module, "Edition", "Edition of a Front End server.");
  bind_enum<SqlEdition>(module, "SqlEdition", "Edition of a SQL Server.");
  bind_enum<Holds>(module, "Holds", "What a database is for.");
  bind_enum<AvailabilityMode>(module, "AvailabilityMode", "How a database is kept available.");
  bind_enum<PoolGrowth>(module, "PoolGrowth", "Whether a pool was created to be widened.");

  bind_record<Hardware>(module, "Hardware", "A kind of machine; the defaults are the documented reference machine.");
  bind_record<Site>(module, "Site", "A place that is lost as a whole.");
  bind_record<FrontEndPool>(module, "FrontEndPool", "A pool of Front End servers.");
  bind_record<ChatServer>(module, "ChatServer", "What differs from the pool for one chat server.");
  bind_record<ChatPool>(module, "ChatPool", "A pool of Persistent Chat servers, active and standby.");
  bind_record<SqlInstance>(module, "SqlInstance", "A SQL Server instance that differs from the defaults.");
  bind_record<LogShipping>(module, "LogShipping", "Shipping of a database's log to another site.");
  bind_record<Database>(module, "Database", "A database with its mirror, its witness and its log shipping.");
  bind_record<FileStore>(module, "FileStore", "The share that holds uploaded files.");
  bind_record<Link>(module, "Link", "The network within a site or between two.");
  bind_record<Secret>(module, "Secret", "A value that is looked up where the node runs and never written down.");
  bind_record<Deployment>(module, "Deployment", "Where a node really runs; the simulator ignores it.");
  bind_record<Topology>(module, "Topology", "What is deployed where.");

  module.def(
      "all_nodes",
      [](const Record<Topology>& topology) {
        py::list names;
        for (const NodeId& node : all_nodes(value_of(topology))) names.append(node.str());
        return names;
      },
      py::arg("topology"),
      "all_nodes(topology: Topology) -> list[str]\n\nEvery machine that a fault may name, in the order of the file.");
  module.def(
      "machines_of",
      [](const Record<Topology>& topology, const py::object& names) {
        const Names wanted = PyValue<Names>::from(names, {"names"}, {});
        py::list machines;
        for (const NodeId& node : machines_of(value_of(topology), wanted)) machines.append(node.str());
        return machines;
      },
      py::arg("topology"), py::arg("names"),
      "machines_of(topology: Topology, names: str | list[str]) -> list[str]\n\nThe machines that a name, or several, stand for: "
      "a machine, a pool's servers, all machines of a site.");
  module.def(
      "hardware_named",
      [](const Record<Topology>& topology, const std::string& name) -> py::object {
        const Topology value = value_of(topology);
        const Hardware* hardware = find_hardware(value, HardwareId{name});
        return hardware == nullptr ? py::none() : PyValue<Hardware>::to(*hardware);
      },
      py::arg("topology"), py::arg("name"),
      "hardware_named(topology: Topology, name: str) -> Hardware | None\n\nThe kind of machine; reference-2015 needs no "
      "listing.");
}

}  // namespace poolcast::bindings
