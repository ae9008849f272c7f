#include "sim/database_outages.hpp"

#include <algorithm>
#include <ranges>

namespace poolcast::sim {

bool DatabaseOutages::is_caused_now(const DatabaseOutage& outage) const {
  return outage.label == cause_ || outage.label.starts_with(cause_ + " (");
}

void DatabaseOutages::gone(std::size_t pool, double now) {
  if (const DatabaseOutage* last = last_of(pool); last != nullptr && !last->lasted) return;
  const auto earlier =
      std::ranges::count_if(outages_, [&](const DatabaseOutage& outage) { return outage.pool == pool && is_caused_now(outage); });
  DatabaseOutage outage;
  outage.label = earlier == 0 ? cause_ : cause_ + " (" + std::to_string(earlier + 1) + ")";
  outage.pool = pool;
  outage.began = now;
  outages_.push_back(std::move(outage));
}

void DatabaseOutages::serves(std::size_t pool, double now) {
  DatabaseOutage* outage = last_of(pool);
  if (outage != nullptr && !outage->lasted) outage->lasted = now - outage->began;
}

void DatabaseOutages::doubted(std::size_t pool, double now, std::uint64_t posts) {
  if (posts == 0) return;
  const DatabaseOutage* last = last_of(pool);
  if (last == nullptr || (last->lasted && !is_caused_now(*last))) {  // commits can hang at a mirror while the principal answers
    gone(pool, now);
    serves(pool, now);
  }
  last_of(pool)->in_doubt += posts;
}

void DatabaseOutages::lost(std::size_t pool, double now, std::uint64_t posts, std::uint64_t stored) {
  if (posts == 0) return;
  if (last_of(pool) == nullptr) {  // rows can be missing although somebody served all the time
    gone(pool, now);
    serves(pool, now);
  }
  DatabaseOutage& outage = *last_of(pool);
  outage.lost += posts;
  // The oldest of them was stored after the last date at which no more than the others were.
  const std::uint64_t kept = stored - std::min(stored, posts);
  double since = 0;
  for (const Stored& date : dates_of(pool))
    if (date.posts <= kept) since = date.at;
  outage.oldest_lost = std::max(outage.oldest_lost, outage.began - since);
}

void DatabaseOutages::note_stored(std::size_t pool, double now, std::uint64_t stored) {
  std::deque<Stored>& dates = dates_of(pool);
  // Of several dates with the same number only the last says anything: the next post came after it.
  if (!dates.empty() && dates.back().posts == stored)
    dates.back().at = now;
  else if (dates.empty() || now - dates.back().at >= (now - dates.front().at) * precision)
    dates.push_back({now, stored});
}

void DatabaseOutages::forget(std::size_t pool, std::uint64_t safe) {
  std::deque<Stored>& dates = dates_of(pool);
  while (dates.size() > 1 && dates[1].posts <= safe) dates.pop_front();
}

DatabaseOutage* DatabaseOutages::last_of(std::size_t pool) {
  const auto found =
      std::ranges::find_if(std::views::reverse(outages_), [pool](const DatabaseOutage& outage) { return outage.pool == pool; });
  return found == outages_.rend() ? nullptr : &*found;
}

std::deque<DatabaseOutages::Stored>& DatabaseOutages::dates_of(std::size_t pool) {
  if (pool >= dates_.size()) dates_.resize(pool + 1);
  return dates_[pool];
}

}  // namespace poolcast::sim
