// The content and the compliance database as the chat service sees them: which partner serves, what a commit waits for, what
// becomes of requests while the database is away, and how a chat server finds it again.
//
// Assumption O-11: the service keeps no posts while its database is away. It rejects them (503), keeps its sessions, answers
// history from memory, and opens a new connection by the providers' retry algorithm until some partner serves.
#include <algorithm>
#include <utility>

#include "domain/rules/redirect.hpp"
#include "sim/chat_model.hpp"

namespace poolcast::sim {
namespace {

using rules::Acknowledgement;
using rules::Member;

}  // namespace

void ChatModel::apply_to_databases(const std::function<void(DatabaseSession&)>& change, LossKind kind) {
  const auto databases = static_cast<std::uint16_t>(databases_.size());
  for (std::uint16_t number = 0; number < databases; ++number) apply_to_database(number, change, kind);
}

// Whatever a change brings about shows in who serves, in what commits wait for, and in rows that a new principal lacks.
void ChatModel::apply_to_database(std::uint16_t number, const std::function<void(DatabaseSession&)>& change, LossKind kind) {
  ManagedDatabase& database = databases_[number];
  const auto before = database.session.serving();
  change(database.session);
  const auto serves = database.session.serving();
  Pool& pool = pools_[database.pool];
  const std::uint64_t lost = database.session.take_lost_rows();
  if (before && before != serves) database_gone(database, kind);
  if (database.holds == Holds::content) lose_posts(pool, lost);
  if (serves && before != serves) database_serves(database, *serves);
  if (database.holds == Holds::content && pool.database.hangs) go_on_with_flush(database.pool);
  if (database.holds == Holds::content && database.session.is_gone() && !has_shipped_copy(pool)) settle_losses(pool, false);
  record_database(database);
}

void ChatModel::database_gone(ManagedDatabase& managed, LossKind kind) {
  Pool& pool = pools_[managed.pool];
  managed.away_since = now();
  if (managed.holds == Holds::compliance) return lose_compliance_batches(managed);
  pool.backups.note(pool.stored - pool.lost, now());
  outages_.gone(managed.pool, now());
  break_connections(pool);
  // A connection that is reset tells at once; a silent one when the command has waited too long. No reset crosses a cut: who is
  // behind one has been waiting since it was made.
  const double notices = kind == LossKind::reset ? 0 : costs_.database_notice;
  const auto servers = static_cast<std::uint16_t>(servers_.size());
  for (std::uint16_t number = 0; number < servers; ++number) {
    Server& server = servers_[number];
    if (server.pool != managed.pool || !server.up) continue;
    set_connection(server, false);
    if (server.reaches_database) after(notices, Kind::database_noticed, pool.database.epoch, number);
  }
}

// Batches stay in the queues of their servers.
void ChatModel::lose_compliance_batches(ManagedDatabase& managed) {
  Pool& pool = pools_[managed.pool];
  ++pool.compliance_epoch;
  static_cast<void>(pool.compliance_database.clear());
  for (Server& server : servers_)
    if (server.pool == managed.pool) server.draining = 0;
}

// What is under way comes to nothing, and requests wait until their servers notice.
void ChatModel::break_connections(Pool& pool) {
  DatabaseHost& database = pool.database;
  ++database.epoch;
  DatabaseMachine& machine = database.here();
  Recorder::occupy(machine.record, now(), machine.cpu.busy());
  Recorder::occupy(database.log_record, now(), database.flushing ? 1 : 0);
  std::vector<JobId> stranded = machine.cpu.clear();  // what is in service comes back to an older epoch
  pool.record.in_doubt.now += database.in_flush.size();
  outages_.doubted(static_cast<std::size_t>(&pool - pools_.data()), now(), database.in_flush.size());
  stranded.insert(stranded.end(), database.in_flush.begin(), database.in_flush.end());
  stranded.insert(stranded.end(), database.next_flush.begin(), database.next_flush.end());
  stranded.insert(stranded.end(), database.frozen.begin(), database.frozen.end());
  database.frozen.clear();
  database.in_flush.clear();
  database.next_flush.clear();
  database.flushing = database.hangs = false;
  recorder_.queue(machine.record, now(), 0);
  recorder_.queue(database.log_record, now(), 0);
  for (const JobId job : stranded) strand(job);
}

void ChatModel::database_serves(ManagedDatabase& managed, Member partner) {
  Pool& pool = pools_[managed.pool];
  managed.downtime += now() - std::exchange(managed.away_since, now());
  if (managed.holds == Holds::content) {
    pool.backups.miss(now());
    if (managed.session.answering()) outages_.serves(managed.pool, now());
    pool.database.principal = index_of(partner);
    pool.settled = false;
    return;
  }
  for (Server& server : servers_)
    if (server.pool == managed.pool) drain_compliance(server);
}

// A request whose connection to the database is broken waits until its server notices.
void ChatModel::strand(JobId number) {
  const Job& job = jobs_[number];
  Server& server = servers_[job.server];
  if (job.server_epoch != server.epoch) return gone(number);
  if (server.has_database && server.database_epoch == job.database_epoch) return server.stranded.push_back(number);
  reject(number);
}

// The server tells the client 503.
void ChatModel::reject(JobId number) {
  Server& server = servers_[jobs_[number].server];
  if (jobs_[number].server_epoch != server.epoch) return gone(number);
  release_worker(server);
  refuse(number);
}

void ChatModel::database_noticed(std::uint16_t number, std::uint32_t epoch) {
  Server& server = servers_[number];
  if (!server.up || !server.has_database) return;
  const bool out_of_reach = !server.reaches_database && now() >= server.unreachable_since + costs_.database_notice;
  if (server.database_epoch >= epoch && !out_of_reach) return;
  // The first one who gives up on a hung partner: so do all others now.
  Pool& pool = pools_[server.pool];
  if (out_of_reach && hung_.contains(server.database_machine) && server.database_epoch == pool.database.epoch)
    break_connections(pool);
  server.has_database = false;
  for (const JobId job : std::exchange(server.stranded, {})) reject(job);
  begin_login(number);
}

void ChatModel::begin_login(std::uint16_t number) {
  Server& server = servers_[number];
  server.login = {};
  server.login_began = now();
  database_login(number, ++server.login_epoch);
}

// One attempt to connect. A partner that is silent takes all the time that the attempt has; one whose service is stopped, or
// that does not serve, says so at once.
void ChatModel::database_login(std::uint16_t number, std::uint32_t epoch) {
  Server& server = servers_[number];
  if (server.login_epoch != epoch || !server.up || server.has_database) return;
  const Pool& pool = pools_[server.pool];
  const ManagedDatabase& managed = databases_[pool.content];
  auto attempt = rules::next_attempt(server.login);
  if (!attempt) return begin_login(number);
  const Member partner = attempt->at_initial_partner || !pool.database.machines[1] ? Member::first : Member::second;
  const DatabaseMachine& machine = *pool.database.machines[index_of(partner)];
  const bool in_reach = connected(server.name, machine.name);
  if (in_reach && managed.session.answering() == partner) {
    server.database_epoch = pool.database.epoch;
    server.database_machine = machine.name;
    server.reaches_database = server.has_database = true;
    return set_connection(server, true);
  }
  const bool silent = !in_reach || managed.session.is_silent(partner);
  const Seconds both_ways{2 * platform_.latency(server.site, machine.site)};
  server.login = rules::after_attempt(server.login, silent ? attempt->allotted : std::min(both_ways, attempt->allotted), !silent);
  after(server.login_began + server.login.elapsed.count() - now(), Kind::database_login, epoch, number);
}

// Whether its connection works, which a server may not know yet.
void ChatModel::set_connection(Server& server, bool works) {
  if (server.connection_works == works) return;
  server.connection_works = works;
  Pool& pool = pools_[server.pool];
  if (works) {
    if (--pool.without_database == 0) pool.stalled += now() - pool.stalled_since;
  } else if (pool.without_database++ == 0) {
    pool.stalled_since = now();
  }
}

// A commit hung because its mirror did not answer; now the principal goes on alone, or the mirror answers again.
void ChatModel::go_on_with_flush(std::uint16_t pool_number) {
  DatabaseHost& database = pools_[pool_number].database;
  const Acknowledgement waits_for = databases_[pools_[pool_number].content].session.acknowledgement();
  if (waits_for == Acknowledgement::in_doubt || waits_for == Acknowledgement::refused) return;
  database.hangs = false;
  after(waits_for == Acknowledgement::with_mirror ? flush_time(pool_number) : 0, Kind::log_flushed, database.epoch, pool_number);
}

// With a mirror that is in step, commit = max(local log write, round trip + mirror's log write).
double ChatModel::flush_time(std::uint16_t pool_number) {
  const Pool& pool = pools_[pool_number];
  const DatabaseHost& database = pool.database;
  const double local = database.flush * database.here().slowdown * database.here().disk_slowdown;
  if (databases_[pool.content].session.acknowledgement() != Acknowledgement::with_mirror) return local;
  const DatabaseMachine& mirror = *database.machines[1 - database.principal];
  double there_and_back = 2 * platform_.latency(database.here().site, mirror.site);
  if (mirror.site != database.here().site)
    there_and_back += platform_.wire(database.here().site, mirror.site).transmit(log_bytes(database.in_flush.size()), now());
  return rules::commit_latency(Seconds{local}, Seconds{there_and_back},
                               Seconds{database.flush * mirror.slowdown * mirror.disk_slowdown})
      .count();
}

// Cuts between the members are the sessions' business; a chat server that is cut off from the principal is as one whose
// database fell silent.
void ChatModel::databases_reached() {
  const auto reaches_other = [this](const NodeId& a, const NodeId& b) { return connected(a, b); };
  apply_to_databases([&](DatabaseSession& session) { session.connections_changed(reaches_other, now()); });
  const auto servers = static_cast<std::uint16_t>(servers_.size());
  for (std::uint16_t number = 0; number < servers; ++number) {
    Server& server = servers_[number];
    const bool in_reach = reaches(server, server.database_machine);
    if (in_reach == server.reaches_database || !server.has_database || !server.up) continue;
    server.reaches_database = in_reach;
    in_reach ? database_back_in_reach(number) : database_out_of_reach(number);
  }
}

void ChatModel::database_out_of_reach(std::uint16_t number) {
  Server& server = servers_[number];
  server.unreachable_since = now();
  set_connection(server, false);
  after(costs_.database_notice, Kind::database_noticed, server.database_epoch, number);
}

// Requests that waited go on. A partner that has stopped serving meanwhile, and is not silent, now resets the connection.
void ChatModel::database_back_in_reach(std::uint16_t number) {
  Server& server = servers_[number];
  const Pool& pool = pools_[server.pool];
  const DatabaseSession& session = databases_[pool.content].session;
  const bool same = server.database_epoch == pool.database.epoch;
  set_connection(server, same);
  for (const JobId job : std::exchange(server.stranded, {})) reaches_database(job);
  if (same) return;
  const auto partner = session.member(server.database_machine);
  const double waited = now() - server.unreachable_since;
  const double notices = partner && session.is_silent(*partner) ? costs_.database_notice - waited : 0;
  after(notices, Kind::database_noticed, pool.database.epoch, number);
}

// A ping waits behind the requests. An overloaded principal is taken for lost although it works: a false failover (SQL Server,
// "Possible Failures During Database Mirroring"); partners should stay below half of their CPU. One that hangs answers pings.
void ChatModel::watch_load(std::uint16_t number) {
  ManagedDatabase& managed = databases_[number];
  const DatabaseHost& database = pools_[managed.pool].database;
  if (managed.holds != Holds::content || !database.machines[1]) return;
  if (hung_.contains(database.here().name)) return;
  const JobId oldest = database.here().cpu.next_waiting();
  const bool late = oldest != no_job && now() - jobs_[oldest].started > managed.session.timeout();
  if (late == managed.late.has_value()) return;
  const Member partner = managed.late.value_or(rules::partners[database.principal]);
  managed.late = late ? std::optional{partner} : std::nullopt;
  const auto reaches_other = [this](const NodeId& a, const NodeId& b) { return connected(a, b); };
  apply_to_database(number, [&](DatabaseSession& session) { session.pings_late(partner, late, reaches_other, now()); });
}

// Without a mirror a cluster of two nodes has to do.
bool ChatModel::is_exposed(const ManagedDatabase& managed) {
  const InstanceCluster* cluster = managed.session.has_mirror() ? nullptr : find_cluster(managed.session.principal_node());
  return cluster ? cluster->exposed() : rules::exposed(managed.session.rules());
}

void ChatModel::record_database(ManagedDatabase& managed) {
  if (!managed.recorded) return;
  Fold& fold = recorder_.fold();
  const rules::LogQueues queues = managed.session.queues(now());
  fold.level(managed.available, now(), managed.session.serving() ? 1 : 0);
  fold.level(managed.exposed, now(), is_exposed(managed) ? 1 : 0);
  fold.level(managed.send_queue, now(), queues.send);
  fold.level(managed.redo_queue, now(), queues.redo);
}

}  // namespace poolcast::sim
