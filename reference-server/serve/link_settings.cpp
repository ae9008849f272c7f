#include "reference-server/serve/link_settings.hpp"

#include <algorithm>

#include "domain/io/config_error.hpp"

namespace poolcast::serve {

namespace {

// One node's deployment and where it stands in the file.
struct Place {
  const Deployment* deployment = nullptr;
  std::string key;
};

class Reading {
public:
  Reading(const io::LoadedScenario& loaded, const ChatPool& pool) : loaded_(loaded), pool_(pool) {}

  Place find(const NodeId& node) const {
    const auto& all = loaded_.scenario.topology.deployment;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].node == node) return {&all[i], "topology.deployment[" + std::to_string(i) + "]"};
    return {nullptr, "topology.deployment"};
  }

  bool has_link(const NodeId& node) const {
    const Place place = find(node);
    return place.deployment != nullptr && place.deployment->link;
  }

  net::ListenAddress address(const NodeId& node) const {
    const Place place = find(node);
    const auto address = net::parse_listen_address(*place.deployment->link);
    if (!address) refuse(place.key + ".link", address.error().message);
    return *address;
  }

  [[noreturn]] void refuse(const std::string& key, const std::string& message) const {
    const auto at = loaded_.positions.find(key);
    if (at == loaded_.positions.end()) throw io::ConfigError({io::Problem{"", 0, 0, key, message}});
    throw io::ConfigError({io::Problem{at->second.file, at->second.line, at->second.column, key, message}});
  }

  std::vector<NodeId> nodes() const {
    std::vector<NodeId> nodes = pool_.active;
    nodes.insert(nodes.end(), pool_.standby.begin(), pool_.standby.end());
    return nodes;
  }

  bool is_active(const NodeId& node) const { return std::ranges::find(pool_.active, node) != pool_.active.end(); }

private:
  const io::LoadedScenario& loaded_;
  const ChatPool& pool_;
};

std::optional<link::TlsSettings> tls_of(const Reading& reading, const Place& here) {
  const Deployment& own = *here.deployment;
  if (!own.link_authority) return std::nullopt;
  link::TlsSettings tls{.authority = *own.link_authority, .certificate = {}, .private_key = {}};
  if (own.link_certificate && own.link_private_key) {
    tls.certificate = *own.link_certificate;
    tls.private_key = *own.link_private_key;
  } else if (own.certificate && own.private_key) {
    tls.certificate = *own.certificate;
    tls.private_key = *own.private_key;
  } else {
    reading.refuse(
        here.key + ".link_authority",
        "a node proves to the others who it is; give `link_certificate` and `link_private_key` too (or `certificate` and "
        "`private_key`), signed by this authority");
  }
  return tls;
}

}  // namespace

std::optional<PoolLinks> links_of(const io::LoadedScenario& loaded, const ChatPool& pool, const NodeId& node, bool allow_plain) {
  const Reading reading(loaded, pool);
  const std::vector<NodeId> nodes = reading.nodes();
  if (std::ranges::none_of(nodes, [&](const NodeId& one) { return reading.has_link(one); })) return std::nullopt;
  for (const NodeId& one : nodes) {
    if (reading.has_link(one) || (one != node && !reading.is_active(one))) continue;
    const Place place = reading.find(one);
    reading.refuse(place.key, "`" + one.str() +
                                  "` has no `link`, and other nodes of its pool have one; without it posts and people " +
                                  "of the one are not known at the others");
  }
  PoolLinks links{.listen = reading.address(node), .peers = {}, .serves = {}, .tls = tls_of(reading, reading.find(node))};
  bool loopback = net::is_loopback(links.listen);
  for (const NodeId& one : nodes) {
    if (one == node || !reading.has_link(one)) continue;
    links.peers.push_back({one.str(), reading.address(one)});
    links.serves.push_back(reading.is_active(one));
    loopback = loopback && net::is_loopback(links.peers.back().address);
  }
  const std::string key = reading.find(node).key;
  if (links.peers.size() > link::most_peers)
    reading.refuse(key + ".link", "found " + std::to_string(links.peers.size()) + " other nodes with a link; expected at most " +
                                      std::to_string(link::most_peers));
  if (!links.tls && !(allow_plain && loopback))
    reading.refuse(key + ".link",
                   "needs `link_authority`, so that nodes prove to each other who they are (for tests, with loopback "
                   "addresses only: --plain-links)");
  return links;
}

}  // namespace poolcast::serve
