// Assembly of the model from a scenario, and dispatch of its events.
#include "sim/chat_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "domain/rules/routing.hpp"

namespace poolcast::sim {
namespace {

double gap(double per_s) { return per_s > 0 ? 1 / per_s : 0; }

std::vector<std::string> class_names(const Workload& workload) {
  std::vector<std::string> names;
  for (const RoomClass& room_class : workload.room_classes) names.push_back(room_class.name);
  return names;
}

std::uint32_t whole_cores(const Hardware& hardware) { return static_cast<std::uint32_t>(hardware.cores); }

const Hardware& hardware_of(const Topology& topology, const HardwareId& name) {
  static const Hardware reference{};
  const Hardware* found = find_hardware(topology, name);
  return found ? *found : reference;
}

}  // namespace

ChatModel::ChatModel(const Scenario& scenario, const RunOptions& options, Platform& platform)
    : scenario_(scenario),
      workload_(scenario.workload),
      options_(options),
      platform_(platform),
      costs_(resolve(scenario, access_entries(scenario.workload))),
      recorder_(scenario.horizon, options.window),
      services_(options.seed, static_cast<std::uint64_t>(options.replication), "services", options.antithetic),
      arrivals_(options.seed, static_cast<std::uint64_t>(options.replication), "arrivals", options.antithetic),
      clients_(options.seed, static_cast<std::uint64_t>(options.replication), "clients", options.antithetic),
      network_(options.seed, static_cast<std::uint64_t>(options.replication), "network", options.antithetic),
      day_changes_(options.seed, static_cast<std::uint64_t>(options.replication), "day", options.antithetic) {
  if (!workload_.day_curve.empty()) day_.emplace(workload_.day_curve);
  add_front_ends();
  const std::vector<Count> users = users_of_pools(scenario);
  for (std::size_t pool = 0; pool < users.size(); ++pool) add_pool(scenario.topology.chat_pools[pool], users[pool]);
  add_links();
  add_clusters();
  record_files();
}

void ChatModel::add_front_ends() {
  for (const FrontEndPool& pool : scenario_.topology.front_end_pools) {
    const Hardware& hardware = hardware_of(scenario_.topology, pool.hardware);
    front_ends_.push_back(
        {.name = pool.name,
         .site = platform_.site(pool.site),
         .core_speed = hardware.speed,
         .cores = static_cast<double>(hardware.cores * pool.servers),
         .station = FcfsStation(whole_cores(hardware) * static_cast<std::uint32_t>(pool.servers)),
         .record = recorder_.add_station({.site = pool.site.str(), .pool = pool.name.str(), .node = {}, .part = {}}),
         .cores_each = whole_cores(hardware),
         .machines = front_end_servers(pool),
         .up = std::vector<bool>(static_cast<std::size_t>(pool.servers), true)});
  }
}

void ChatModel::add_pool(const ChatPool& pool, Count users) {
  const auto number = static_cast<std::uint16_t>(pools_.size());
  const auto first_server = static_cast<std::uint16_t>(servers_.size());
  for (const NodeId& name : pool.active) servers_.push_back(make_server(pool, name, true));
  for (const NodeId& name : pool.standby) servers_.push_back(make_server(pool, name, false));
  const std::size_t count = servers_.size() - first_server;
  RandomStream membership = membership_stream(options_.seed, static_cast<std::uint64_t>(options_.replication), pool.name.str());
  const Place place{.site = pool.site.str(), .pool = pool.name.str(), .node = {}, .part = {}};
  const auto next_hop = std::ranges::find(front_ends_, pool.next_hop, &FrontEnd::name);
  DatabaseHost database = make_database(pool);
  PoolRecord record = recorder_.add_pool(place, class_names(workload_));
  Pool& added = pools_.emplace_back(Pool{.name = pool.name,
                                         .front_end = static_cast<std::size_t>(next_hop - front_ends_.begin()),
                                         .next_hop = static_cast<std::size_t>(next_hop - front_ends_.begin()),
                                         .compliance = pool.compliance,
                                         .roster_limit = static_cast<std::uint32_t>(pool.participant_update_limit),
                                         .first_server = first_server,
                                         .accepts = std::vector<bool>(count),
                                         .population = Population(workload_, users, count, membership),
                                         .sessions = std::vector<Session>(static_cast<std::size_t>(users)),
                                         .gate = FcfsStation(1, costs_.inbound_queue),
                                         .database = std::move(database),
                                         .record = std::move(record)});
  for (std::size_t server = 0; server < count; ++server) {
    servers_[first_server + server].pool = number;
    servers_[first_server + server].number = static_cast<ServerNumber>(server);
    servers_[first_server + server].database_machine = added.database.here().name;
    added.accepts[server] = servers_[first_server + server].in_active_list;
  }
  added.room_is_dirty.resize(added.population.rooms());
  added.noticed.resize(added.population.users());
  added.database_bytes = recorder_.fold().add(Metric::database_bytes, place);
  added.minutes_series = recorder_.fold().add(Metric::user_minutes_lost, place);
  added.in_flight_series = recorder_.fold().add(Metric::requests_in_flight, place);
  manage_databases(number, pool);
  set_arrivals(added, static_cast<double>(users) / static_cast<double>(workload_.users));
}

ChatModel::Server ChatModel::make_server(const ChatPool& pool, const NodeId& name, bool active) {
  const ChatServer* own = find_chat_server(pool, name);
  const Hardware& hardware = hardware_of(scenario_.topology, own && own->hardware ? *own->hardware : pool.hardware);
  const SiteId& site = site_of(pool, name);
  return {.name = name,
          .site = platform_.site(site),
          .core_speed = hardware.speed,
          .cores = static_cast<double>(hardware.cores),
          .in_active_list = active,
          .workers = FcfsStation(costs_.workers, costs_.inbound_queue),
          .cpu = FcfsStation(whole_cores(hardware)),
          .record = recorder_.add_server({.site = site.str(), .pool = pool.name.str(), .node = name.str(), .part = {}})};
}

void ChatModel::set_arrivals(Pool& pool, double share) {
  for (const RoomClass& room_class : workload_.room_classes)
    pool.post_gap.push_back(gap(posts_per_s(workload_, room_class) * share));
  const double users = pool.population.users();
  pool.open_gap = gap(workload_.room_opens_per_user.per_s * users);
  pool.search_gap = gap(workload_.searches_per_user.per_s * users);
  pool.restart_gap = gap(workload_.restarts_per_user.per_s * users);
  const double visible_rooms = users * workload_.endpoints_per_user * workload_.visible_rooms_per_endpoint;
  const double polls = visible_rooms * workload_.polled_per_visible_room / workload_.poll_interval.count();
  const auto& every = workload_.client.keep_alive;
  const double pings = every ? users * workload_.endpoints_per_user / every->count() : 0;
  pool.poll_work = polls * costs_.poll + pings * costs_.keep_alive;
  pool.notice_work = deliveries_per_s(workload_) * share * costs_.front_end_delivery;
}

void ChatModel::start(RequestPlane& plane) {
  plane_ = &plane;
  const auto pools = static_cast<std::uint16_t>(pools_.size());
  for (std::uint16_t pool = 0; pool < pools; ++pool) {
    if (day_) {
      begin_day(pool);
    } else if (workload_.sign_in_window) {
      sign_everybody_in(pool);
    } else {
      connect_users(pool, pools_[pool].population.users());
    }
    start_arrivals(pool);
    expect_log_copy(pool);
  }
  for (ManagedDatabase& managed : databases_) record_database(managed);
  files_change();
  after(recorder_.window(), Kind::window_ends, 0);
  after(0, Kind::second_begins, 0);
}

void ChatModel::connect_users(std::uint16_t pool_number, UserNumber count) {
  Pool& pool = pools_[pool_number];
  for (UserNumber user = 0; user < count; ++user)
    if (const auto server = rules::next_server(pool.accepts, pool.turn)) {
      pool.population.connect(user, static_cast<ServerNumber>(*server));
      pool.sessions[user].server = static_cast<std::uint16_t>(pool.first_server + *server);
    }
  recorder_.fold().level(pool.record.users_connected, 0, pool.population.connected_users());
  for (std::size_t server = 0; server < pool.accepts.size(); ++server) {
    const Server& there = servers_[pool.first_server + server];
    recorder_.fold().level(there.record.users, 0, pool.population.users_of(there.number));
  }
}

// Evenly over the window, in the order of user numbers: one pending event for all who are still to come.
void ChatModel::sign_everybody_in(std::uint16_t pool_number) {
  const double spacing = workload_.sign_in_window->count() / pools_[pool_number].population.users();
  after(spacing * arrivals_.uniform(), Kind::signs_in, 0, pool_number);
}

void ChatModel::start_arrivals(std::uint16_t pool_number) {
  const Pool& pool = pools_[pool_number];
  for (std::uint32_t room_class = 0; room_class < pool.post_gap.size(); ++room_class)
    if (pool.post_gap[room_class] > 0) next_arrival(pool.post_gap[room_class], Kind::posts, room_class, pool_number);
  if (pool.open_gap > 0) next_arrival(pool.open_gap, Kind::opens_room, 0, pool_number);
  if (pool.search_gap > 0) next_arrival(pool.search_gap, Kind::searches, 0, pool_number);
  if (pool.restart_gap > 0) next_arrival(pool.restart_gap, Kind::restarts, 0, pool_number);
}

void ChatModel::dispatch(const Event& event) {
  const auto kind = static_cast<Kind>(event.kind);
  ++handled_[event.kind];
  switch (kind) {
    case Kind::sends:
      return sends(event.subject);
    case Kind::reaches_front_end:
      return reaches_front_end(event.subject);
    case Kind::front_end_done:
      return front_end_done(event.subject);
    case Kind::gate_done:
      return gate_done(event.subject);
    case Kind::reaches_server:
      return reaches_server(event.subject);
    case Kind::cpu_done:
      return cpu_done(event.subject);
    case Kind::reaches_database:
      return reaches_database(event.subject);
    case Kind::database_done:
      return database_done(event.subject);
    case Kind::log_flushed:
      return log_flushed(event.place, event.subject);
    case Kind::answered:
      return answered(event.subject);
    case Kind::fan_out_arrives:
      return fan_out_arrives(event.subject);
    case Kind::delivered:
      return delivered(event.subject, event.at);
    case Kind::roster_due:
      return roster_due(event.place);
    case Kind::compliance_stored:
      return compliance_stored(event.place, event.subject);
    case Kind::database_due:
      return apply_to_database(event.place, [&](DatabaseSession& session) { session.due(event.subject, now()); });
    case Kind::database_noticed:
      return database_noticed(event.place, event.subject);
    case Kind::database_login:
      return database_login(event.place, event.subject);
    case Kind::log_copied:
      return log_copied(event.place);
    case Kind::cluster_due:
      return cluster_due(event.place, event.subject);
    case Kind::commit_times_out:
      return commit_times_out(event.subject, event.place);
    case Kind::times_out:
      return times_out(event.subject);
    case Kind::window_ends:
      return window_ends();
    case Kind::second_begins:
      return second_begins(event.subject);
    default:
      return dispatch_arrival(kind, event);
  }
}

void ChatModel::dispatch_arrival(Kind kind, const Event& event) {
  Pool& pool = pools_[event.place];
  switch (kind) {
    case Kind::posts:
      next_arrival(pool.post_gap[event.subject], kind, event.subject, event.place);
      return posts(event.place, event.subject);
    case Kind::opens_room:
      next_arrival(pool.open_gap, kind, 0, event.place);
      return opens_room(event.place);
    case Kind::searches:
      next_arrival(pool.search_gap, kind, 0, event.place);
      return searches(event.place);
    case Kind::restarts:
      next_arrival(pool.restart_gap, kind, 0, event.place);
      return restarts(event.place);
    case Kind::comes:
      return comes(event.place);
    case Kind::leaves:
      return leaves(event.place);
    case Kind::signs_in:
      if (event.subject + 1 < pool.population.users())
        after(workload_.sign_in_window->count() / pool.population.users(), kind, event.subject + 1, event.place);
      return wants_in(event.place, event.subject, 0);
    default:
      return;
  }
}

JobId ChatModel::new_job() {
  if (free_jobs_.empty()) {
    jobs_.emplace_back();
    return static_cast<JobId>(jobs_.size() - 1);
  }
  const JobId number = free_jobs_.back();
  free_jobs_.pop_back();
  jobs_[number] = Job{};
  return number;
}

}  // namespace poolcast::sim
