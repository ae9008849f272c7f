#include "sim/shipped_log.hpp"

#include <algorithm>

namespace poolcast::sim {

void ShippedLog::back_up(double now, std::uint64_t stored) {
  if (date_of(due_) > now) return;
  // All that are due hold the same posts, so the first of them is the one that counts.
  if (stored > backed_up_) backups_.push_back({.begun = date_of(due_), .posts = stored});
  backed_up_ = stored;
  while (date_of(due_) <= now) ++due_;
}

void ShippedLog::stretch(double now, double factor) {
  for (Backup& backup : backups_)
    if (backup.arrives != not_yet && backup.arrives > now) backup.arrives = now + (backup.arrives - now) * factor;
}

void ShippedLog::begin_from(std::uint64_t posts) {
  while (!backups_.empty() && backups_.front().posts <= posts) backups_.pop_front();
  for (Backup& backup : backups_) backup.arrives = not_yet;
  copied_ = posts;
  backed_up_ = std::max(backed_up_, posts);
}

void ShippedLog::begin_anew(double now, std::uint64_t stored) {
  backups_.clear();
  copied_ = backed_up_ = stored;
  while (date_of(due_) <= now) ++due_;
}

void ShippedLog::keep_only(std::uint64_t posts) {
  for (Backup& backup : backups_) backup.posts = std::min(backup.posts, posts);
  backed_up_ = std::min(backed_up_, posts);
  copied_ = std::min(copied_, posts);
}

std::uint64_t ShippedLog::copied(double at) const {
  std::uint64_t posts = copied_;
  for (const Backup& backup : backups_)
    if (backup.arrives <= at) posts = backup.posts;
  return posts;
}

std::uint64_t ShippedLog::backed_up(double at) const {
  std::uint64_t posts = copied_;
  for (const Backup& backup : backups_)
    if (backup.begun < at) posts = backup.posts;
  return posts;
}

}  // namespace poolcast::sim
