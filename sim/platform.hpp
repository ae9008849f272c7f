// Topology -> SimGrid hosts and links, and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/topology.hpp"

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

private:
  std::size_t sites_;
  std::unordered_map<std::string, SiteNumber> site_numbers_;
  std::unordered_map<std::string, simgrid::s4u::Host*> hosts_;
  std::vector<simgrid::s4u::Link*> links_;
  std::vector<double> latency_;
  simgrid::s4u::Host* bench_ = nullptr;
};

}  // namespace poolcast::sim
