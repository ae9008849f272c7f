#include "sim/instance_cluster.hpp"

#include <cmath>
#include <utility>

namespace poolcast::sim {
namespace {

using Happens = rules::ClusterEvent::Kind;
using rules::ClusterNode;

// A heartbeat a second, and five of them missed in a row ("Tuning Failover Cluster Network Thresholds", Windows Server failover
// clustering, 2012: the defaults within a subnet).
constexpr Seconds heartbeat{1};
constexpr int heartbeats_missed = 5;

// "LooksAlive" looks at the service that often; it sees that a service has ended on a node that runs ("Windows Failover
// Clustering Overview", TechNet blog).
constexpr Seconds looks_alive{5};

// Until an instance that does not answer its check is ended ("Configure HealthCheckTimeout Property Settings", SQL Server 2012:
// 60 s; later pages say 30 s).
constexpr Seconds health_check{60};

}  // namespace

InstanceCluster::InstanceCluster(const SqlInstance& instance, double start_s, Schedule schedule)
    : name_(instance.name),
      machines_{instance.cluster[0], instance.cluster[1]},
      start_s_(start_s),
      schedule_(std::move(schedule)) {}

std::optional<ClusterNode> InstanceCluster::node(const NodeId& machine) const {
  for (const ClusterNode each : rules::cluster_nodes)
    if (machines_[index_of(each)] == machine) return each;
  return std::nullopt;
}

void InstanceCluster::lost(const NodeId& machine, LossKind kind, double now) {
  const ClusterNode who = *node(machine);
  const bool matters = cluster_[who].owns;
  apply({Happens::lose, who}, now);
  if (!matters) return;
  const Seconds since_look{std::fmod(now, looks_alive.count())}, since_heartbeat{std::fmod(now, heartbeat.count())};
  const Seconds unnoticed = kind == LossKind::reset ? looks_alive - since_look : heartbeats_missed * heartbeat - since_heartbeat;
  wait(missing + index_of(other_than(who)), now + unnoticed.count());
}

void InstanceCluster::returned(const NodeId& machine, double now) { apply({Happens::come_back, *node(machine)}, now); }

void InstanceCluster::storage_lost(double now) { apply({Happens::lose_storage}, now); }

void InstanceCluster::storage_returned(double now) { apply({Happens::repair_storage}, now); }

void InstanceCluster::hangs(bool hung, double now) {
  waiting_[checking].waiting = false;
  if (hung && runs()) wait(checking, now + health_check.count());
}

void InstanceCluster::due(std::uint32_t subject, double now) {
  const std::size_t slot = subject % slots;
  Slot& entry = waiting_[slot];
  if (!entry.waiting || entry.number != subject / slots) return;
  entry.waiting = false;
  if (slot == checking) return apply({Happens::unhealthy, cluster_.last_owner}, now);
  if (slot >= starting) return apply({Happens::started, rules::cluster_nodes[slot - starting]}, now);
  apply({Happens::miss, rules::cluster_nodes[slot]}, now);
}

void InstanceCluster::wait(std::size_t slot, double at) {
  Slot& entry = waiting_[slot];
  entry.waiting = true;
  ++entry.number;
  schedule_(at, entry.number * static_cast<std::uint32_t>(slots) + static_cast<std::uint32_t>(slot));
}

// Whoever owns the storage starts the instance; a start on a node that does not own it any more comes to nothing.
void InstanceCluster::apply(const rules::ClusterEvent& event, double now) {
  cluster_ = rules::step(cluster_, event);
  if (!runs()) waiting_[checking].waiting = false;
  for (const ClusterNode each : rules::cluster_nodes) {
    Slot& start = waiting_[starting + index_of(each)];
    const rules::ClusterMachine& machine = cluster_[each];
    if (!machine.owns || machine.online)
      start.waiting = false;
    else if (!start.waiting)
      wait(starting + index_of(each), now + start_s_);
  }
}

}  // namespace poolcast::sim
