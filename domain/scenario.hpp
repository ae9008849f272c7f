// A question: a topology, what its users do, what goes wrong, for how long we look, and what would be good enough.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "domain/cost_set.hpp"
#include "domain/describe.hpp"
#include "domain/fault.hpp"
#include "domain/inconsistency.hpp"
#include "domain/metric.hpp"
#include "domain/topology.hpp"
#include "domain/workload.hpp"

namespace poolcast {

template <>
struct EnumNames<Statistic> {
  static constexpr std::array<std::string_view, 8> names{"mean", "p50", "p95", "p99", "p99_9", "p100", "max", "count"};
};

// A number with the dimension of its metric: files write `500ms`, `80%`, `60_000` or `2 GB`; the value is in the base unit.
struct Quantity {
  enum class Dimension { number, seconds, share, bytes };
  double value = 0;
  Dimension dimension = Dimension::number;
  bool operator==(const Quantity&) const = default;
};

// Exactly one of `at_most` and `at_least` is given; for `comes_back` at most the first.
struct Objective {
  std::string metric;
  std::optional<Statistic> statistic;
  std::optional<Quantity> at_most;
  std::optional<Quantity> at_least;
  std::optional<std::string> after;
  std::optional<std::string> place;
  bool operator==(const Objective&) const = default;
};
template <Describes<Objective> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("metric", self.metric, "Name of the metric.", required);
  visit("statistic", self.statistic,
        "Which figure of it: mean, p50, p95, p99, p99-9, p100, max or count. Without it: the count of what is counted, p95 of "
        "users_back, else the mean.");
  visit("at_most", self.at_most, "Holds when the figure is not above this.");
  visit("at_least", self.at_least, "Holds when the figure is not below this.");
  visit("after", self.after, "The fault that it is about, such as `lose chat-2`; figures count from there on.");
  visit("place", self.place, "Pool, server or room class that it is about; without it, everything.");
}

// The same scenario under other assumptions; run beside it on the same random numbers and reported beside it.
struct Variant {
  std::string name;
  std::vector<std::string> set;
  std::optional<Count> replications;
  bool operator==(const Variant&) const = default;
};
template <Describes<Variant> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "What reports call this variant.", required);
  visit("set", self.set, "Changes, each as on the command line: `workload.users=60_000`.", required & between(1, 100));
  visit("replications", self.replications, "Replications of this variant, if not as many as of the scenario.", between(1, 10000));
}

struct Scenario {
  std::string name;
  std::string question;
  Topology topology;
  Workload workload;
  CostSet costs;
  std::vector<Fault> faults;
  Seconds horizon{3600};
  std::optional<Seconds> warm_up;
  std::optional<Seconds> comes_back_within;
  std::vector<Objective> objectives;
  std::vector<Variant> variants;
  bool operator==(const Scenario&) const = default;
};
template <Describes<Scenario> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("name", self.name, "The scenario in a few words.", required);
  visit("question", self.question, "What it asks, in one sentence.");
  visit("topology", self.topology,
        "Name of a topology of the library, or one written out; `model` in it starts from a named one.", required);
  visit("workload", self.workload,
        "Name of a workload of the library, or one written out; `model` in it starts from a named one.", required);
  visit(
      "costs", self.costs,
      "Name of a cost set of the library, or one written out; `model` in it starts from a named one. Default: documented-2015.");
  visit("faults", self.faults, "What breaks or is operated.", between(0, 1000));
  visit("horizon", self.horizon, "How long the run looks; at most a year.", positive & Constraint{.at_most = 366 * 86400.0});
  visit("warm_up", self.warm_up, "Start of the run that is not counted. Without it: none with faults, found by MSER-5 without.",
        not_negative);
  visit("comes_back_within", self.comes_back_within,
        "How long after the end of the last fault the system may take to be as before by itself; without it, to the horizon.",
        positive);
  visit("objectives", self.objectives, "What would be good enough.", between(0, 1000));
  visit("variants", self.variants, "The same under other assumptions, reported beside it.", between(0, 100));
}

// Names that refer to nothing, empty pools, a fault after the horizon, an objective on an unknown metric.
std::vector<Inconsistency> inconsistencies(const Scenario& scenario);

// Users that each chat pool carries, in the order of the topology.
std::vector<Count> users_of_pools(const Scenario& scenario);

}  // namespace poolcast
