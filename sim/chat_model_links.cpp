// What crosses between sites beside requests: the notices of servers whose Front End pool stands elsewhere, and log backups.
#include <algorithm>

#include "sim/chat_model.hpp"

namespace poolcast::sim {

bool ChatModel::tells_another_site(const Job& job) const {
  return servers_[job.server].site != front_ends_[pools_[job.pool].front_end].site;
}

void ChatModel::scale_bandwidth(SiteNumber a, SiteNumber b, double factor) {
  const double left = platform_.bandwidth(a, b) * factor;
  platform_.set_bandwidth(a, b, left, now());
  for (ManagedDatabase& managed : databases_) {
    const auto& machines = pools_[managed.pool].database.machines;
    if (managed.holds != Holds::content || !machines[1]) continue;
    const auto [here, there] = std::pair{machines[0]->site, machines[1]->site};
    if ((here == a && there == b) || (here == b && there == a)) managed.session.set_bandwidth(left, now());
  }
}

// Only links that the scenario names; what it leaves out is wide enough.
void ChatModel::add_links() {
  for (const Link& link : scenario_.topology.links)
    for (std::size_t from = 0; from < link.between.size(); ++from) {
      const SiteId& here = link.between[from];
      const SiteId& there = link.between[1 - from];
      links_.push_back(
          {.from = platform_.site(here),
           .to = platform_.site(there),
           .utilisation = recorder_.fold().add(Metric::link_utilisation,
                                               {.site = here.str(), .pool = {}, .node = {}, .part = "to " + there.str()})});
    }
}

void ChatModel::close_links(double begin, double end) {
  for (const LinkRecord& link : links_) {
    const double busy = platform_.wire(link.from, link.to).take_busy(end);
    recorder_.fold().level(link.utilisation, begin, std::min(1.0, busy / (end - begin)));  // more by rounding only
  }
}

// Backups of the log are copied to a secondary in another site at the copy schedule.
void ChatModel::expect_log_copy(std::uint16_t pool_number) {
  const Topology& topology = scenario_.topology;
  const ChatPool& chat = topology.chat_pools[pool_number];
  const Database* content = find_database(topology, chat, Holds::content);
  if (!content->log_shipping) return;
  const auto here = site_of(topology, content->principal);
  const auto there = site_of(topology, content->log_shipping->secondary);
  if (here && there && here != there) after(content->log_shipping->copy_interval.count(), Kind::log_copied, 0, pool_number);
}

void ChatModel::log_copied(std::uint16_t pool_number) {
  Pool& pool = pools_[pool_number];
  const ChatPool& chat = scenario_.topology.chat_pools[pool_number];
  const Database& content = *find_database(scenario_.topology, chat, Holds::content);
  if (!pool.failed_over && databases_[pool.content].session.serving()) {
    const SiteNumber here = platform_.site(*site_of(scenario_.topology, content.principal));
    const SiteNumber there = platform_.site(*site_of(scenario_.topology, content.log_shipping->secondary));
    platform_.wire(here, there).copy(log_bytes(pool.stored - pool.copied), now());
    pool.copied = pool.stored;
  }
  expect_log_copy(pool_number);
}

}  // namespace poolcast::sim
