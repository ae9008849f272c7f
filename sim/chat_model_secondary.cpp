// The pool state of a chat pool: Normal on its own content database, FailedOver on the log-shipping secondary in the other site.
#include <algorithm>
#include <cmath>

#include "domain/rules/log_shipping.hpp"
#include "sim/chat_model.hpp"

namespace poolcast::sim {
// How many posts were stored before each backup of the log; to be called before posts are counted as stored.
void ChatModel::note_log_backups(Pool& pool) {
  if (pool.log_backup_interval <= 0 || pool.failed_over) return;
  while (static_cast<double>(pool.stored_before.size()) * pool.log_backup_interval <= now())
    pool.stored_before.push_back(pool.stored);
}

// Posts in the newest log backup that had been copied to the secondary at that date. The share with the backups is taken to be
// lost with the principal's site; what it held beyond that is lost with it.
std::uint64_t ChatModel::posts_shipped(const Pool& pool, double at) const {
  const Topology& topology = scenario_.topology;
  const ChatPool& chat = *find_chat_pool(topology, pool.name);
  const Database& content = *find_database(topology, chat, Holds::content);
  const LogShipping& shipping = *content.log_shipping;
  const SiteId here = site_of(topology, content.principal).value_or(chat.site);
  const SiteId there = site_of(topology, shipping.secondary).value_or(chat.site);
  const Bandwidth speed{platform_.bandwidth(platform_.site(here), platform_.site(there))};
  const rules::LogShippingPlan plan{.backup = {.first = Seconds{0}, .every = shipping.backup_interval},
                                    .copy = {.first = Seconds{0}, .every = shipping.copy_interval},
                                    .restore = {.first = Seconds{0}, .every = shipping.restore_interval},
                                    .restore_delay = shipping.restore_delay,
                                    .backup_speed = speed,
                                    .copy_speed = speed,
                                    .restore_speed = speed};
  const double rate = at > 0 ? log_bytes(pool.stored) / at : 0;
  const auto backups = rules::ship(plan, rules::steady_log(Bandwidth{rate}), Seconds{at});
  const Seconds copied = rules::shipped_until(backups, Seconds{at}).copied;
  const auto number = static_cast<std::size_t>(std::llround(copied.count() / pool.log_backup_interval));
  return number < pool.stored_before.size() ? pool.stored_before[number] : pool.stored;
}

// Once a second the dates of posts, because of which the age of a lost one is known. Less often, because it costs more, how many
// would be gone if the principal were: what neither the mirror nor a copied log backup has. Without both that is every post since
// the start, as no other backup is played.
void ChatModel::watch_posts(std::uint32_t second) {
  constexpr std::uint32_t risk_every = 10;  // seconds
  for (std::size_t number = 0; number < pools_.size(); ++number) {
    Pool& pool = pools_[number];
    if (!pool.at_risk_series) continue;
    outages_.note_stored(number, now(), pool.stored);
    if (second % risk_every != 0) continue;
    const std::uint64_t unmirrored = databases_[pool.content].session.unmirrored_rows(now());
    std::uint64_t unshipped = pool.stored;
    const bool ships = pool.log_backup_interval > 0 && !pool.failed_over;
    if (ships) {
      note_log_backups(pool);
      unshipped -= posts_shipped(pool, now());
    }
    recorder_.fold().level(*pool.at_risk_series, now(), static_cast<double>(std::min(unmirrored, unshipped)));
    // A whole site may go with the mirror: with log shipping only what is shipped is out of every reach.
    outages_.forget(number, pool.stored - std::min(pool.stored, ships ? unshipped : unmirrored));
  }
}

// Planned, with the principal still serving, the tail of the log is shipped first and nothing is lost.
void ChatModel::work_on_secondary(const PoolId& name) {
  const auto pool = std::ranges::find(pools_, name, &Pool::name);
  if (pool == pools_.end() || pool->failed_over) return;
  ManagedDatabase& managed = databases_[pool->content];
  if (!managed.session.serving()) {
    note_log_backups(*pool);
    const std::uint64_t lost = pool->stored - posts_shipped(*pool, managed.away_since);
    pool->record.messages_lost.now += lost;
    outages_.lost(managed.pool, now(), lost, pool->stored);
  }
  const ChatPool& chat = *find_chat_pool(scenario_.topology, name);
  const Database& content = *find_database(scenario_.topology, chat, Holds::content);
  Database secondary;
  secondary.holds = content.holds;
  secondary.pool = content.pool;
  secondary.principal = content.log_shipping->secondary;
  // Setting its mirror up, with a full backup, is a step before the end of the failover.
  if (content.log_shipping->secondary_mirror) {
    secondary.mode = AvailabilityMode::high_safety;
    secondary.mirror = content.log_shipping->secondary_mirror;
    secondary.witness = content.log_shipping->secondary_witness;
    secondary.partner_timeout = content.partner_timeout;
  }
  pool->failed_over = true;
  move_database(*pool, secondary);
}

// The partners begin anew with a full backup of the secondary, in step.
void ChatModel::work_on_principal(const PoolId& name) {
  const auto pool = std::ranges::find(pools_, name, &Pool::name);
  if (pool == pools_.end() || !pool->failed_over) return;
  const ChatPool& chat = *find_chat_pool(scenario_.topology, name);
  pool->failed_over = false;
  move_database(*pool, *find_database(scenario_.topology, chat, Holds::content));
}

// Other machines, a session of their own; chat servers find it by their next login.
void ChatModel::move_database(Pool& pool, const Database& database) {
  ManagedDatabase& managed = databases_[pool.content];
  if (managed.session.serving()) database_gone(managed, LossKind::reset);
  std::swap(pool.database.machines, pool.database.elsewhere);
  pool.database.principal = 0;
  managed.session =
      open_session(static_cast<std::uint16_t>(pool.content), *find_chat_pool(scenario_.topology, pool.name), database);
  const auto connected = [this](const NodeId& a, const NodeId& b) { return platform_.connected(a, b); };
  managed.session.connections_changed(connected, now());
  for (const NodeId& machine : down_) managed.session.lost(machine, LossKind::reset, now());
  for (const NodeId& machine : hung_) managed.session.hangs(machine, true);
  if (const auto serves = managed.session.serving()) database_serves(managed, *serves);
  record_database(managed);
}

}  // namespace poolcast::sim
