// The control plane of a scenario: its machines, and as risks the losses that happen at random (`about_every`, `for_about`).
#include <algorithm>
#include <string>

#include "sim/analytic/methods.hpp"
#include "sim/analytic/storm_pool.hpp"

namespace poolcast::sim::analytic {
namespace {

class Machines {
public:
  explicit Machines(const Topology& topology) : names_(all_nodes(topology)) {}
  std::size_t count() const { return names_.size(); }
  std::size_t of(const NodeId& name) const { return static_cast<std::size_t>(std::ranges::find(names_, name) - names_.begin()); }
  std::vector<std::size_t> of(const std::vector<NodeId>& names) const {
    std::vector<std::size_t> numbers;
    for (const NodeId& name : names) numbers.push_back(of(name));
    return numbers;
  }

private:
  std::vector<NodeId> names_;
};

bool is_risk(const Fault& fault) { return fault.lose && fault.about_every && (fault.for_about || fault.duration); }

Risk risk_of(const Fault& fault, const ControlPlane& plane, const Machines& machines, const Topology& topology) {
  Risk risk;
  risk.label = label(fault);
  risk.machines = machines.of(machines_of(topology, *fault.lose));
  risk.failures_per_s = 1 / fault.about_every->value.count();
  risk.repairs_per_s = 1 / (fault.for_about ? fault.for_about->value : *fault.duration).count();
  const auto takes = [&](std::size_t machine) { return std::ranges::find(risk.machines, machine) != risk.machines.end(); };
  risk.resets = fault.kind == LossKind::reset;
  risk.is_site = takes(plane.principal) && std::ranges::any_of(plane.servers, takes);
  return risk;
}

}  // namespace

std::vector<Inconsistency> availability_refusals(const Scenario& scenario) {
  std::vector<Inconsistency> found;
  if (scenario.topology.chat_pools.size() != 1)
    found.push_back({"topology.chat_pools", "availability is worked out for one chat pool, and there are several",
                     "leave the others out: pools do not help each other"});
  for (std::size_t number = 0; number < scenario.faults.size(); ++number)
    if (!is_risk(scenario.faults[number]))
      found.push_back({"faults[" + std::to_string(number) + "]",
                       "availability is worked out from losses at random, and this is none: " + label(scenario.faults[number]),
                       "write `lose` with `about_every` and `for_about`, or leave it out"});
  if (scenario.faults.empty())
    found.push_back({"faults", "availability is worked out from losses at random, and there are none",
                     "start from the scenario years-of-chance, which has a rate for every kind of machine"});
  return found;
}

ControlPlane control_plane_of(const Scenario& scenario) {
  const Topology& topology = scenario.topology;
  const ChatPool& pool = topology.chat_pools.front();
  const Database& content = *find_database(topology, pool, Holds::content);
  const Machines machines(topology);
  ControlPlane plane;
  plane.machines = machines.count();
  plane.servers = machines.of(pool.active);
  plane.standby = machines.of(pool.standby);
  plane.front_ends = machines.of(front_end_servers(*find_front_end_pool(topology, pool.next_hop)));
  for (const FrontEndPool& other : topology.front_end_pools)
    if (other.name != pool.next_hop)
      for (const NodeId& server : front_end_servers(other)) plane.other_front_ends.push_back(machines.of(server));
  plane.principal = machines.of(content.principal);
  if (content.mirror && content.mode == AvailabilityMode::high_safety) {
    plane.mirror = machines.of(*content.mirror);
    if (content.witness) plane.witness = machines.of(*content.witness);
  }
  // An exponential time has a mean above zero.
  plane.opening = std::max(Seconds{1e-3}, scenario.costs.database_open_time.value);
  if (content.log_shipping) plane.secondary = machines.of(content.log_shipping->secondary);
  for (const Fault& fault : scenario.faults) plane.risks.push_back(risk_of(fault, plane, machines, topology));
  const PoolLoad load = pool_loads(scenario).front();
  plane.surge_of_all_s = surge_of_all(load);
  plane.surge_s = surges(load);
  return plane;
}

}  // namespace poolcast::sim::analytic
