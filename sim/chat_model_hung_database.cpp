// A SQL Server instance that accepts everything and answers nothing. Its pings go on, so that nobody takes over: mirroring does
// not see the state of a database as long as the instance answers pings (SQL Server, "Possible Failures During Database
// Mirroring": a time-out is all that it has against soft errors). One whose pings stop as well is a loss of kind `silent`.
#include <algorithm>
#include <utility>

#include "sim/chat_model.hpp"

namespace poolcast::sim {
namespace {

constexpr double rounding = 1e-9;  // seconds

}  // namespace

bool ChatModel::reaches(const Server& server, const NodeId& machine) const {
  return connected(server.name, machine) && !hung_.contains(machine);
}

// What does not run does not hang either.
void ChatModel::hang_instance(const NodeId& node) {
  if (down_.contains(node)) return;
  hung_.insert(node);
  if (InstanceCluster* cluster = find_cluster(node)) cluster->hangs(true, now());
  for (ManagedDatabase& managed : databases_) {
    managed.session.hangs(node, true);
    const auto serves = managed.session.serving();
    if (!serves || managed.session.member(node) != serves) continue;
    managed.holds == Holds::compliance ? lose_compliance_batches(managed) : outages_.gone(managed.pool, now());
  }
  databases_reached();
  files_change();
}

// What waited goes on; servers that have given up find it at their next login.
void ChatModel::instance_goes_on(const NodeId& node) {
  if (hung_.erase(node) == 0) return;
  if (InstanceCluster* cluster = find_cluster(node)) cluster->hangs(false, now());
  for (ManagedDatabase& managed : databases_) {
    managed.session.hangs(node, false);
    if (managed.holds == Holds::content && managed.session.answering()) outages_.serves(managed.pool, now());
  }
  databases_reached();
  const auto pools = static_cast<std::uint16_t>(pools_.size());
  for (std::uint16_t number = 0; number < pools; ++number) {
    DatabaseHost& database = pools_[number].database;
    if (database.here().name == node)
      for (const JobId job : std::exchange(database.frozen, {})) database_done(job);
    if (database.hangs) go_on_with_flush(number);
  }
  for (Server& server : servers_) drain_compliance(server);
  files_change();
}

// A hung instance that is killed or restarted hangs no more. Its connections are reset: servers need not wait any longer.
void ChatModel::hung_instance_lost(const NodeId& node, LossKind kind) {
  if (hung_.erase(node) == 0) return;
  for (ManagedDatabase& managed : databases_) managed.session.hangs(node, false);
  for (Server& server : servers_)
    if (kind == LossKind::reset && server.database_machine == node && connected(server.name, node))
      server.reaches_database = true;
}

// The partner that serves, or the mirror that a commit waits for.
bool ChatModel::commit_hangs(const Pool& pool) const {
  const DatabaseHost& database = pool.database;
  const auto waits_for = databases_[pool.content].session.acknowledgement();
  if (waits_for == rules::Acknowledgement::in_doubt) return true;
  if (hung_.empty()) return false;
  const bool mirror_hangs =
      waits_for == rules::Acknowledgement::with_mirror && hung_.contains(database.machines[1 - database.principal]->name);
  return mirror_hangs || hung_.contains(database.here().name);
}

// A chat server gives a command as long as a silent database before it tells the client 503; whether the post was stored, nobody
// knows.
void ChatModel::expect_commit(JobId number) {
  const Job& job = jobs_[number];
  after(std::max(0.0, job.started + costs_.database_notice - now()), Kind::commit_times_out, number, job.pool);
}

void ChatModel::commit_times_out(JobId number, std::uint16_t pool_number) {
  Pool& pool = pools_[pool_number];
  DatabaseHost& database = pool.database;
  if (!database.hangs || jobs_[number].started + costs_.database_notice > now() + rounding) return;
  const auto is_there = [&](std::vector<JobId>& waiting) { return std::erase(waiting, number) > 0; };
  if (!is_there(database.in_flush) && !is_there(database.next_flush)) return;
  ++pool.record.in_doubt.now;  // its log is on the principal's disk, and may come to the mirror yet
  outages_.doubted(pool_number, now(), 1);
  reject(number);
}

}  // namespace poolcast::sim
