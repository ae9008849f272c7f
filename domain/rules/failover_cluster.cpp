#include "domain/rules/failover_cluster.hpp"

#include <algorithm>

namespace poolcast::rules {
namespace {

std::optional<ClusterNode> first_that(const FailoverCluster& cluster, bool ClusterMachine::*is_so) {
  const auto found = std::ranges::find(cluster_nodes, true, [&](ClusterNode node) { return cluster[node].*is_so; });
  return found == cluster_nodes.end() ? std::nullopt : std::optional(*found);
}

// The owner defends the storage for as long as it is up.
void ask_for_storage(FailoverCluster& cluster, ClusterNode node) {
  if (!cluster.storage || !cluster[node].up || who_owns(cluster)) return;
  cluster[node].owns = true;
  cluster.last_owner = node;
}

// Nothing moves away from a node that is still there.
void repair_storage(FailoverCluster& cluster) {
  if (cluster.storage) return;
  cluster.storage = true;
  const ClusterNode owner = cluster.last_owner;
  ask_for_storage(cluster, owner);
  ask_for_storage(cluster, other_than(owner));
}

void release(FailoverCluster& cluster) {
  for (ClusterMachine& machine : cluster.nodes) machine.owns = machine.online = false;
}

// Nothing fails back by itself: who returns takes the storage only when nobody else is there to do so.
void come_back(FailoverCluster& cluster, ClusterNode node) {
  if (cluster[node].up) return;
  ask_for_storage(cluster, other_than(node));
  cluster[node].up = true;
  ask_for_storage(cluster, node);
}

}  // namespace

FailoverCluster step(FailoverCluster cluster, const ClusterEvent& event) {
  using enum ClusterEvent::Kind;
  ClusterMachine& machine = cluster[event.node];
  switch (event.kind) {
    case lose:
      machine = {.up = false};
      break;
    case come_back:
      rules::come_back(cluster, event.node);
      break;
    case miss:
      ask_for_storage(cluster, event.node);
      break;
    case started:
      machine.online = machine.owns;
      break;
    case unhealthy:
      machine.online = false;
      break;
    case lose_storage:
      cluster.storage = false;
      release(cluster);
      break;
    case repair_storage:
      rules::repair_storage(cluster);
      break;
  }
  return cluster;
}

std::optional<ClusterNode> who_owns(const FailoverCluster& cluster) { return first_that(cluster, &ClusterMachine::owns); }

std::optional<ClusterNode> who_serves(const FailoverCluster& cluster) { return first_that(cluster, &ClusterMachine::online); }

bool exposed(const FailoverCluster& cluster) {
  return who_serves(cluster) && !std::ranges::all_of(cluster.nodes, &ClusterMachine::up);
}

}  // namespace poolcast::rules
