// The formulas against the simulation: the same scenario, the same metric at the same place. Tolerances are those that
// docs/methods.md states.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "domain/day_curve.hpp"
#include "domain/io/scenario_file.hpp"
#include "domain/report.hpp"
#include "sim/analytic/methods.hpp"
#include "sim/analytic/sensitivity.hpp"
#include "sim/analytic/storm_pool.hpp"
#include "sim/replications.hpp"

namespace poolcast::sim::analytic {
namespace {

Scenario load(const std::string& name, std::vector<std::string> changes) {
  return io::load_scenario(name, {.library = {POOLCAST_SCENARIOS}, .overrides = std::move(changes)}).scenario;
}

std::vector<ReplicationResult> simulated(const Scenario& scenario, Count replications) {
  ReplicationOptions options;
  options.run.window = fitting_window(scenario.horizon);
  options.replications = replications;
  return run_replications(scenario, options, run).results;
}

std::vector<std::string> figures_of(const ReportRow& row) {
  switch (row_of(row.metric).kind) {
    case MetricKind::latency:
      return {"mean", "p50", "p95"};
    case MetricKind::count:
      return {"count"};
    default:
      return {"mean"};
  }
}

const std::optional<Figure>& figure(const ReportRow& row, const std::string& name) {
  return name == "mean" ? row.mean : name == "p50" ? row.p50 : name == "p95" ? row.p95 : row.count;
}

// How far each figure of the formulas lies outside the interval of the simulation, as a share of the simulation's figure.
struct Compared {
  std::size_t figures = 0;
  std::size_t inside = 0;
  std::map<std::string, double> outside;
};
Compared compare(const Report& sim, const Report& formula) {
  Compared compared;
  for (const ReportRow& theirs : formula.rows) {
    if (!theirs.whole_run) continue;
    const auto ours = std::ranges::find_if(sim.rows, [&](const ReportRow& row) {
      return row.whole_run && row.metric == theirs.metric && row.place == theirs.place;
    });
    if (ours == sim.rows.end())
      ADD_FAILURE() << "the simulation has no " << row_of(theirs.metric).name << ' ' << theirs.place.node;
    if (ours == sim.rows.end()) continue;
    for (const std::string& name : figures_of(theirs)) {
      const auto& simulated = figure(*ours, name);
      const auto& computed = figure(theirs, name);
      if (!simulated || !simulated->low || !computed || simulated->value == 0) continue;
      ++compared.figures;
      const double above = computed->value - *simulated->high;
      const double below = *simulated->low - computed->value;
      const double outside = std::max({0.0, above, below}) / std::abs(simulated->value);
      compared.inside += outside == 0 ? 1 : 0;
      compared.outside[std::string(row_of(theirs.metric).name) + ' ' + theirs.place.node + ' ' + theirs.place.part + ' ' + name] =
          outside;
    }
  }
  return compared;
}

Report report_of_steady_state(const Scenario& scenario) {
  EXPECT_TRUE(steady_state_refusals(scenario).empty());
  return make_report(scenario, {steady_state(scenario, fitting_window(scenario.horizon))});
}

void expect_agreement(const Scenario& scenario, double tolerance, double share_inside) {
  const Compared compared = compare(make_report(scenario, simulated(scenario, 12)), report_of_steady_state(scenario));
  EXPECT_GT(compared.figures, 30U);
  EXPECT_GE(static_cast<double>(compared.inside), share_inside * static_cast<double>(compared.figures));
  for (const auto& [name, outside] : compared.outside) EXPECT_LE(outside, name.starts_with("roster") ? 0.3 : tolerance) << name;
}

}  // namespace

TEST(Agreement, of_the_steady_state_with_one_small_server_is_within_its_intervals_and_three_per_cent) {
  expect_agreement(load("one-server-small", {}), 0.03, 0.7);
}

TEST(Agreement, of_the_steady_state_with_the_smoke_scenario_at_rest_is_within_its_intervals_and_five_per_cent) {
  expect_agreement(load("smoke", {"faults=[]", "objectives=[]", "horizon=10min"}), 0.05, 0.7);
}

// 20,000 displaced users through a gate of 10 a second: one replication, as they hardly differ.
TEST(Agreement, of_the_fluid_model_with_the_loss_of_one_of_four_servers_is_within_two_per_cent) {
  const Scenario scenario = load("lose-one-of-four", {});
  ASSERT_TRUE(storm_refusals(scenario).empty());
  const auto sim = make_report(scenario, simulated(scenario, 1));
  const auto fluid = make_report(scenario, {storm(scenario, fitting_window(scenario.horizon))});
  ASSERT_EQ(sim.users_back.size(), 1U);
  ASSERT_EQ(fluid.users_back.size(), 1U);
  EXPECT_EQ(fluid.users_back.front().after, "lose chat-2");
  EXPECT_NEAR(*fluid.users_back.front().t50 / *sim.users_back.front().t50, 1, 0.01);
  EXPECT_NEAR(*fluid.users_back.front().t95 / *sim.users_back.front().t95, 1, 0.01);
  EXPECT_NEAR(*fluid.users_back.front().t100 / *sim.users_back.front().t100, 1, 0.02);
  for (const ReportRow& theirs : fluid.rows)
    for (const ReportRow& ours : sim.rows) {
      if (ours.metric != theirs.metric || ours.place != theirs.place || !ours.whole_run || !theirs.whole_run) continue;
      if (theirs.metric == Metric::users_back || !theirs.mean || !ours.mean || ours.mean->value == 0) continue;
      EXPECT_NEAR(theirs.mean->value / ours.mean->value, 1, 0.05) << row_of(ours.metric).name << ' ' << ours.place.node;
    }
}

TEST(Agreement, of_the_fluid_model_with_a_silent_loss_and_other_clients_is_within_three_per_cent) {
  const Scenario scenario = load(
      "smoke", {"workload.users=4000", "faults=[{at: 20s, lose: chat-3, kind: silent}]", "horizon=15min", "costs.join_rate=5/s",
                "workload.restarts_per_user=1/h", "workload.client.backoff=5s..40s", "objectives=[]"});
  const auto sim = make_report(scenario, simulated(scenario, 4));
  const auto fluid = make_report(scenario, {storm(scenario, fitting_window(scenario.horizon))});
  ASSERT_EQ(fluid.users_back.size(), 1U);
  double t50 = 0, t95 = 0;
  for (const UsersBack& back : sim.users_back) t50 += back.t50.value_or(0) / 4, t95 += back.t95.value_or(0) / 4;
  EXPECT_NEAR(fluid.users_back.front().t50.value_or(0) / t50, 1, 0.03);
  EXPECT_NEAR(fluid.users_back.front().t95.value_or(0) / t95, 1, 0.03);
}

TEST(Agreement, of_the_fluid_model_with_a_morning_s_sign_ins_is_within_three_per_cent) {
  const Scenario scenario = load("morning-sign-in", {"workload.users=20_000", "workload.sign_in_window=30min", "horizon=1h"});
  const auto sim = make_report(scenario, simulated(scenario, 1));
  const auto fluid = make_report(scenario, {storm(scenario, fitting_window(scenario.horizon))});
  const auto find = [](const Report& report, Metric metric) {
    return std::ranges::find_if(report.rows, [&](const ReportRow& row) {
      return row.whole_run && row.metric == metric && row.place.node.empty() && row.place.pool == "chat";
    });
  };
  for (const Metric metric : {Metric::users_connected, Metric::users_waiting, Metric::user_minutes_lost})
    EXPECT_NEAR(find(fluid, metric)->mean->value / find(sim, metric)->mean->value, 1, 0.03) << row_of(metric).name;
}

TEST(Refusal, of_the_steady_state_names_the_assumption_and_a_way_out) {
  const auto broken = steady_state_refusals(load("lose-one-of-four", {}));
  ASSERT_EQ(broken.size(), 1U);
  EXPECT_EQ(broken.front().key, "faults[0]");
  EXPECT_NE(broken.front().message.find("assume that nothing breaks"), std::string::npos);
  EXPECT_NE(broken.front().hint.find("--method fluid"), std::string::npos);
  EXPECT_EQ(steady_state_refusals(load("morning-sign-in", {})).front().key, "workload.sign_in_window");
  const auto busy = steady_state_refusals(load("one-server-small", {"workload.users=40000", "workload.reference_users=500"}));
  ASSERT_FALSE(busy.empty());
  EXPECT_EQ(busy.front().key, "workload.users");
  EXPECT_NE(busy.front().message.find("keeps up"), std::string::npos) << busy.front().message;
  const auto workers = steady_state_refusals(load("one-server-small", {"costs.workers=1", "costs.log_flush=200ms"}));
  ASSERT_EQ(workers.size(), 1U);
  EXPECT_EQ(workers.front().key, "costs.workers");
}

TEST(SteadyState, says_nothing_of_the_largest_value_of_a_level) {
  const Report report = report_of_steady_state(load("smoke", {"faults=[]", "objectives=[]"}));
  std::size_t levels = 0;
  for (const ReportRow& row : report.rows) {
    if (row_of(row.metric).kind != MetricKind::level) continue;
    ++levels;
    EXPECT_TRUE(row.mean.has_value()) << row_of(row.metric).name;
    EXPECT_FALSE(row.max.has_value()) << row_of(row.metric).name;
  }
  EXPECT_GT(levels, 0U);
}

TEST(SteadyState, counts_the_keep_alives_of_clients) {
  const auto busy = [](const std::vector<std::string>& set) {
    std::vector<std::string> all{"faults=[]", "objectives=[]", "costs.keep_alive_cpu=1ms"};
    all.insert(all.end(), set.begin(), set.end());
    const Report report = report_of_steady_state(load("smoke", all));
    const auto row = std::ranges::find_if(report.rows, [](const ReportRow& each) {
      return each.whole_run && each.metric == Metric::utilisation && each.place.pool == "front";
    });
    return row->mean->value;
  };
  // 600 endpoints / 30 s × 1 ms on 12 cores, less the few users who are on their way
  EXPECT_NEAR(busy({"workload.client.keep_alive=30s"}) - busy({}), 600 / 30.0 * 0.001 / 12, 2e-5);
}

TEST(Refusal, of_a_day_says_who_plays_it) {
  const Scenario scenario = load("working-day", {"faults=[]"});
  ASSERT_EQ(steady_state_refusals(scenario).size(), 1U);
  EXPECT_EQ(steady_state_refusals(scenario).front().key, "workload.day_curve");
  ASSERT_EQ(storm_refusals(scenario).size(), 1U);
  EXPECT_EQ(storm_refusals(scenario).front().key, "workload.day_curve");
}

TEST(Refusal, of_the_fluid_model_names_what_it_does_not_follow) {
  const auto slow = storm_refusals(load("lose-one-of-four", {"faults=[{at: 20min, slow: chat-2}]", "objectives=[]"}));
  ASSERT_EQ(slow.size(), 1U);
  EXPECT_NE(slow.front().message.find("slow chat-2"), std::string::npos);
  const auto random = storm_refusals(
      load("lose-one-of-four", {"faults=[{at: 0s, lose: chat-2, about_every: 20min, for_about: 1min}]", "objectives=[]"}));
  EXPECT_EQ(random.size(), 1U);
  // Without a gate everybody stands before the servers at once.
  const auto gateless = storm_refusals(load("lose-one-of-four", {"costs.join_rate=0/s"}));
  ASSERT_EQ(gateless.size(), 1U);
  EXPECT_NE(gateless.front().message.find("cores"), std::string::npos);
}

// The loss of the first site takes its Front Ends, too: operators bring users back through the other site's within hours.
TEST(Availability, of_a_stretched_pool_does_not_wait_for_the_repair_of_a_site) {
  const ControlPlane plane = control_plane_of(
      load("years-of-chance", {"topology=stretched-low-bandwidth", "workload.users=8000",
                               "faults=[{at: 0s, lose: north, kind: silent, about_every: 1825day, for_about: 20day}]"}));
  EXPECT_EQ(plane.pools.front().other_front_ends.size(), plane.pools.front().front_ends.size());
  EXPECT_FALSE(plane.risks.front().resets);
  AvailabilityOptions options;
  options.least_cycles = 5'000;
  const double away_s = estimate_availability(plane, options).unavailable.value * 1845 * 86'400;
  EXPECT_LT(away_s, 10 * 3600);
}

// One definition of a mirror for the simulator and for this, in every mode.
TEST(Availability, of_a_database_knows_its_mirror_in_every_mode) {
  const auto content = [](const std::string& rest) {
    const std::string databases = "topology.databases=[{holds: content, principal: sql-1, mirror: sql-2, " + rest +
                                  "}, {holds: compliance, principal: sql-3, mirror: sql-4, witness: sql-w, mode: high-safety}]";
    return control_plane_of(load("years-of-chance", {databases, "workload.users=400"})).pools.front().content;
  };
  const DatabasePlane safe = content("mode: high-safety, partner_timeout: 20s");
  EXPECT_TRUE(safe.mirror && safe.full_safety && !safe.has_cluster);
  EXPECT_EQ(safe.detection, Seconds{20.5});
  const DatabasePlane quick = content("mode: high-performance, partner_timeout: 20s");
  EXPECT_TRUE(quick.mirror && !quick.full_safety && !quick.has_cluster);
  EXPECT_EQ(quick.detection, Seconds{10.5});  // the time-out is fixed there
  const DatabasePlane group = content("mode: always-on");
  EXPECT_TRUE(group.mirror && group.full_safety && group.has_cluster);
  EXPECT_FALSE(content("mode: none").mirror);
}

TEST(Sensitivity, leaves_an_end_out_that_cannot_be_played_and_says_which_are_precise) {
  const Scenario scenario =
      load("years-of-chance", {"workload.users=400",
                               "faults=[{at: 0s, lose: sql-w, about_every: {value: 365day, low: 1min, high: "
                               "3650day}, for_about: 8h}]"});
  const ControlPlane plane = control_plane_of(scenario);
  AvailabilityOptions options;
  options.least_cycles = 1'000;
  const std::vector<Swing> swings = sensitivity(scenario, plane, options);
  ASSERT_EQ(swings.size(), 2U);
  EXPECT_EQ(swings.front().key, "about_every");
  EXPECT_FALSE(swings.front().low.unavailable || swings.front().low.precise);
  EXPECT_TRUE(swings.front().high.unavailable && swings.front().high.precise);
  options.most_cycles = 500;
  EXPECT_FALSE(sensitivity(scenario, plane, options).front().high.precise);
  options.stop_wished = [] { return true; };
  EXPECT_FALSE(sensitivity(scenario, plane, options).front().high.unavailable);
}

TEST(Refusal, of_availability_says_so_where_hardly_ever_everything_is_well) {
  const auto refusals = [](const std::string& rates) {
    std::string faults;
    for (const std::string_view machine : {"chat-1", "chat-2", "chat-3", "chat-4", "sql-1", "sql-2"})
      faults += (faults.empty() ? "" : ", ") + ("{at: 0s, lose: " + std::string(machine)) + ", " + rates + "}";
    return availability_refusals(load("years-of-chance", {"faults=[" + faults + "]"}));
  };
  EXPECT_TRUE(refusals("about_every: 5day, for_about: 5day").empty());  // 1.6 %
  const std::vector<Inconsistency> found = refusals("about_every: 1day, for_about: 2day");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().key, "faults");
  EXPECT_EQ(found.front().message,
            "everything is well for 0.14 % of the time, with these rates; availability begins anew whenever it is, and needs at "
            "least 1 %");
  EXPECT_NE(found.front().hint.find("`poolcast run`"), std::string::npos);
}

TEST(Refusal, of_availability_names_the_failover_cluster_that_it_cannot_work_out) {
  const auto found =
      availability_refusals(load("clustered-database", {"faults=[{at: 0s, lose: sql-1, about_every: 30day, for_about: 1h}]"}));
  ASSERT_EQ(found.size(), 2U);  // one for the content, one for compliance
  EXPECT_EQ(found.front().key, "topology.sql_instances[0].cluster");
  EXPECT_NE(found.front().message.find("`sql-content`"), std::string::npos);
}

namespace {

// Half a year of a small pool whose parts fail every few days: nobody posts or opens rooms, so that only losses and sign-ins
// cost events, and the gate admits as few as keep the storms of 200 users as long as those of many.
Scenario half_a_year(const std::string& faults, const std::string& restarts) {
  return load("years-of-chance",
              {"horizon=183day", "warm_up=0s", "objectives=[]", "costs.join_rate=0.1/s", "workload.users=200",
               "workload.reference_users=10_000_000", "workload.room_opens_per_user=0/h", "workload.searches_per_user=0/h",
               "workload.restarts_per_user=" + restarts, "faults=" + faults});
}

// Share of the users' time that they were not signed in, and of the time that each database was away.
struct Lost {
  double users = 0, content = 0, compliance = 0;
};
Lost lost(const Scenario& scenario, Count replications) {
  Lost found;
  for (const ReportRow& row : make_report(scenario, simulated(scenario, replications)).rows) {
    if (!row.whole_run || !row.mean) continue;
    if (row.metric == Metric::user_minutes_lost)
      found.users = row.mean->value * 60 / (static_cast<double>(scenario.workload.users) * scenario.horizon.count());
    if (row.metric == Metric::database_available)
      (row.place.part == "content" ? found.content : found.compliance) = 1 - row.mean->value;
  }
  return found;
}

Availability availability(const Scenario& scenario) {
  AvailabilityOptions options;
  options.precision = 0.02;
  options.least_cycles = 20'000;
  return estimate_availability(control_plane_of(scenario), options);
}

double by(const Availability& found, Cause cause) { return found.by_cause[static_cast<std::size_t>(cause)].value; }

std::string at_random(const std::string& lost, const std::string& every, const std::string& repair, const std::string& kind) {
  return "{at: 0s, lose: " + lost + ", about_every: " + every + ", for_about: " + repair + ", kind: " + kind + "},";
}

}  // namespace

// Two years of simulated time in which the site, the Front End pool and the databases fail some hundred times.
TEST(Availability, agrees_with_the_full_simulation_where_failures_are_many) {
  const Scenario scenario =
      half_a_year("[" + at_random("sql-1", "2day", "1h", "silent") + at_random("sql-2", "2day", "1h", "silent") +
                      at_random("sql-w", "2day", "1h", "silent") + at_random("front", "2day", "10min", "reset") +
                      at_random("north", "4day", "20min", "reset") + "]",
                  "0/h");
  const Lost played = lost(scenario, 4);
  const Availability found = availability(scenario);
  const double signed_out = found.unavailable.value - by(found, Cause::database);
  EXPECT_NEAR(signed_out / played.users, 1, 0.15);
  EXPECT_NEAR((by(found, Cause::site) + by(found, Cause::database)) / played.content, 1, 0.25);
  EXPECT_NEAR(found.compliance.value_or(Interval{}).value / played.compliance, 1, 0.35);  // a hundred losses of the site
}

// Users who restart now and then find their way back to a server that returned; what that costs them is taken off. If they did
// not, the servers would not be equally full when the next one is lost, and the loss twice as long.
TEST(Availability, agrees_with_the_full_simulation_on_losses_of_chat_servers) {
  std::string faults = "[";
  for (const char* server : {"chat-1", "chat-2", "chat-3", "chat-4"}) faults += at_random(server, "10day", "20min", "reset");
  const Scenario scenario = half_a_year(faults + "]", "0.1/h");
  const double played = lost(scenario, 2).users - lost(half_a_year("[]", "0.1/h"), 1).users;
  EXPECT_NEAR(by(availability(scenario), Cause::reconnect) / played, 1, 0.2);
}

// A loss on each of 24 days, an hour later every day: at night it costs nothing and at noon most, with the square of who is
// there. In the morning those who come take a tenth of the gate.
TEST(Availability, agrees_with_the_full_simulation_on_losses_at_every_hour_of_a_day) {
  const auto days = [](const std::string& faults) {
    Scenario scenario = half_a_year(faults, "0.1/h");
    scenario.horizon = Seconds{24 * day_s};
    scenario.workload.users = 400;
    scenario.costs.join_rate.value.per_s = 0.2;
    scenario.workload.day_curve = {
        {Seconds{6 * 3600}, Share{0}, 1}, {Seconds{12 * 3600}, Share{1}, 1}, {Seconds{18 * 3600}, Share{0}, 1}};
    return scenario;
  };
  std::string every_hour = "[", at_all_hours = "[";
  for (int day = 0; day < 24; ++day)
    every_hour += "{at: " + std::to_string(25 * day) + ".5h, lose: chat-" + std::to_string(1 + day % 4) + ", for: 20min},";
  for (const char* server : {"chat-1", "chat-2", "chat-3", "chat-4"})
    at_all_hours += at_random(server, "100day", "20min", "reset");
  const Scenario lossy = days(every_hour + "]"), random = days(at_all_hours + "]");
  const double wanted = DayLoads(lossy.workload).wanted();
  EXPECT_NEAR(wanted, 0.25, 1e-9);
  const double away_s = (lost(lossy, 1).users - lost(days("[]"), 1).users) * lossy.horizon.count() / 24 / wanted;
  EXPECT_NEAR(by(availability(random), Cause::reconnect) * 25 * day_s / away_s, 1, 0.08);
}

// Nobody is displaced there, and its gate is no number.
TEST(Availability, of_a_pool_without_users_is_a_number_with_a_day_curve) {
  Scenario scenario = load("five-nines", {"topology.chat_pools[0].users=100%", "topology.chat_pools[1].users=0%"});
  scenario.workload.day_curve = {
      {Seconds{6 * 3600}, Share{0}, 1}, {Seconds{12 * 3600}, Share{1}, 1}, {Seconds{18 * 3600}, Share{0}, 1}};
  std::vector<Surge> surges;
  for (const std::size_t pool : {0U, 1U}) surges.push_back({pool, 4, 3, {{{1, 1}, pool == 0 ? 250.0 : 0.0, {}}}});
  const ControlPlane plane = control_plane_of(scenario, surges);
  EXPECT_GT(plane.pools[0].surges.of_some_s[4][3], 100);
  EXPECT_EQ(plane.pools[1].surges.of_some_s[4][3], 0);
}

// What a loss costs, by how many servers survive, is the fluid model's; the full simulation plays it.
TEST(Surges, agree_with_the_full_simulation_whoever_survives) {
  for (const int gone : {1, 2, 3}) {
    std::string names;
    for (int server = 1; server <= gone; ++server) names += "chat-" + std::to_string(server) + ",";
    const auto played = [&](const std::string& faults) {
      const Scenario scenario = load("lose-one-of-four", {"workload.users=2000", "costs.join_rate=0.25/s", "horizon=4h",
                                                          "warm_up=0s", "objectives=[]", "faults=" + faults});
      return lost(scenario, 1).users * scenario.horizon.count();
    };
    const double away_s = played("[{at: 1min, lose: [" + names + "]}]") - played("[]");
    const Scenario scenario = load("lose-one-of-four", {"workload.users=2000", "costs.join_rate=0.25/s"});
    const double fluid_s = fluid_surge(pool_loads(scenario).front(), 4, static_cast<std::size_t>(4 - gone)).away_s;
    EXPECT_NEAR(fluid_s / away_s, 1, 0.05) << gone;
  }
}

// As in a simulation, the loss of a pool is one loss, whatever its standbys.
TEST(Storm, of_a_whole_pool_is_one_loss_of_all_its_users) {
  const Scenario scenario =
      load("years-of-chance", {"faults=[{at: 10s, lose: chat, for: 30s}]", "horizon=1min", "topology=stretched-low-bandwidth"});
  const ReplicationResult result = storm(scenario, Seconds{60});
  std::vector<std::string> losses;
  for (const ReportRow& row : make_report(scenario, {result}, {}).rows)
    if (row.metric == Metric::users_back && std::ranges::find(losses, row.place.part) == losses.end())
      losses.push_back(row.place.part);
  EXPECT_EQ(losses, std::vector<std::string>{"lose chat"});
}

}  // namespace poolcast::sim::analytic
