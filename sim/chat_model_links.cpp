// What crosses between sites beside requests: the notices of servers whose Front End pool stands elsewhere, and log backups.
#include <algorithm>
#include <limits>

#include "sim/chat_model.hpp"

namespace poolcast::sim {
namespace {

constexpr double not_while_cut = std::numeric_limits<double>::infinity();

}  // namespace

bool ChatModel::tells_another_site(const Job& job) const {
  return servers_[job.server].site != front_ends_[pools_[job.pool].front_end].site;
}

void ChatModel::scale_bandwidth(SiteNumber a, SiteNumber b, double factor) {
  const auto crosses = [a, b](SiteNumber here, SiteNumber there) {
    return (here == a && there == b) || (here == b && there == a);
  };
  const double left = platform_.bandwidth(a, b) * factor;
  platform_.set_bandwidth(a, b, left, now());
  for (ManagedDatabase& managed : databases_) {
    const auto& machines = pools_[managed.pool].database.machines;
    if (managed.holds != Holds::content || !machines[1]) continue;
    if (crosses(machines[0]->site, machines[1]->site)) managed.session.set_bandwidth(left, now());
  }
  for (std::size_t number = 0; number < pools_.size(); ++number) {
    if (!pools_[number].shipped) continue;
    const auto [here, there] = shipping_route(scenario_.topology.chat_pools[number]);
    if (crosses(here, there)) pools_[number].shipped->stretch(now(), 1 / factor);
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

std::pair<SiteNumber, SiteNumber> ChatModel::shipping_route(const ChatPool& pool) const {
  const Topology& topology = scenario_.topology;
  const Database& content = *find_database(topology, pool, Holds::content);
  return {platform_.site(site_of(topology, content.principal).value_or(pool.site)),
          platform_.site(site_of(topology, content.log_shipping->secondary).value_or(pool.site))};
}

// Backups of the log are copied to the secondary at the copy schedule.
void ChatModel::expect_log_copy(std::uint16_t pool_number) {
  const Topology& topology = scenario_.topology;
  const Database* content = find_database(topology, topology.chat_pools[pool_number], Holds::content);
  if (content->log_shipping) after(content->log_shipping->copy_interval.count(), Kind::log_copied, 0, pool_number);
}

bool ChatModel::reaches_secondary(const Pool& pool) const {
  const NodeId& secondary = secondary_of(pool);
  return !down_.contains(secondary) && connected(pool.database.here().name, secondary);
}

// What is under way across a line when it is cut has to be copied again.
void ChatModel::stop_cut_copies() {
  for (Pool& pool : pools_)
    if (pool.shipped && !pool.failed_over && !reaches_secondary(pool)) pool.shipped->stretch(now(), not_while_cut);
}

void ChatModel::log_copied(std::uint16_t pool_number) {
  Pool& pool = pools_[pool_number];
  if (has_shipped_copy(pool) && databases_[pool.content].session.serving() && reaches_secondary(pool)) {
    note_backups(pool);
    const auto [here, there] = shipping_route(scenario_.topology.chat_pools[pool_number]);
    Wire& wire = platform_.wire(here, there);
    pool.shipped->copy(now(), [&](std::uint64_t posts) { return wire.copy(log_bytes(posts), now()); });
  }
  expect_log_copy(pool_number);
}

}  // namespace poolcast::sim
