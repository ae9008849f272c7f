// What a loss costs as a function of the load: the fit, what it says of its own error, and the hours of a day that it is asked
// at.
#include "sim/analytic/surge_surrogate.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "domain/random.hpp"
#include "sim/analytic/day_loads.hpp"
#include "sim/analytic/surges.hpp"

namespace poolcast::sim::analytic {
namespace {

constexpr int eighths = 8;

SurgeSurrogate fitted_to(const std::function<double(double)>& away_s) {
  std::vector<SurgePoint> runs;
  for (int run = 1; run <= eighths; ++run) runs.push_back({run / 8.0, away_s(run / 8.0)});
  return SurgeSurrogate(runs);
}

// Of loads between the lowest and the highest run, none of them a run's.
double worst_on_fresh_loads(const SurgeSurrogate& surrogate, const std::function<double(double)>& away_s) {
  double worst = 0;
  for (double load = 0.13; load < 1; load += 0.01)
    worst = std::max(worst, std::abs(surrogate.away_s(load) - away_s(load)) / away_s(load));
  return worst;
}

// Of 80,000 users half are displaced and sign in through a gate of 10 a second, after 3 s.
double behind_a_gate(double load) {
  const double displaced = load * 40'000;
  return (displaced * 3 + displaced * displaced / (2 * 10)) / 80'000;
}

// The same, and cores that fill at seven tenths of the users.
double behind_cores(double load) { return behind_a_gate(load) + load * 4'000 * std::pow(std::max(0.0, load - 0.7), 2); }

// The hours of a day that begins and ends with nobody there.
Workload working_day() {
  Workload workload;
  workload.day_curve = {{Seconds{6 * 3600}, Share{0}, 0.5},
                        {Seconds{10 * 3600}, Share{0.8}, 1},
                        {Seconds{14 * 3600}, Share{0.8}, 2},
                        {Seconds{18 * 3600}, Share{0}, 0.5}};
  return workload;
}

}  // namespace

TEST(SurgeSurrogate, is_the_closed_form_of_a_gate_at_every_load) {
  const SurgeSurrogate surrogate = fitted_to(behind_a_gate);
  for (const double load : {0.01, 0.125, 0.2, 0.5, 0.77, 1.0, 1.2})
    EXPECT_NEAR(surrogate.away_s(load) / behind_a_gate(load), 1, 1e-9) << load;
  EXPECT_EQ(surrogate.away_s(0), 0);
  ASSERT_TRUE(fit_error(surrogate.misses()).has_value());
  EXPECT_LT(fit_error(surrogate.misses())->worst.share, 1e-9);
}

TEST(SurgeSurrogate, says_of_cores_that_fill_at_least_what_it_misses_and_not_many_times_as_much) {
  const SurgeSurrogate surrogate = fitted_to(behind_cores);
  const double fresh = worst_on_fresh_loads(surrogate, behind_cores);
  const auto error = fit_error(surrogate.misses());
  ASSERT_TRUE(error.has_value());
  EXPECT_GT(fresh, 0.001);
  EXPECT_GE(error->worst.share, fresh);
  EXPECT_LE(error->worst.share, 6 * fresh);
  EXPECT_GT(error->worst.load, 0.6);
  EXPECT_LT(error->typical, error->worst.share / 3);
}

// Runs that scatter by a tenth: what is reported is about what fresh runs would be missed by, over many such fits.
TEST(SurgeSurrogate, reports_the_error_that_it_has_on_fresh_runs_when_runs_scatter) {
  RandomStream random(1, 0, "test");
  const auto noisy = [&](double load) { return behind_a_gate(load) * (0.9 + 0.2 * random.uniform()); };
  double reported = 0, true_one = 0;
  constexpr int fits = 400;
  for (int fit = 0; fit < fits; ++fit) {
    const SurgeSurrogate surrogate = fitted_to(noisy);
    std::vector<FitMiss> fresh;
    for (const double load : {0.25, 0.375, 0.5, 0.625, 0.75, 0.875}) {
      const double ran = noisy(load - 0.0625);
      fresh.push_back({load, std::abs(surrogate.away_s(load - 0.0625) - ran) / ran});
    }
    reported += fit_error(surrogate.misses())->typical / fits;
    true_one += fit_error(fresh)->typical / fits;
  }
  EXPECT_GT(true_one, 0.03);
  EXPECT_NEAR(reported / true_one, 1, 0.3);
}

RC_GTEST_PROP(SurgeSurrogate, never_falls_with_the_load_whatever_the_runs_say, ()) {
  const auto seconds = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10'000));
  RC_PRE(!seconds.empty());
  std::vector<SurgePoint> runs;
  double least = 1e9, most = 0;
  for (std::size_t run = 0; run < seconds.size(); ++run) {
    const double load = static_cast<double>(run + 1) / static_cast<double>(seconds.size());
    runs.push_back({load, load * seconds[run]});
    least = std::min<double>(least, seconds[run]);
    most = std::max<double>(most, seconds[run]);
  }
  const SurgeSurrogate surrogate(runs);
  double before = surrogate.away_s(0);
  RC_ASSERT(before == 0);
  for (double load = 0.01; load <= 1; load += 0.01) {
    const double now = surrogate.away_s(load);
    RC_ASSERT(now >= before * (1 - 1e-12));
    RC_ASSERT(now <= load * most * (1 + 1e-9));
    if (load >= runs.front().load) RC_ASSERT(now >= load * least * (1 - 1e-9));
    before = now;
  }
}

// Two runs that fall: those of twice as many users count twice.
TEST(SurgeSurrogate, takes_runs_that_fall_together_by_their_users) {
  const SurgeSurrogate surrogate({{0.5, 0.5 * 90}, {1.0, 60}});
  EXPECT_DOUBLE_EQ(surrogate.away_s(1), 70);
  EXPECT_DOUBLE_EQ(surrogate.away_s(0.5), 35);
}

TEST(SurgeSurrogate, of_a_single_run_is_that_run_and_knows_no_error) {
  const SurgeSurrogate surrogate({{1, 450.9}});
  EXPECT_EQ(surrogate.away_s(1), 450.9);
  EXPECT_FALSE(fit_error(surrogate.misses()).has_value());
}

TEST(DayLoads, without_a_curve_are_everybody_at_all_times) {
  const DayLoads day{Workload{}};
  EXPECT_EQ(day.wanted(), 1);
  ASSERT_EQ(day.design().size(), 1U);
  EXPECT_EQ(day.design().front().at.present, 1);
  EXPECT_EQ(day.design().front().at.activity, 1);
  EXPECT_EQ(day.mean_away_s(SurgeSurrogate({{1, 450.9}}), {0.25, 0.001}), 450.9);
}

// The square of those who are there, for each of them: ∫x² / ∫x, of two slopes of four hours and four hours at 0.8.
TEST(DayLoads, weigh_each_hour_by_who_is_there) {
  const DayLoads day(working_day());
  EXPECT_NEAR(day.wanted(), 0.8 * 8 / 24, 1e-12);
  const double squares = 0.64 * (4 + 8.0 / 3);
  const SurgeSurrogate square({{0.5, 0.25}, {1, 1}});
  EXPECT_NEAR(day.mean_away_s(square, {}), squares / (0.8 * 8), 1e-5);
}

// From six to ten 0.8 of the users come through a gate for four in that time: of two, one is left to clear the queue.
TEST(DayLoads, add_to_a_storm_who_comes_through_the_gate_meanwhile) {
  const double gate_per_s = 2 * 0.8 / (4 * 3600);
  const std::vector<double> more_s = DayLoads(working_day()).comers_s({0.25, gate_per_s});
  const auto alone_s = [&](double displaced) { return displaced * displaced / (2 * gate_per_s); };
  EXPECT_EQ(more_s[5 * 60], 0);                              // nobody is there
  EXPECT_NEAR(more_s[8 * 60] / alone_s(0.1), 1, 0.02);       // 0.1 displaced, cleared within half an hour
  EXPECT_NEAR(more_s[12 * 60], 0, 1e-9);                     // nobody comes or leaves
  EXPECT_NEAR(more_s[16 * 60] / alone_s(0.1), -0.12, 0.07);  // who waits and leaves waits no longer
  for (const double none : DayLoads(working_day()).comers_s({0.25, 0})) EXPECT_EQ(none, 0);
}

// The gate is too slow for the morning already: a loss makes the queue longer until it has gone, and not only for who is
// displaced.
TEST(DayLoads, take_the_queue_off_that_a_morning_has_without_a_loss) {
  const double comes_per_s = 0.8 / (4 * 3600);
  const double gate_per_s =
      comes_per_s / 1.25;  // from six on a fifth of those who come stay in the queue, which is empty at eleven
  const std::vector<double> more_s = DayLoads(working_day()).comers_s({0.25, gate_per_s});
  // At eight 0.1 more stay in the queue until eleven, and then 0.1 / gate until they have gone.
  EXPECT_NEAR(more_s[8 * 60], 0.1 * 3 * 3600, 5);
}

// A storm that cores hold up for longer than its gate does: who comes meanwhile waits in the gate's queue, not times as long.
TEST(DayLoads, add_who_comes_to_what_cores_hold_up_and_multiply_nothing) {
  const DayLoads day(working_day());
  const GateStorm storm{0.25, 2 * 0.8 / (4 * 3600)};
  const SurgeSurrogate gate({{0.5, 0.25 * 1'000}, {1, 1'000}}), cores({{0.5, 0.25 * 9'000}, {1, 9'000}});
  const double more_s = day.mean_away_s(gate, storm) - day.mean_away_s(gate, {});
  EXPECT_GT(more_s, 1);
  EXPECT_NEAR(day.mean_away_s(cores, storm) - day.mean_away_s(cores, {}), more_s, 1e-6);
}

// Somebody is there for forty seconds, and at no full minute.
TEST(DayLoads, see_who_comes_and_leaves_within_a_minute) {
  Workload workload;
  workload.day_curve = {{Seconds{0}, Share{0}, 1},
                        {Seconds{43'210}, Share{0}, 1},
                        {Seconds{43'230}, Share{0.5}, 1},
                        {Seconds{43'250}, Share{0}, 1}};
  const DayLoads day(workload);
  EXPECT_NEAR(day.wanted(), 0.5 * 20 / 86'400, 1e-12);
  EXPECT_FALSE(day.design().empty());
  const SurgeSurrogate alike({{1, 100}});
  EXPECT_NEAR(day.mean_away_s(alike, {0.25, 0.001}), 100, 1);
}

TEST(DayLoads, are_run_at_eighths_of_the_most_that_are_there_as_busy_as_they_are_then) {
  const std::vector<DesignedRun> design = DayLoads(working_day()).design();
  ASSERT_EQ(design.size(), 27U);
  EXPECT_NEAR(design.front().at.present, 0.1, 1e-12);
  EXPECT_NEAR(design[21].at.present, 0.75, 1e-12);
  EXPECT_NEAR(design.back().at.present, 0.8, 1e-12);
  // At four eighths about 0.75 in the morning, 1.25 in the afternoon; at the top noon, from 1 to 2.
  EXPECT_NEAR(design[9].at.activity, 0.72, 0.02);
  EXPECT_NEAR(design[10].at.activity, 1.0, 0.01);
  EXPECT_NEAR(design[11].at.activity, 1.34, 0.02);
  EXPECT_NEAR(design[9].weight, 0.44, 0.02);
  EXPECT_NEAR(design[9].weight + design[10].weight + design[11].weight, 1, 1e-12);
  EXPECT_NEAR(design[25].at.activity, 1.5, 0.05);
  EXPECT_NEAR(design.back().lasts, 0.53, 0.01);  // four hours and a little, of six and a half at the most
  double lasts = 0;
  for (std::size_t run = 0; run < design.size(); run += 3) lasts += design[run].lasts;
  EXPECT_NEAR(lasts, 1, 1e-9);
}

// Nine tenths are always there: no run is spent on fewer, and one is halfway to the highest load.
TEST(DayLoads, are_run_between_the_lowest_load_and_the_highest) {
  Workload workload;
  workload.day_curve = {{Seconds{0}, Share{0.9}, 1}, {Seconds{43'200}, Share{1}, 1}, {Seconds{86'400}, Share{0.9}, 1}};
  const std::vector<DesignedRun> design = DayLoads(workload).design();
  ASSERT_EQ(design.size(), 9U);
  EXPECT_NEAR(design.front().at.present, 0.9, 1e-4);
  EXPECT_NEAR(design[7].at.present, 1 - 0.1 / 14, 1e-4);
  EXPECT_NEAR(design.back().at.present, 1, 1e-4);
}

// Everybody is always there, half of the day calm and half of it busy: both are run, each counts for a half.
TEST(DayLoads, are_run_at_the_activities_that_a_load_has) {
  Workload workload;
  workload.day_curve = {{Seconds{0}, Share{1}, 0.5},
                        {Seconds{43'200}, Share{1}, 0.5},
                        {Seconds{43'201}, Share{1}, 1.2},
                        {Seconds{86'400}, Share{1}, 1.2}};
  Surge surge;
  for (const DesignedRun& run : DayLoads(workload).design()) {
    const double away_s = run.at.activity < 0.6 ? 1'030 : run.at.activity < 1 ? 2'146 : 11'361;
    surge.runs.push_back({run.at, away_s, {}, run.weight, run.lasts});
  }
  EXPECT_NEAR(surge.surrogate().away_s(1), (1'030 + 11'361) / 2.0, 10);
  ASSERT_TRUE(fit_error(surge.misses()).has_value());
  EXPECT_LT(fit_error(surge.misses())->worst.share, 0.01);  // no activity lies between
}

// From calm to busy evenly, and a cost that bends between: the straight lines miss it, and say so.
TEST(DayLoads, say_how_far_they_are_off_between_activities) {
  Workload workload;
  workload.day_curve = {{Seconds{0}, Share{1}, 0.5}, {Seconds{86'400}, Share{1}, 1.5}};
  const auto away_s = [](double activity) { return 1'000 * activity * activity; };
  Surge surge;
  for (const DesignedRun& run : DayLoads(workload).design())
    surge.runs.push_back({run.at, away_s(run.at.activity), {}, run.weight, run.lasts});
  ASSERT_EQ(surge.runs.size(), 3U);
  const double mean_s = 1'000 * (1 + 1 / 12.0);
  const double missed = std::abs(surge.surrogate().away_s(1) - mean_s) / mean_s;
  EXPECT_GT(missed, 0.01);
  ASSERT_TRUE(fit_error(surge.misses()).has_value());
  EXPECT_GE(fit_error(surge.misses())->worst.share, missed);
}

TEST(FitError, counts_a_load_by_how_long_it_lasts) {
  const auto error = fit_error({{0.1, 0.5, 0}, {0.5, 0.3, 1}, {0.9, 0.1, 8}, {0.7, 0.2, 1}});
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->typical, 0.1);
  EXPECT_EQ(error->worst.share, 0.3);
  EXPECT_FALSE(fit_error({}).has_value());
}

TEST(DayLoads, of_an_even_day_are_one) {
  Workload workload;
  workload.day_curve = {{Seconds{0}, Share{0.6}, 1.5}, {Seconds{86'400}, Share{0.6}, 1.5}};
  const std::vector<DesignedRun> design = DayLoads(workload).design();
  ASSERT_EQ(design.size(), 1U);
  EXPECT_NEAR(design.front().at.present, 0.6, 1e-12);
  EXPECT_NEAR(design.front().at.activity, 1.5, 1e-12);
}

}  // namespace poolcast::sim::analytic
