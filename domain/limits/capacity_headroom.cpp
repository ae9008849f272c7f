// Sign-ins, users of servers before and after a loss, and storage.
#include <cmath>

#include "domain/day_curve.hpp"
#include "domain/limits/capacity_page.hpp"
#include "domain/limits/look.hpp"

namespace poolcast::limits {
namespace {

// How long this many displaced users take to come back, in every reading of the documented rates.
void add_return(CapacityPage& page, const Workload& workload, const Limits& limits, const std::string& part, double displaced) {
  const double rate = limits.join_rate_per_s.value;
  const double front_end = limits.front_end_sign_ins_per_s.value;
  const double followed = rooms_per_user(workload);
  const double joined = followed * workload.endpoints_per_user;
  const std::string_view source = limits.join_rate_per_s.source;
  page.add("return at the join rate, a join being a sign-in", part, displaced / rate, "s", "{} / {}", {displaced, rate}, source);
  page.add("return at the join rate, a join being a room", part, displaced * followed / rate, "s", "{} × {} / {}",
           {displaced, followed, rate}, source);
  page.add("return at the join rate, a join being a room of an endpoint", part, displaced * joined / rate, "s", "{} × {} / {}",
           {displaced, joined, rate}, source);
  page.add("return at the Front Ends' sign-in rate", part, displaced / front_end, "s", "{} / {}", {displaced, front_end},
           limits.front_end_sign_ins_per_s.source);
}

}  // namespace

void add_sign_in(CapacityPage& page, const Scenario& scenario, const Limits& limits) {
  const Workload& workload = scenario.workload;
  const double users = static_cast<double>(workload.users);
  const double followed = rooms_per_user(workload);
  page.section("sign-in");
  // Commands of one sign-in: getserverinfo, getassociations twice, bjoin, a join for each room left open, a bccontext for each
  // followed room, getinv (How Persistent Chat Server works, TechNet JJ683096).
  const double commands = 1 + 2 + 1 + workload.open_rooms_at_sign_in + followed + 1;
  page.add("commands of one endpoint", "", commands, "commands", "1 + 2 + 1 + {} + {} + 1",
           {workload.open_rooms_at_sign_in, followed}, "How Persistent Chat Server works in Lync Server 2013 (TechNet JJ683096)");
  page.add("transactions of one endpoint", "", 2 * commands, "transactions", "2 × {}", {commands}, derived);
  for (const ChatPool& pool : scenario.topology.chat_pools) {
    const double sends = roster_sends_per_sign_in(workload, pool);
    const double rate = limits.join_rate_per_s.value;
    page.add("roster sends of one sign-in", pool.name.str(), sends, "sends", "rooms × others × {}", {workload.endpoints_per_user},
             "assumption O-12");
    page.add("roster sends at the join rate", pool.name.str(), sends * rate, "sends/s", "{} × {}", {sends, rate},
             "assumption O-12");
  }
  const auto rush = sign_in_rush(workload);
  if (!rush) return;
  const double coming = users * rush->share;
  const double window = rush->within.count();
  page.add("sign-ins per second", "", coming / window, "sign-ins/s", "{} / {} s", {coming, window}, derived).limit =
      limits.front_end_sign_ins_per_s.value;
}

void add_headroom(CapacityPage& page, const Scenario& scenario, const Limits& limits) {
  const Workload& workload = scenario.workload;
  const double limit = limits.users_per_server.value;
  page.section("headroom");
  page.add("connected users", "", static_cast<double>(workload.users), "users", "given", {}, limits.users_of_organisation.source)
      .limit = limits.users_of_organisation.value;
  if (workload.provisioned_users > 0) {
    page.add("provisioned users", "", static_cast<double>(workload.provisioned_users), "users", "given", {},
             limits.provisioned_users.source)
        .limit = limits.provisioned_users.value;
  }
  for (std::size_t index = 0; index < scenario.topology.chat_pools.size(); ++index) {
    const ChatPool& pool = scenario.topology.chat_pools[index];
    const std::string& name = pool.name.str();
    const double users = users_of(scenario, index);
    const double active = static_cast<double>(pool.active.size());
    if (active == 0) continue;
    const double each = users / active;
    page.add("users of the pool", name, users, "users", "given", {}, limits.users_of_organisation.source).limit =
        limits.users_of_organisation.value;
    page.add("users per server", name, each, "users", "{} / {}", {users, active}, limits.users_per_server.source).limit = limit;
    page.add("endpoints per server", name, each * workload.endpoints_per_user, "endpoints", "{} × {}",
             {each, workload.endpoints_per_user}, derived)
        .limit = limits.endpoints_of_organisation.value / limits.active_servers.value;
    page.add("users that survive the loss of one server", name, limit * (active - 1), "users", "{} × {}", {active - 1, limit},
             derived);
    if (active > 1) {
      const double after = users / (active - 1);
      page.add("users per server after the loss of one", name, after, "users", "{} / {}", {users, active - 1},
               limits.users_per_server.source)
          .limit = limit;
      page.add("endpoints per server after the loss of one", name, after * workload.endpoints_per_user, "endpoints", "{} × {}",
               {after, workload.endpoints_per_user}, derived)
          .limit = limits.endpoints_of_organisation.value / limits.active_servers.value;
      page.add("headroom per server after the loss of one", name, limit - after, "users", "{} - {}", {limit, after}, derived);
    }
    add_return(page, workload, limits, name, each);
  }
}

void add_storage(CapacityPage& page, const Scenario& scenario, const Limits& limits) {
  const Workload& workload = scenario.workload;
  const double posts = posts_per_s(workload);
  const std::string_view assumed = "assumption O-4";
  page.section("storage");
  for (std::size_t index = 0; index < scenario.topology.chat_pools.size(); ++index) {
    const std::string& pool = scenario.topology.chat_pools[index].name.str();
    const double of_pool = posts * share_of(scenario, index);
    const double a_day = database_bytes_per_day(scenario, index);
    page.add("content database growth per working day", pool, a_day, "bytes", "{} × {} s × {} bytes",
             {of_pool, workload.day.count(), workload.row.count}, assumed);
    page.add("log per working day", pool, log_bytes_per_day(scenario, index), "bytes", "{} × {}", {log_bytes_per_row_byte, a_day},
             assumed);
    if (a_day <= 0) continue;
    const double cap = limits.express_database_bytes.value;
    page.add("working days until SQL Server Express is full", pool, cap / a_day, "days", "{} / {}", {cap, a_day},
             limits.express_database_bytes.source);
  }
  for (const Database& database : scenario.topology.databases) {
    const ChatPool* pool = pool_of(scenario.topology, database);
    if (!pool || !database.mirror || database.holds != Holds::content) continue;
    const double a_day = log_bytes_per_day(scenario, index_of(scenario.topology, *pool));
    if (a_day <= 0) continue;
    const double room = log_disk_of(scenario.topology, database.principal).count;
    page.add("working days until the log disk is full while the mirror is away", pool->name.str(), room / a_day, "days",
             "{} / {}", {room, a_day}, assumed);
  }
  for (const Database& database : scenario.topology.databases) {
    if (!database.log_shipping || !is_chat(database)) continue;
    const LogShipping& shipping = *database.log_shipping;
    const double backup = shipping.backup_interval.count();
    const double copy = shipping.copy_interval.count();
    const ChatPool* pool = pool_of(scenario.topology, database);
    if (!pool) continue;
    const double of_pool = posts * share_of(scenario, index_of(scenario.topology, *pool));
    const std::string part = std::string(holds_name(database.holds)) + " of " + pool->name.str();
    page.add("posts at risk when the site is lost and the share survives", part, backup * of_pool, "posts", "{} s × {}",
             {backup, of_pool}, "assumption O-7");
    page.add("posts at risk when the share is lost too", part, (backup + copy) * of_pool, "posts", "({} s + {} s) × {}",
             {backup, copy, of_pool}, "assumption O-7");
  }
}

}  // namespace poolcast::limits
