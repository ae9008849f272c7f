// Log shipping: what of a database's log is backed up, copied and restored at a moment, and what is lost with the primary's site.
// Three jobs with schedules of their own, never automatic beyond that (SQL Server, "About Log Shipping"). Pure: both hosts play
// the same jobs. The log begins at 0, when the secondary was restored from a full backup.
#pragma once

#include <functional>
#include <limits>
#include <vector>

#include "domain/units.hpp"

namespace poolcast::rules {

inline constexpr Seconds never{std::numeric_limits<double>::infinity()};

// A job starts at `first` and then every `every`. A start that falls into a run of the same job is left out, as SQL Server
// Agent does.
struct Schedule {
  Seconds first{0};
  Seconds every{15 * 60.0};  // assumption O-7
};

struct LogShippingPlan {
  Schedule backup;
  Schedule copy;
  Schedule restore;
  Seconds restore_delay{0};  // how old a backup must be before it is restored
  Bandwidth backup_speed;    // principal's log to the backup share
  Bandwidth copy_speed;      // backup share to the secondary, one file after another
  Bandwidth restore_speed;   // one file after another
};

// Bytes of log written from 0 to a moment; never falls.
using LogWritten = std::function<Bytes(Seconds)>;
LogWritten steady_log(Bandwidth rate);

// A time in which no backup can be taken or finished, because nobody serves the database, or somebody who ships no log.
struct Span {
  Seconds from{0};
  Seconds until = never;
};

struct LogBackup {
  Seconds covers{0};  // holds the log written since the last backup up to here, the start of its job
  Bytes size;
  Seconds backed_up = never;  // complete on the share
  Seconds copied = never;     // complete at the secondary
  Seconds restored = never;
};

// All backups whose job starts before `until`, in their order.
std::vector<LogBackup> ship(const LogShippingPlan& plan, const LogWritten& log, Seconds until,
                            const std::vector<Span>& no_backups = {});

// Up to which moment of the log each stage has come; 0 is the full backup that the secondary began with.
struct ShippedUntil {
  Seconds backed_up{0};
  Seconds copied{0};
  Seconds restored{0};
};
ShippedUntil shipped_until(const std::vector<LogBackup>& backups, Seconds at);

// The primary site is lost at a moment, and with it the log that no surviving backup holds. A file that was being copied or
// restored counts as not copied or not restored.
struct SiteLoss {
  Seconds lost{0};  // what was written in this last time is gone
  Bytes lost_log;
  Bytes to_copy;  // on the surviving share only
  Bytes to_apply;
  Seconds copying{0};
  Seconds applying{0};
};
SiteLoss lose_primary_site(const LogShippingPlan& plan, const LogWritten& log, const std::vector<LogBackup>& backups, Seconds at,
                           bool share_survives);

// What a loss at a moment drawn uniformly from [from, until) would cost, exactly: the lost time grows by a second each second
// and falls whenever a backup comes to where it survives.
class RecoveryPoint {
public:
  RecoveryPoint(const std::vector<LogBackup>& backups, Seconds from, Seconds until, bool share_survives);
  Seconds worst() const;
  Seconds mean() const;
  Seconds quantile(double probability) const;

private:
  struct Piece {
    double low = 0;
    double high = 0;
  };
  std::vector<Piece> pieces_;
};

// Whether the secondary can go on restoring after principal and mirror have changed roles (SQL Server, "Database Mirroring and
// Log Shipping"). `intact`: the next backup continues the last one. `stopped`: nobody backs the log up, because the new principal
// was not set up as a second, dormant primary. `broken`: a backup was shipped with log that the new principal never had, so the
// secondary needs a new full backup.
enum class LogChain { intact, stopped, broken };
struct ChangeOfRoles {
  Seconds hardened_at_mirror{0};       // the log that the mirror had; under synchronous mirroring all that was acknowledged
  bool mirror_is_also_primary = true;  // of log shipping, with the same settings
};
LogChain chain_after(const ChangeOfRoles& change, const std::vector<LogBackup>& backups, Seconds at);

}  // namespace poolcast::rules
