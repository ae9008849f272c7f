// The copies of a content database: log shipped to the other site, backups, the pool states Normal (on its own database) and
// FailedOver (on the log-shipping secondary), and what is lost for good when a copy has to do.
#include <algorithm>

#include "domain/wording.hpp"
#include "sim/chat_model.hpp"

namespace poolcast::sim {
// How many posts the database held at each backup; to be called before posts are counted as stored.
void ChatModel::note_backups(Pool& pool) {
  const std::uint64_t held = pool.stored - pool.lost;
  if (pool.shipped && !pool.failed_over) pool.shipped->back_up(now(), held);
  databases_[pool.content].session.serving() ? pool.backups.note(held, now()) : pool.backups.miss(now());
}

const NodeId& ChatModel::secondary_of(const Pool& pool) const {
  const ChatPool& chat = *find_chat_pool(scenario_.topology, pool.name);
  return find_database(scenario_.topology, chat, Holds::content)->log_shipping->secondary;
}

bool ChatModel::has_shipped_copy(const Pool& pool) { return pool.shipped && !pool.failed_over && pool.secondary_is_filled; }

rules::LogShippingPlan ChatModel::shipping_plan(const Pool& pool) const {
  const Topology& topology = scenario_.topology;
  const ChatPool& chat = *find_chat_pool(topology, pool.name);
  const Database& content = *find_database(topology, chat, Holds::content);
  const LogShipping& shipping = *content.log_shipping;
  const SiteId here = site_of(topology, content.principal).value_or(chat.site);
  const SiteId there = site_of(topology, shipping.secondary).value_or(chat.site);
  const Bandwidth speed{platform_.bandwidth(platform_.site(here), platform_.site(there))};
  return {.backup = {.first = Seconds{0}, .every = shipping.backup_interval},
          .copy = {.first = Seconds{0}, .every = shipping.copy_interval},
          .restore = {.first = Seconds{0}, .every = shipping.restore_interval},
          .restore_delay = shipping.restore_delay,
          .backup_speed = speed,
          .copy_speed = speed,
          .restore_speed = speed};
}

// Until that date, as if it had grown steadily.
Bandwidth ChatModel::log_rate(const Pool& pool, double at) const { return Bandwidth{at > 0 ? log_bytes(pool.stored) / at : 0}; }

std::vector<rules::LogBackup> ChatModel::log_backups(const Pool& pool, double at) const {
  return rules::ship(shipping_plan(pool), rules::steady_log(log_rate(pool, at)), Seconds{at});
}

double ChatModel::served_until(const Pool& pool) const {
  const ManagedDatabase& content = databases_[pool.content];
  return content.session.serving() ? now() : content.away_since;
}

// Posts in the best copy that is left of a database that was lost at that date, and which copy that is.
std::uint64_t ChatModel::posts_kept(const Pool& pool, double at, bool share_survives, std::string& since) const {
  std::uint64_t kept = 0;
  since = "all of the run, as no backup is taken in it";
  if (pool.backups.interval > 0) {
    const auto number = static_cast<std::size_t>(at / pool.backups.interval);
    const auto& backup = pool.backups.newest[std::min(number, pool.backups.newest.size() - 1)];
    kept = backup.posts;
    since = "since the backup at " + seconds_in_words(backup.taken);
  }
  if (!has_shipped_copy(pool)) return kept;
  const std::uint64_t shipped = share_survives ? pool.shipped->backed_up(at) : pool.shipped->copied(at);
  if (shipped < kept) return kept;
  since = share_survives ? "since the last log backup on the share" : "since the last log backup that was copied";
  return shipped;
}

void ChatModel::lose_posts(Pool& pool, std::uint64_t posts) {
  if (posts == 0) return;
  outages_.lost(static_cast<std::size_t>(&pool - pools_.data()), now(), posts, pool.stored);
  pool.lost += posts;
  pool.backups.keep_only(pool.stored - pool.lost);
  if (pool.shipped) pool.shipped->keep_only(pool.stored - pool.lost);
  pool.record.messages_lost.now += posts;
}

// The principal's copy does not come back, and something older takes its place: counted once for each loss.
void ChatModel::settle_losses(Pool& pool, bool share_survives) {
  if (pool.settled) return;
  pool.settled = true;
  note_backups(pool);
  std::string since;
  const std::uint64_t held = pool.stored - pool.lost;
  const std::uint64_t kept = std::min(held, posts_kept(pool, served_until(pool), share_survives, since));
  if (held == kept) return;
  lose_posts(pool, held - kept);
  enter({.begins = Seconds{now()},
         .ends = Seconds{now()},
         .kind = EntryKind::lost,
         .what = "content database of " + pool.name.str(),
         .why = number_in_words(static_cast<double>(held - kept)) + " posts: " + since});
}

Bytes ChatModel::database_size(const Pool& pool) const {
  const Database* content = find_database(scenario_.topology, *find_chat_pool(scenario_.topology, pool.name), Holds::content);
  const double posted = static_cast<double>(pool.stored - pool.lost) * workload_.row.count;
  return Bytes{content->size.value_or(*usual_situation().database).count + posted};
}

Situation ChatModel::situation(const PoolId& name) const {
  const Pool& pool = *find_pool(name);
  const Database& content = *find_database(scenario_.topology, *find_chat_pool(scenario_.topology, name), Holds::content);
  Situation known = usual_situation();
  known.database = content.size || pool.stored > 0 ? std::optional(database_size(pool)) : known.database;
  known.log_rate = log_rate(pool, now());
  known.redo_speed = Bandwidth{costs_.redo};
  known.share_survives = false;
  if (!content.log_shipping) return known;
  const rules::LogShippingPlan plan = shipping_plan(pool);
  known.wan = plan.copy_speed;
  known.backup_interval = plan.backup.every;
  known.copy_interval = plan.copy.every;
  known.restore_interval = plan.restore.every;
  known.restore_delay = plan.restore_delay;
  return known;
}

// What of the log waits to be copied and applied, as of the loss of the database or now.
rules::SiteLoss ChatModel::log_waiting(const PoolId& name, bool share_survives) const {
  const Pool& pool = *find_pool(name);
  if (!has_shipped_copy(pool)) return {};
  const double at = served_until(pool);
  return rules::lose_primary_site(shipping_plan(pool), rules::steady_log(log_rate(pool, at)), log_backups(pool, at), Seconds{at},
                                  share_survives);
}

// Once a second the dates of posts, because of which the age of a lost one is known. Less often, because it costs more, how many
// would be gone if the principal were: what neither the mirror nor a backup has. Without both that is every post since
// the start.
void ChatModel::watch_posts(std::uint32_t second) {
  constexpr std::uint32_t risk_every = 10;  // seconds
  for (std::size_t number = 0; number < pools_.size(); ++number) {
    Pool& pool = pools_[number];
    if (!pool.at_risk_series) continue;
    outages_.note_stored(number, now(), pool.stored);
    if (second % risk_every != 0) continue;
    note_backups(pool);
    std::string since;
    const std::uint64_t held = pool.stored - pool.lost;
    const std::uint64_t unmirrored = databases_[pool.content].session.unmirrored_rows(now()).value_or(held);
    const std::uint64_t gone = held - std::min(held, posts_kept(pool, served_until(pool), false, since));
    recorder_.fold().level(*pool.at_risk_series, now(), static_cast<double>(std::min(unmirrored, gone)));
    // A whole site may go with the mirror: with backups only what they have is out of every reach.
    const bool has_backups = pool.backups.interval > 0 || has_shipped_copy(pool);
    outages_.forget(number, pool.stored - std::min(pool.stored, has_backups ? gone : unmirrored));
  }
}

// Planned, with a principal that still answers and within reach, the tail of the log is shipped first and nothing is lost. The
// mirror of the secondary is idle until operators have filled it with a full backup, which they may have done before.
ChatModel::Refusal ChatModel::work_on_secondary(const PoolId& name, bool share_survives, bool with_mirror) {
  Pool& pool = *find_pool(name);
  if (pool.failed_over) return name.str() + " is failed over already";
  const ChatPool& chat = *find_chat_pool(scenario_.topology, name);
  const Database& content = *find_database(scenario_.topology, chat, Holds::content);
  const LogShipping& shipping = *content.log_shipping;
  if (down_.contains(shipping.secondary)) return "its log-shipping secondary " + why_away(shipping.secondary);
  if (!pool.secondary_is_filled) return "its log-shipping secondary " + shipping.secondary.str() + " has lost its disks";
  ManagedDatabase& managed = databases_[pool.content];
  const bool answers = managed.session.answering().has_value(), in_reach = reaches_secondary(pool);
  if (managed.session.serving()) database_gone(managed, LossKind::reset);
  if (!answers || !in_reach) settle_losses(pool, share_survives && in_reach);
  Database secondary;
  secondary.holds = content.holds;
  secondary.pool = content.pool;
  secondary.principal = shipping.secondary;
  if (shipping.secondary_mirror) {
    secondary.mode = AvailabilityMode::high_safety;
    secondary.mirror = shipping.secondary_mirror;
    secondary.witness = shipping.secondary_witness;
    secondary.partner_timeout = content.partner_timeout;
  }
  pool.failed_over = true;
  pool.mirror_is_filled = false;
  std::swap(pool.database.machines, pool.database.elsewhere);
  begin_session(pool, secondary, with_mirror);
  return {};
}

// The partners begin anew with a full backup of the secondary: both in step, or the principal alone until it gets a new mirror.
ChatModel::Refusal ChatModel::work_on_principal(const PoolId& name, bool with_mirror) {
  Pool& pool = *find_pool(name);
  if (!pool.failed_over) return name.str() + " is not failed over";
  const Database& content = *find_database(scenario_.topology, *find_chat_pool(scenario_.topology, name), Holds::content);
  if (down_.contains(content.principal)) return "its principal " + why_away(content.principal);
  ManagedDatabase& managed = databases_[pool.content];
  if (!managed.session.answering()) return "nobody serves its log-shipping secondary, whose posts are to be copied back";
  if (!connected(pool.database.here().name, content.principal))
    return "its principal " + content.principal.str() + " is out of reach";
  database_gone(managed, LossKind::reset);
  without_disks_.erase(content.principal);
  pool.failed_over = false;
  pool.shipped->begin_anew(now(), pool.stored - pool.lost);
  std::swap(pool.database.machines, pool.database.elsewhere);
  begin_session(pool, content, with_mirror || pool.mirror_is_filled);
  return {};
}

// --- a new secondary ---------------------------------------------------------------------------------------------------------

ChatModel::Refusal ChatModel::why_no_new_secondary(const NodeId& node) const {
  if (down_.contains(node)) return why_away(node);
  bool is_to_fill = false;
  for (const Pool& pool : pools_) {
    if (!pool.shipped || secondary_of(pool) != node || pool.secondary_is_filled) continue;
    is_to_fill = true;
    if (pool.failed_over) return pool.name.str() + " is failed over";
    if (!databases_[pool.content].session.answering()) return "nobody serves the content database of " + pool.name.str();
    if (!reaches_secondary(pool)) return node.str() + " is out of reach of the principal of " + pool.name.str();
  }
  return is_to_fill ? ChatModel::Refusal() : node.str() + " has what was shipped to it";
}

// What is stored from now on comes with the log.
ChatModel::Refusal ChatModel::copy_for_secondary(const NodeId& node) {
  if (Refusal why = why_no_new_secondary(node); !why.empty()) return why;
  for (Pool& pool : pools_)
    if (pool.shipped && secondary_of(pool) == node) pool.in_full_copy = pool.stored - pool.lost;
  return {};
}

ChatModel::Refusal ChatModel::new_secondary(const NodeId& node, double begun) {
  if (Refusal why = why_no_new_secondary(node); !why.empty()) return why;
  if (lost_since(node, begun)) return node.str() + " was lost during the full copy";
  const auto is_filled = [&](const Pool& pool) {
    return pool.shipped && secondary_of(pool) == node && !pool.secondary_is_filled;
  };
  for (const Pool& pool : pools_)
    if (is_filled(pool) && lost_since(databases_[pool.content].session.principal_node(), begun))
      return "the principal was lost during the full copy";
  for (Pool& pool : pools_) {
    if (!is_filled(pool)) continue;
    note_backups(pool);
    pool.shipped->begin_from(std::min(pool.in_full_copy, pool.stored - pool.lost));
    pool.secondary_is_filled = true;
  }
  return {};
}

// One after another, each over the link or as quickly as it can be written.
double ChatModel::secondary_copy_time(const NodeId& node) const {
  double time = 0;
  for (const Pool& pool : pools_) {
    if (!pool.shipped || secondary_of(pool) != node || pool.secondary_is_filled) continue;
    const double speed = std::min(shipping_plan(pool).copy_speed.bytes_per_s, usual_situation().restore_speed->bytes_per_s);
    time += database_size(pool).count / speed;
  }
  return time;
}

// --- a restore ---------------------------------------------------------------------------------------------------------------

// From the last backup to the machine of the principal, which is there again; its mirror has to be filled anew.
ChatModel::Refusal ChatModel::why_no_restore(const PoolId& name) const {
  const Pool& pool = *find_pool(name);
  const Database& content = *find_database(scenario_.topology, *find_chat_pool(scenario_.topology, name), Holds::content);
  if (pool.failed_over) return name.str() + " works on its log-shipping secondary";
  if (databases_[pool.content].session.serving()) return "the content database of " + name.str() + " is served";
  if (down_.contains(content.principal)) return "its principal " + why_away(content.principal);
  return {};
}

ChatModel::Refusal ChatModel::restore(const PoolId& name, double begun) {
  if (Refusal why = why_no_restore(name); !why.empty()) return why;
  Pool& pool = *find_pool(name);
  const Database& content = *find_database(scenario_.topology, *find_chat_pool(scenario_.topology, name), Holds::content);
  if (lost_since(content.principal, begun)) return content.principal.str() + " was lost while it was restored";
  settle_losses(pool, false);
  without_disks_.erase(content.principal);
  begin_session(pool, content, false);
  return {};
}

// Other machines or other copies, and a session of their own, once nobody serves the old ones; chat servers find it by their next
// login.
void ChatModel::begin_session(Pool& pool, const Database& database, bool with_mirror) {
  ManagedDatabase& managed = databases_[pool.content];
  pool.database.principal = 0;
  managed.session =
      open_session(static_cast<std::uint16_t>(pool.content), *find_chat_pool(scenario_.topology, pool.name), database);
  const bool filled = with_mirror && database.mirror && !without_disks_.contains(*database.mirror);
  if (!filled && database.mirror) managed.session.begin_without_mirror();
  const auto reaches_other = [this](const NodeId& a, const NodeId& b) { return connected(a, b); };
  managed.session.connections_changed(reaches_other, now());
  for (const auto& [machine, kind] : down_) managed.session.lost(machine, kind, now());
  for (const NodeId& machine : hung_) managed.session.hangs(machine, true);
  if (const auto serves = managed.session.serving()) database_serves(managed, *serves);
  record_database(managed);
}

}  // namespace poolcast::sim
