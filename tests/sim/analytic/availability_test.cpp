// The Markov model of availability against closed forms, and the control plane's Monte Carlo against the Markov model.
#include "sim/analytic/availability.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <utility>

#include "sim/analytic/control_plane.hpp"

namespace poolcast::sim::analytic {
namespace {

using namespace std::chrono_literals;

constexpr double day = 86'400;
constexpr double year = 365 * day;

// What an exponential time of this mean is: its quantiles in the middle of as many equal shares.
std::vector<double> exponential(double mean) {
  std::vector<double> times;
  constexpr int shares = 2'000;
  for (int share = 0; share < shares; ++share) times.push_back(-mean * std::log1p(-(share + 0.5) / shares));
  return times;
}

// Chat servers 0 … n-1; principal, mirror and witness after them.
ControlPlane plane_with(std::size_t servers, bool has_mirror, bool has_witness) {
  ControlPlane plane;
  plane.machines = servers + 3;
  plane.pools.emplace_back();
  PoolPlane& pool = plane.pools.front();
  for (std::size_t server = 0; server < servers; ++server) pool.servers.push_back(server);
  pool.content.principal = servers;
  if (has_mirror) pool.content.mirror = servers + 1;
  if (has_witness) pool.content.witness = servers + 2;
  plane.pools.front().operators.decision = exponential(43 * 60);  // as the chain has it
  return plane;
}

Risk risk(std::size_t machine, const MachineLife& life) {
  return {"lose", {machine}, 1 / life.between_failures.count(), 1 / life.repair.count(), false};
}

Interval unavailable(const ControlPlane& plane, double precision, bool biased = true) {
  AvailabilityOptions options;
  options.precision = precision;
  options.least_cycles = 10'000;
  options.biased = biased;
  return estimate_availability(plane, options).unavailable;
}

double unavailable_by_chain(const MirroredDatabase& database) { return 1 - available(database); }

MirroredDatabase database_of(const ControlPlane& plane, const MachineLife& partner, const MachineLife& witness) {
  // Mirror and witness give up on the principal together; then the database opens.
  const bool has_witness = plane.pools.front().content.witness.has_value();
  return {partner,         witness, has_witness, plane.pools.front().content.detection + plane.opening, plane.resynchronise,
          Seconds{43 * 60}};
}

}  // namespace

TEST(KOfN, is_a_power_for_all_and_its_complement_for_one) {
  EXPECT_NEAR(k_of_n_available(4, 4, 0.99), std::pow(0.99, 4), 1e-14);
  EXPECT_NEAR(k_of_n_available(1, 4, 0.99), 1 - 1e-8, 1e-14);
  EXPECT_NEAR(k_of_n_available(2, 3, 0.9), 0.972, 1e-14);
}

// With no time between a loss and the failover, and a copy that is at once in step, two of three must be up; but the last
// principal must be among them. Of the three pairs that can be lost, principal and mirror wait for one repair instead of the
// first of two (twice as long), principal and witness do when the witness went first, mirror and witness do not: (2 + 1.5 + 1)
// / 3.
TEST(MirroredDatabase, with_instant_failover_is_down_half_as_long_again_as_two_of_three) {
  const MachineLife life{Seconds{30 * day}, 4h};
  const MirroredDatabase database{life, life, true, Seconds{1e-6}, Seconds{1e-6}};
  EXPECT_NEAR((1 - available(database)) / (1 - k_of_n_available(2, 3, life.available())), 1.5, 0.01);
}

TEST(MirroredDatabase, without_a_witness_is_as_available_as_its_principal) {
  const MachineLife life{Seconds{30 * day}, 4h};
  const MirroredDatabase database{life, life, false, 18s, 30s};
  EXPECT_NEAR(available(database), life.available(), 1e-12);
}

TEST(MirroredDatabase, is_down_while_the_mirror_takes_over_and_hardly_otherwise) {
  const MachineLife life{Seconds{year}, 4h};
  const MirroredDatabase database{life, life, true, 18s, 30s};
  const double failovers = 18 / year;
  const double double_losses = 1.5 * 3 * std::pow(4 * 3600 / year, 2);
  EXPECT_NEAR((1 - available(database)) / (failovers + double_losses), 1, 0.02);
}

TEST(MirroredDatabase, without_a_witness_waits_for_operators_who_force_service) {
  const MachineLife life{Seconds{year}, 8h};
  const MirroredDatabase database{life, life, false, 18s, 30s, 43min};
  EXPECT_NEAR((1 - available(database)) / (43 * 60 / year) * (1 + 43.0 / 480), 1, 0.02);
}

TEST(MirroredDatabase, over_a_year_begins_better_than_it_goes_on) {
  const MachineLife life{Seconds{30 * day}, 4h};
  const MirroredDatabase database{life, life, true, 18s, 30s};
  EXPECT_GT(available_over(database, Seconds{day / 24}), available(database));
  EXPECT_NEAR((1 - available_over(database, Seconds{1000 * year})) / (1 - available(database)), 1, 1e-3);
}

TEST(ControlPlane, of_four_servers_is_down_when_all_are) {
  ControlPlane plane = plane_with(4, false, false);
  const MachineLife life{Seconds{10 * day}, Seconds{day}};
  for (std::size_t server = 0; server < 4; ++server) plane.risks.push_back(risk(server, life));
  const Interval found = unavailable(plane, 0.05);
  EXPECT_NEAR(found.value / (1 - k_of_n_available(1, 4, life.available())), 1, 0.1);
}

TEST(ControlPlane, with_a_mirror_and_a_witness_agrees_with_the_markov_chain) {
  ControlPlane plane = plane_with(1, true, true);
  const MachineLife partner{Seconds{200 * day}, 6h};
  const MachineLife witness{Seconds{100 * day}, 12h};
  plane.risks = {risk(plane.pools.front().content.principal, partner), risk(*plane.pools.front().content.mirror, partner),
                 risk(*plane.pools.front().content.witness, witness)};
  const Interval found = unavailable(plane, 0.04);
  const double chain = unavailable_by_chain(database_of(plane, partner, witness));
  EXPECT_NEAR(found.value, chain, 2 * found.half_width) << found.half_width;
  EXPECT_NEAR(found.value / chain, 1, 0.08);
}

// Six nines, where the plain simulation sees nothing in the same time.
TEST(ControlPlane, that_hardly_ever_fails_is_found_as_well) {
  ControlPlane plane = plane_with(1, true, true);
  const MachineLife life{Seconds{2 * year}, 2h};
  plane.risks = {risk(plane.pools.front().content.principal, life), risk(*plane.pools.front().content.mirror, life),
                 risk(*plane.pools.front().content.witness, life)};
  const Interval found = unavailable(plane, 0.05);
  const double chain = unavailable_by_chain(database_of(plane, life, life));
  EXPECT_LT(chain, 1e-6);
  EXPECT_NEAR(found.value / chain, 1, 0.1);
}

TEST(ControlPlane, is_the_same_with_and_without_importance_sampling) {
  ControlPlane plane = plane_with(2, true, true);
  const MachineLife life{Seconds{5 * day}, 6h};
  for (std::size_t machine = 0; machine < plane.machines; ++machine) plane.risks.push_back(risk(machine, life));
  plane.pools.front().surges.of_all_s = 600;
  plane.pools.front().surges.of_some_s = {{}, {0}, {0, 300}};
  const Interval biased = unavailable(plane, 0.03);
  const Interval plain = unavailable(plane, 0.03, false);
  EXPECT_NEAR(biased.value, plain.value, biased.half_width + plain.half_width);
}

// A loss of one of two servers costs its surge, and both at once everybody's.
TEST(ControlPlane, counts_reconnecting_by_who_survives) {
  ControlPlane plane = plane_with(2, false, false);
  const MachineLife life{Seconds{100 * day}, 1h};
  plane.risks = {risk(0, life), risk(1, life)};
  plane.pools.front().surges.of_some_s = {{}, {0}, {0, 1000}};
  AvailabilityOptions options;
  options.precision = 0.03;
  options.least_cycles = 10'000;
  const Availability found = estimate_availability(plane, options);
  const double reconnect = found.by_cause[static_cast<std::size_t>(Cause::reconnect)].value;
  EXPECT_NEAR(reconnect / (2 * 1000 / (100 * day)), 1, 0.06);
}

// Three of four lost together displace three quarters of the users, and not the half that one of two would.
TEST(ControlPlane, counts_servers_that_are_lost_together_together) {
  ControlPlane plane = plane_with(4, false, false);
  plane.risks = {{"lose three", {0, 1, 2}, 1 / (100 * day), 1.0 / 3600, false}};
  plane.pools.front().surges.of_some_s = {{}, {0}, {0, 2000}, {0, 2500, 1500}, {0, 3000, 2200, 1000}};
  AvailabilityOptions options;
  options.least_cycles = options.most_cycles = 1'000;
  EXPECT_NEAR(estimate_availability(plane, options).unavailable.value / (3000 / (100 * day + 3600)), 1, 1e-6);
}

TEST(ControlPlane, splits_the_loss_of_a_site_into_runbook_and_the_rest) {
  ControlPlane plane = plane_with(1, false, false);
  plane.machines += 1;
  plane.pools.front().content.secondary = 4;
  plane.pools.front().standby = {5};
  plane.machines += 1;
  plane.risks = {{"lose north", {0, 1}, 1 / year, 1 / (2 * day), true}};
  AvailabilityOptions options;
  options.precision = 0.05;
  options.least_cycles = 10'000;
  const Availability found = estimate_availability(plane, options);
  const auto of = [&](Cause cause) { return found.by_cause[static_cast<std::size_t>(cause)].value; };
  EXPECT_GT(of(Cause::runbook), 0);
  EXPECT_LT(of(Cause::database), 0.01 * of(Cause::runbook));  // it opens when the site is back
  // The site is back before the runbook is through in few cases; else the runbook's time and the failback's are lost.
  const double runbook = plane.pools.front().operators.failover.front() + plane.pools.front().operators.failback.front();
  EXPECT_NEAR(of(Cause::runbook) * year / runbook, 1, 0.15);
}

// The simulator's failover takes 13 to 14 s after a silent loss, by where the last ping was, and the 3 s of opening after a
// reset.
TEST(ControlPlane, fails_over_within_the_time_out_and_the_opening_or_the_opening_alone) {
  for (const bool resets : {false, true}) {
    ControlPlane plane = plane_with(1, true, true);
    const MachineLife life{Seconds{1000 * day}, 1h};
    plane.risks = {risk(plane.pools.front().content.principal, life), risk(*plane.pools.front().content.mirror, life)};
    for (Risk& each : plane.risks) each.resets = resets;
    EXPECT_NEAR(unavailable(plane, 0.03).value * 1000 * day, resets ? 3.0 : 13.5, 0.7);
  }
}

// The partner that fails every ten days hands over to the one that hardly ever fails, and nobody hands back.
TEST(ControlPlane, leaves_the_database_where_a_failover_took_it) {
  ControlPlane plane = plane_with(1, true, true);
  plane.risks = {risk(plane.pools.front().content.principal, {Seconds{10 * day}, 1h}),
                 risk(*plane.pools.front().content.mirror, {Seconds{1000 * day}, 1h})};
  plane.pools.front().operators.decision = {1000 * year};  // nobody forces service
  const Interval found = unavailable(plane, 0.05);
  // In 1,010 days a failover there and soon one back; either partner may be lost while the other is repaired: an hour in 240.
  const double lost_together = 2 * 3600.0 / 240;
  EXPECT_NEAR(found.value * 1010 * day / (2 * 13.5 + lost_together), 1, 0.1);
  std::swap(plane.risks[0].machines, plane.risks[1].machines);
  EXPECT_NEAR(unavailable(plane, 0.05).value / found.value, 1, 0.1);
}

// Six nines, most of them lost to what happens during a repair: one interval in twenty may miss.
TEST(ControlPlane, knows_how_far_off_it_may_be) {
  ControlPlane plane = plane_with(1, true, true);
  const MachineLife life{Seconds{2 * year}, 2h};
  plane.risks = {risk(plane.pools.front().content.principal, life), risk(*plane.pools.front().content.mirror, life),
                 risk(*plane.pools.front().content.witness, life)};
  const double chain = unavailable_by_chain(database_of(plane, life, life));
  int below = 0, above = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    AvailabilityOptions options;
    options.seed = seed;
    options.least_cycles = options.most_cycles = 2'000;
    const Interval found = estimate_availability(plane, options).unavailable;
    below += found.value + found.half_width < chain ? 1 : 0;
    above += found.value - found.half_width > chain ? 1 : 0;
  }
  EXPECT_LE(below, 6);
  EXPECT_LE(above, 4);
}

// A site with principal, chat server and Front End pool. With a secondary and another Front End pool users wait for the runbook
// and the failback; without the other Front End pool, for the repair of the site.
TEST(ControlPlane, brings_users_back_through_another_front_end_pool) {
  ControlPlane plane = plane_with(1, false, false);
  plane.machines += 4;
  plane.pools.front().content.secondary = 4;
  plane.pools.front().standby = {5};
  plane.pools.front().front_ends = {6};
  plane.risks = {{"lose north", {0, 1, 6}, 1 / (5 * year), 1 / (20 * day), true}};
  const double without = unavailable(plane, 0.05).value;
  EXPECT_NEAR(without * 5 * year / (20 * day), 1, 0.1);
  plane.pools.front().other_front_ends = {7};
  const double with = unavailable(plane, 0.05).value;
  EXPECT_NEAR(with * (5 * year + 20 * day) /
                  (plane.pools.front().operators.failover.front() + plane.pools.front().operators.failback.front()),
              1, 0.15);
}

TEST(ControlPlane, fails_the_front_end_pool_over_alone) {
  ControlPlane plane = plane_with(1, false, false);
  plane.machines += 2;
  plane.pools.front().front_ends = {4};
  plane.pools.front().other_front_ends = {5};
  plane.risks = {risk(4, {Seconds{year}, Seconds{20 * day}})};
  const double away = 43 * 60 + plane.pools.front().operators.front_end_failover.front();
  EXPECT_NEAR(unavailable(plane, 0.05).value * (year + 20 * day) / away, 1, 0.1);
}

TEST(ControlPlane, stops_when_that_is_wished_and_keeps_what_it_found) {
  ControlPlane plane = plane_with(1, false, false);
  plane.risks = {risk(0, {Seconds{10 * day}, 1h})};
  AvailabilityOptions options;
  std::uint64_t looks = 0;
  options.stop_wished = [&] { return ++looks == 3; };
  const Availability found = estimate_availability(plane, options);
  EXPECT_TRUE(found.interrupted);
  EXPECT_LT(found.cycles, options.least_cycles);
  EXPECT_GT(found.unavailable.value, 0);
}

}  // namespace poolcast::sim::analytic
