#include "reference-server/loadgen/record.hpp"

#include <algorithm>

#include "domain/ensure.hpp"

namespace poolcast::loadgen {

namespace {

constexpr double late_s = 1;  // what deliveries_late counts

const ChatPool& pool_of(const Scenario& scenario) {
  ensure(!scenario.topology.chat_pools.empty(), "a scenario that is played has a chat pool");
  return scenario.topology.chat_pools.front();
}

}  // namespace

Record::Record(const Scenario& scenario)
    : horizon_(scenario.horizon.count()),
      window_(fitting_window(scenario.horizon).count()),
      fold_(scenario.horizon, Seconds{window_}) {
  const ChatPool& pool = pool_of(scenario);
  pool_ = {.site = pool.site.str(), .pool = pool.name.str(), .node = {}, .part = {}};
  database_ = pool_;
  if (const Database* content = find_database(scenario.topology, pool, Holds::content)) {
    const SqlInstance* instance = find_sql_instance(scenario.topology, content->principal);
    database_.node = content->principal.str();
    if (instance != nullptr && instance->site) database_.site = instance->site->str();
  }
  sign_in_ = fold_.add(Metric::sign_in_latency, pool_);
  join_ = fold_.add(Metric::join_latency, pool_);
  history_ = fold_.add(Metric::history_latency, pool_);
  search_ = fold_.add(Metric::search_latency, pool_);
  post_ = fold_.add(Metric::post_latency, pool_);
  delivery_ = fold_.add(Metric::delivery_latency, pool_);
  for (const RoomClass& room_class : scenario.workload.room_classes) {
    Place place = pool_;
    place.part = room_class.name;
    delivery_by_class_.push_back(fold_.add(Metric::delivery_latency, place));
  }
  users_connected_ = fold_.add(Metric::users_connected, pool_);
  users_waiting_ = fold_.add(Metric::users_waiting, pool_);
  for (const NodeId& node : pool.active) {
    Place place = pool_;
    place.node = node.str();
    place.site = site_of(pool, node).str();
    servers_.push_back({place, fold_.add(Metric::users_connected, place), {}, {}});
  }
  arrivals_ = add_counts(Metric::arrivals);
  completions_ = add_counts(Metric::completions);
  refusals_ = add_counts(Metric::refusals);
  losses_ = add_counts(Metric::requests_lost);
  deliveries_ = fold_.add(Metric::deliveries, pool_);
  late_ = fold_.add(Metric::deliveries_late, pool_);
  roster_ = fold_.add(Metric::roster_notices, pool_);
  stored_ = fold_.add(Metric::messages_stored, pool_);
  minutes_ = fold_.add(Metric::user_minutes_lost, pool_);
  in_flight_ = fold_.add(Metric::requests_in_flight, pool_);
}

OperationSeries Record::add_counts(Metric metric) {
  OperationSeries series;
  for (std::size_t operation = 0; operation < operation_names.size(); ++operation) {
    Place place = pool_;
    place.part = operation_names[operation];
    series.each[operation] = fold_.add(metric, place);
  }
  series.all = fold_.add(metric, pool_);
  return series;
}

void Record::latency(SeriesId series, double at, double seconds) {
  if (counts(at)) fold_.latency(series, at, std::max(0.0, seconds));
}

void Record::count(SeriesId series, double at) {
  if (counts(at)) fold_.count(series, at);
}

void Record::count(const OperationSeries& series, double at, Operation operation) {
  if (!counts(at)) return;
  ++events_;
  fold_.count(series.each[static_cast<std::size_t>(operation)], at);
  fold_.count(series.all, at);
}

// A post is acknowledged after its commit: it is stored.
void Record::post(double at, double seconds) {
  latency(post_, at, seconds);
  count(stored_, at);
}

void Record::delivery(double at, double seconds, std::size_t room_class) {
  if (!counts(at)) return;
  ++events_;
  latency(delivery_, at, seconds);
  latency(delivery_by_class_[room_class], at, seconds);
  fold_.count(deliveries_, at);
  if (seconds > late_s) fold_.count(late_, at);
}

void Record::users(double at, std::uint32_t connected, std::uint32_t waiting) {
  if (!counts(at)) return;
  fold_.level(users_connected_, at, connected);
  fold_.level(users_waiting_, at, waiting);
}

void Record::server_users(std::size_t server, double at, std::uint32_t connected) {
  if (counts(at)) fold_.level(servers_[server].users, at, connected);
}

void Record::server(std::size_t server, double begin, double utilisation, double memory_bytes) {
  if (!counts(begin)) return;
  Server& one = servers_[server];
  if (!one.utilisation) one.utilisation = fold_.add(Metric::utilisation, one.place);
  if (!one.memory) one.memory = fold_.add(Metric::memory, one.place);
  fold_.level(*one.utilisation, begin, utilisation);
  fold_.level(*one.memory, begin, memory_bytes);
}

void Record::database(double begin, double utilisation) {
  if (!counts(begin)) return;
  if (!database_utilisation_) database_utilisation_ = fold_.add(Metric::utilisation, database_);
  fold_.level(*database_utilisation_, begin, utilisation);
}

void Record::posts_lost(double at, std::uint64_t posts) {
  const SeriesId series = fold_.add(Metric::messages_lost, pool_);
  if (posts > 0) fold_.count(series, std::clamp(at, 0.0, horizon_), posts);
}

ReplicationResult Record::finish(double user_minutes_lost, std::size_t open_requests) && {
  fold_.once(minutes_, "", user_minutes_lost);
  fold_.once(in_flight_, "", static_cast<double>(open_requests));
  ReplicationResult result = std::move(fold_).finish();
  result.events = events_;
  return result;
}

}  // namespace poolcast::loadgen
