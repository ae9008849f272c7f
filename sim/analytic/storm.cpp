// The reconnect storm of a scenario: what breaks when, and the rows.
#include <algorithm>
#include <cmath>
#include <string>

#include "domain/occurrences.hpp"
#include "domain/random.hpp"
#include "sim/analytic/methods.hpp"
#include "sim/analytic/rows.hpp"
#include "sim/analytic/storm_pool.hpp"

namespace poolcast::sim::analytic {
namespace {

// A date at which something begins or ends, as the simulation's fault injector has them.
struct Turn {
  double at = 0;
  const Fault* fault = nullptr;
  bool begins = true;
};

std::vector<Turn> turns_of(const Scenario& scenario, const PoolLoad& load) {
  std::vector<Turn> turns;
  for (const Fault& fault : scenario.faults) {
    const bool starts = fault.activate && std::ranges::find(load.pool->standby, *fault.activate) != load.pool->standby.end();
    RandomStream nothing_is_random(0, 0, "none");
    for (const Occurrence& occurrence : occurrences(fault, scenario.horizon, nothing_is_random)) {
      const double begins = occurrence.begins.count() + (starts ? load.costs.start : 0);
      if (occurrence.ends && occurrence.ends->count() <= begins) continue;
      turns.push_back({begins, &fault, true});
      if (occurrence.ends) turns.push_back({occurrence.ends->count(), &fault, false});
    }
  }
  std::ranges::stable_sort(turns, [](const Turn& left, const Turn& right) {
    return left.at != right.at ? left.at < right.at : left.begins < right.begins;
  });
  return turns;
}

class PoolStorm {
public:
  PoolStorm(const Scenario& scenario, const PoolLoad& load)
      : load_(load), servers_(servers_of(*load.pool)), storm_(storm_pool(load)), turns_(turns_of(scenario, load)) {
    if (scenario.workload.sign_in_window)
      storm_.everybody_arrives(scenario.workload.sign_in_window->count());
    else
      storm_.connect_everybody();
  }

  // To the end of the step that reaches `date`.
  void play_until(double date) {
    while (storm_.now() < date - ReconnectStorm::step_s / 2) {
      for (; next_ < turns_.size() && turns_[next_].at <= storm_.now() + ReconnectStorm::step_s / 2; ++next_) take(turns_[next_]);
      storm_.step();
    }
  }

  const ReconnectStorm& storm() const { return storm_; }
  const PoolLoad& load() const { return load_; }
  const std::vector<NodeId>& servers() const { return servers_; }

private:
  void take(const Turn& turn) {
    const Fault& fault = *turn.fault;
    if (fault.lose) {
      const std::vector<std::size_t> lost = servers_lost_by(*fault.lose);
      if (turn.begins && !lost.empty()) storm_.lose(lost, fault.kind, unique_label(label(fault)));
      if (!turn.begins)
        for (const std::size_t server : lost) storm_.returns(server);
    }
    if (const auto server = number_of(fault.drain)) storm_.set_in_active_list(*server, !turn.begins);
    if (const auto server = number_of(fault.activate)) storm_.set_in_active_list(*server, turn.begins);
  }

  std::vector<std::size_t> servers_lost_by(const Names& names) const {
    std::vector<std::size_t> lost;
    for (const NodeId& machine : machines_of(load_.scenario->topology, names))
      if (const auto server = number_of(machine)) lost.push_back(*server);
    return lost;
  }

  std::optional<std::size_t> number_of(const std::optional<NodeId>& node) const {
    const auto found = node ? std::ranges::find(servers_, *node) : servers_.end();
    return found == servers_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - servers_.begin()));
  }

  // A server may be lost more than once: `lose chat-2`, `lose chat-2 (2)`.
  std::string unique_label(const std::string& name) const {
    const auto earlier = std::ranges::count_if(
        storm_.losses(), [&](const StormLoss& loss) { return loss.label == name || loss.label.starts_with(name + " ("); });
    return earlier == 0 ? name : name + " (" + std::to_string(earlier + 1) + ")";
  }

  const PoolLoad& load_;
  std::vector<NodeId> servers_;
  ReconnectStorm storm_;
  std::vector<Turn> turns_;
  std::size_t next_ = 0;
};

class StormRows {
public:
  StormRows(const Scenario& scenario, Seconds window)
      : horizon_(scenario.horizon.count()),
        window_(window.count()),
        fold_(scenario.horizon, window),
        loads_(pool_loads(scenario)) {
    for (const PoolLoad& load : loads_) play(PoolStorm(scenario, load));
  }
  ReplicationResult take() && { return std::move(fold_).finish(); }

private:
  struct Series {
    SeriesId connected{}, waiting{}, attempts{}, refusals{};
    std::vector<SeriesId> users, utilisation;
  };

  void play(PoolStorm pool) {
    const ChatPool& where = *pool.load().pool;
    const Place place{.site = where.site.str(), .pool = where.name.str(), .node = {}, .part = {}};
    const Series series = add_series(pool, place);
    record_levels(pool, series, 0);
    double refused = 0;
    constexpr double look_s = 1;
    double begin = 0;
    while (begin < horizon_) {
      const double end = std::min(horizon_, begin + window_);
      const double refused_before = refused;
      for (double date = std::min(end, begin + look_s);; date = std::min(end, date + look_s)) {
        pool.play_until(date);
        if (date < horizon_) record_levels(pool, series, date);
        if (date >= end) break;
      }
      refused = std::floor(pool.storm().refused() + 0.5);
      if (refused > refused_before) fold_.count(series.refusals, begin, static_cast<std::uint64_t>(refused - refused_before));
      begin = end;
    }
    fold_.once(fold_.add(Metric::user_minutes_lost, place), "", pool.storm().minutes_lost());
    for (const StormLoss& loss : pool.storm().losses()) record_loss(loss, place);
  }

  Series add_series(const PoolStorm& pool, Place place) {
    Series series;
    series.connected = fold_.add(Metric::users_connected, place);
    series.waiting = fold_.add(Metric::users_waiting, place);
    Place sign_in = place;
    sign_in.part = "sign_in";
    series.refusals = fold_.add(Metric::refusals, sign_in);
    for (const NodeId& server : pool.servers()) {
      place.site = site_of(*pool.load().pool, server).str();
      place.node = server.str();
      series.users.push_back(fold_.add(Metric::users_connected, place));
      series.utilisation.push_back(fold_.add(Metric::utilisation, place));
    }
    return series;
  }

  void record_levels(const PoolStorm& pool, const Series& series, double at) {
    const ReconnectStorm& storm = pool.storm();
    fold_.level(series.connected, at, storm.connected());
    fold_.level(series.waiting, at, storm.waiting());
    for (std::size_t server = 0; server < series.users.size(); ++server) {
      fold_.level(series.users[server], at, storm.connected_to(server));
      fold_.level(series.utilisation[server], at, storm.utilisation(server));
    }
  }

  void record_loss(const StormLoss& loss, Place place) {
    place.part = loss.label;
    const SeriesId series = fold_.add(Metric::users_back, place);
    fold_.once(series, "displaced", loss.displaced);
    fold_.once(series, "back", loss.back);
    fold_.once(series, "at", loss.at);
    if (loss.t50) fold_.once(series, "p50", *loss.t50);
    if (loss.t95) fold_.once(series, "p95", *loss.t95);
    if (loss.t100) fold_.once(series, "p100", *loss.t100);
  }

  double horizon_;
  double window_;
  Fold fold_;
  std::vector<PoolLoad> loads_;
};

bool is_chat_server(const Topology& topology, const NodeId& node) {
  return std::ranges::any_of(topology.chat_pools, [&](const ChatPool& pool) {
    const std::vector<NodeId> servers = servers_of(pool);
    return std::ranges::find(servers, node) != servers.end();
  });
}

bool is_followed(const Topology& topology, const Fault& fault) {
  if (fault.about_every) return false;
  if (fault.drain) return is_chat_server(topology, *fault.drain);
  if (fault.activate) return is_chat_server(topology, *fault.activate);
  if (!fault.lose) return false;
  const std::vector<NodeId> machines = machines_of(topology, *fault.lose);
  return std::ranges::all_of(machines, [&](const NodeId& machine) { return is_chat_server(topology, machine); });
}

}  // namespace

ReplicationResult storm(const Scenario& scenario, Seconds window) { return StormRows(scenario, window).take(); }

std::vector<Inconsistency> storm_refusals(const Scenario& scenario) {
  std::vector<Inconsistency> found;
  for (std::size_t number = 0; number < scenario.faults.size(); ++number) {
    const Fault& fault = scenario.faults[number];
    if (is_followed(scenario.topology, fault)) continue;
    found.push_back({"faults[" + std::to_string(number) + "]",
                     "the fluid model assumes that only chat servers are lost, drained or activated, at known dates, and not: " +
                         label(fault),
                     "`--method simulate` plays it"});
  }
  if (!scenario.workload.day_curve.empty())
    found.push_back({"workload.day_curve", "the fluid model assumes that users come once and do not leave",
                     "`--method simulate` plays the day; or leave the curve out with --set 'workload.day_curve=[]'"});
  if (!found.empty()) return found;
  for (const PoolLoad& load : pool_loads(scenario)) {
    PoolStorm pool(scenario, load);
    pool.play_until(scenario.horizon.count());
    if (pool.storm().saturated())
      found.push_back(
          {"workload.users",
           "the fluid model assumes that the gate holds sign-ins back and not the servers' cores, and those of chat pool " +
               load.pool->name.str() + " are full: requests would then be refused one by one",
           "`--method simulate` plays it; or ask for fewer users, more servers or a slower `costs.join_rate`"});
  }
  return found;
}

}  // namespace poolcast::sim::analytic
