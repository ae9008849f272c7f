// The control plane of whole topologies: several pools, cuts, compliance, and operators whose times are no exponential ones.
#include "sim/analytic/control_plane.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "domain/random.hpp"
#include "sim/analytic/availability.hpp"

namespace poolcast::sim::analytic {
namespace {

using namespace std::chrono_literals;

constexpr double hour = 3'600;
constexpr double day = 86'400;
constexpr double year = 365 * day;

// A pool of two servers, a Front End server and a mirrored database with its witness, on the machines from `first` on.
PoolPlane pool_from(std::size_t first, double users) {
  PoolPlane pool;
  pool.users = users;
  pool.servers = {first, first + 1};
  pool.front_ends = {first + 2};
  pool.content = {.principal = first + 3, .mirror = first + 4, .witness = first + 5, .secondary = {}};
  return pool;
}
constexpr std::size_t machines_of_pool = 6;

ControlPlane one_pool() {
  ControlPlane plane;
  plane.machines = machines_of_pool;
  plane.pools = {pool_from(0, 1)};
  return plane;
}

Risk loss(std::vector<std::size_t> machines, double every_s, double for_s) {
  return {.label = "lose", .machines = std::move(machines), .failures_per_s = 1 / every_s, .repairs_per_s = 1 / for_s};
}

Risk cut(std::vector<std::size_t> one_side, std::vector<std::size_t> other_side, double every_s, double for_s) {
  Risk risk = loss(std::move(one_side), every_s, for_s);
  risk.is_cut = true;
  risk.away_from = std::move(other_side);
  return risk;
}

Availability availability(const ControlPlane& plane, double precision = 0.03) {
  AvailabilityOptions options;
  options.precision = precision;
  options.least_cycles = 10'000;
  return estimate_availability(plane, options);
}

double by(const Availability& found, Cause cause) { return found.by_cause[static_cast<std::size_t>(cause)].value; }

}  // namespace

TEST(BatchRatio, has_an_interval_that_holds_although_cycles_depend_on_each_other) {
  // Every cycle loses 1 or 0 as the one before did, and changes its mind in one of twenty.
  int missed = 0;
  constexpr std::uint64_t seeds = 200;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    RandomStream random(seed, 0, "test");
    BatchRatio ratio(1);
    double lost = 0;
    for (int cycle = 0; cycle < 20'000; ++cycle) {
      if (random.chance(0.05)) lost = 1 - lost;
      ratio.add({lost}, 2);
    }
    missed += std::abs(ratio.interval(0).value - 0.25) > ratio.interval(0).half_width ? 1 : 0;
  }
  EXPECT_LE(missed, 24);  // ten are expected
  EXPECT_GE(missed, 1);
}

TEST(BatchRatio, knows_nothing_before_a_batch_is_full) {
  BatchRatio ratio(1);
  EXPECT_EQ(ratio.interval(0).value, 0);
  ratio.add({1}, 4);
  EXPECT_EQ(ratio.interval(0).value, 0);
  for (int cycle = 1; cycle < 10; ++cycle) ratio.add({1}, 4);
  EXPECT_DOUBLE_EQ(ratio.interval(0).value, 0.25);
}

// The users of the one pool know nothing of what happens to the other's.
TEST(WholeTopology, of_two_equal_pools_is_as_available_as_each_of_them) {
  ControlPlane one = one_pool();
  one.risks = {loss({0, 1}, 100 * day, hour), loss({3}, 50 * day, hour)};
  ControlPlane two = one;
  two.machines *= 2;
  two.pools = {pool_from(0, 0.75), pool_from(machines_of_pool, 0.25)};
  two.risks.push_back(loss({6, 7}, 100 * day, hour));
  two.risks.push_back(loss({9}, 50 * day, hour));
  const Availability alone = availability(one);
  const Availability both = availability(two);
  EXPECT_NEAR(both.unavailable.value / alone.unavailable.value, 1, 0.08);
  ASSERT_EQ(both.by_pool.size(), 2U);
  EXPECT_NEAR(both.by_pool[0].value / both.by_pool[1].value, 1, 0.1);
  EXPECT_NEAR(0.75 * both.by_pool[0].value + 0.25 * both.by_pool[1].value, both.unavailable.value, 1e-9);
}

TEST(WholeTopology, counts_a_pool_by_its_users) {
  ControlPlane plane = one_pool();
  plane.machines *= 2;
  plane.pools = {pool_from(0, 0.9), pool_from(machines_of_pool, 0.1)};
  plane.risks = {loss({6, 7}, 100 * day, day)};
  const Availability found = availability(plane);
  EXPECT_NEAR(found.unavailable.value, 0.1 * found.by_pool[1].value, 1e-12);
  EXPECT_EQ(found.by_pool[0].value, 0);
}

TEST(Compliance, is_a_row_of_its_own_and_takes_nothing_from_users) {
  ControlPlane plane = one_pool();
  plane.machines += 3;
  plane.pools.front().compliance = DatabasePlane{.principal = 6, .mirror = 7, .witness = 8, .secondary = {}};
  const MachineLife life{Seconds{60 * day}, 6h};
  for (const std::size_t machine : {6U, 7U, 8U}) plane.risks.push_back(loss({machine}, 60 * day, 6 * hour));
  std::vector<double>& decision = plane.pools.front().operators.decision;  // an exponential one, as the chain has it
  decision.clear();
  for (int share = 0; share < 1'000; ++share) decision.push_back(-43 * 60 * std::log1p(-(share + 0.5) / 1'000));
  AvailabilityOptions options;
  options.least_cycles = options.most_cycles = 30'000;
  const Availability found = estimate_availability(plane, options);
  EXPECT_EQ(found.unavailable.value, 0);
  const MirroredDatabase database{
      life, life, true, plane.pools.front().compliance->detection + plane.opening, plane.resynchronise, 43min};
  ASSERT_TRUE(found.compliance.has_value());
  EXPECT_NEAR(found.compliance->value / (1 - available(database)), 1, 0.1);
}

TEST(Cut, of_the_database_from_the_servers_takes_users_away_as_long_as_it_lasts) {
  ControlPlane plane = one_pool();
  plane.risks = {cut({0, 1, 2}, {3, 4, 5}, 100 * day, day)};
  const Availability found = availability(plane);
  EXPECT_NEAR(by(found, Cause::network), 1.0 / 101, 1e-4);
  EXPECT_NEAR(found.unavailable.value, by(found, Cause::network), 1e-12);
}

// Until the time-out the isolated principal is taken to serve, whose commits hang; then the other partner opens.
TEST(Cut, of_the_principal_from_mirror_and_witness_is_over_when_the_mirror_has_opened) {
  ControlPlane plane = one_pool();
  plane.risks = {cut({3}, {4, 5}, 1000 * day, 600), cut({4}, {3, 5}, 1000 * day, 600)};
  // One of the two cuts concerns whoever is principal; the other one the mirror, without which it goes on.
  EXPECT_NEAR(availability(plane).unavailable.value * 1000 * day / plane.opening.count(), 1, 0.1);
}

// The rest of the pool serves them; clients notice a cut as late as a machine that fell silent.
TEST(Cut, of_one_server_from_the_front_ends_makes_its_users_sign_in_anew) {
  ControlPlane plane = one_pool();
  plane.pools.front().surges = {.of_all_s = 0, .of_some_s = {{}, {0}, {0, 100}}, .unnoticed_s = 45};
  plane.risks = {cut({0}, {2}, 100 * day, day)};
  const Availability found = availability(plane);
  EXPECT_NEAR(by(found, Cause::reconnect) * 101 * day, 100 + 45.0 / 2, 1);
  EXPECT_NEAR(found.unavailable.value, by(found, Cause::reconnect), 1e-12);
}

TEST(Cut, of_one_server_from_the_database_takes_its_users_away_and_no_others) {
  ControlPlane plane = one_pool();
  plane.risks = {cut({0}, {3, 4, 5}, 100 * day, day)};
  EXPECT_NEAR(availability(plane).unavailable.value, 0.5 / 101, 1e-4);
}

TEST(Cut, that_covers_another_ends_with_the_later_one) {
  ControlPlane plane = one_pool();
  plane.risks = {cut({0, 1}, {2}, 10 * day, 5 * day), cut({0, 1}, {2, 3}, 10 * day, 5 * day)};
  const double either = 1 - std::pow(10.0 / 15, 2);
  EXPECT_NEAR(availability(plane).unavailable.value, either, 0.03);
}

// An exponential time would be 0.6 h and not 0.78 h here.
TEST(Operators, take_the_time_that_they_take_and_not_an_exponential_one) {
  ControlPlane plane = one_pool();
  plane.machines += 1;
  plane.pools.front().other_front_ends = {6};
  plane.pools.front().operators.decision = {0.5 * hour};
  plane.pools.front().operators.front_end_failover = {0.5 * hour};
  plane.risks = {loss({2}, 100 * day, 1.5 * hour)};
  const double away = 1.5 * hour * (1 - std::exp(-1 / 1.5));  // the repair or an hour, whichever is first
  EXPECT_NEAR(by(availability(plane, 0.01), Cause::front_end) * (100 * day + 1.5 * hour) / away, 1, 0.02);
}

TEST(Operators, who_draw_from_two_times_take_the_mean_of_what_comes_of_each) {
  ControlPlane plane = one_pool();
  plane.machines += 1;
  plane.pools.front().other_front_ends = {6};
  plane.pools.front().operators.decision = {0.25 * hour, 4 * hour};
  plane.pools.front().operators.front_end_failover = {1};
  plane.risks = {loss({2}, 100 * day, hour)};
  const auto until = [](double decision) { return hour * (1 - std::exp(-decision / hour)); };
  const double away = (until(0.25 * hour) + until(4 * hour)) / 2;
  EXPECT_NEAR(by(availability(plane, 0.01), Cause::front_end) * (100 * day + hour) / away, 1, 0.02);
}

// Two sites, a pool at home in each, whose database and users operators fail over to the other one.
TEST(WholeTopology, loses_a_site_and_serves_its_users_from_the_other_until_it_is_back) {
  ControlPlane plane = one_pool();
  plane.machines = 2 * machines_of_pool + 4;
  plane.pools = {pool_from(0, 0.5), pool_from(machines_of_pool, 0.5)};
  plane.pools[0].other_front_ends = plane.pools[1].front_ends;
  plane.pools[1].other_front_ends = plane.pools[0].front_ends;
  plane.pools[0].content.secondary = 12;  // in the other site, with a standby server
  plane.pools[0].standby = {13};
  plane.pools[1].content.secondary = 14;
  plane.pools[1].standby = {15};
  Risk north = loss({0, 1, 2, 3, 4, 5, 14, 15}, 10 * year, 20 * day);
  Risk south = loss({6, 7, 8, 9, 10, 11, 12, 13}, 10 * year, 20 * day);
  north.is_site = south.is_site = true;
  plane.risks = {north, south};
  const Availability found = availability(plane, 0.06);
  const double away = plane.pools.front().operators.failover.front() + plane.pools.front().operators.failback.front();
  EXPECT_NEAR(by(found, Cause::runbook) * (10 * year + 20 * day) / away, 1, 0.1);
  // Nobody can fail over while the other site is lost as well.
  const double both = std::pow(20 * day / (10 * year + 20 * day), 2);
  EXPECT_NEAR(by(found, Cause::site) / both, 1, 0.2);
}

// A rack with a partner and one of two servers: nobody signs in until the mirror has opened, and half of the users do then.
TEST(Reconnect, of_the_users_of_a_server_that_was_lost_with_the_database_begins_when_it_opens) {
  ControlPlane plane = one_pool();
  plane.pools.front().surges = {.of_all_s = 0, .of_some_s = {{}, {0}, {0, 100}}, .unnoticed_s = 45};
  plane.pools.front().content.detection = 4s;
  plane.opening = 1s;
  plane.risks = {loss({0, 3}, year, day), loss({0, 4}, year, day)};
  const double silent = by(availability(plane, 0.01), Cause::reconnect) * year;
  for (Risk& risk : plane.risks) risk.resets = true;
  const double reset = by(availability(plane, 0.01), Cause::reconnect) * year;
  EXPECT_NEAR(reset / (2 * 100), 1, 0.02);
  // With the principal, 5 s have passed until the mirror has opened; with the mirror, nobody waits for the database.
  EXPECT_NEAR((silent - reset) / (45.0 / 2 + (45.0 - 5) / 2), 1, 0.05);
}

// Its principal is lost: operators force the mirror, with or without full safety, as long as there is no witness.
TEST(HighPerformance, waits_for_operators_who_force_the_mirror) {
  ControlPlane plane = one_pool();
  plane.pools.front().content = {.principal = 3, .mirror = 4, .witness = {}, .secondary = {}, .full_safety = false};
  plane.pools.front().operators.decision = {1'800};
  for (const std::size_t machine : {3U, 4U}) plane.risks.push_back(loss({machine}, year, 8 * hour));
  const double forced = availability(plane).unavailable.value;
  // Until the repair or half an hour after the time-out, whichever is first; one principal at a time.
  const double away = 8 * hour * (1 - std::exp(-1'800.0 / (8 * hour)));
  EXPECT_NEAR(forced * year / away, 1, 0.05);
  plane.pools.front().content.full_safety = true;
  EXPECT_NEAR(availability(plane).unavailable.value / forced, 1, 0.05);
}

// The cluster votes, and cannot be lost.
TEST(AlwaysOn, fails_over_by_itself_like_a_mirror_whose_witness_is_never_lost) {
  ControlPlane plane = one_pool();
  plane.pools.front().content = {.principal = 3, .mirror = 4, .witness = {}, .secondary = {}, .full_safety = true};
  plane.pools.front().content.has_cluster = true;
  for (const std::size_t machine : {3U, 4U}) plane.risks.push_back(loss({machine}, year, 8 * hour));
  const double group = availability(plane).unavailable.value;
  plane.pools.front().content.has_cluster = false;
  plane.pools.front().content.witness = 5;
  EXPECT_NEAR(group / availability(plane).unavailable.value, 1, 0.05);
  EXPECT_LT(group * year, 60);  // a failover of 13.5 s, and both at once
}

TEST(Cut, with_nobody_on_the_other_side_separates_nothing) {
  ControlPlane plane = one_pool();
  plane.risks = {cut({0, 1, 2, 3, 4, 5}, {}, 100 * day, day)};
  EXPECT_EQ(availability(plane).unavailable.value, 0);
}

// Twelve machines that are hardly ever all up: a cycle takes millions of failures.
TEST(WholeTopology, weighs_its_cycles_so_that_their_likelihood_ratios_have_a_mean_of_one) {
  ControlPlane plane = one_pool();
  for (std::size_t machine = 0; machine < plane.machines; ++machine) plane.risks.push_back(loss({machine}, year, hour));
  const Availability found = availability(plane);
  EXPECT_GT(found.likelihood_ratio.half_width, 0);
  EXPECT_NEAR(found.likelihood_ratio.value, 1, 2 * found.likelihood_ratio.half_width);
  AvailabilityOptions plain;
  plain.biased = false;
  plain.least_cycles = plain.most_cycles = 1'000;
  EXPECT_EQ(estimate_availability(plane, plain).likelihood_ratio.value, 1);
}

TEST(WholeTopology, that_is_never_well_ends_without_the_precision) {
  ControlPlane plane;
  plane.machines = 2 * machines_of_pool;
  plane.pools = {pool_from(0, 0.5), pool_from(machines_of_pool, 0.5)};
  for (std::size_t machine = 0; machine < plane.machines; ++machine) plane.risks.push_back(loss({machine}, day, 10 * day));
  EXPECT_NEAR(well_share(plane) / std::pow(1 / 11.0, 12), 1, 1e-9);
  EXPECT_LT(well_share(plane), least_well_share);
  AvailabilityOptions options;
  options.most_moves = 100'000;
  const Availability found = estimate_availability(plane, options);
  EXPECT_FALSE(found.precise);
  EXPECT_FALSE(found.interrupted);
  EXPECT_EQ(found.cycles, 0U);
}

TEST(WholeTopology, that_is_never_well_is_given_up_when_a_stop_is_wished) {
  ControlPlane plane = one_pool();
  for (std::size_t machine = 0; machine < plane.machines; ++machine) plane.risks.push_back(loss({machine}, 1, 1'000 * day));
  AvailabilityOptions options;
  options.stop_wished = [] { return true; };
  EXPECT_TRUE(estimate_availability(plane, options).interrupted);
}

}  // namespace poolcast::sim::analytic
