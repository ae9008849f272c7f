// One clustered SQL Server instance in simulated time: drives the rules of domain/rules/failover_cluster.hpp with dates. It knows
// no databases and no requests; chat_model_instances.cpp asks it whether the instance runs, and on which machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "domain/fault.hpp"
#include "domain/rules/failover_cluster.hpp"
#include "domain/topology.hpp"

namespace poolcast::sim {

class InstanceCluster {
public:
  // Asks to be called with due() at a date.
  using Schedule = std::function<void(double at, std::uint32_t subject)>;

  // `start_s`: from the decision to run the instance on a node to an instance that has started.
  InstanceCluster(const SqlInstance& instance, double start_s, Schedule schedule);

  const NodeId& name() const { return name_; }
  bool has(const NodeId& machine) const { return node(machine).has_value(); }
  const std::array<NodeId, 2>& machines() const { return machines_; }
  bool runs() const { return rules::who_serves(cluster_).has_value(); }
  // A node has the storage and is to run it.
  bool starts() const { return !runs() && rules::who_owns(cluster_).has_value(); }
  bool exposed() const { return rules::exposed(cluster_); }
  // Where its name leads: the node that owns the storage, or did so last.
  const NodeId& machine() const { return machines_[index_of(cluster_.last_owner)]; }

  // What happens to it.
  void lost(const NodeId& machine, LossKind kind, double now);
  void returned(const NodeId& machine, double now);
  void storage_lost(double now);
  void storage_returned(double now);
  void hangs(bool hung, double now);  // the instance accepts everything and answers nothing
  void due(std::uint32_t subject, double now);

private:
  // Everything that is waited for has a slot; a date that was replaced or called off is recognised by its number.
  static constexpr std::size_t missing = 0;   // by node: it notices that the other one is gone
  static constexpr std::size_t starting = 2;  // by node
  static constexpr std::size_t checking = 4;
  static constexpr std::size_t slots = 5;
  struct Slot {
    bool waiting = false;
    std::uint32_t number = 0;
  };

  std::optional<rules::ClusterNode> node(const NodeId& machine) const;
  void apply(const rules::ClusterEvent& event, double now);
  void wait(std::size_t slot, double at);

  NodeId name_;
  std::array<NodeId, 2> machines_;
  double start_s_;
  Schedule schedule_;
  rules::FailoverCluster cluster_;
  std::array<Slot, slots> waiting_{};
};

}  // namespace poolcast::sim
