#include "domain/runbook_answer.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace poolcast {
namespace {

RunbookStep step(const std::string& name, const std::vector<std::string>& after = {}) {
  RunbookStep made;
  made.name = StepId{name};
  for (const auto& before : after) made.after.emplace_back(before);
  return made;
}

// Decide, then work off what machines have to.
Runbook runbook_with(std::vector<MachineWork> machine) {
  Runbook runbook;
  runbook.name = "Test";
  runbook.steps = {step("decide"), step("work", {"decide"})};
  runbook.steps[0].takes = SecondsRange{Seconds{60}, Seconds{60}};
  runbook.steps[1].machine = std::move(machine);
  runbook.back_in_service_after = StepId{"work"};
  return runbook;
}

TEST(RunbookAnswer, the_same_seed_gives_the_same_answer_and_another_seed_another) {
  Runbook runbook = runbook_with({MachineWork::apply_log});
  runbook.steps[0].takes = SecondsRange{Seconds{60}, Seconds{600}};
  const RunbookAnswer one = answer(runbook, {.seed = 7, .samples = 200});
  const RunbookAnswer two = answer(runbook, {.seed = 7, .samples = 200});
  EXPECT_EQ(one.outage.p50, two.outage.p50);
  EXPECT_EQ(one.median_run, two.median_run);
  EXPECT_NE(one.outage.p50, answer(runbook, {.seed = 8, .samples = 200}).outage.p50);
}

TEST(RunbookAnswer, a_longer_sample_begins_with_the_runs_of_a_shorter_one) {
  Runbook runbook = runbook_with({});
  runbook.steps[1].takes = SecondsRange{Seconds{0}, Seconds{600}};
  const RunbookAnswer few = answer(runbook, {.seed = 1, .samples = 10});
  const RunbookAnswer many = answer(runbook, {.seed = 1, .samples = 20});
  for (std::size_t run = 0; run < few.runs.size(); ++run) EXPECT_EQ(few.runs[run].outage, many.runs[run].outage);
}

TEST(RunbookAnswer, another_step_changes_the_draws_of_none) {
  Runbook runbook = runbook_with({});
  runbook.steps[1].takes = SecondsRange{Seconds{0}, Seconds{600}};
  const Seconds alone = draw(runbook, 3, 4).durations[1];
  runbook.steps.insert(runbook.steps.begin(), step("notice"));
  runbook.steps[0].takes = SecondsRange{Seconds{0}, Seconds{600}};
  EXPECT_EQ(draw(runbook, 3, 4).durations[2], alone);
}

TEST(RunbookAnswer, uniform_and_lognormal_times_have_the_quantiles_that_were_asked_for) {
  Runbook runbook = runbook_with({});
  runbook.steps[0].takes = SecondsRange{Seconds{180}, Seconds{600}};
  runbook.steps[1].median = Seconds{1800};
  runbook.steps[1].p90 = Seconds{5400};
  const RunbookAnswer found = answer(runbook, {.seed = 1, .samples = 20'000});
  EXPECT_NEAR(found.steps[0].duration.p50.count(), 390, 390 * 0.02);
  EXPECT_NEAR(found.steps[0].duration.p95.count(), 579, 579 * 0.02);
  EXPECT_NEAR(found.steps[1].duration.p50.count(), 1800, 1800 * 0.04);
  int within = 0;
  for (std::uint64_t run = 0; run < 5000; ++run) within += draw(runbook, 1, run).durations[1] <= Seconds{5400} ? 1 : 0;
  EXPECT_NEAR(within / 5000.0, 0.9, 0.015);                  // 3.5 standard deviations
  const double spread = std::log(3.0) / 1.2815515655446004;  // mean of a lognormal: median × exp(σ²/2)
  EXPECT_NEAR(found.steps[1].duration.mean.count(), 1800 * std::exp(spread * spread / 2), 1800 * 0.06);
}

TEST(RunbookAnswer, machines_take_bytes_over_speed) {
  Runbook runbook =
      runbook_with({MachineWork::back_up_database, MachineWork::copy_database, MachineWork::restore_database, MachineWork::undo});
  runbook.situation = {.database = Bytes{10e9},
                       .wan = Bandwidth{10e6},
                       .backup_speed = Bandwidth{100e6},
                       .restore_speed = Bandwidth{50e6},
                       .redo_speed = Bandwidth{20e6}};
  runbook.situation.undone = Bytes{100e6};
  const RunbookAnswer found = answer(runbook, {.seed = 1, .samples = 10});
  EXPECT_NEAR(found.outage.p50.count(), 60 + 100 + 1000 + 200 + 5, 1e-6);
}

TEST(RunbookAnswer, the_lost_time_is_that_of_log_shipping) {
  Runbook runbook = runbook_with({});
  runbook.situation.log_rate = Bandwidth{1};  // backups take no time
  const RunbookAnswer kept = answer(runbook, {.seed = 1, .samples = 20'000});
  EXPECT_NEAR(kept.lost.p50.count(), 450, 15);  // uniform over a backup interval of 15 min
  EXPECT_LE(kept.lost.max.count(), 900 + 1e-3);
  runbook.situation.share_survives = false;
  const RunbookAnswer gone = answer(runbook, {.seed = 1, .samples = 20'000});
  EXPECT_NEAR(gone.lost.mean.count(), 900, 15);  // and a copy interval
  EXPECT_LE(gone.lost.max.count(), 1800 + 1e-3);
}

// The log that waits to be applied grows with its rate, and with the delay after which it is restored.
TEST(RunbookAnswer, a_failover_grows_with_the_log_and_not_with_the_database) {
  Runbook runbook = runbook_with({MachineWork::copy_log, MachineWork::apply_log});
  const auto outage = [&](double log_rate, double database) {
    runbook.situation.log_rate = Bandwidth{log_rate};
    runbook.situation.database = Bytes{database};
    return answer(runbook, {.seed = 1, .samples = 500}).outage.p50;
  };
  EXPECT_LT(outage(50e3, 40e9) * 1.2, outage(500e3, 40e9));
  EXPECT_EQ(outage(50e3, 40e9), outage(50e3, 400e9));
}

TEST(RunbookAnswer, a_failback_grows_with_the_database_and_not_with_the_log) {
  Runbook runbook = runbook_with({MachineWork::back_up_database, MachineWork::copy_database, MachineWork::restore_database});
  const auto outage = [&](double log_rate, double database) {
    runbook.situation.log_rate = Bandwidth{log_rate};
    runbook.situation.database = Bytes{database};
    return answer(runbook, {.seed = 1, .samples = 20}).outage.p50 - Seconds{60};
  };
  EXPECT_NEAR(outage(50e3, 400e9) / outage(50e3, 40e9), 10, 1e-9);
  EXPECT_EQ(outage(50e3, 40e9), outage(500e3, 40e9));
}

TEST(RunbookAnswer, the_share_of_runs_on_the_critical_path_is_counted) {
  Runbook runbook = runbook_with({});
  runbook.steps[1].takes = SecondsRange{Seconds{0}, Seconds{100}};
  runbook.steps.push_back(step("beside", {"decide"}));
  runbook.steps[2].takes = SecondsRange{Seconds{0}, Seconds{100}};
  runbook.steps.push_back(step("end", {"work", "beside"}));
  runbook.steps[3].takes = SecondsRange{Seconds{1}, Seconds{1}};
  runbook.back_in_service_after = StepId{"end"};
  const RunbookAnswer found = answer(runbook, {.seed = 1, .samples = 10'000});
  EXPECT_EQ(found.steps[0].critical.of_one, 1);
  EXPECT_NEAR(found.steps[1].critical.of_one, 0.5, 0.02);
  EXPECT_NEAR(found.steps[1].critical.of_one + found.steps[2].critical.of_one, 1, 1e-12);
  EXPECT_EQ(found.steps[3].critical.of_one, 1);
}

TEST(RunbookAnswer, waiting_is_counted_only_for_people) {
  Runbook runbook = runbook_with({});
  runbook.people = {{RoleId{"one"}, 1}};
  runbook.steps[0].who = RoleId{"one"};
  runbook.steps[1].after.clear();
  runbook.steps[1].who = RoleId{"one"};
  runbook.steps[1].takes = SecondsRange{Seconds{5}, Seconds{5}};
  const RunbookAnswer found = answer(runbook, {.seed = 1, .samples = 3});
  EXPECT_EQ(found.steps[0].waiting.max, Seconds{0});
  EXPECT_EQ(found.steps[1].waiting.p50, Seconds{60});
}

TEST(RunbookAnswer, the_median_run_is_one_whose_outage_is_the_median) {
  Runbook runbook = runbook_with({});
  runbook.steps[1].takes = SecondsRange{Seconds{0}, Seconds{600}};
  const RunbookAnswer found = answer(runbook, {.seed = 1, .samples = 101});
  EXPECT_EQ(found.runs[found.median_run].outage, found.outage.p50);
  EXPECT_EQ(found.median_schedule.outage(), found.outage.p50);
}

}  // namespace
}  // namespace poolcast
