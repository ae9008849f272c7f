#include "sim/platform.hpp"

#include <algorithm>

#include "sim/simgrid_compat.hpp"

namespace poolcast::sim {
namespace {

constexpr double flops_per_s = 1e9;  // SimGrid wants a speed; requests take theirs from the cost set

}  // namespace

Platform::Platform(const Topology& topology)
    : sites_(topology.sites.size()), latency_(sites_ * sites_), wires_(sites_ * sites_, Wire(1)), losses_(sites_ * sites_) {
  simgrid::s4u::NetZone* zone = compat::root_zone(*simgrid::s4u::Engine::get_instance());
  for (const Site& site : topology.sites) site_numbers_.emplace(site.name.str(), static_cast<SiteNumber>(site_numbers_.size()));
  for (const NodeId& node : all_nodes(topology)) hosts_.emplace(node.str(), compat::add_host(zone, node.str(), flops_per_s));
  bench_ = compat::add_host(zone, "the experimenter's bench", flops_per_s);
  links_.resize(sites_ * sites_);
  for (std::size_t a = 0; a < sites_; ++a)
    for (std::size_t b = a; b < sites_; ++b) {
      const Link& link = link_between(topology, topology.sites[a].name, topology.sites[b].name);
      const std::string name = topology.sites[a].name.str() + " - " + topology.sites[b].name.str();
      links_[a * sites_ + b] = links_[b * sites_ + a] = compat::add_link(zone, name, link.bandwidth.bytes_per_s);
      set_latency(static_cast<SiteNumber>(a), static_cast<SiteNumber>(b), link.latency.count());
      set_bandwidth(static_cast<SiteNumber>(a), static_cast<SiteNumber>(b), link.bandwidth.bytes_per_s, 0);
    }
  zone->seal();  // by hand: SimGrid's own sealing happens once per process
}

simgrid::s4u::Host* Platform::host(const NodeId& node) const {
  const auto found = hosts_.find(node.str());
  return found == hosts_.end() ? nullptr : found->second;
}

SiteNumber Platform::site(const SiteId& name) const {
  const auto found = site_numbers_.find(name.str());
  return found == site_numbers_.end() ? SiteNumber{0} : found->second;
}

void Platform::set_latency(SiteNumber a, SiteNumber b, double seconds) {
  simgrid::s4u::Link* link = links_[a * sites_ + b];
  link->set_latency(seconds);
  latency_[a * sites_ + b] = latency_[b * sites_ + a] = link->get_latency();
}

void Platform::set_bandwidth(SiteNumber a, SiteNumber b, double bytes_per_s, double now) {
  links_[a * sites_ + b]->set_bandwidth(bytes_per_s);
  wire(a, b).set_bandwidth(bytes_per_s, now);
  if (a != b) wire(b, a).set_bandwidth(bytes_per_s, now);
}

void Platform::second_begins(double now) {
  if (sites_ > 1)
    for (Wire& wire : wires_) wire.second_begins(now);
}

void Platform::set_losses(SiteNumber a, SiteNumber b, const Losses& losses) {
  losses_[a * sites_ + b] = losses_[b * sites_ + a] = losses;
}

bool Platform::connected(const NodeId& a, const NodeId& b) const {
  const auto stands_in = [](const std::vector<NodeId>& side, const NodeId& node) {
    return std::ranges::binary_search(side, node);
  };
  return std::ranges::none_of(cuts_, [&](const Cut& cut) {
    return (stands_in(cut.one_side, a) && stands_in(cut.other_side, b)) ||
           (stands_in(cut.one_side, b) && stands_in(cut.other_side, a));
  });
}

Platform::CutNumber Platform::cut(const std::vector<NodeId>& one_side, const std::vector<NodeId>& other_side) {
  Cut& made = cuts_.emplace_back(Cut{one_side, other_side});
  std::ranges::sort(made.one_side);
  std::ranges::sort(made.other_side);
  for (const auto& listener : listeners_) listener();
  return cuts_.size() - 1;
}

void Platform::heal(CutNumber number) {
  cuts_[number] = {};
  for (const auto& listener : listeners_) listener();
}

}  // namespace poolcast::sim
