// Notices of joins and parts, and what the compliance service sees.
#include <algorithm>

#include "sim/chat_model.hpp"

namespace poolcast::sim {
namespace {

constexpr std::uint64_t compliance_batch = 100;  // events stored in one transaction; assumption, no page says

}  // namespace

// Rooms above the participant limit send no roster updates (S-OPT: ParticipantUpdateLimit, 75).
void ChatModel::roster_changes(std::uint16_t pool_number, UserNumber user) {
  Pool& pool = pools_[pool_number];
  for (const RoomNumber room : pool.population.rooms_of(user)) {
    if (pool.room_is_dirty[room] || pool.population.participants(room) > pool.roster_limit) continue;
    pool.room_is_dirty[room] = true;
    pool.dirty_rooms.push_back(room);
  }
  if (pool.roster_scheduled || pool.dirty_rooms.empty()) return;
  pool.roster_scheduled = true;
  after(workload_.roster_window.count(), Kind::roster_due, 0, pool_number);
}

// Whatever changed within the window reaches each participant as one notice; one job per server tells its own.
void ChatModel::roster_due(std::uint16_t pool_number) {
  Pool& pool = pools_[pool_number];
  pool.roster_scheduled = false;
  ++pool.roster_round;
  std::vector<std::uint32_t> notices(pool.accepts.size(), 0);
  for (const RoomNumber room : pool.dirty_rooms) {
    pool.room_is_dirty[room] = false;
    for (const UserNumber user : pool.population.members(room)) {
      if (!pool.population.connected(user) || pool.noticed[user] == pool.roster_round) continue;
      pool.noticed[user] = pool.roster_round;
      notices[pool.population.server_of(user)] += pool.population.endpoints(user);
    }
  }
  pool.dirty_rooms.clear();
  for (std::size_t server = 0; server < notices.size(); ++server) {
    if (notices[server] == 0 || servers_[pool.first_server + server].hung) continue;
    const JobId number = new_job();
    Job& job = jobs_[number];
    job.role = Role::roster;
    job.pool = pool_number;
    job.server = static_cast<std::uint16_t>(pool.first_server + server);
    job.server_epoch = servers_[job.server].epoch;
    job.recipients = notices[server];
    use_cores(number);
  }
}

// Events wait in the server's local queue, which survives a loss of the server (assumption O-9), until the one compliance
// database of the pool has taken them.
void ChatModel::comply(Server& server, std::uint64_t events) {
  if (!pools_[server.pool].compliance || events == 0) return;
  server.backlog += events;
  recorder_.fold().level(server.record.backlog, now(), static_cast<double>(server.backlog));
  drain_compliance(server);
}

// The queue is a file on the server's disk. A batch that is on its way is stored.
void ChatModel::lose_queue(Server& server) {
  pools_[server.pool].compliance_lost += server.backlog - server.draining;
  server.backlog = server.draining;
  recorder_.fold().level(server.record.backlog, now(), static_cast<double>(server.backlog));
}

void ChatModel::drain_compliance(Server& server) {
  if (!server.up || server.draining > 0 || server.backlog == 0) return;
  const auto& store = pools_[server.pool].compliance_store;
  if (store && !databases_[*store].session.answering()) return;
  server.draining = std::min(server.backlog, compliance_batch);
  const auto number = static_cast<std::uint16_t>(&server - servers_.data());
  if (pools_[server.pool].compliance_database.arrive(number) == FcfsStation::Arrival::started) start_compliance(number);
}

void ChatModel::start_compliance(std::uint16_t server_number) {
  after(costs_.compliance * static_cast<double>(servers_[server_number].draining), Kind::compliance_stored,
        pools_[servers_[server_number].pool].compliance_epoch, server_number);
}

// A batch that was on its way is stored even when its server was lost meanwhile.
void ChatModel::compliance_stored(std::uint16_t server_number, std::uint32_t epoch) {
  Server& server = servers_[server_number];
  if (pools_[server.pool].compliance_epoch != epoch) return;  // the database was lost under it
  if (const auto& store = pools_[server.pool].compliance_store) databases_[*store].session.committed(server.draining, now());
  const JobId next = pools_[server.pool].compliance_database.finish();
  if (next != no_job) start_compliance(static_cast<std::uint16_t>(next));
  server.backlog -= server.draining;
  server.draining = 0;
  recorder_.fold().level(server.record.backlog, now(), static_cast<double>(server.backlog));
  drain_compliance(server);
}

}  // namespace poolcast::sim
