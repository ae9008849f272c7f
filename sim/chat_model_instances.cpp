// SQL Server instances that come and go while machines do not, and the other way round: failover clusters, whose instance runs on
// one of two machines, and disks that are lost while the machine stays up.
//
// Assumption O-30: an instance that has lost the disks of its data and log tells everybody at once, as the documents say of the
// log's disk; of a data disk alone they say that its loss is unlikely to be detected (SQL Server, "Possible Failures During
// Database Mirroring").
#include <algorithm>

#include "sim/chat_model.hpp"

namespace poolcast::sim {

using Refusal = std::string;

void ChatModel::add_clusters() {
  for (const SqlInstance& instance : scenario_.topology.sql_instances) {
    if (instance.cluster.empty()) continue;
    const auto number = static_cast<std::uint16_t>(clusters_.size());
    clusters_.emplace_back(instance, costs_.cluster_start, [this, number](double at, std::uint32_t subject) {
      plane_->schedule({at, subject, static_cast<std::uint16_t>(Kind::cluster_due), number});
    });
  }
}

InstanceCluster* ChatModel::find_cluster(const NodeId& instance) {
  const auto found = std::ranges::find(clusters_, instance, &InstanceCluster::name);
  return found == clusters_.end() ? nullptr : &*found;
}

bool ChatModel::connected(const NodeId& a, const NodeId& b) const {
  const auto machine_of = [this](const NodeId& name) -> const NodeId& {
    const auto cluster = std::ranges::find(clusters_, name, &InstanceCluster::name);
    return cluster == clusters_.end() ? name : cluster->machine();
  };
  return platform_.connected(machine_of(a), machine_of(b));
}

void ChatModel::instance_lost(const NodeId& name, LossKind kind) {
  last_lost_[name] = now();
  down_.insert_or_assign(name, kind);
  if (kind == LossKind::destroyed) lose_disks(name);
  hung_instance_lost(name, kind);
  apply_to_databases([&](DatabaseSession& session) { session.lost(name, kind, now()); }, kind);
}

void ChatModel::instance_returned(const NodeId& name) {
  down_.erase(name);
  apply_to_databases([&](DatabaseSession& session) { session.returned(name, now()); });
}

Refusal ChatModel::why_away(const NodeId& name) const {
  const auto cluster = std::ranges::find(clusters_, name, &InstanceCluster::name);
  if (cluster != clusters_.end() && cluster->starts()) return name.str() + " is being started by its cluster";
  const bool has_machine = !machines_lost_.contains(name);
  return name.str() + (disks_away_.contains(name) && has_machine ? " has no disks" : " is lost");
}

// What becomes of the instance, and of what a loss more would do, shows when its machines and its storage change.
void ChatModel::change_cluster(InstanceCluster& cluster, const std::function<void()>& change, LossKind kind) {
  const bool ran = cluster.runs();
  const NodeId* machine = &cluster.machine();
  change();
  if (ran && !cluster.runs()) instance_lost(cluster.name(), kind);
  if (&cluster.machine() != machine) databases_reached();  // its name leads elsewhere
  if (!ran && cluster.runs()) instance_returned(cluster.name());
  for (ManagedDatabase& managed : databases_)
    if (managed.session.involves(cluster.name())) record_database(managed);
}

// A node has nothing of the databases on its own disks.
void ChatModel::nodes_lost(const NodeId& machine, const Fault* fault, LossKind kind) {
  for (InstanceCluster& cluster : clusters_) {
    if (!cluster.has(machine)) continue;
    const bool destroyed = kind == LossKind::destroyed;
    change_cluster(
        cluster, [&] { cluster.lost(machine, kind, now()); }, destroyed ? LossKind::silent : kind);
    if (destroyed && fault != nullptr) destroy_storage(cluster, *fault);
  }
}

// A fault that destroys both nodes at once destroys their storage with them.
void ChatModel::destroy_storage(const InstanceCluster& cluster, const Fault& fault) {
  if (cluster.runs()) return;  // the other node goes next
  const auto all = machines_of(scenario_.topology, *fault.lose);
  const auto goes = [&](const NodeId& node) { return std::ranges::find(all, node) != all.end(); };
  if (std::ranges::all_of(cluster.machines(), goes)) destroy_disks(cluster.name());
}

void ChatModel::destroyed_while_lost(const NodeId& machine, const Fault& fault) {
  destroy_disks(machine);
  for (const InstanceCluster& cluster : clusters_)
    if (cluster.has(machine)) destroy_storage(cluster, fault);
  if (Server* server = find_server(machine)) lose_queue(*server);
  const auto& store = scenario_.topology.file_store;
  files_destroyed_ |= store && store->server == machine && !store->replicated;
  files_change();
}

void ChatModel::nodes_returned(const NodeId& machine) {
  for (InstanceCluster& cluster : clusters_)
    if (cluster.has(machine))
      change_cluster(
          cluster, [&] { cluster.returned(machine, now()); }, LossKind::reset);
}

void ChatModel::cluster_due(std::uint16_t number, std::uint32_t subject) {
  InstanceCluster& cluster = clusters_[number];
  change_cluster(
      cluster, [&] { cluster.due(subject, now()); }, LossKind::reset);
}

void ChatModel::destroy_disks(const NodeId& instance) {
  lose_disks(instance);
  apply_to_databases([&](DatabaseSession& session) { session.disks_destroyed(instance); });
}

void ChatModel::disks_lost(const NodeId& instance, const Fault& fault) {
  disks_away_.insert(instance);
  if (InstanceCluster* cluster = find_cluster(instance))
    change_cluster(
        *cluster, [&] { cluster->storage_lost(now()); }, LossKind::reset);
  else if (!down_.contains(instance))
    instance_lost(instance, LossKind::reset);
  if (fault.kind == LossKind::destroyed) destroy_disks(instance);
}

void ChatModel::disks_returned(const NodeId& instance) {
  disks_away_.erase(instance);
  if (InstanceCluster* cluster = find_cluster(instance))
    change_cluster(
        *cluster, [&] { cluster->storage_returned(now()); }, LossKind::reset);
  else if (!machines_lost_.contains(instance))
    instance_returned(instance);
}

}  // namespace poolcast::sim
