// Planted courses: 1,000 users, windows of a minute, a loss from minute 10 to minute 12.
#include "domain/comeback.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <functional>
#include <set>
#include <type_traits>

#include "domain/fault_verbs.hpp"
#include "tests/domain/results.hpp"

namespace poolcast {
namespace {

constexpr double users = 1000;
constexpr double requests = 600;  // that succeed in a minute when all is well
const Trigger two_minutes{Seconds{600}, Seconds{720}, std::nullopt};

struct State {
  double away = 0;    // share of users
  double failed = 0;  // requests, on top of those that succeed
};

// The state in each minute; `since` counts from the end of the trigger and is negative before it.
Course course(int minutes, const std::function<State(int since)>& state) {
  Course result{"chat", {}};
  for (int minute = 0; minute < minutes; ++minute) {
    const State now = minute < 10 ? State{} : minute < 12 ? State{1, 0} : state(minute - 12);
    result.windows.push_back({Seconds{60.0 * minute}, Seconds{60}, users * (1 - now.away), users * now.away,
                              requests * (1 - now.away) + now.failed, now.failed});
  }
  return result;
}

Comeback judged(const Course& what, const Trigger& trigger = two_minutes, std::optional<Seconds> within = std::nullopt) {
  return comeback(what, trigger, within);
}

TEST(Comeback, of_who_is_back_after_25_minutes_at_a_gate_is_after_25_minutes) {
  const Comeback answer = judged(course(60, [](int since) {
    return State{std::max(0.0, 1 - since / 25.0), 2000.0}.away > 0 ? State{1 - since / 25.0, 2000} : State{};
  }));
  EXPECT_EQ(answer.kind, ComebackKind::comes_back);
  EXPECT_EQ(answer.after, Seconds{25 * 60});
  EXPECT_EQ(answer.reason, "as before 25 min after the trigger");
}

TEST(Comeback, of_a_system_that_feels_nothing_is_at_once) {
  const Comeback answer = judged(course(20, [](int) { return State{}; }));
  EXPECT_EQ(answer.kind, ComebackKind::comes_back);
  EXPECT_EQ(answer.after, Seconds{0});
}

// Waves that march in step: a few get in, all the others try again.
TEST(Comeback, never_happens_when_retries_keep_nearly_everybody_out) {
  const Comeback answer = judged(course(240, [](int since) {
    return State{0.95 - 0.02 * std::min(since, 3) / 3.0 - 0.0001 * since, 20'000};
  }));
  EXPECT_EQ(answer.kind, ComebackKind::does_not_come_back);
  EXPECT_FALSE(answer.after);
  EXPECT_NE(answer.reason.find("of users are away 3.8 h after the trigger"), std::string::npos) << answer.reason;
  EXPECT_NE(answer.reason.find("% served, so that what is tried again keeps the load above what is served"), std::string::npos)
      << answer.reason;
}

TEST(Comeback, is_not_decided_while_users_still_come_back_as_fast_as_ever) {
  const Comeback answer = judged(course(42, [](int since) { return State{1 - since / 100.0, 2000}; }));
  EXPECT_EQ(answer.kind, ComebackKind::not_decided);
  EXPECT_NE(answer.reason.find("at the pace of late it takes 70 min more: look longer"), std::string::npos) << answer.reason;
}

// The same pace all the time, but one at which nobody would wait for the end.
TEST(Comeback, never_happens_at_a_steady_trickle_that_needs_many_times_as_long_as_was_looked) {
  const Comeback answer = judged(course(120, [](int since) { return State{1 - since / 2000.0, 20'000}; }));
  EXPECT_EQ(answer.kind, ComebackKind::does_not_come_back);
}

TEST(Comeback, never_happens_when_the_last_two_of_a_hundred_stay_away) {
  const Comeback answer = judged(course(120, [](int since) { return State{since < 10 ? 1 - since * 0.098 : 0.02, 50}; }));
  EXPECT_EQ(answer.kind, ComebackKind::does_not_come_back);
  EXPECT_NE(answer.reason.find("it does not get better"), std::string::npos) << answer.reason;
}

TEST(Comeback, waits_for_requests_as_well_as_for_users) {
  const Comeback answer = judged(course(60, [](int) { return State{0, 300}; }));
  EXPECT_EQ(answer.kind, ComebackKind::does_not_come_back);
  EXPECT_NE(answer.reason.find("33.3 % of requests fail"), std::string::npos) << answer.reason;
  EXPECT_EQ(judged(course(60, [](int since) { return State{0, since < 10 ? 300.0 : 0.0}; })).after, Seconds{600});
}

// What is refused in one window may have been offered in the one before.
TEST(Comeback, never_has_more_requests_fail_than_all) {
  Course busy = course(60, [](int) { return State{0, 300}; });
  for (Course::Span& window : busy.windows)
    if (window.start >= Seconds{720}) window.failed = 1.2 * window.offered;
  const std::string reason = judged(busy).reason;
  EXPECT_TRUE(reason.starts_with("100 % of requests fail")) << reason;
  EXPECT_NE(reason.find(" 0 % served"), std::string::npos) << reason;
}

TEST(Comeback, never_happens_without_a_database_but_not_because_of_what_is_tried_again) {
  Course away = course(60, [](int) { return State{0, 300}; });
  for (Course::Span& window : away.windows) window.served = window.start >= Seconds{720} ? 0 : 1;
  const Comeback answer = judged(away);
  EXPECT_EQ(answer.kind, ComebackKind::does_not_come_back);
  EXPECT_NE(answer.reason.find("nobody serves its content database"), std::string::npos) << answer.reason;
  EXPECT_EQ(answer.reason.find("tried again"), std::string::npos) << answer.reason;
}

TEST(Comeback, counts_from_the_last_time_that_something_was_wrong) {
  const Comeback answer = judged(course(60, [](int since) { return State{since == 0 || since == 20 ? 0.5 : 0, 0}; }));
  EXPECT_EQ(answer.kind, ComebackKind::comes_back);
  EXPECT_EQ(answer.after, Seconds{21 * 60});
}

TEST(Comeback, counts_the_window_in_which_the_trigger_ended_to_its_end) {
  const Trigger half_way{Seconds{600}, Seconds{690}, std::nullopt};
  EXPECT_EQ(judged(course(20, [](int) { return State{}; }), half_way).after, Seconds{30});
}

TEST(Comeback, is_not_decided_by_one_window) {
  EXPECT_EQ(judged(course(13, [](int) { return State{}; })).kind, ComebackKind::not_decided);
  const Comeback last = judged(course(40, [](int since) { return State{since < 27 ? 1.0 : 0.0, 0}; }));
  EXPECT_EQ(last.kind, ComebackKind::not_decided);
  EXPECT_NE(last.reason.find("only in the last window"), std::string::npos);
}

TEST(Comeback, compares_with_what_was_usual_before) {
  Course busy = course(60, [](int) { return State{}; });
  for (Course::Span& window : busy.windows) window.failed = 0.05 * window.offered;
  EXPECT_EQ(judged(busy).kind, ComebackKind::comes_back);
  for (Course::Span& window : busy.windows) window.failed = 0.3 * window.offered;
  const Comeback answer = judged(busy);
  EXPECT_EQ(answer.kind, ComebackKind::not_decided);
  EXPECT_NE(answer.reason.find("not in order before the trigger"), std::string::npos) << answer.reason;
}

TEST(Comeback, later_than_allowed_is_none) {
  const Course slow = course(60, [](int since) { return State{since < 25 ? 1.0 : 0.0, 0}; });
  EXPECT_EQ(judged(slow, two_minutes, Seconds{25 * 60}).kind, ComebackKind::comes_back);
  const Comeback late = judged(slow, two_minutes, Seconds{24 * 60});
  EXPECT_EQ(late.kind, ComebackKind::does_not_come_back);
  EXPECT_EQ(late.after, Seconds{25 * 60});
  // Still on its way when the run ends, or back for one window only: late all the same.
  const Course slower = course(42, [](int since) { return State{1 - since / 100.0, 2000}; });
  EXPECT_EQ(judged(slower, two_minutes, Seconds{20 * 60}).kind, ComebackKind::does_not_come_back);
  EXPECT_EQ(judged(slower, two_minutes, Seconds{40 * 60}).kind, ComebackKind::not_decided);
  const Course last = course(40, [](int since) { return State{since < 27 ? 1.0 : 0.0, 0}; });
  EXPECT_EQ(judged(last, two_minutes, Seconds{20 * 60}).kind, ComebackKind::does_not_come_back);
}

TEST(Comeback, of_a_fault_that_lasts_is_told_only_when_it_does_no_harm_any_more) {
  const Trigger lasting{Seconds{600}, Seconds{600}, "lose sql-1"};
  EXPECT_EQ(judged(course(60, [](int) { return State{}; }), lasting).kind, ComebackKind::comes_back);
  const Comeback answer = judged(course(60, [](int) { return State{0, 300}; }), lasting);
  EXPECT_EQ(answer.kind, ComebackKind::not_decided);
  EXPECT_NE(answer.reason.find("lose sql-1 lasts to the end"), std::string::npos) << answer.reason;
}

TEST(Comeback, later_than_allowed_after_what_happens_again_to_the_end_may_be_the_effect_of_the_latest_time) {
  const Course slow = course(60, [](int since) { return State{since < 25 ? 1.0 : 0.0, 0}; });
  const Trigger again{Seconds{600}, Seconds{600}, "lose sql-1", true};
  const Comeback late = judged(slow, again, Seconds{24 * 60});
  EXPECT_EQ(late.kind, ComebackKind::not_decided);
  EXPECT_NE(late.reason.find("lose sql-1 happens again and again to the end"), std::string::npos) << late.reason;
  EXPECT_EQ(judged(slow, again, Seconds{27 * 60}).kind, ComebackKind::comes_back);
}

TEST(Trigger, is_over_when_the_last_fault_is) {
  Scenario scenario = ten_minutes();
  EXPECT_FALSE(trigger_of(scenario));
  scenario.faults = {loss("a", 60), loss("b", 30)};
  scenario.faults[0].duration = Seconds{10};
  scenario.faults[1].duration = Seconds{100};
  EXPECT_EQ(trigger_of(scenario), (Trigger{Seconds{30}, Seconds{130}, std::nullopt}));
  scenario.faults[0].every = Seconds{50};
  scenario.faults[0].times = 3;
  EXPECT_EQ(trigger_of(scenario), (Trigger{Seconds{30}, Seconds{170}, std::nullopt}));
}

TEST(Trigger, of_operators_is_over_when_they_can_be_done) {
  Scenario scenario;
  scenario.horizon = Seconds{3600};
  Database& content = scenario.topology.databases.emplace_back();
  content.holds = Holds::content;
  content.principal = NodeId{"sql-1"};
  content.mirror = NodeId{"sql-2"};
  content.size = Bytes{6e9};
  ChatPool& pool = scenario.topology.chat_pools.emplace_back();
  pool.name = PoolId{"chat"};
  pool.active = {NodeId{"chat-1"}};
  pool.standby = {NodeId{"chat-2"}};
  const auto over = [&](const auto& change) {
    scenario.faults.assign(1, Fault{});
    change(scenario.faults[0]);
    return trigger_of(scenario)->over;
  };
  const auto restore = [](Fault& fault) { fault.restore = PoolId{"chat"}; };
  EXPECT_EQ(over(restore), Seconds{60});
  EXPECT_EQ(over([](Fault& fault) { fault.new_mirror = NodeId{"sql-2"}; }), Seconds{60});
  EXPECT_EQ(over([&](Fault& fault) {
              restore(fault);
              fault.takes = SecondsRange{Seconds{300}, Seconds{1200}};
            }),
            Seconds{1200});
  EXPECT_EQ(over([](Fault& fault) { fault.activate = NodeId{"chat-2"}; }), scenario.costs.start_time.value);
  EXPECT_EQ(over([](Fault& fault) { fault.activate = NodeId{"chat-1"}; }), Seconds{0});  // drained before, it still runs
}

// Machines that come back empty serve nothing.
TEST(Trigger, that_destroys_the_last_copy_of_a_content_database_is_over_only_with_its_restore) {
  Scenario scenario = ten_minutes();
  Topology& topology = scenario.topology;
  Database& content = topology.databases.emplace_back();
  content.holds = Holds::content;
  content.principal = NodeId{"sql"};
  SqlInstance& cluster = topology.sql_instances.emplace_back();
  cluster.name = NodeId{"sql"};
  cluster.cluster = {NodeId{"sql-1"}, NodeId{"sql-2"}};
  const auto lasts = [&] { return trigger_of(scenario)->lasts.has_value(); };
  scenario.faults.assign(1, Fault{});
  Fault& fault = scenario.faults[0];
  fault.at = fault.duration.emplace(60);
  fault.kind = LossKind::destroyed;
  fault.lose_disks = NodeId{"sql"};
  EXPECT_TRUE(lasts());
  content.mirror = NodeId{"sql-m"};
  EXPECT_FALSE(lasts());
  content.mirror.reset();
  fault.kind = LossKind::reset;
  EXPECT_FALSE(lasts());
  fault.kind = LossKind::destroyed;
  fault.lose_disks.reset();
  fault.lose = NodeId{"sql-1"};
  EXPECT_FALSE(lasts());  // the storage is the other node's as well
  fault.lose = Names({"sql-1", "sql-2"});
  EXPECT_TRUE(lasts());
  scenario.faults.emplace_back().at = Seconds{180};
  scenario.faults[1].restore = PoolId{"chat"};
  EXPECT_FALSE(lasts());
  scenario.faults[1].at = Seconds{30};
  EXPECT_TRUE(lasts());
}

TEST(Trigger, that_happens_again_to_the_end_is_never_over_whatever_is_left_after_the_last_time) {
  Scenario scenario = ten_minutes();
  scenario.faults = {loss("a", 60), loss("b", 30)};
  scenario.faults[0].every = Seconds{50};
  scenario.faults[1].duration = Seconds{100};
  for (const double seconds : {10, 45}) {  // the last begins at 560, so that the first of these ends within the run
    scenario.faults[0].duration = Seconds{seconds};
    EXPECT_EQ(trigger_of(scenario), (Trigger{Seconds{30}, Seconds{130}, "lose a", true})) << seconds;
  }
}

// Whether a fault without an end lasts to that of the run is said next to each verb, and held against this list.
TEST(Trigger, of_every_verb_lasts_unless_it_is_done_at_a_moment) {
  const std::set<std::string_view> moments{"drain",         "activate",         "swap",       "fail_over",     "make_principal",
                                           "force_service", "resume_mirroring", "new_mirror", "new_secondary", "restore",
                                           "fail_back",     "set_active"};
  Scenario scenario = ten_minutes();
  for (const std::string_view verb : all_verbs()) {
    Fault fault;
    fault.at = Seconds{60};
    for_each_verb(fault, [&](std::string_view name, auto& subject, Verb) {
      if (name != verb) return;
      using Subject = std::remove_reference_t<decltype(subject)>;
      if constexpr (std::is_assignable_v<Subject&, NodeId>)
        subject = NodeId("a");
      else if constexpr (std::is_assignable_v<Subject&, PoolId>)
        subject = PoolId("a");
      else if constexpr (std::is_assignable_v<Subject&, Runbook>)
        subject = Runbook{};
      else
        subject = {SiteId("a"), SiteId("b")};
    });
    scenario.faults = {fault};
    ASSERT_EQ(verbs_of(fault), std::vector{verb});
    EXPECT_EQ(trigger_of(scenario)->lasts.has_value(), !moments.contains(verb)) << verb;
  }
}

TEST(Trigger, lasts_when_a_fault_has_no_end_or_happens_at_random) {
  Scenario scenario = ten_minutes();
  scenario.faults = {loss("a", 60)};
  EXPECT_EQ(trigger_of(scenario), (Trigger{Seconds{60}, Seconds{60}, "lose a"}));
  scenario.faults[0].about_every = Parameter<Seconds>{};
  scenario.faults[0].about_every->value = Seconds{100};
  scenario.faults[0].duration = Seconds{10};
  EXPECT_EQ(trigger_of(scenario)->lasts, "lose a");
  scenario.faults[0] = {};
  scenario.faults[0].at = Seconds{60};
  scenario.faults[0].drain = NodeId("a");
  EXPECT_EQ(trigger_of(scenario), (Trigger{Seconds{60}, Seconds{60}, std::nullopt}));  // done at a moment
}

ReplicationResult two_pools(double away_from_second) {
  Fold fold(Seconds{600}, Seconds{60});
  for (const char* pool : {"one", "two"}) {
    const Place place{.pool = pool};
    const SeriesId connected = fold.add(Metric::users_connected, place), waiting = fold.add(Metric::users_waiting, place);
    const SeriesId arrivals = fold.add(Metric::arrivals, place), refusals = fold.add(Metric::refusals, place);
    fold.count(fold.add(Metric::refusals, {.pool = pool, .part = "post"}), 30, 7);  // is in the sum already
    fold.level(fold.add(Metric::users_connected, {.pool = pool, .node = "a"}), 0, 1);
    const double away = std::string(pool) == "two" ? away_from_second : 0;
    const SeriesId available = fold.add(Metric::database_available, {.pool = pool, .part = "content"});
    fold.level(fold.add(Metric::database_available, {.pool = pool, .part = "compliance"}), 0, 0.5);
    fold.level(available, 0, 1);
    fold.level(available, 120, 1 - away);
    fold.level(connected, 0, 100);
    fold.level(connected, 120, 100 * (1 - away));
    fold.level(waiting, 120, 100 * away);
    fold.count(arrivals, 30, 1000);
    fold.count(refusals, 30, 4);
    fold.count(fold.add(Metric::requests_lost, place), 30, 3);
  }
  return finished(std::move(fold));
}

TEST(Comeback, is_that_of_the_pool_that_fares_worst) {
  Scenario scenario = ten_minutes();
  EXPECT_FALSE(comeback(scenario, two_pools(0)));
  scenario.faults = {loss("a", 110)};
  scenario.faults[0].duration = Seconds{5};
  EXPECT_EQ(comeback(scenario, two_pools(0))->kind, ComebackKind::comes_back);
  const auto answer = comeback(scenario, two_pools(0.5));
  EXPECT_EQ(answer->kind, ComebackKind::does_not_come_back);
  EXPECT_TRUE(answer->reason.starts_with("two: 50 % of users are away")) << answer->reason;
  const Course first = courses_of(two_pools(0.5)).at(1);
  EXPECT_EQ(first.windows[5].connected, 50);
  EXPECT_EQ(first.windows[5].waiting, 50);
  EXPECT_EQ(first.windows[0].offered, 1000);
  EXPECT_EQ(first.windows[0].failed, 7);
  EXPECT_EQ(first.windows[0].served, 1);
  EXPECT_EQ(first.windows[5].served, 0.5);
  EXPECT_TRUE(first.has_requests);
}

// One is back after 25 minutes where 24 are allowed, the other never.
TEST(Comeback, of_two_pools_that_fail_is_that_of_the_one_that_never_is_back) {
  Scenario scenario = ten_minutes();
  scenario.faults = {loss("a", 110)};
  scenario.faults[0].duration = Seconds{5};
  scenario.comes_back_within = Seconds{24 * 60};
  for (const bool never_first : {true, false}) {
    Fold fold(Seconds{60 * 60}, Seconds{60});
    for (const bool never : {never_first, !never_first}) {
      const Place place{.pool = never ? "never" : "late"};
      const SeriesId connected = fold.add(Metric::users_connected, place), waiting = fold.add(Metric::users_waiting, place);
      fold.level(connected, 0, 100);
      fold.level(connected, 120, 50);
      fold.level(waiting, 120, 50);
      if (never) continue;
      fold.level(connected, 120 + 25 * 60, 100);
      fold.level(waiting, 120 + 25 * 60, 0);
    }
    const auto answer = comeback(scenario, finished(std::move(fold)));
    EXPECT_EQ(answer->kind, ComebackKind::does_not_come_back);
    EXPECT_FALSE(answer->after) << never_first;
    EXPECT_TRUE(answer->reason.starts_with("never: ")) << answer->reason;
  }
}

// What was wrong before does not matter, nor by how much; from the last wrong window on the time counts.
RC_GTEST_PROP(ComebackProperties, the_last_wrong_window_is_the_answer, ()) {
  const int last_wrong = *rc::gen::inRange(0, 40), calm = *rc::gen::inRange(2, 20);
  const auto wrong = *rc::gen::container<std::vector<int>>(static_cast<std::size_t>(last_wrong), rc::gen::inRange(0, 100));
  const Comeback answer = judged(course(12 + last_wrong + 1 + calm, [&](int since) {
    if (since > last_wrong) return State{};
    const int percent_away = since == last_wrong ? 50 : wrong[static_cast<std::size_t>(since)];
    return State{percent_away / 100.0, 10.0 * percent_away};
  }));
  RC_ASSERT(answer.kind == ComebackKind::comes_back);
  RC_ASSERT(answer.after == Seconds{60.0 * (last_wrong + 1)});
}

// Shares decide, so that a pool twice as large in the same state gets the same answer.
RC_GTEST_PROP(ComebackProperties, the_size_of_a_pool_does_not_matter, ()) {
  const auto states = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 101));
  const Course one = course(12 + static_cast<int>(states.size()), [&](int since) {
    return State{states[static_cast<std::size_t>(since)] / 100.0, 100.0 * (states[static_cast<std::size_t>(since)] % 7)};
  });
  Course twice = one;
  for (Course::Span& window : twice.windows)
    for (double* number : {&window.connected, &window.waiting, &window.offered, &window.failed}) *number *= 2;
  RC_ASSERT(judged(one).kind == judged(twice).kind);
  RC_ASSERT(judged(one).after == judged(twice).after);
}

}  // namespace
}  // namespace poolcast
