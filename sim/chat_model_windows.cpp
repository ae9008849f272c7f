// What is recorded at the end of a window and at the end of the run.
#include <algorithm>

#include "sim/chat_model.hpp"

namespace poolcast::sim {

void ChatModel::window_ends() {
  close_window(window_begin_, now());
  window_begin_ = now();
  if (options_.on_progress) options_.on_progress(now());
  if (now() < recorder_.horizon()) after(std::min(recorder_.window(), recorder_.horizon() - now()), Kind::window_ends, 0);
}

void ChatModel::close_window(double begin, double end) {
  if (end <= begin) return;
  for (Pool& pool : pools_) {
    recorder_.close(pool.record, begin);
    DatabaseHost& database = pool.database;
    for (auto* machines : {&database.machines, &database.elsewhere})
      for (auto& machine : *machines) {
        if (!machine || !machine->recorded) continue;
        Recorder::occupy(machine->record, end, machine->cpu.busy());
        recorder_.close(machine->record, begin, end, machine->cores);
      }
    Recorder::occupy(database.log_record, end, database.flushing ? 1 : 0);
    recorder_.close(database.log_record, begin, end, 1);
  }
  for (Server& server : servers_) close_server(server, begin, end);
  close_links(begin, end);
  for (ManagedDatabase& managed : databases_) record_database(managed);
  for (FrontEnd& front_end : front_ends_) {
    Recorder::occupy(front_end.record, end, front_end.station.busy());
    double cores = front_end.cores;
    if (front_end.counted > begin) cores = (front_end.core_seconds + cores * (end - front_end.counted)) / (end - begin);
    front_end.core_seconds = 0;
    recorder_.close(front_end.record, begin, end, cores, front_end_background(front_end));
  }
}

void ChatModel::close_server(Server& server, double begin, double end) {
  const Population& population = pools_[server.pool].population;
  Recorder::occupy(server.record.station, end, server.cpu.busy());
  recorder_.close(server.record.station, begin, end, server.cores);
  const double rooms = population.rooms_at(server.number) * costs_.room_memory;
  const double endpoints = population.endpoints_of(server.number) * costs_.endpoint_memory;
  recorder_.fold().level(server.record.memory, begin, rooms + endpoints);
}

ReplicationResult ChatModel::finish() {
  close_window(window_begin_, recorder_.horizon());
  for (Pool& pool : pools_) {  // nobody turned to what was shipped elsewhere: it would lack this
    if (!databases_[pool.content].session.is_gone()) continue;
    settle_losses(pool, false);
    recorder_.close(pool.record.messages_lost, recorder_.horizon());
  }
  Fold& fold = recorder_.fold();
  const auto pools = static_cast<std::uint16_t>(pools_.size());
  for (std::uint16_t number = 0; number < pools; ++number) {
    Pool& pool = pools_[number];
    for (const Session& session : pool.sessions)
      if (session.waiting) {
        pool.minutes_lost += (recorder_.horizon() - session.since) / 60;
        if (session.loss >= 0)
          losses_[static_cast<std::size_t>(session.loss)].user_minutes += (recorder_.horizon() - session.lost_at) / 60;
      }
    fold.once(pool.minutes_series, "", pool.minutes_lost);
    fold.once(pool.database_bytes, "", static_cast<double>(pool.stored - pool.lost) * workload_.row.count);
    const auto open = std::ranges::count_if(jobs_, [&](const Job& job) { return job.in_flight && job.pool == number; });
    fold.once(pool.in_flight_series, "", static_cast<double>(open));
    if (pool.without_database > 0) pool.stalled += recorder_.horizon() - pool.stalled_since;
    if (pool.stalled_series) fold.once(*pool.stalled_series, "", pool.stalled);
    if (files_recorded_) {
      const ChatPool& chat = scenario_.topology.chat_pools[number];
      const Place place{.site = chat.site.str(), .pool = chat.name.str(), .node = {}, .part = {}};
      fold.once(fold.add(Metric::files_lost, place), "", files_destroyed_ ? 1 : 0);
    }
    if (std::ranges::none_of(scenario_.faults, [](const Fault& fault) { return fault.kind == LossKind::destroyed; })) continue;
    const ChatPool& chat = scenario_.topology.chat_pools[number];
    const SeriesId lost =
        fold.add(Metric::compliance_lost, {.site = chat.site.str(), .pool = chat.name.str(), .node = {}, .part = {}});
    fold.once(lost, "", static_cast<double>(pool.compliance_lost));
  }
  for (const ManagedDatabase& managed : databases_) {
    const double open = managed.session.serving() ? 0 : recorder_.horizon() - managed.away_since;
    if (managed.recorded) fold.once(managed.downtime_series, "", managed.downtime + open);
  }
  for (const Loss& loss : losses_) {
    const ChatPool& pool = scenario_.topology.chat_pools[loss.pool];
    const SeriesId series =
        fold.add(Metric::users_back, {.site = pool.site.str(), .pool = pool.name.str(), .node = {}, .part = loss.label});
    fold.once(series, "displaced", loss.displaced);
    fold.once(series, "back", loss.back);
    fold.once(series, "at", loss.at);
    fold.once(series, "user_minutes", loss.user_minutes);
    if (loss.t50 >= 0) fold.once(series, "p50", loss.t50);
    if (loss.t95 >= 0) fold.once(series, "p95", loss.t95);
    if (loss.t100 >= 0) fold.once(series, "p100", loss.t100);
  }
  for (const DatabaseOutage& outage : outages_.all()) {
    const ChatPool& pool = scenario_.topology.chat_pools[outage.pool];
    const SeriesId series =
        fold.add(Metric::database_back, {.site = pool.site.str(), .pool = pool.name.str(), .node = {}, .part = outage.label});
    fold.once(series, "at", outage.began);
    fold.once(series, "lost", static_cast<double>(outage.lost));
    fold.once(series, "in_doubt", static_cast<double>(outage.in_doubt));
    if (outage.lost > 0) fold.once(series, "oldest_lost", outage.oldest_lost);
    if (outage.lasted) fold.once(series, "", *outage.lasted);
  }
  ReplicationResult result = std::move(recorder_).finish();
  for (const Pool& pool : pools_) Recorder::sum_up(result, pool.record.delivery, pool.record.delivery_by_class);
  result.replication = options_.replication;
  result.logbook = std::move(logbook_);
  result.events = plane_->handled();
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    result.event_names.emplace_back(kind_names[kind]);
    result.event_counts.push_back(handled_[kind]);
  }
  return result;
}

}  // namespace poolcast::sim
