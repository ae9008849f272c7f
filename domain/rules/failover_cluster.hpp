// A SQL Server failover cluster instance: one instance, two machines that can run it, and one storage, which both reach and one
// owns. Pure: an event goes in, the next cluster comes out; heartbeats that are missed and starts that are done are events, and
// whoever drives the cluster keeps the clock. Sources: SQL Server, "Always On Failover Cluster Instances"; the vendor supports
// two nodes, active and passive (Server requirements for Skype for Business Server 2015).
//
// Assumption O-29: the storage is the third vote (a disk witness), so whoever owns it has quorum. A node that no longer hears the
// other asks for the storage and gets it only when nobody defends it: a cut between two nodes that both run moves nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace poolcast::rules {

enum class ClusterNode : std::uint8_t { first, second };
inline constexpr std::array<ClusterNode, 2> cluster_nodes{ClusterNode::first, ClusterNode::second};

constexpr std::size_t index_of(ClusterNode node) { return static_cast<std::size_t>(node); }
constexpr ClusterNode other_than(ClusterNode node) {
  return node == ClusterNode::first ? ClusterNode::second : ClusterNode::first;
}

struct ClusterMachine {
  bool up = true;
  bool owns = false;    // holds the reservation of the storage, and defends it
  bool online = false;  // runs the instance
  bool operator==(const ClusterMachine&) const = default;
};

struct FailoverCluster {
  std::array<ClusterMachine, 2> nodes{ClusterMachine{.owns = true, .online = true}, ClusterMachine{}};
  bool storage = true;
  ClusterNode last_owner = ClusterNode::first;  // who owns the storage, or did so last
  bool operator==(const FailoverCluster&) const = default;

  ClusterMachine& operator[](ClusterNode node) { return nodes[index_of(node)]; }
  const ClusterMachine& operator[](ClusterNode node) const { return nodes[index_of(node)]; }
};

struct ClusterEvent {
  enum class Kind : std::uint8_t {
    lose,            // `node` stops, or the instance on it does for good
    come_back,       // `node` is there again
    miss,            // `node` has missed the other one's heartbeats for long enough, or the check on the instance failed
    started,         // the instance runs on `node`, if that still owns the storage
    unhealthy,       // the instance on `node` has not answered its check: it is ended, and started anew where it was
    lose_storage,    // nobody reads or writes
    repair_storage,  // it is there again
  };
  Kind kind = Kind::lose;
  ClusterNode node = ClusterNode::first;
};

// What does not apply changes nothing.
FailoverCluster step(FailoverCluster cluster, const ClusterEvent& event);

// Who owns the storage, and who runs the instance on it.
std::optional<ClusterNode> who_owns(const FailoverCluster& cluster);
std::optional<ClusterNode> who_serves(const FailoverCluster& cluster);

// Runs, and the loss of one more machine would end that.
bool exposed(const FailoverCluster& cluster);

}  // namespace poolcast::rules
