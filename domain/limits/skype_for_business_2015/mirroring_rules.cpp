// What keeps mirroring from failing over without a reason: the time-out between the partners, and their load.
#include <algorithm>

#include "domain/limits/look.hpp"
#include "domain/limits/skype_for_business_2015/profile.hpp"
#include "domain/limits/skype_for_business_2015/sources.hpp"
#include "domain/limits/text.hpp"
#include "domain/rules/commit.hpp"

namespace poolcast::limits::skype_for_business_2015 {
namespace {

using enum Severity;

// Runs `look` on each mirrored chat database and its key.
template <class Look>
std::vector<Found> each_mirrored(const Scenario& scenario, Look look) {
  std::vector<Found> found;
  for (std::size_t index = 0; index < scenario.topology.databases.size(); ++index) {
    const Database& database = scenario.topology.databases[index];
    if (is_chat(database) && database.mirror) look(database, key_of("topology.databases", index), found);
  }
  return found;
}

std::vector<Found> short_timeout(const Scenario& scenario, const Limits&) {
  return each_mirrored(scenario, [](const Database& database, const std::string& key, std::vector<Found>& found) {
    if (database.mode != AvailabilityMode::high_safety || database.partner_timeout >= rules::mirroring_timeout) return;
    found.push_back({key + ".partner_timeout",
                     fill("A partner of the {} database is taken for lost after {} of silence, {} below the recommended {}.",
                          {std::string(holds_name(database.holds)), duration(database.partner_timeout),
                           duration(rules::mirroring_timeout - database.partner_timeout), duration(rules::mirroring_timeout)})});
  });
}

std::vector<Found> fixed_timeout(const Scenario& scenario, const Limits&) {
  return each_mirrored(scenario, [](const Database& database, const std::string& key, std::vector<Found>& found) {
    if (database.mode != AvailabilityMode::high_performance || database.partner_timeout == rules::mirroring_timeout) return;
    found.push_back(
        {key + ".partner_timeout", fill("The {} database is in high-performance mode: {} have no effect.",
                                        {std::string(holds_name(database.holds)), duration(database.partner_timeout)})});
  });
}

// Core-seconds per second of the content database while users also sign in as fast as the pool admits them.
struct Load {
  double work = 0;
  double posts = 0;
  double sign_ins = 0;
};
Load peak_load(const Scenario& scenario, const ChatPool& pool) {
  const Workload& workload = scenario.workload;
  const CostSet& costs = scenario.costs;
  const std::size_t number = index_of(scenario.topology, pool);
  const double users = users_of(scenario, number);
  const bool rooms = costs.join_rate_meaning == JoinRateMeaning::room_joins;
  const double gate = costs.join_rate.value.per_s / (rooms ? std::max(1.0, rooms_per_user(workload)) : 1);
  Load load;
  load.posts = posts_per_s(workload) * share_of(scenario, number);
  load.sign_ins = gate > 0 ? gate : workload.restarts_per_user.per_s * users;
  // Of the sign-in sequence, invitation, associations (twice), batch join and list of invitations ask the database, and each
  // join of a room that was left open does.
  const double reads_per_endpoint = 5 + workload.open_rooms_at_sign_in;
  const double reads =
      load.sign_ins * workload.endpoints_per_user * reads_per_endpoint + workload.room_opens_per_user.per_s * users;
  load.work = load.posts * costs.write_db_cpu.value.count() + reads * costs.read_db_cpu.value.count() +
              workload.searches_per_user.per_s * users * costs.search_db_cpu.value.count();
  return load;
}

std::vector<Found> busy_partner(const Scenario& scenario, const Limits& limits) {
  const Topology& topology = scenario.topology;
  return each_mirrored(scenario, [&](const Database& database, const std::string& key, std::vector<Found>& found) {
    const ChatPool* pool = pool_of(topology, database);
    if (!pool || database.holds != Holds::content || !database.witness || database.mode != AvailabilityMode::high_safety) return;
    const Load load = peak_load(scenario, *pool);
    for (const auto& [name, role] : {std::pair{database.principal, "principal"}, std::pair{*database.mirror, "mirror"}}) {
      const Hardware* machine = find_hardware(topology, instance_of(topology, database, name).hardware);
      if (!machine) continue;
      const double busy = load.work / (static_cast<double>(machine->cores) * machine->speed);
      if (busy < limits.partner_load.value) continue;
      found.push_back(
          {key + "." + role,
           fill("{} is {} busy when it serves {} posts and {} sign-ins per second, above the advised {}.",
                {name.str(), percent(busy), number(load.posts), number(load.sign_ins), percent(limits.partner_load.value)})});
    }
  });
}

}  // namespace

std::vector<CheckedRule> mirroring_rules() {
  return {
      {{"PC-DB-TIMEOUT", warning, both, "The time-out between the partners of a mirrored database is 10 s or longer.",
        "With less, a partner that is merely busy misses pings and is taken for lost although it works: a false failover. SQL "
        "Server takes less than 5 s as 5 s.",
        source::sql_failures},
       short_timeout},
      {{"PC-DB-TIMEOUT-FIXED", warning, both, "In high-performance mode the time-out between the partners is always 10 s.",
        "It can be changed in high-safety mode only.", source::sql_failures},
       fixed_timeout},
      {{"PC-DB-LOAD", warning, both,
        "With automatic failover, each partner of a mirrored database stays below 50 % of its processor time.",
        "A partner that is busier may be unable to answer pings, which causes a failover without a reason. Load = posts × cost "
        "of "
        "a post + (sign-ins × endpoints × (5 + open rooms) + rooms opened) × cost of a query + searches × cost of a search, "
        "divided by the cores. If it cannot be kept below: high-safety mode without a witness, or a longer time-out.",
        source::sql_prerequisites},
       busy_partner},
  };
}

}  // namespace poolcast::limits::skype_for_business_2015
