// The steady state as rows.
#include <algorithm>
#include <limits>

#include "sim/analytic/methods.hpp"
#include "sim/analytic/rows.hpp"
#include "sim/analytic/steady_model.hpp"

namespace poolcast::sim::analytic {
namespace {

// Requests per second by operation.
using Rates = std::array<double, operation_names.size()>;

double& of(Rates& rates, Operation operation) { return rates[static_cast<std::size_t>(operation)]; }

class SteadyRows {
public:
  SteadyRows(const Scenario& scenario, Seconds window)
      : state_(solve_steady_state(scenario)),
        workload_(scenario.workload),
        horizon_(scenario.horizon.count()),
        windows_(scenario.horizon, window),
        recorder_(scenario.horizon, window) {}

  ReplicationResult take() && {
    for (const FrontEndFigures& front_end : state_.front_ends) add_front_end(front_end);
    std::vector<PoolRecord> records;
    for (const PoolFigures& pool : state_.pools) records.push_back(add_pool(pool));
    ReplicationResult result = std::move(recorder_).finish();
    forget_largest_values(result);
    for (const PoolRecord& record : records) Recorder::sum_up(result, record.delivery, record.delivery_by_class);
    return result;
  }

private:
  // Means say nothing about the largest value of a level.
  static void forget_largest_values(ReplicationResult& result) {
    for (Series& series : result.series)
      if (row_of(series.metric).kind == MetricKind::level)
        for (Window& window : series.windows) window.max = std::numeric_limits<double>::quiet_NaN();
  }

  Fold& fold() { return recorder_.fold(); }

  void add_station(const StationRecord& record, double utilisation, double waiting) {
    fold().level(record.utilisation, 0, utilisation);
    fold().level(record.queue, 0, waiting);
  }

  void add_front_end(const FrontEndFigures& front_end) {
    const Place place{.site = front_end.pool->site.str(), .pool = front_end.pool->name.str(), .node = {}, .part = {}};
    const double busy = front_end.station.utilisation * (1 - front_end.background) + front_end.background;
    add_station(recorder_.add_station(place), busy, front_end.station.waiting());
  }

  PoolRecord add_pool(const PoolFigures& pool) {
    const Place place{.site = pool.load.pool->site.str(), .pool = pool.load.pool->name.str(), .node = {}, .part = {}};
    std::vector<std::string> classes;
    for (const RoomClass& room_class : workload_.room_classes) classes.push_back(room_class.name);
    PoolRecord record = recorder_.add_pool(place, classes);
    for (const ServerFigures& server : pool.servers) add_server(pool, server, place);
    add_database(pool, place);
    add_latencies(pool, record);
    add_deliveries(pool, record, classes);
    add_counts(pool, record, place);
    return record;
  }

  void add_server(const PoolFigures& pool, const ServerFigures& server, Place place) {
    place.site = site_of(*pool.load.pool, server.name).str();
    place.node = server.name.str();
    const ServerRecord record = recorder_.add_server(place);
    add_station(record.station, server.cpu.utilisation, server.worker_queue);
    fold().level(record.users, 0, server.here);
    fold().level(record.backlog, 0, server.compliance_backlog);
    double rooms = 0;
    for (const RoomLoad& room : pool.load.rooms)
      rooms += room.rooms * fan_out(pool.load, room, {server.here, pool.connected, 1}).probability;
    const Costs& costs = pool.load.costs;
    const double endpoints = server.here * pool.load.endpoints_per_user();
    fold().level(record.memory, 0, rooms * costs.room_memory + endpoints * costs.endpoint_memory);
  }

  void add_database(const PoolFigures& pool, Place place) {
    place.site = content_site(pool.load).str();
    place.node = find_database(pool.load.scenario->topology, *pool.load.pool, Holds::content)->principal.str();
    add_station(recorder_.add_station(place), pool.database.utilisation, pool.database.waiting());
    place.part = "log";
    add_station(recorder_.add_station(place), pool.log.busy_share(), pool.log.waiting());
  }

  void add_latencies(const PoolFigures& pool, const PoolRecord& record) {
    Latencies sign_in(windows_), join(windows_), history(windows_), search(windows_), post(windows_);
    double waiting = 0;
    for (const ServerFigures& server : pool.servers) {
      if (server.here <= 0) continue;
      const double share = server.here / pool.load.users;
      const auto add = [&](Latencies& into, Command command, double per_s) {
        Delay delay;
        add_command(delay, state_, pool, server, command);
        into.add(delay.grid(), per_s * share * horizon_);
      };
      add(join, Command::join, pool.load.opens);
      add(history, Command::history, pool.load.opens);
      add(search, Command::search, pool.load.searches);
      add(post, Command::post, pool.load.posts());
      const Delay whole = sign_in_delay(state_, pool, server);
      const double sign_ins = pool.sign_ins_per_s * server.here / pool.connected;
      sign_in.add(whole.grid(), sign_ins * pool.load.endpoints_per_user() * horizon_);
      waiting += sign_ins * sign_in_time_of_user(state_, pool, server);
    }
    sign_in.record(fold(), record.sign_in);
    join.record(fold(), record.join);
    history.record(fold(), record.history);
    search.record(fold(), record.search);
    post.record(fold(), record.post);
    fold().level(record.users_connected, 0, pool.connected);
    fold().level(record.users_waiting, 0, waiting);
    waiting_ = waiting;
  }

  void add_deliveries(const PoolFigures& pool, const PoolRecord& record, const std::vector<std::string>& classes) {
    double all = 0, late = 0;
    for (const RoomLoad& room : pool.load.rooms) {
      const auto number = static_cast<std::size_t>(std::ranges::find(classes, room.name) - classes.begin());
      Latencies latencies(windows_);
      for (const ServerFigures& home : pool.servers)
        for (const ServerFigures& server : pool.servers) {
          if (home.here <= 0 || server.here <= 0) continue;
          const FanOut told = fan_out(pool.load, room, {server.here, pool.connected, 1});
          const double deliveries = room.posts_per_s * home.here / pool.load.users * told.probability * told.mean * horizon_;
          const Delay::Grid grid = delivery_delay(state_, pool, room, home, server).grid();
          latencies.add(grid, deliveries);
          all += deliveries;
          late += deliveries * share_above(grid, 1);
        }
      latencies.record(fold(), record.delivery_by_class[number]);
    }
    windows_.count(fold(), record.deliveries.series, all);
    windows_.count(fold(), record.late.series, late);
  }

  static double share_above(const Delay::Grid& grid, double seconds) {
    double share = 0;
    for (std::size_t cell = 0; cell < grid.probability.size(); ++cell)
      if (grid.first + static_cast<double>(cell) * grid.step > seconds) share += grid.probability[cell];
    return share;
  }

  void add_counts(const PoolFigures& pool, const PoolRecord& record, const Place& place) {
    const double connected = pool.load.users > 0 ? pool.connected / pool.load.users : 0;
    double commands_of_sign_in = 0;
    for (const CommandCount& each : sign_in_commands(workload_)) commands_of_sign_in += each.times;
    Rates completed{};
    of(completed, Operation::sign_in) = pool.sign_ins_per_s * (1 + pool.load.endpoints_per_user() * commands_of_sign_in);
    of(completed, Operation::open_room) = 2 * pool.load.opens * connected;
    of(completed, Operation::search) = pool.load.searches * connected;
    of(completed, Operation::post) = pool.load.posts() * connected;
    of(completed, Operation::sign_out) = pool.sign_ins_per_s;
    double refused = 0;  // share of attempts
    for (const ServerFigures& server : pool.servers)
      refused += pool.connected > 0 ? server.here / pool.connected * server.refused_share : 0;
    Rates refusals = completed;
    Rates arrivals = completed;
    for (double& rate : refusals) rate *= refused / (1 - refused);
    for (double& rate : arrivals) rate /= 1 - refused;
    add_rates(record.arrivals, arrivals);
    add_rates(record.completions, completed);
    add_rates(record.refusals, refusals);
    const double posts = of(completed, Operation::post);
    windows_.count(fold(), record.stored.series, posts * horizon_);
    const RosterRounds rounds = roster_rounds(pool.load, pool.changes, pool.connected);
    windows_.count(fold(), record.roster.series, rounds.rate * rounds.endpoints * horizon_);
    fold().once(fold().add(Metric::database_bytes, place), "", posts * horizon_ * workload_.row.count);
    fold().once(fold().add(Metric::user_minutes_lost, place), "", waiting_ * horizon_ / 60);
  }

  void add_rates(const OperationCounts& counts, const Rates& rates) {
    double all = 0;
    for (std::size_t operation = 0; operation < rates.size(); ++operation) {
      windows_.count(fold(), counts.series[operation], rates[operation] * horizon_);
      all += rates[operation];
    }
    windows_.count(fold(), counts.all, all * horizon_);
  }

  SteadyState state_;
  const Workload& workload_;
  double horizon_;
  Windows windows_;
  Recorder recorder_;
  double waiting_ = 0;  // of the pool that is being added
};

}  // namespace

ReplicationResult steady_state(const Scenario& scenario, Seconds window) { return SteadyRows(scenario, window).take(); }

}  // namespace poolcast::sim::analytic
