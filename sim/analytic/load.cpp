#include "sim/analytic/load.hpp"

#include <algorithm>
#include <cmath>

namespace poolcast::sim::analytic {

Jobs exponential_jobs(double rate, double mean) { return {rate, mean, 2 * mean * mean}; }

Jobs merged(const std::vector<Jobs>& kinds) {
  Jobs all;
  for (const Jobs& kind : kinds) {
    all.rate += kind.rate;
    all.mean += kind.rate * kind.mean;
    all.mean_square += kind.rate * kind.mean_square;
  }
  if (all.rate <= 0) return {};
  all.mean /= all.rate;
  all.mean_square /= all.rate;
  return all;
}

std::vector<CommandCount> sign_in_commands(const Workload& workload) {
  return {{Command::sign_in, 1},
          {Command::server_info, 1},
          {Command::associations, 2},
          {Command::batch_join, 1},
          {Command::join, workload.open_rooms_at_sign_in},
          {Command::latest, rooms_per_user(workload)},
          {Command::invitations, 1}};
}

double PoolLoad::posts() const {
  double all = 0;
  for (const RoomLoad& room : rooms) all += room.posts_per_s;
  return all;
}

double PoolLoad::sign_in_work() const {
  double work = 0;
  for (const CommandCount& each : sign_in_commands(scenario->workload)) work += each.times * costs.of(each.command).cpu;
  return work * endpoints_per_user();
}

std::vector<PoolLoad> pool_loads(const Scenario& scenario) {
  const Workload& workload = scenario.workload;
  const std::vector<Count> users = users_of_pools(scenario);
  std::vector<PoolLoad> loads;
  for (std::size_t number = 0; number < users.size(); ++number) {
    PoolLoad& load = loads.emplace_back();
    load.scenario = &scenario;
    load.pool = &scenario.topology.chat_pools[number];
    load.costs = resolve(scenario, access_entries(workload));
    load.users = static_cast<double>(users[number]);
    load.share = load.users / static_cast<double>(workload.users);
    for (const RoomClass& room_class : workload.room_classes) {
      // Whole rooms, with all seats shared out among them (domain/membership.hpp).
      const double count = std::max(1.0, std::ceil(rooms(workload, room_class) * load.share - 1e-9));
      const double seats = room_class.rooms_per_user * load.users;
      if (seats <= 0) continue;
      load.rooms.push_back({room_class.name, count, seats / count, posts_per_s(workload, room_class) * load.share});
    }
    load.opens = workload.room_opens_per_user.per_s * load.users;
    load.searches = workload.searches_per_user.per_s * load.users;
    load.restarts = workload.restarts_per_user.per_s * load.users;
  }
  return loads;
}

// Each member is here with probability `here / users`, with floor or ceiling of the endpoints per user.
FanOut fan_out(const PoolLoad& load, const RoomLoad& room, const ServerShare& share) {
  const double chance = load.users > 0 ? share.here / load.users : 0;
  const double endpoints = load.endpoints_per_user();
  const double part = endpoints - std::floor(endpoints);
  const double endpoints_square = endpoints * endpoints + part * (1 - part);
  const double anybody = 1 - std::pow(1 - std::min(1.0, chance), room.members);
  if (anybody <= 0) return {};
  const double mean = room.members * chance * endpoints;
  // A user is in a room once, and everybody is in some room of the class: without replacement, when one room holds them all.
  const double spread =
      room.members >= load.users ? 0 : room.members * chance * (endpoints_square - chance * endpoints * endpoints);
  return {anybody, mean / anybody, (mean * mean + spread) / anybody};
}

// A round begins with a change and lasts for the roster window; a room is told of it when somebody in it joined or parted, a user
// when any of the user's rooms is. Rooms above the limit are not told (ParticipantUpdateLimit).
RosterRounds roster_rounds(const PoolLoad& load, double changes, double connected) {
  if (changes <= 0 || load.users <= 0) return {};
  const double window = load.scenario->workload.roster_window.count();
  const double in_round = 1 + changes * window;
  double untold = 1;
  for (const RoomLoad& room : load.rooms) {
    if (room.members * connected / load.users > static_cast<double>(load.pool->participant_update_limit)) continue;
    const double rooms_of_user = room.rooms * room.members / load.users;
    const double clean = std::pow(1 - std::min(1.0, rooms_of_user / room.rooms), in_round);
    untold *= std::pow(clean, rooms_of_user);
  }
  if (untold >= 1) return {};
  return {1 / (window + 1 / changes), connected * (1 - untold) * load.endpoints_per_user()};
}

Jobs notices(const PoolLoad& load, const ServerShare& share, double changes, double speed) {
  std::vector<Jobs> kinds;
  const double connected_share = load.users > 0 ? share.connected / load.users : 0;
  const double author_here = share.connected > 0 ? share.here / share.connected : 0;
  const double step = load.costs.delivery / speed;
  const double copy = load.costs.forward / speed;
  for (const RoomLoad& room : load.rooms) {
    const FanOut there = fan_out(load, room, share);
    const double posts = room.posts_per_s * connected_share;
    // The author's server sends a copy to every other with participants; each of these handles one.
    const double copies = (share.servers - 1) * there.probability;
    const auto add = [&](double rate, double lead) {
      const double mean = lead + there.mean * step;
      const double variance = (there.mean_square - there.mean * there.mean) * step * step;
      kinds.push_back({rate, mean, mean * mean + variance});
    };
    add(posts * author_here, copies * copy);
    add(posts * (1 - author_here) * there.probability, copy);
  }
  const RosterRounds rounds = roster_rounds(load, changes, share.connected);
  const double told = rounds.endpoints * author_here * load.costs.roster / speed;
  kinds.push_back({rounds.rate, told, told * told});
  return merged(kinds);
}

std::vector<CommandCount> steady_commands(const PoolLoad& load, double here) {
  const double share = load.users > 0 ? here / load.users : 0;
  return {{Command::post, load.posts() * share},
          {Command::join, load.opens * share},
          {Command::history, load.opens * share},
          {Command::search, load.searches * share},
          {Command::sign_out, load.restarts * share}};
}

namespace {

SiteId site_of_instance(const PoolLoad& load, const NodeId& name) {
  const SqlInstance* instance = find_sql_instance(load.scenario->topology, name);
  return instance && instance->site ? *instance->site : load.pool->site;
}

const Database& content(const PoolLoad& load) { return *find_database(load.scenario->topology, *load.pool, Holds::content); }

}  // namespace

const SqlInstance& content_instance(const PoolLoad& load) {
  static const SqlInstance unlisted{};
  const SqlInstance* instance = find_sql_instance(load.scenario->topology, content(load).principal);
  return instance ? *instance : unlisted;
}

SiteId content_site(const PoolLoad& load) { return site_of_instance(load, content(load).principal); }

Trips trips(const PoolLoad& load, const NodeId& server) {
  const Topology& topology = load.scenario->topology;
  const auto latency = [&](const SiteId& from, const SiteId& to) { return link_between(topology, from, to).latency.count(); };
  const SiteId& front_end = find_front_end_pool(topology, load.pool->next_hop)->site;
  const SiteId& here = site_of(*load.pool, server);
  const Database& database = content(load);
  const SiteId principal = content_site(load);
  const bool waits = database.mirror && database.mode == AvailabilityMode::high_safety;
  return {latency(front_end, front_end), latency(front_end, here), latency(here, principal),
          waits ? latency(principal, site_of_instance(load, *database.mirror)) : 0};
}

const Hardware& hardware_named(const Scenario& scenario, const HardwareId& name) {
  static const Hardware reference{};
  const Hardware* found = find_hardware(scenario.topology, name);
  return found ? *found : reference;
}

const Hardware& hardware_of_server(const Scenario& scenario, const ChatPool& pool, const NodeId& server) {
  const ChatServer* own = find_chat_server(pool, server);
  return hardware_named(scenario, own && own->hardware ? *own->hardware : pool.hardware);
}

}  // namespace poolcast::sim::analytic
