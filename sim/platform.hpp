// Topology -> SimGrid hosts and links, and nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "domain/topology.hpp"
#include "sim/wire.hpp"

namespace simgrid::s4u {
class Host;
class Link;
}  // namespace simgrid::s4u

namespace poolcast::sim {

using SiteNumber = std::uint16_t;

class Platform {
public:
  // Adds a host per machine and a link per network to the running engine.
  explicit Platform(const Topology& topology);

  simgrid::s4u::Host* host(const NodeId& node) const;
  simgrid::s4u::Host* bench() const { return bench_; }  // a machine outside the topology that is never lost: the experimenter's

  SiteNumber site(const SiteId& name) const;
  // One-way latency between two sites, or within one, in seconds; what SimGrid's link has at this moment.
  double latency(SiteNumber a, SiteNumber b) const { return latency_[a * sites_ + b]; }
  void set_latency(SiteNumber a, SiteNumber b, double seconds);
  // The link from one site to another one. Within a site messages never wait: its network is no bottleneck of anything
  // documented.
  Wire& wire(SiteNumber from, SiteNumber to) { return wires_[from * sites_ + to]; }
  double bandwidth(SiteNumber a, SiteNumber b) const { return wires_[a * sites_ + b].bandwidth(); }
  void set_bandwidth(SiteNumber a, SiteNumber b, double bytes_per_s, double now);
  void second_begins(double now);  // for the links
  std::size_t sites() const { return sites_; }

  // What is lost between two sites, or within one.
  struct Losses {
    Share share{0};      // of the packets
    Seconds timeout{0};  // until a lost packet is sent again
  };
  const Losses& losses(SiteNumber a, SiteNumber b) const { return losses_[a * sites_ + b]; }
  void set_losses(SiteNumber a, SiteNumber b, const Losses& losses);

  // Whether two machines reach each other: nothing is cut between them. Both may be down all the same; a machine reaches itself.
  bool connected(const NodeId& a, const NodeId& b) const;
  // Separates every machine of the one side from every one of the other, until the same number is healed.
  using CutNumber = std::size_t;
  CutNumber cut(const std::vector<NodeId>& one_side, const std::vector<NodeId>& other_side);
  void heal(CutNumber number);
  // Called after each cut and each healing, in the order in which the listeners came.
  void on_connections_changed(std::function<void()> listener) { listeners_.push_back(std::move(listener)); }

private:
  struct Cut {
    std::vector<NodeId> one_side, other_side;  // sorted; empty when healed
  };

  std::size_t sites_;
  std::unordered_map<std::string, SiteNumber> site_numbers_;
  std::unordered_map<std::string, simgrid::s4u::Host*> hosts_;
  std::vector<simgrid::s4u::Link*> links_;
  std::vector<double> latency_;
  std::vector<Wire> wires_;  // from × sites + to
  std::vector<Losses> losses_;
  std::vector<Cut> cuts_;
  std::vector<std::function<void()>> listeners_;
  simgrid::s4u::Host* bench_ = nullptr;
};

}  // namespace poolcast::sim
