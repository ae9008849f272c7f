#include "domain/rules/log_shipping.hpp"

#include <algorithm>
#include <cmath>

#include "domain/ensure.hpp"

namespace poolcast::rules {
namespace {

Seconds time_for(Bytes size, Bandwidth speed) {
  if (size.count <= 0) return Seconds{0};
  return speed.bytes_per_s > 0 ? Seconds{size.count / speed.bytes_per_s} : never;
}

// The first scheduled start that is not before `earliest`. Counting in whole intervals keeps the starts on their grid.
Seconds next_start(const Schedule& schedule, Seconds earliest) {
  if (earliest == never) return never;
  const double intervals = std::ceil((earliest - schedule.first) / schedule.every);
  Seconds start = schedule.first + std::max(0.0, intervals) * schedule.every;
  if (start < earliest) start += schedule.every;  // the division was rounded down
  return start;
}

Seconds following_start(const Schedule& schedule, Seconds start, Seconds end) {
  return next_start(schedule, std::max(end, start + schedule.every / 2));
}

bool touches(const std::vector<Span>& spans, Seconds from, Seconds until) {
  return std::ranges::any_of(spans, [&](const Span& span) { return span.from <= until && from < span.until; });
}

std::vector<LogBackup> backed_up(const LogShippingPlan& plan, const LogWritten& log, Seconds until,
                                 const std::vector<Span>& no_backups) {
  std::vector<LogBackup> backups;
  double kept = log(Seconds{0}).count;
  for (Seconds start = next_start(plan.backup, Seconds{0}); start < until;) {
    const Bytes size{log(start).count - kept};
    const Seconds end = start + time_for(size, plan.backup_speed);
    if (touches(no_backups, start, end)) {
      start = following_start(plan.backup, start, start);
      continue;
    }
    backups.push_back({start, size, end, never, never});
    kept += size.count;
    start = following_start(plan.backup, start, end);
  }
  return backups;
}

// One job that handles files one after another: at each start whatever is `ready` by then, in order.
template <class Ready, class Finish>
void run_job(std::vector<LogBackup>& backups, const Schedule& schedule, Bandwidth speed, Ready ready, Finish finish) {
  std::size_t next = 0;
  for (Seconds start = next_start(schedule, Seconds{0}); next < backups.size();) {
    const Seconds ready_at = ready(backups[next]);
    if (ready_at == never) return;
    start = std::max(start, next_start(schedule, ready_at));
    Seconds end = start;
    for (; next < backups.size() && ready(backups[next]) <= start; ++next) {
      end += time_for(backups[next].size, speed);
      finish(backups[next], end);
    }
    if (end == never) return;
    start = following_start(schedule, start, end);
  }
}

Seconds survives_at(const LogBackup& backup, bool share_survives) { return share_survives ? backup.backed_up : backup.copied; }

}  // namespace

LogWritten steady_log(Bandwidth rate) {
  return [rate](Seconds at) { return Bytes{rate.bytes_per_s * at.count()}; };
}

std::vector<LogBackup> ship(const LogShippingPlan& plan, const LogWritten& log, Seconds until,
                            const std::vector<Span>& no_backups) {
  for (const Schedule* schedule : {&plan.backup, &plan.copy, &plan.restore})
    ensure(schedule->every > Seconds{0}, "a log-shipping job recurs after some time");
  std::vector<LogBackup> backups = backed_up(plan, log, until, no_backups);
  run_job(
      backups, plan.copy, plan.copy_speed, [](const LogBackup& backup) { return backup.backed_up; },
      [](LogBackup& backup, Seconds at) { backup.copied = at; });
  run_job(
      backups, plan.restore, plan.restore_speed,
      [&](const LogBackup& backup) { return std::max(backup.copied, backup.backed_up + plan.restore_delay); },
      [](LogBackup& backup, Seconds at) { backup.restored = at; });
  return backups;
}

ShippedUntil shipped_until(const std::vector<LogBackup>& backups, Seconds at) {
  ShippedUntil until;
  for (const LogBackup& backup : backups) {
    if (backup.backed_up <= at) until.backed_up = backup.covers;
    if (backup.copied <= at) until.copied = backup.covers;
    if (backup.restored <= at) until.restored = backup.covers;
  }
  return until;
}

SiteLoss lose_primary_site(const LogShippingPlan& plan, const LogWritten& log, const std::vector<LogBackup>& backups, Seconds at,
                           bool share_survives) {
  SiteLoss loss;
  Seconds kept{0};
  for (const LogBackup& backup : backups) {
    if (survives_at(backup, share_survives) > at) continue;
    kept = backup.covers;
    if (backup.copied > at) loss.to_copy.count += backup.size.count;
    if (backup.restored > at) loss.to_apply.count += backup.size.count;
  }
  loss.lost = at - kept;
  loss.lost_log = Bytes{log(at).count - log(kept).count};
  loss.copying = time_for(loss.to_copy, plan.copy_speed);
  loss.applying = time_for(loss.to_apply, plan.restore_speed);
  return loss;
}

RecoveryPoint::RecoveryPoint(const std::vector<LogBackup>& backups, Seconds from, Seconds until, bool share_survives) {
  ensure(from < until, "a recovery point is drawn from some time");
  Seconds kept{0};
  Seconds since = from;
  for (const LogBackup& backup : backups) {
    const Seconds arrival = survives_at(backup, share_survives);
    if (arrival >= until) break;
    if (arrival > since) {
      pieces_.push_back({(since - kept).count(), (arrival - kept).count()});
      since = arrival;
    }
    kept = backup.covers;
  }
  pieces_.push_back({(since - kept).count(), (until - kept).count()});
}

Seconds RecoveryPoint::worst() const { return Seconds{std::ranges::max(pieces_, {}, &Piece::high).high}; }

Seconds RecoveryPoint::mean() const {
  double weighted = 0;
  double total = 0;
  for (const Piece& piece : pieces_) {
    weighted += (piece.high - piece.low) * (piece.high + piece.low) / 2;
    total += piece.high - piece.low;
  }
  return Seconds{weighted / total};
}

Seconds RecoveryPoint::quantile(double probability) const {
  double total = 0;
  for (const Piece& piece : pieces_) total += piece.high - piece.low;
  const auto share_below = [&](double value) {
    double below = 0;
    for (const Piece& piece : pieces_) below += std::clamp(value, piece.low, piece.high) - piece.low;
    return below / total;
  };
  double low = std::ranges::min(pieces_, {}, &Piece::low).low;
  double high = worst().count();
  constexpr int halvings = 60;  // as many as a double can tell apart
  for (int i = 0; i < halvings; ++i) {
    const double middle = (low + high) / 2;
    (share_below(middle) < probability ? low : high) = middle;
  }
  return Seconds{high};
}

LogChain chain_after(const ChangeOfRoles& change, const std::vector<LogBackup>& backups, Seconds at) {
  if (shipped_until(backups, at).backed_up > change.hardened_at_mirror) return LogChain::broken;
  return change.mirror_is_also_primary ? LogChain::intact : LogChain::stopped;
}

}  // namespace poolcast::rules
