// The control plane of a scenario: its machines, and as risks the losses and cuts that happen at random (`about_every`,
// `for_about`).
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <string>

#include "domain/ensure.hpp"
#include "domain/rules/commit.hpp"
#include "sim/analytic/load.hpp"
#include "sim/analytic/methods.hpp"

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
  std::vector<std::size_t> all_but(const std::vector<std::size_t>& some) const {
    std::vector<std::size_t> numbers;
    for (std::size_t machine = 0; machine < count(); ++machine)
      if (std::ranges::find(some, machine) == some.end()) numbers.push_back(machine);
    return numbers;
  }

private:
  std::vector<NodeId> names_;
};

bool is_risk(const Fault& fault) { return (fault.lose || fault.cut) && fault.about_every && (fault.for_about || fault.duration); }

Risk risk_of(const Fault& fault, const Machines& machines, const Topology& topology) {
  const Names& names = fault.lose ? *fault.lose : *fault.cut;
  Risk risk;
  risk.label = label(fault);
  risk.machines = machines.of(machines_of(topology, names));
  risk.failures_per_s = 1 / fault.about_every->value.count();
  risk.repairs_per_s = 1 / (fault.for_about ? fault.for_about->value : *fault.duration).count();
  if (fault.cut) {
    risk.is_cut = true;
    risk.away_from = fault.away_from ? machines.of(machines_of(topology, *fault.away_from)) : machines.all_but(risk.machines);
    return risk;
  }
  risk.resets = fault.kind == LossKind::reset;
  risk.is_site =
      std::ranges::any_of(names.each, [&](const std::string& name) { return find_site(topology, SiteId(name)) != nullptr; });
  return risk;
}

DatabasePlane database_of(const Database& database, const Machines& machines) {
  DatabasePlane plane;
  plane.principal = machines.of(database.principal);
  if (rules::is_mirrored(database)) {
    plane.mirror = machines.of(*database.mirror);
    if (database.witness) plane.witness = machines.of(*database.witness);
    plane.full_safety = database.mode != AvailabilityMode::high_performance;
    plane.has_cluster = database.mode == AvailabilityMode::always_on;
    constexpr Seconds next_ping{0.5};  // in the mean
    plane.detection = rules::partner_timeout(database) + next_ping;
  }
  if (database.log_shipping) plane.secondary = machines.of(database.log_shipping->secondary);
  return plane;
}

PoolPlane pool_of(const PoolLoad& load, const Topology& topology, const Machines& machines) {
  const ChatPool& pool = *load.pool;
  PoolPlane plane;
  plane.users = load.share;
  plane.servers = machines.of(pool.active);
  plane.standby = machines.of(pool.standby);
  plane.front_ends = machines.of(front_end_servers(*find_front_end_pool(topology, pool.next_hop)));
  for (const FrontEndPool& other : topology.front_end_pools)
    if (other.name != pool.next_hop)
      std::ranges::copy(machines.of(front_end_servers(other)), std::back_inserter(plane.other_front_ends));
  plane.content = database_of(*find_database(topology, pool, Holds::content), machines);
  const Database* compliance = pool.compliance ? find_database(topology, pool, Holds::compliance) : nullptr;
  if (compliance != nullptr) plane.compliance = database_of(*compliance, machines);
  const ClientBehaviour& client = load.scenario->workload.client;
  plane.surges.unnoticed_s =
      (client.silent_detection.low + client.silent_detection.high).count() / 2 - client.reset_detection.count();
  const std::size_t active = pool.active.size();
  plane.surges.of_some_s.assign(active + 1, std::vector<double>(active + 1));
  return plane;
}

// A loss comes at any hour of the day alike, and so does what follows from it.
void use(const Surge& surge, const DayLoads& day, const PoolLoad& load, Surges& surges) {
  const double waits_s = load.costs.gate_spacing * load.users;  // who is last when all of them are displaced
  const double gate_per_s = waits_s > 0 ? 1 / waits_s : 0;
  const double displaced = 1 - static_cast<double>(surge.survivors) / static_cast<double>(surge.servers);
  const double away_s = day.mean_away_s(surge.surrogate(), {displaced, gate_per_s});
  ensure(std::isfinite(away_s), "a loss costs users a finite time");
  (surge.survivors == 0 ? surges.of_all_s : surges.of_some_s[surge.servers][surge.survivors]) = away_s;
}

// Of everything well, as a sentence has it.
std::string per_cent(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2g %%", 100 * share);
  return text.data();
}

}  // namespace

std::vector<Inconsistency> availability_refusals(const Scenario& scenario) {
  std::vector<Inconsistency> found;
  for (std::size_t number = 0; number < scenario.faults.size(); ++number)
    if (!is_risk(scenario.faults[number]) && !scenario.faults[number].follow)
      found.push_back(
          {"faults[" + std::to_string(number) + "]",
           "availability is worked out from losses and cuts at random, and this is none: " + label(scenario.faults[number]),
           "write `lose` or `cut` with `about_every` and `for_about`, or leave it out"});
  const auto& instances = scenario.topology.sql_instances;
  for (std::size_t number = 0; number < instances.size(); ++number)
    if (!instances[number].cluster.empty())
      found.push_back({"topology.sql_instances[" + std::to_string(number) + "].cluster",
                       "availability is not worked out for failover clusters, and `" + instances[number].name.str() + "` is one",
                       "play it: `poolcast run`; or mirror the database, with a witness"});
  if (found.empty() && losses_at_random(scenario).empty())
    found.push_back({"faults", "availability is worked out from losses at random, and there are none",
                     "start from the scenario years-of-chance, which has a rate for every kind of machine"});
  const auto& points = scenario.workload.day_curve;
  if (!points.empty() && std::ranges::none_of(points, [](const DayPoint& point) { return point.present.of_one > 0; }))
    found.push_back({"workload.day_curve", "availability is a share of the time that users want to be there, and nobody ever is",
                     "write a `present` above 0 %"});
  if (!found.empty()) return found;
  ControlPlane risks;
  const Machines machines(scenario.topology);
  for (const Fault& fault : losses_at_random(scenario)) risks.risks.push_back(risk_of(fault, machines, scenario.topology));
  if (well_share(risks) < least_well_share)
    found.push_back({"faults",
                     "everything is well for " + per_cent(well_share(risks)) +
                         " of the time, with these rates; availability begins anew whenever it is, and needs at least " +
                         per_cent(least_well_share),
                     "write a longer `about_every`, a shorter `for_about` or fewer machines, or play it: `poolcast run`"});
  return found;
}

std::vector<Fault> losses_at_random(const Scenario& scenario) {
  std::vector<Fault> risks;
  std::ranges::copy_if(scenario.faults, std::back_inserter(risks), is_risk);
  return risks;
}

ControlPlane control_plane_of(const Scenario& scenario) { return control_plane_of(scenario, fluid_surges(scenario)); }

ControlPlane control_plane_of(const Scenario& scenario, const std::vector<Surge>& surges) {
  const Topology& topology = scenario.topology;
  const Machines machines(topology);
  ControlPlane plane;
  plane.machines = machines.count();
  // An exponential time has a mean above zero.
  plane.opening = std::max(Seconds{1e-3}, scenario.costs.database_open_time.value);
  for (const Fault& fault : losses_at_random(scenario)) plane.risks.push_back(risk_of(fault, machines, topology));
  const std::vector<PoolLoad> loads = pool_loads(scenario);
  for (const PoolLoad& load : loads) plane.pools.push_back(pool_of(load, topology, machines));
  const DayLoads day(scenario.workload);
  plane.wanted = day.wanted();
  for (const Surge& surge : surges) use(surge, day, loads[surge.pool], plane.pools[surge.pool].surges);
  return plane;
}

}  // namespace poolcast::sim::analytic
