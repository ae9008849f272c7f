// Front End pools: what is left when servers of them are lost, what becomes of everybody's chat when all are, and operators who
// fail a pool over to another one and back.
#include <algorithm>
#include <limits>

#include "domain/rules/client.hpp"
#include "sim/chat_model.hpp"

namespace poolcast::sim {

ChatModel::FrontEnd* ChatModel::front_end_of(const NodeId& machine) {
  const auto found = std::ranges::find_if(
      front_ends_, [&](const FrontEnd& each) { return std::ranges::find(each.machines, machine) != each.machines.end(); });
  return found == front_ends_.end() ? nullptr : &*found;
}

// The core-seconds of this window up to now; to be called before the number of cores changes.
void ChatModel::count_core_seconds(FrontEnd& front_end) {
  front_end.core_seconds += front_end.cores * (now() - std::max(front_end.counted, window_begin_));
  front_end.counted = now();
}

// The pool has the cores of the servers that are up; sessions through a lost server go on through the others (assumption O-24).
void ChatModel::front_end_machine_changes(FrontEnd& front_end, const NodeId& machine, bool up) {
  const auto at = std::ranges::find(front_end.machines, machine) - front_end.machines.begin();
  front_end.up[static_cast<std::size_t>(at)] = up;
  count_core_seconds(front_end);
  Recorder::occupy(front_end.record, now(), front_end.station.busy());
  const auto servers = static_cast<std::uint32_t>(std::ranges::count(front_end.up, true));
  front_end.cores = front_end.cores_each * servers;
  if (!front_end.alive()) return;
  front_end.station.resize(front_end.cores_each * servers);
  for (JobId next = front_end.station.start_waiting(); next != no_job; next = front_end.station.start_waiting())
    start_front_end(next);
  recorder_.queue(front_end.record, now(), front_end.station.waiting());
  for (Server& server : servers_)
    if (&front_ends_[pools_[server.pool].front_end] == &front_end) update_reachable(server, nullptr);
}

// Everybody's chat goes through the next hop: without it all sessions of the pools behind it are gone, though their servers are
// up.
void ChatModel::front_end_lost(FrontEnd& front_end, const Fault* fault) {
  ++front_end.epoch;
  for (const JobId job : front_end.station.clear()) unreachable(job);  // those in service come back to an older epoch
  recorder_.queue(front_end.record, now(), 0);
  const std::string what = fault ? label(*fault) : "lose " + front_end.name.str();
  for (std::size_t pool = 0; pool < pools_.size(); ++pool)
    if (&front_ends_[pools_[pool].front_end] == &front_end)
      displace_all(static_cast<std::uint16_t>(pool), std::nullopt, open_loss(static_cast<std::uint16_t>(pool), fault, what),
                   fault ? fault->kind : LossKind::reset);
}

bool ChatModel::cut_off(const Job& job) const { return front_ends_[job.front_end].epoch != job.front_end_epoch; }

// Who wants to sign in tries again after the back-off of a refusal; another request fails for good.
void ChatModel::unreachable(JobId number) {
  Job& job = jobs_[number];
  if (job.role != Role::gate || stale_attempt(job)) return lose(number);
  pools_[job.pool].record.lost.add(job.operation);
  if (job.refusals < std::numeric_limits<std::uint16_t>::max()) ++job.refusals;
  job.in_flight = false;
  sends_after(rules::after_refusal(workload_.client, job.refusals, clients_.uniform()).count(), number);
}

ChatModel::Refusal ChatModel::fail_over(const PoolId& name, const PoolId& to, const Fault& cause) {
  const auto from = static_cast<std::size_t>(std::ranges::find(front_ends_, name, &FrontEnd::name) - front_ends_.begin());
  const auto other = static_cast<std::size_t>(std::ranges::find(front_ends_, to, &FrontEnd::name) - front_ends_.begin());
  if (!front_ends_[other].alive()) return "all servers of " + to.str() + " are lost";
  bool routed = false;
  for (std::size_t pool = 0; pool < pools_.size(); ++pool) {
    if (pools_[pool].front_end != from) continue;
    route_to(pool, other, cause, label(cause));
    routed = true;
  }
  return routed ? "" : "no chat pool goes through " + name.str();
}

ChatModel::Refusal ChatModel::fail_back(const PoolId& name, const Fault& cause) {
  const auto home = static_cast<std::size_t>(std::ranges::find(front_ends_, name, &FrontEnd::name) - front_ends_.begin());
  if (!front_ends_[home].alive()) return "all servers of " + name.str() + " are lost";
  bool routed = false;
  for (std::size_t pool = 0; pool < pools_.size(); ++pool) {
    if (pools_[pool].next_hop != home || pools_[pool].front_end == home) continue;
    route_to(pool, home, cause, "fail back " + name.str());
    routed = true;
  }
  return routed ? "" : name.str() + " is not failed over";
}

// Whoever is connected through the one pool signs in anew through the other (assumption O-24).
void ChatModel::route_to(std::size_t pool, std::size_t front_end, const Fault& fault, const std::string& what) {
  const auto number = static_cast<std::uint16_t>(pool);
  pools_[pool].front_end = front_end;
  displace_all(number, std::nullopt, open_loss(number, nullptr, what), LossKind::reset);
  for (Server& server : servers_)
    if (server.pool == number) update_reachable(server, &fault);
  files_change();
}

}  // namespace poolcast::sim
