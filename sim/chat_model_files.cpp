// The share with uploaded files. Users reach it through the web components of their Front End pool ("Plan for Persistent Chat
// Server"), so files are available while some server of the pool is up and reaches the share. How many are sent nobody published,
// and the Lync 2013 client sends none: this tells whether files could be sent, and whether those that were are gone.
#include <algorithm>

#include "sim/chat_model.hpp"

namespace poolcast::sim {

// Only when something may happen to the share or to those who lead there; otherwise it would be constant.
void ChatModel::record_files() {
  const Topology& topology = scenario_.topology;
  if (!topology.file_store) return;
  const NodeId& share = topology.file_store->server;
  const auto concerns = [&](const std::optional<Names>& names) {
    return names && std::ranges::any_of(machines_of(topology, *names),
                                        [&](const NodeId& machine) { return machine == share || front_end_of(machine); });
  };
  files_recorded_ = std::ranges::any_of(
      scenario_.faults, [&](const Fault& fault) { return fault.hang == share || fault.cut || concerns(fault.lose); });
  if (!files_recorded_) return;
  for (std::size_t number = 0; number < pools_.size(); ++number)
    pools_[number].files_series = recorder_.fold().add(
        Metric::files_available,
        {.site = topology.chat_pools[number].site.str(), .pool = pools_[number].name.str(), .node = {}, .part = {}});
}

// A share that is replicated to another site is there without its first server (assumption O-8).
bool ChatModel::files_reached(const FrontEnd& front_end) const {
  const FileStore& store = *scenario_.topology.file_store;
  if (!front_end.alive()) return false;
  if (store.replicated) return true;
  if (machines_lost_.contains(store.server) || hung_.contains(store.server) || files_destroyed_) return false;
  for (std::size_t number = 0; number < front_end.machines.size(); ++number)
    if (front_end.up[number] && platform_.connected(front_end.machines[number], store.server)) return true;
  return false;
}

void ChatModel::files_change() {
  if (!files_recorded_) return;
  for (const Pool& pool : pools_)
    recorder_.fold().level(pool.files_series, now(), files_reached(front_ends_[pool.front_end]) ? 1 : 0);
}

}  // namespace poolcast::sim
