#include "domain/runbook_schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace poolcast {
namespace {

using testing::ElementsAre;

RunbookStep step(const std::string& name, const std::string& who, const std::vector<std::string>& after = {}) {
  RunbookStep made;
  made.name = StepId{name};
  if (!who.empty()) made.who = RoleId{who};
  made.takes = SecondsRange{};
  for (const auto& before : after) made.after.emplace_back(before);
  return made;
}

// a ─► c ─► d, b beside them; `a` and `b` need the same person.
Runbook small() {
  Runbook runbook;
  runbook.name = "Small";
  runbook.people = {{RoleId{"one"}, 1}, {RoleId{"other"}, 1}};
  runbook.steps = {step("a", "one"), step("b", "one"), step("c", "other", {"a"}), step("d", "one", {"c"})};
  runbook.back_in_service_after = StepId{"d"};
  return runbook;
}

std::vector<Seconds> seconds(std::initializer_list<double> values) {
  std::vector<Seconds> all;
  for (const double value : values) all.emplace_back(value);
  return all;
}

TEST(RunbookSchedule, a_step_waits_for_those_before_it_and_for_its_person) {
  const RunbookSchedule plan = schedule(small(), seconds({10, 30, 5, 7}));
  EXPECT_EQ(plan.steps[1].ready, Seconds{0});
  EXPECT_EQ(plan.steps[1].start, Seconds{10});  // `one` does `a` first
  EXPECT_EQ(plan.steps[2].start, Seconds{10});
  EXPECT_EQ(plan.steps[3].ready, Seconds{15});
  EXPECT_EQ(plan.steps[3].start, Seconds{40});  // `one` is still at `b`
  EXPECT_EQ(plan.back_in_service, Seconds{47});
}

TEST(RunbookSchedule, a_step_that_is_refused_frees_its_people_and_holds_up_all_that_waits_for_it_and_nothing_else) {
  Runbook runbook = small();
  runbook.steps.push_back(step("e", "", {"f"}));  // before what it waits for
  runbook.steps.push_back(step("f", "", {"d"}));
  Shift shift(runbook);
  EXPECT_EQ(shift.start_one(Seconds{0}), 0U);
  shift.ends(0, Seconds{10});
  EXPECT_EQ(shift.start_one(Seconds{0}), std::nullopt);  // `one` is busy
  EXPECT_THAT(shift.refuse(0, Seconds{4}), ElementsAre(2, 3, 4, 5));
  shift.release(Seconds{4});
  EXPECT_EQ(shift.start_one(Seconds{4}), 1U);
  shift.ends(1, Seconds{9});
  EXPECT_EQ(shift.next_end(Seconds{4}), Seconds{9});
  shift.release(Seconds{9});
  EXPECT_EQ(shift.start_one(Seconds{9}), std::nullopt);
  EXPECT_THAT(shift.refuse(1, Seconds{9}), testing::IsEmpty());
}

TEST(RunbookSchedule, the_critical_path_goes_through_whoever_was_busy) {
  EXPECT_THAT(schedule(small(), seconds({10, 30, 5, 7})).critical, ElementsAre(0, 1, 3));
  EXPECT_THAT(schedule(small(), seconds({10, 2, 5, 7})).critical, ElementsAre(0, 2, 3));
}

TEST(RunbookSchedule, a_shift_of_people_who_can_do_everything_counts_instead_of_the_roles) {
  Runbook runbook = small();
  runbook.shift = 1;
  EXPECT_EQ(schedule(runbook, seconds({10, 30, 5, 7})).back_in_service, Seconds{52});  // everything one after the other
  runbook.shift = 2;
  EXPECT_EQ(schedule(runbook, seconds({10, 30, 5, 7})).back_in_service, Seconds{22});  // nobody waits
}

TEST(RunbookSchedule, what_goes_on_by_itself_needs_nobody) {
  Runbook runbook = small();
  runbook.steps[1].who.reset();
  EXPECT_EQ(schedule(runbook, seconds({10, 30, 5, 7})).back_in_service, Seconds{22});
  EXPECT_EQ(schedule(runbook, seconds({10, 30, 5, 7})).done, Seconds{30});
}

TEST(RunbookSchedule, steps_after_the_return_of_service_do_not_count_as_outage) {
  Runbook runbook = small();
  runbook.back_in_service_after = StepId{"c"};
  const RunbookSchedule plan = schedule(runbook, seconds({10, 1, 5, 100}));
  EXPECT_EQ(plan.outage(), Seconds{15});
  EXPECT_EQ(plan.done, Seconds{115});
  EXPECT_THAT(plan.critical, ElementsAre(0, 2));
}

TEST(RunbookSchedule, a_planned_outage_begins_with_its_step) {
  Runbook runbook = small();
  runbook.out_of_service_from = StepId{"c"};
  const RunbookSchedule plan = schedule(runbook, seconds({10, 1, 5, 7}));
  EXPECT_EQ(plan.outage(), Seconds{12});
  EXPECT_THAT(plan.critical, ElementsAre(2, 3));
}

TEST(RunbookSchedule, steps_that_take_no_time_happen_in_one_moment) {
  const RunbookSchedule plan = schedule(small(), seconds({0, 0, 0, 0}));
  EXPECT_EQ(plan.done, Seconds{0});
  EXPECT_TRUE(plan.critical.empty());
}

// A runbook without circles: a step waits for earlier ones only.
struct AnyCase {
  Runbook runbook;
  std::vector<Seconds> durations;
};
AnyCase any_case() {
  AnyCase any;
  const int roles = *rc::gen::inRange(1, 4);
  for (int i = 0; i < roles; ++i) any.runbook.people.push_back({RoleId{"role-" + std::to_string(i)}, *rc::gen::inRange(1, 3)});
  const int steps = *rc::gen::inRange(1, 15);
  for (int i = 0; i < steps; ++i) {
    const int role = *rc::gen::inRange(-1, roles);
    std::vector<std::string> after;
    for (int before = 0; before < i; ++before) {
      if (*rc::gen::inRange(0, 4) == 0) after.push_back("s" + std::to_string(before));
    }
    any.runbook.steps.push_back(step("s" + std::to_string(i), role < 0 ? "" : "role-" + std::to_string(role), after));
    any.durations.emplace_back(*rc::gen::inRange(0, 100));
  }
  any.runbook.back_in_service_after = any.runbook.steps.back().name;
  return any;
}

RC_GTEST_PROP(RunbookScheduleProperties, nobody_does_two_steps_at_once_and_no_step_overtakes_what_it_waits_for, ()) {
  const AnyCase any = any_case();
  const RunbookSchedule plan = schedule(any.runbook, any.durations);
  std::map<std::string, std::vector<std::pair<double, int>>> changes;  // per role: ends before starts of one moment
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const ScheduledStep& own = plan.steps[i];
    RC_ASSERT(own.end == own.start + any.durations[i]);
    for (const StepId& before : any.runbook.steps[i].after) RC_ASSERT(own.start >= plan.steps[index_of(any.runbook, before)].end);
    if (!any.runbook.steps[i].who || own.start == own.end) continue;
    changes[any.runbook.steps[i].who->str()].emplace_back(own.start.count(), 1);
    changes[any.runbook.steps[i].who->str()].emplace_back(own.end.count(), -1);
  }
  for (const Role& role : any.runbook.people) {
    auto& own = changes[role.name.str()];
    std::ranges::sort(own);
    Count busy = 0;
    for (const auto& [at, change] : own) RC_ASSERT((busy += change) <= role.on_shift);
  }
}

RC_GTEST_PROP(RunbookScheduleProperties, the_critical_path_has_no_gap_and_is_as_long_as_the_outage, ()) {
  const AnyCase any = any_case();
  const RunbookSchedule plan = schedule(any.runbook, any.durations);
  Seconds at{0};
  for (const std::size_t critical : plan.critical) {
    RC_ASSERT(plan.steps[critical].start == at);
    at = plan.steps[critical].end;
  }
  RC_ASSERT(at == plan.back_in_service);
}

RC_GTEST_PROP(RunbookScheduleProperties, the_end_lies_between_the_longest_chain_and_one_person_for_everything, ()) {
  AnyCase any = any_case();
  const Seconds sum = std::accumulate(any.durations.begin(), any.durations.end(), Seconds{0});
  RC_ASSERT(schedule(any.runbook, any.durations).done <= sum);
  const Seconds with_roles = schedule(any.runbook, any.durations).done;
  for (RunbookStep& own : any.runbook.steps) own.who.reset();
  RC_ASSERT(schedule(any.runbook, any.durations).done <= with_roles);
}

RC_GTEST_PROP(RunbookScheduleProperties, one_person_who_does_everything_takes_the_sum_of_all, ()) {
  AnyCase any = any_case();
  any.runbook.shift = 1;
  for (RunbookStep& own : any.runbook.steps) own.who = any.runbook.people[0].name;
  const Seconds sum = std::accumulate(any.durations.begin(), any.durations.end(), Seconds{0});
  RC_ASSERT(schedule(any.runbook, any.durations).done == sum);
}

}  // namespace
}  // namespace poolcast
