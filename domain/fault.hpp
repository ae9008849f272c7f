// What breaks or is operated, where, when and for how long.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "domain/describe.hpp"
#include "domain/ids.hpp"
#include "domain/units.hpp"

namespace poolcast {

// How a loss looks from outside: a killed process resets its connections, a lost machine falls silent.
enum class LossKind { reset, silent };
template <>
struct EnumNames<LossKind> {
  static constexpr std::array<std::string_view, 2> names{"reset", "silent"};
};

// Exactly one of `lose`, `drain`, `activate`, `slow` and `slow_link` is given.
struct Fault {
  Seconds at{0};
  std::optional<NodeId> lose;
  std::optional<NodeId> drain;
  std::optional<NodeId> activate;
  std::optional<NodeId> slow;
  std::vector<SiteId> slow_link;
  std::optional<Seconds> duration;
  double factor = 10;
  LossKind kind = LossKind::reset;
  bool operator==(const Fault&) const = default;
};
template <Describes<Fault> Self, class Visitor>
void describe(Self& self, Visitor&& visit) {
  visit("at", self.at, "When, from the scenario's start.", required & not_negative);
  visit("lose", self.lose, "Server that is lost.");
  visit("drain", self.drain, "Chat server that leaves the active list; its connections stay.");
  visit("activate", self.activate, "Standby chat server that joins the active list once it has started.");
  visit("slow", self.slow, "Server that becomes slower by `factor`.");
  visit("slow_link", self.slow_link, "Link whose latency grows by `factor`: its one or two sites.", between(0, 2));
  visit("for", self.duration, "How long; without it, to the end. A lost server accepts connections again at the end of it.",
        positive);
  visit("factor", self.factor, "How many times slower.", positive);
  visit("kind", self.kind, "How a loss looks to clients: their connections are reset, or the machine falls silent.");
}

// What the fault is called in objectives and reports: `lose chat-2`, `slow link north south`.
std::string label(const Fault& fault);

}  // namespace poolcast
