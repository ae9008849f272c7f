#include "sim/recorder.hpp"

#include <numeric>
#include <utility>

namespace poolcast::sim {
namespace {

Place with_part(Place place, std::string_view part) {
  place.part = part;
  return place;
}

}  // namespace

PoolRecord Recorder::add_pool(const Place& place, const std::vector<std::string>& classes) {
  PoolRecord record;
  record.sign_in = fold_.add(Metric::sign_in_latency, place);
  record.join = fold_.add(Metric::join_latency, place);
  record.history = fold_.add(Metric::history_latency, place);
  record.search = fold_.add(Metric::search_latency, place);
  record.post = fold_.add(Metric::post_latency, place);
  record.delivery = fold_.add(Metric::delivery_latency, place);
  for (const std::string& name : classes)
    record.delivery_by_class.push_back(fold_.add(Metric::delivery_latency, with_part(place, name)));
  record.users_connected = fold_.add(Metric::users_connected, place);
  record.users_waiting = fold_.add(Metric::users_waiting, place);
  record.arrivals = add_counts(Metric::arrivals, place);
  record.completions = add_counts(Metric::completions, place);
  record.refusals = add_counts(Metric::refusals, place);
  record.lost = add_counts(Metric::requests_lost, place);
  record.deliveries.series = fold_.add(Metric::deliveries, place);
  record.late.series = fold_.add(Metric::deliveries_late, place);
  record.roster.series = fold_.add(Metric::roster_notices, place);
  record.stored.series = fold_.add(Metric::messages_stored, place);
  record.messages_lost.series = fold_.add(Metric::messages_lost, place);
  return record;
}

ServerRecord Recorder::add_server(const Place& place) {
  ServerRecord record;
  record.station = add_station(place);
  record.users = fold_.add(Metric::users_connected, place);
  record.backlog = fold_.add(Metric::compliance_backlog, place);
  record.memory = fold_.add(Metric::memory, place);
  return record;
}

StationRecord Recorder::add_station(const Place& place) {
  StationRecord record;
  record.utilisation = fold_.add(Metric::utilisation, place);
  record.queue = fold_.add(Metric::queue_length, place);
  return record;
}

OperationCounts Recorder::add_counts(Metric metric, const Place& place) {
  OperationCounts counts;
  for (std::size_t operation = 0; operation < operation_names.size(); ++operation)
    counts.series[operation] = fold_.add(metric, with_part(place, operation_names[operation]));
  counts.all = fold_.add(metric, place);
  return counts;
}

void Recorder::close(PoolRecord& pool, double begin) {
  for (OperationCounts* counts : {&pool.arrivals, &pool.completions, &pool.refusals, &pool.lost}) close(*counts, begin);
  for (Counter* counter : {&pool.deliveries, &pool.late, &pool.roster, &pool.stored, &pool.messages_lost, &pool.in_doubt})
    close(*counter, begin);
}

void Recorder::close(OperationCounts& counts, double begin) {
  const auto total = std::accumulate(counts.now.begin(), counts.now.end(), std::uint64_t{0});
  if (total == 0) return;
  for (std::size_t operation = 0; operation < counts.now.size(); ++operation)
    if (counts.now[operation] > 0) fold_.count(counts.series[operation], begin, counts.now[operation]);
  fold_.count(counts.all, begin, total);
  counts.now.fill(0);
}

void Recorder::close(Counter& counter, double begin) {
  if (counter.now > 0) fold_.count(counter.series, begin, std::exchange(counter.now, 0));
}

void Recorder::sum_up(ReplicationResult& result, SeriesId whole, const std::vector<SeriesId>& parts) {
  std::vector<Window>& windows = result.series[whole].windows;
  for (std::size_t number = 0; number < windows.size(); ++number) {
    Window& window = windows[number];
    for (const SeriesId part : parts) window.histogram.merge(result.series[part].windows[number].histogram);
    window.count = window.histogram.count();
    window.mean = window.histogram.mean();
    window.max = window.histogram.max();
  }
}

void Recorder::occupy(StationRecord& station, double now, double busy_cores) {
  station.busy += busy_cores * (now - station.busy_since);
  station.busy_since = now;
}

void Recorder::close(StationRecord& station, double begin, double end, double cores, double background) {
  const double available = cores * (end - begin);
  const double share = available > 0 ? std::exchange(station.busy, 0) / available : 0;
  // What is in service was stretched by 1 / (1 - background), so that it took the rest of the cores.
  fold_.level(station.utilisation, begin, share * (1 - background) + background);
}

}  // namespace poolcast::sim
