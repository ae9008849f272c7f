// A failover cluster instance: tables of cases, and every short sequence of losses, returns, missed heartbeats and starts.
#include "domain/rules/failover_cluster.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace poolcast::rules {
namespace {

using Kind = ClusterEvent::Kind;
using Step = std::function<FailoverCluster(const FailoverCluster&, const ClusterEvent&)>;

const std::vector<std::pair<ClusterEvent, std::string>>& all_events() {
  static const std::vector<std::pair<ClusterEvent, std::string>> events = [] {
    std::vector<std::pair<ClusterEvent, std::string>> all{{{.kind = Kind::lose_storage}, "-S"},
                                                          {{.kind = Kind::repair_storage}, "+S"}};
    for (const ClusterNode node : cluster_nodes) {
      const std::string name = node == ClusterNode::first ? "A" : "B";
      all.push_back({{Kind::lose, node}, "-" + name});
      all.push_back({{Kind::come_back, node}, "+" + name});
      all.push_back({{Kind::miss, node}, name + "?"});
      all.push_back({{Kind::started, node}, name + "!"});
      all.push_back({{Kind::unhealthy, node}, name + "~"});
    }
    return all;
  }();
  return events;
}

FailoverCluster play(std::string_view script) {
  FailoverCluster cluster;
  while (!script.empty()) {
    const std::string_view word = script.substr(0, script.find(' '));
    for (const auto& [event, name] : all_events())
      if (name == word) cluster = step(cluster, event);
    script.remove_prefix(std::min(script.size(), word.size() + 1));
  }
  return cluster;
}

char letter(const std::optional<ClusterNode>& node) { return !node ? '-' : *node == ClusterNode::first ? 'A' : 'B'; }

TEST(FailoverClusterRules, the_passive_node_takes_over_when_the_active_one_is_lost_and_nothing_fails_back_by_itself) {
  struct Case {
    std::string_view script;
    char owns, serves;
    bool exposed;
  };
  for (const auto& [script, owns, serves, is_exposed] : std::vector<Case>{
           {"", 'A', 'A', false},
           {"-A", '-', '-', false},
           {"-A B?", 'B', '-', false},
           {"-A B? B!", 'B', 'B', true},
           {"-A B? B! +A", 'B', 'B', false},  // no failback
           {"-A +A", 'B', '-', false},        // back before anybody missed it: its instance ran no longer, and B is there
           {"-B", 'A', 'A', true},            // nothing but exposure
           {"B?", 'A', 'A', false},           // a cut between two nodes that run: the owner defends its storage
           {"A~", 'A', '-', false},           // the instance is started where it was
           {"A~ A!", 'A', 'A', false},
           {"-S", '-', '-', false},
           {"-S A? B?", '-', '-', false},  // nothing fails over
           {"-S +S", 'A', '-', false},
           {"-S -A +S", 'B', '-', false},
           {"-A -B", '-', '-', false},
           {"-A -B +B", 'B', '-', false},  // whichever returns first has the storage to itself
           {"-A -B +B B! +A", 'B', 'B', false},
           {"-A B? -B +A A!", 'A', 'A', true},      // lost while it was starting
           {"-A B? B! +A -S +S", 'B', '-', false},  // the storage is the last owner's as long as that is up
           {"-A B? B! +A -S -B +S", 'A', '-', false},
           {"-A B? -S B!", '-', '-', false},  // a start without storage comes to nothing
       }) {
    const FailoverCluster cluster = play(script);
    EXPECT_EQ(letter(who_owns(cluster)), owns) << script;
    EXPECT_EQ(letter(who_serves(cluster)), serves) << script;
    EXPECT_EQ(exposed(cluster), is_exposed) << script;
  }
}

std::string fault_of(const FailoverCluster& cluster) {
  if (cluster[ClusterNode::first].owns && cluster[ClusterNode::second].owns) return "two nodes own the storage";
  for (const ClusterNode node : cluster_nodes) {
    const ClusterMachine& machine = cluster[node];
    if (machine.owns && !machine.up) return "a lost node owns the storage";
    if (machine.online && (!machine.owns || !cluster.storage)) return "a node serves without the storage";
  }
  return {};
}

std::string fault_of(const FailoverCluster& before, const FailoverCluster& after) {
  const bool stayed = before[before.last_owner].up && after[before.last_owner].up;
  if (stayed && after.last_owner != before.last_owner) return "the instance leaves a node that runs";
  return fault_of(after);
}

// Once all that is waited for has happened, a cluster with its storage and a node serves.
std::string fault_when_settled(FailoverCluster cluster, const Step& next) {
  for (const Kind kind : {Kind::miss, Kind::started})
    for (const ClusterNode node : cluster_nodes) cluster = next(cluster, {kind, node});
  const bool can_serve = cluster.storage && (cluster[ClusterNode::first].up || cluster[ClusterNode::second].up);
  if (who_serves(cluster).has_value() != can_serve) return can_serve ? "nobody serves" : "somebody serves out of nothing";
  return fault_of(cluster);
}

// The shortest sequence of events after which something is wrong, and what; empty when nothing ever is.
std::string counterexample(const Step& next, std::size_t depth) {
  std::vector<std::pair<FailoverCluster, std::string>> seen{{FailoverCluster{}, ""}};
  std::size_t begin = 0;
  for (std::size_t level = 0; level < depth; ++level) {
    const std::size_t end = seen.size();
    for (std::size_t number = begin; number < end; ++number)
      for (const auto& [event, name] : all_events()) {
        const FailoverCluster before = seen[number].first;
        const FailoverCluster after = next(before, event);
        const std::string script = seen[number].second + " " + name;
        if (const std::string fault = fault_of(before, after); !fault.empty()) return fault + ":" + script;
        if (std::ranges::any_of(seen, [&](const auto& each) { return each.first == after; })) continue;
        seen.emplace_back(after, script);
        if (const std::string fault = fault_when_settled(after, next); !fault.empty()) return fault + ":" + script;
      }
    begin = end;
  }
  return {};
}

TEST(FailoverClusterRules, never_do_two_nodes_own_the_storage_nor_does_one_serve_without_it) {
  EXPECT_EQ(counterexample([](const FailoverCluster& cluster, const ClusterEvent& event) { return step(cluster, event); }, 12),
            "");
}

// The search can fail: faults planted in a copy of the rules.
TEST(FailoverClusterRules, the_search_finds_a_node_that_takes_what_another_defends_and_one_that_needs_no_storage) {
  const auto takes = [](const FailoverCluster& cluster, const ClusterEvent& event) {
    FailoverCluster next = step(cluster, event);
    if (event.kind == Kind::miss && next[event.node].up && next.storage) next[event.node].owns = true;
    return next;
  };
  EXPECT_EQ(counterexample(takes, 12), "two nodes own the storage: A~");
  const auto starts = [](const FailoverCluster& cluster, const ClusterEvent& event) {
    FailoverCluster next = step(cluster, event);
    if (event.kind == Kind::started) next[event.node].online = next[event.node].up;
    return next;
  };
  EXPECT_EQ(counterexample(starts, 12), "somebody serves out of nothing: -S");
  const auto waits = [](const FailoverCluster& cluster, const ClusterEvent& event) {
    return event.kind == Kind::miss ? cluster : step(cluster, event);
  };
  EXPECT_EQ(counterexample(waits, 12), "nobody serves: -A");
  const auto fails_back = [](FailoverCluster cluster, const ClusterEvent& event) {
    if (event.kind == Kind::repair_storage && !cluster.storage) cluster.last_owner = ClusterNode::first;
    return step(cluster, event);
  };
  EXPECT_EQ(counterexample(fails_back, 12), "the instance leaves a node that runs: -A +A -S +S");
}

}  // namespace
}  // namespace poolcast::rules
