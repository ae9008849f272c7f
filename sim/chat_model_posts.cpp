// A post: commit in groups, then one fan-out job on every server that has participants of the room.
#include <algorithm>
#include <cmath>

#include "sim/chat_model.hpp"

namespace poolcast::sim {
namespace {

constexpr double late = 1;  // seconds: what deliveries_late counts

// How many of first, first + step, … (n of them) lie above `late`.
std::uint64_t count_late(double first, double step, std::uint64_t n) {
  if (first > late) return n;
  if (step <= 0) return 0;
  const double in_time = std::floor((late - first) / step) + 1;
  return in_time >= static_cast<double>(n) ? 0 : n - static_cast<std::uint64_t>(in_time);
}

}  // namespace

// Somebody in some room of the class writes; who is not connected at that moment writes nothing.
void ChatModel::posts(std::uint16_t pool_number, std::size_t room_class) {
  const Population& population = pools_[pool_number].population;
  if (population.rooms_of_class(room_class) == 0) return;
  const RoomNumber room = population.first_room(room_class) + arrivals_.below(population.rooms_of_class(room_class));
  const auto members = population.members(room);
  if (members.empty()) return;
  const UserNumber author = members[arrivals_.below(static_cast<std::uint32_t>(members.size()))];
  if (!population.connected(author)) return;
  const JobId number = new_operation(pool_number, author, Operation::post, Command::post);
  jobs_[number].room = room;
  send(number);
}

void ChatModel::append_to_log(JobId number) {
  const std::uint16_t pool = jobs_[number].pool;
  DatabaseHost& database = pools_[pool].database;
  if (databases_[pools_[pool].content].session.log_is_full(now())) return reject(number);
  if (database.here().disk_full) return reject(number);
  database.next_flush.push_back(number);
  if (database.hangs) expect_commit(number);
  if (!database.flushing) return start_flush(pool);
  recorder_.queue(database.log_record, now(), database.next_flush.size());
}

// Group commit: whatever arrived during a flush is hardened by the next one.
void ChatModel::start_flush(std::uint16_t pool_number) {
  DatabaseHost& database = pools_[pool_number].database;
  Recorder::occupy(database.log_record, now(), database.flushing ? 1 : 0);
  database.flushing = true;
  database.in_flush.swap(database.next_flush);
  recorder_.queue(database.log_record, now(), 0);
  after(flush_time(pool_number), Kind::log_flushed, database.epoch, pool_number);
}

void ChatModel::log_flushed(std::uint16_t pool_number, std::uint32_t epoch) {
  Pool& pool = pools_[pool_number];
  DatabaseHost& database = pool.database;
  if (database.epoch != epoch) return;
  // The mirror does not answer and has not timed out, or somebody hangs: nobody is told that the commit is safe.
  database.hangs = commit_hangs(pool);
  if (database.hangs) {
    for (const auto* waiting : {&database.in_flush, &database.next_flush})
      for (const JobId number : *waiting) expect_commit(number);
    return;
  }
  databases_[pool.content].session.committed(database.in_flush.size(), now());
  note_backups(pool);
  Recorder::occupy(database.log_record, now(), 1);
  for (const JobId number : database.in_flush) {
    ++pool.record.stored.now;
    ++pool.stored;
    after(trip(database.here().site, servers_[jobs_[number].server].site), Kind::answered, number);
  }
  database.in_flush.clear();
  database.flushing = false;
  if (!database.next_flush.empty()) start_flush(pool_number);
}

// One copy crosses to every other server with participants (assumption O-19), then each server tells its own.
void ChatModel::fan_out(Job post) {
  const Pool& pool = pools_[post.pool];
  const Server& home = servers_[post.server];
  comply(servers_[post.server], 1);
  post.role = Role::fan_out;
  post.in_flight = false;
  std::uint16_t copies = 0;
  const auto servers = static_cast<ServerNumber>(pool.accepts.size());
  for (ServerNumber other = 0; other < servers; ++other) {
    const auto there = static_cast<std::uint16_t>(pool.first_server + other);
    if (other == home.number || pool.population.endpoints_in(post.room, other) == 0) continue;
    if (!platform_.connected(home.name, servers_[there].name)) continue;  // those behind the cut miss it
    ++copies;
    const JobId number = new_job();
    jobs_[number] = post;
    jobs_[number].server = there;
    jobs_[number].server_epoch = servers_[there].epoch;
    jobs_[number].forwards = 1;
    after(trip(home.site, servers_[there].site), Kind::fan_out_arrives, number);
  }
  const JobId number = new_job();
  jobs_[number] = post;
  jobs_[number].forwards = copies;
  use_cores(number);
}

void ChatModel::fan_out_arrives(JobId number) {
  const Server& server = servers_[jobs_[number].server];
  if (!server.up || server.hung || jobs_[number].server_epoch != server.epoch) return lose(number);
  use_cores(number);
}

// Recipients are told one after another; the job's length is their number.
double ChatModel::start_fan_out(JobId number) {
  Job& job = jobs_[number];
  const Server& server = servers_[job.server];
  if (job.role == Role::roster) {
    job.step = server.work(costs_.roster);
  } else {
    job.recipients = pools_[job.pool].population.endpoints_in(job.room, server.number);
    job.step = server.work(costs_.delivery);
    job.lead = server.work(costs_.forward) * job.forwards;
    // The last recipient is recorded when the job ends.
    if (options_.fan_out == FanOut::exact)
      for (std::uint32_t told = 1; told < job.recipients; ++told) after(job.lead + told * job.step, Kind::delivered, number);
  }
  const double length = job.lead + job.recipients * job.step;
  if (tells_another_site(job))
    platform_.wire(server.site, front_ends_[pools_[job.pool].front_end].site).flow(job.recipients * costs_.message_bytes, length);
  return length;
}

double ChatModel::notice_trip(const Job& job) {
  const FrontEnd& front_end = front_ends_[pools_[job.pool].front_end];
  const double work = costs_.front_end_delivery / front_end.core_speed;
  return to_client(job) + work / (1 - front_end_background(front_end));
}

void ChatModel::fan_out_done(JobId number) {
  const Job& job = jobs_[number];
  Pool& pool = pools_[job.pool];
  if (job.role == Role::roster) {
    pool.record.roster.now += job.recipients;
  } else if (job.recipients > 0) {
    const bool exact = options_.fan_out == FanOut::exact;
    const std::uint32_t told = exact ? 1 : job.recipients;
    record_deliveries(job, job.started - job.began + job.lead + (exact ? job.recipients : 1) * job.step, told);
  }
  free_job(number);
}

void ChatModel::delivered(JobId number, double at) {
  const Job& job = jobs_[number];
  if (job.server_epoch == servers_[job.server].epoch) record_deliveries(job, at - job.began, 1);
}

// `first` is the time from sending the post to telling the first of `told` recipients.
void ChatModel::record_deliveries(const Job& job, double first, std::uint32_t told) {
  Pool& pool = pools_[job.pool];
  const double latency = first + notice_trip(job);
  double step = job.step;
  if (tells_another_site(job)) {
    const Wire& wire = platform_.wire(servers_[job.server].site, front_ends_[pool.front_end].site);
    step = std::max(step, costs_.message_bytes / wire.bandwidth());  // the link may be slower than the server
  }
  const std::uint8_t room_class = pool.population.class_of(job.room);
  recorder_.fold().latency_ramp(pool.record.delivery_by_class[room_class], now(), latency, step, told);
  pool.record.deliveries.now += told;
  pool.record.late.now += count_late(latency, step, told);
}

}  // namespace poolcast::sim
