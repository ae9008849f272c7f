// What a loss leaves behind, and how fast users come back.
#include <algorithm>

#include "domain/day_curve.hpp"
#include "domain/limits/capacity.hpp"
#include "domain/limits/look.hpp"
#include "domain/limits/skype_for_business_2015/profile.hpp"
#include "domain/limits/skype_for_business_2015/sources.hpp"
#include "domain/limits/text.hpp"

namespace poolcast::limits::skype_for_business_2015 {
namespace {

using enum Severity;

bool loses_a_server(const Scenario& scenario, std::size_t chat_pool) {
  const auto all = losses(scenario);
  return std::ranges::any_of(all, [&](const Loss& loss) { return loss.chat_pool == chat_pool; });
}

// A standby of the pool that is activated after the loss and before the lost server returns.
const Fault* activation_after(const Scenario& scenario, const Loss& loss) {
  const Fault& lost = scenario.faults[loss.fault];
  if (lost.about_every) return nullptr;  // it has no date to come after
  const auto servers = servers_of(scenario.topology.chat_pools[loss.chat_pool]);
  const auto found = std::ranges::find_if(scenario.faults, [&](const Fault& fault) {
    return fault.activate && fault.at >= lost.at && (!lost.duration || fault.at <= lost.at + *lost.duration) &&
           std::ranges::find(servers, *fault.activate) != servers.end();
  });
  return found == scenario.faults.end() ? nullptr : &*found;
}

std::string sentence_of(const Scenario& scenario, const Loss& loss, double limit) {
  const std::string displaced = fixed(loss.displaced, 0);
  if (loss.survivors == 0) return fill("{} users of {} have no server left to go to.", {displaced, loss.server.str()});
  std::string sentence =
      fill("{} users of {}{} make {} on {}, {} above the documented {}",
           {displaced, loss.server.str(), loss.away.empty() ? std::string() : " while " + names_of(loss.away) + " is away",
            fixed(loss.fullest, 0),
            loss.survivors == 1 ? "the one survivor " + loss.fullest_server.str()
            : loss.even         ? "each survivor"
                                : loss.fullest_server.str(),
            fixed(loss.fullest - limit, 0), number(limit)});
  if (const Fault* activation = activation_after(scenario, loss)) {
    const double each = users_of(scenario, loss.chat_pool) / static_cast<double>(loss.survivors + 1);
    sentence += fill("; with {}, activated {} later, an even share is {}",
                     {activation->activate->str(), duration(activation->at - scenario.faults[loss.fault].at), fixed(each, 0)});
  }
  return sentence + ".";
}

std::vector<Found> one_less(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const double limit = limits.users_per_server.value;
  for (const Loss& loss : losses(scenario)) {
    if (loss.survivors > 0 && loss.fullest <= limit) continue;
    found.push_back({key_of("faults", loss.fault, "lose"), sentence_of(scenario, loss, limit)});
  }
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const double active = static_cast<double>(pools[pool].active.size());
    if (active < 2 || loses_a_server(scenario, pool)) continue;
    const double users = users_of(scenario, pool);
    const double each = users / (active - 1);
    if (each <= limit) continue;
    found.push_back(
        {key_of("topology.chat_pools", pool, "active"),
         fill("{} users on {} servers of {} leave {} on each survivor of a loss, {} above the documented {}; {} users "
              "would be safe.",
              {number(users), number(active), pools[pool].name.str(), fixed(each, 0), fixed(each - limit, 0), number(limit),
               number(limit * (active - 1))})});
  }
  return found;
}

std::vector<Found> one_server(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    if (pools[pool].active.size() != 1) continue;
    found.push_back(
        {key_of("topology.chat_pools", pool, "active"),
         fill("The loss of {} ends chat for all {} users of {}{}.",
              {pools[pool].active.front().str(), number(users_of(scenario, pool)), pools[pool].name.str(),
               pools[pool].standby.empty() ? std::string() : " until " + pools[pool].standby.front().str() + " is activated"})});
  }
  return found;
}

std::vector<Found> no_standby(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const auto& pools = scenario.topology.chat_pools;
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const ChatPool& chat = pools[pool];
    if (!chat.standby.empty() || chat.collocated || behind(scenario, chat, Edition::standard)) continue;
    found.push_back({key_of("topology.chat_pools", pool, "standby"),
                     fill("{} has {} and none that could be activated after a loss.",
                          {chat.name.str(), counted(static_cast<double>(chat.active.size()), "active server")})});
  }
  return found;
}

std::vector<Found> too_many_active(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  for (const Crowd& crowd : activations(scenario)) {
    const double active = static_cast<double>(crowd.active);
    if (active <= limits.active_servers.value) continue;
    const std::string_view verb = verbs_of(scenario.faults[crowd.fault]).front();
    found.push_back({key_of("faults", crowd.fault, crowd.returned ? "for" : verb),
                     fill("When {} {} at {}, {} servers of {} are active; the documented most is {}.",
                          {crowd.server.str(), crowd.returned ? "returns" : "is activated", duration(crowd.at), number(active),
                           scenario.topology.chat_pools[crowd.chat_pool].name.str(), number(limits.active_servers.value)})});
  }
  return found;
}

std::vector<Found> join_rate(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const double rate = limits.join_rate_per_s.value;
  const double front_end = limits.front_end_sign_ins_per_s.value;
  const double followed = rooms_per_user(scenario.workload);
  const double joined = followed * scenario.workload.endpoints_per_user;
  for (const Loss& loss : losses(scenario)) {
    if (loss.survivors == 0) continue;
    const auto time = [&](double joins_per_user) { return duration(Seconds{loss.displaced * joins_per_user / rate}); };
    found.push_back(
        {key_of("faults", loss.fault, "lose"),
         fill("\"{} per second\" may mean sign-ins or room joins: {} users of {} are back in {}, or in {} ({} rooms each) or {} "
              "({} with their endpoints); the Front Ends' {} per second alone take {}.",
              {number(rate), fixed(loss.displaced, 0), loss.server.str(), time(1), time(followed), number(followed), time(joined),
               number(joined), number(front_end), duration(Seconds{loss.displaced / front_end})})});
  }
  return found;
}

std::vector<Found> sign_in_join(const Scenario& scenario, const Limits& limits) {
  const auto rush = sign_in_rush(scenario.workload);
  if (!rush) return {};
  const double users = static_cast<double>(scenario.workload.users) * rush->share;
  const double rate = users / rush->within.count();
  if (rate <= limits.join_rate_per_s.value) return {};
  return {
      {rush->key,
       fill("{} users within {} are {} sign-ins per second, above the documented peak join rate of {} if a join is a sign-in.",
            {number(users), duration(rush->within), number(rate), number(limits.join_rate_per_s.value)})}};
}

std::vector<Found> sign_in_front_end(const Scenario& scenario, const Limits& limits) {
  std::vector<Found> found;
  const auto rush = sign_in_rush(scenario.workload);
  if (!rush) return found;
  for (const FrontEndPool& front : scenario.topology.front_end_pools) {
    const double users = users_through(scenario, front) * rush->share;
    const double rate = users / rush->within.count();
    if (rate <= limits.front_end_sign_ins_per_s.value) continue;
    found.push_back(
        {rush->key, fill("{} users within {} are {} sign-ins per second at {}, above the documented {} of a Front End pool.",
                         {number(users), duration(rush->within), number(rate), front.name.str(),
                          number(limits.front_end_sign_ins_per_s.value)})});
  }
  return found;
}

std::vector<Found> next_hop_loss(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const auto& fronts = scenario.topology.front_end_pools;
  for (std::size_t index = 0; index < fronts.size(); ++index) {
    const auto servers = front_end_servers(fronts[index]);
    const bool lost = std::ranges::any_of(scenario.faults, [&](const Fault& fault) {
      return fault.lose && std::ranges::find(servers, *fault.lose) != servers.end();
    });
    const double users = users_through(scenario, fronts[index]);
    if (users == 0 || (servers.size() > 1 && !lost)) continue;
    found.push_back({key_of("topology.front_end_pools", index, "servers"),
                     fill("{} users reach chat through the {} of {} and by no other way.",
                          {number(users), counted(static_cast<double>(servers.size()), "server"), fronts[index].name.str()})});
  }
  return found;
}

std::vector<Found> database_alone(const Scenario& scenario, const Limits&) {
  std::vector<Found> found;
  const Topology& topology = scenario.topology;
  for (std::size_t index = 0; index < topology.databases.size(); ++index) {
    const Database& database = topology.databases[index];
    const ChatPool* pool = pool_of(topology, database);
    if (database.holds != Holds::content || database.mode != AvailabilityMode::none || database.mirror || !pool) continue;
    if (behind(scenario, *pool, Edition::standard) || servers_of(*pool).size() < 2) continue;
    found.push_back({key_of("topology.databases", index, "mode"),
                     fill("{} has {} servers and one database server: without {} none of them takes a post.",
                          {pool->name.str(), number(static_cast<double>(servers_of(*pool).size())), database.principal.str()})});
  }
  return found;
}

std::vector<Found> files_lost(const Scenario& scenario, const Limits&) {
  const Topology& topology = scenario.topology;
  const bool for_disaster =
      std::ranges::any_of(topology.databases, [](const Database& it) { return it.log_shipping.has_value(); }) ||
      std::ranges::any_of(topology.chat_pools, [](const ChatPool& it) { return sites_of(it).size() > 1; });
  if (!topology.file_store || topology.file_store->replicated || !for_disaster) return {};
  const SiteId site =
      topology.file_store->site.value_or(topology.chat_pools.empty() ? SiteId{} : topology.chat_pools.front().site);
  return {{"topology.file_store.replicated",
           fill("Uploaded files on {} are lost with {}.", {topology.file_store->server.str(), site.str()})}};
}

}  // namespace

std::vector<CheckedRule> availability_rules() {
  return {
      {{"PC-USERS-N1", warning, both, "After the loss of a server the others still carry at most 20,000 users each.",
        "A lost server's users spread over the others and nobody moves back by itself: 80,000 / 3 = 26,667, 133 % of the limit. "
        "Safe with 4 active servers: 3 × 20,000 = 60,000; or activate a standby server. The documents promise the move, not "
        "the room for it.",
        source::capacity},
       one_less},
      {{"PC-HA-ONE-SERVER", warning, both, "A pool with one active server is lost with it.", "", source::recovery}, one_server},
      {{"PC-HA-STANDBY", warning, both, "A pool has standby servers to activate after a loss.",
        "Set-CsPersistentChatActiveServer or Topology Builder brings one in; 4 of the 8 servers of a pool are for that.",
        source::capacity_2013},
       no_standby},
      {{"PC-ACTIVE-RETURN", warning, both,
        "At most 4 servers are active also when a lost one returns after a standby was activated.",
        "Take the returned server off the active list; its connections stay until users leave.", source::active_list},
       too_many_active},
      {{"PC-JOIN-RATE", note, both, "The documented peak join rate is 10 per second; the page does not say what a join is.",
        "As user sign-ins 20,000 displaced users take 2,000 s = 33 min; as room joins 20,000 × 16 / 10 = 8.9 h, or 13.3 h with "
        "the 24 "
        "rooms joined per user. Sign-ins fit better: the Group Chat test lists join and logout 10 per second, 80,000 users in "
        "120 minutes are 11.1 per second, Front Ends take 12 (assumption O-1).",
        source::capacity},
       join_rate},
      {{"PC-SIGN-IN-JOIN", note, both, "The documented morning is faster than the documented peak join rate.",
        "80,000 users in 120 minutes are 11.1 per second, above 10 joins per second and below 12 sign-ins per second.",
        source::user_models},
       sign_in_join},
      {{"PC-SIGN-IN-FE", warning, only_2015, "A Front End pool takes at most 12 sign-ins per second.", "", source::stress_tool},
       sign_in_front_end},
      {{"PC-NEXT-HOP-LOSS", note, both, "The loss of the next-hop Front End pool cuts all chat that goes through it.",
        "Until the pool is failed over: 15 to 20 minutes is the target of Front End pool disaster recovery, without the time to "
        "decide and "
        "to sign in again.",
        source::schwendiman},
       next_hop_loss},
      {{"PC-DB-ALONE", warning, both,
        "Chat depends wholly on its database; mirror or cluster it when the pool has several servers.",
        "In-site high availability is several chat servers and a mirrored database.", source::recovery},
       database_alone},
      {{"PC-FILES-SITE", note, both, "No document says how the file store comes back after the loss of its site.",
        "Replicate the share or back it up (assumption O-8).", source::recovery_operation},
       files_lost},
  };
}

}  // namespace poolcast::limits::skype_for_business_2015
