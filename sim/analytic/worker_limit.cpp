#include "sim/analytic/worker_limit.hpp"

#include "sim/analytic/mean_value.hpp"

namespace poolcast::sim::analytic {
namespace {

using Eigen::Index;

// Open work on a station stretches what a closed customer needs there by 1 / (1 - its share) (Lazowska et al., "Quantitative
// system performance", 1984, section 7.4.2).
SplitDemand cpu_of(const WorkerDemand& demand) { return split_servers(demand.cpu / (1 - demand.cpu_busy_else), demand.cores); }

// Of one server alone: cores, database, and everything where nobody waits.
ClosedNetwork network_of(const WorkerDemand& demand) {
  const SplitDemand cpu = cpu_of(demand);
  const SplitDemand database = split_servers(demand.database, demand.database_cores);
  ClosedNetwork network;
  network.demand = Eigen::MatrixXd(1, 3);
  network.demand << cpu.queue, database.queue, cpu.delay + database.delay + demand.delay;
  network.is_delay = {false, false, true};
  return network;
}

}  // namespace

std::vector<double> most_per_s(const std::vector<WorkerDemand>& servers, unsigned workers) {
  // Stations: the cores of each server, the database, and the delay.
  const auto count = static_cast<Index>(servers.size());
  ClosedNetwork network;
  network.demand = Eigen::MatrixXd::Zero(count, count + 2);
  network.is_delay.assign(servers.size() + 2, false);
  network.is_delay.back() = true;
  network.population.assign(servers.size(), workers);
  for (Index number = 0; number < count; ++number) {
    const WorkerDemand& demand = servers[static_cast<std::size_t>(number)];
    const SplitDemand cpu = cpu_of(demand);
    const SplitDemand database = split_servers(demand.database, demand.database_cores);
    network.demand(number, number) = cpu.queue;
    network.demand(number, count) = database.queue;
    network.demand(number, count + 1) = cpu.delay + database.delay + demand.delay;
  }
  const MeanValues values = approximate_mean_values(network);
  return {values.throughput.begin(), values.throughput.end()};
}

WorkerLine worker_line(double rate, const WorkerDemand& demand, unsigned workers, unsigned places) {
  constexpr double negligible = 1e-14;
  ClosedNetwork network = network_of(demand);
  double weight = 1, all = 1, waits = 0, waiting = 0, last = 1;
  double completed = 0;
  const unsigned most = workers + places;
  for (unsigned inside = 1; inside <= most; ++inside) {
    if (inside <= workers) {
      network.population = {inside};
      completed = exact_mean_values(network).throughput[0];
    }
    if (completed <= 0) return {};  // nothing to do: nobody waits
    weight *= rate / completed;
    all += weight;
    if (inside >= workers && inside < most) waits += weight;
    if (inside > workers) waiting += (inside - workers) * weight;
    last = inside == most ? weight : 0;
    if (weight < negligible * all && rate < completed) break;
  }
  const double refused = last / all;
  const double accepted = 1 - refused;
  return {waits / all / accepted, rate > 0 ? waiting / all / (rate * accepted) : 0, waiting / all, refused};
}

}  // namespace poolcast::sim::analytic
