// Which posts of a pool log shipping has brought to the secondary. Two jobs with schedules of their own: a backup of the log to
// a share beside the principal, and the copy of what lies there (SQL Server, "About Log Shipping"). What has been copied once
// stays copied, whatever happens to the link later.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>

namespace poolcast::sim {

class ShippedLog {
public:
  explicit ShippedLog(double backup_interval) : backup_interval_(backup_interval) {}

  // Takes the backups that are due; to be called before further posts count as stored.
  void back_up(double now, std::uint64_t stored);
  // A copy job begins, unless the last one still runs, as SQL Server Agent does. It takes the backups that lie on the share, one
  // after another: `send` is given the posts in one and answers how long it takes until it has left. Writing a backup takes no
  // time that counts here, but one that begins with the copy comes with the next.
  template <class Send>
  void copy(double now, Send send);
  // The link's speed changes: what is under way takes that many times as long from now on.
  void stretch(double now, double factor);
  // The secondary has a full backup of so many posts, and of the log what comes after it.
  void begin_from(std::uint64_t posts);
  // The secondary has everything, as it wrote it itself.
  void begin_anew(double now, std::uint64_t stored);

  // What comes back to an older copy continues from there.
  void keep_only(std::uint64_t posts);

  // Posts that the secondary had at a date, and those in backups that had begun by then; not before the last copy began.
  std::uint64_t copied(double at) const;
  std::uint64_t backed_up(double at) const;

private:
  static constexpr double not_yet = std::numeric_limits<double>::infinity();
  struct Backup {
    double begun;
    std::uint64_t posts;  // stored until then
    double arrives = not_yet;
  };

  double date_of(std::uint64_t number) const { return static_cast<double>(number) * backup_interval_; }

  double backup_interval_;
  std::uint64_t due_ = 0;         // number of the next backup
  std::deque<Backup> backups_{};  // that had not arrived when the last copy began; those under way first
  std::uint64_t backed_up_ = 0;   // posts in the newest backup
  std::uint64_t copied_ = 0;      // posts in the backups before these
};

template <class Send>
void ShippedLog::copy(double now, Send send) {
  for (; !backups_.empty() && backups_.front().arrives <= now; backups_.pop_front()) copied_ = backups_.front().posts;
  if (!backups_.empty() && backups_.front().arrives != not_yet) return;
  std::uint64_t before = copied_;
  for (Backup& backup : backups_) {
    if (backup.begun >= now) break;
    backup.arrives = now + send(backup.posts - before);
    before = backup.posts;
  }
}

}  // namespace poolcast::sim
