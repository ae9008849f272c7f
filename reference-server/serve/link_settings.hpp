// What a scenario says about the links between the nodes of a pool.
#pragma once

#include <optional>
#include <vector>

#include "domain/io/scenario_file.hpp"
#include "reference-server/link/hub.hpp"

namespace poolcast::serve {

struct PoolLinks {
  net::ListenAddress listen;
  std::vector<link::Peer> peers;
  std::vector<bool> serves;              // each peer: whether the topology lists it as active
  std::optional<link::TlsSettings> tls;  // none: plain TCP on the loopback, which --plain-links allows
};

// Nothing where no node of the pool has a link. Throws io::ConfigError.
std::optional<PoolLinks> links_of(const io::LoadedScenario& loaded, const ChatPool& pool, const NodeId& node, bool allow_plain);

}  // namespace poolcast::serve
