#include "domain/verdict.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <tuple>

#include "tests/domain/results.hpp"

namespace poolcast {
namespace {

Verdict judged(const Objective& what, const Scenario& scenario, const std::vector<ReplicationResult>& results) {
  return judge(what, scenario, results, 0, false);
}

Scenario with_loss(double at = 120) {
  Scenario scenario = ten_minutes();
  scenario.faults.push_back(loss("chat-2", at));
  return scenario;
}

Objective users_back(double at_most) {
  Objective result = objective("users_back", Statistic::p95, seconds(at_most));
  result.after = "lose chat-2";
  return result;
}

// A minute's loss after two of thirty minutes, whose users, half of all, are back that many minutes after it; negative: never.
// `returning`: the trend of those who are not, each minute one of a hundred.
ReplicationResult with_comeback(int minutes, bool returning = false, bool requests = true) {
  Fold fold(Seconds{1800}, Seconds{60});
  const Place place{.pool = "chat"};
  if (requests) fold.add(Metric::arrivals, place);
  const SeriesId connected = fold.add(Metric::users_connected, place), waiting = fold.add(Metric::users_waiting, place);
  const auto away = [&](double at, double users) {
    fold.level(connected, at, 100 - users);
    fold.level(waiting, at, users);
  };
  away(0, 0);
  away(120, 50);
  for (int minute = 3; returning && minute < 30; ++minute) away(60 * minute, 53 - minute);
  if (minutes >= 0) away(180 + 60 * minutes, 0);
  return finished(std::move(fold));
}

Scenario with_short_loss() {
  Scenario scenario = with_loss();
  scenario.horizon = Seconds{1800};
  scenario.faults[0].duration = Seconds{60};
  return scenario;
}

TEST(Verdict, of_a_loss_that_displaced_nobody_asks_nothing_where_absence_is_counted) {
  Fold fold(Seconds{600}, Seconds{60});
  fold.add(Metric::user_minutes_lost, {.pool = "chat"});
  const Verdict verdict = judged(users_back(300), with_loss(), {finished(std::move(fold))});
  EXPECT_EQ(verdict.kind, VerdictKind::holds);
  EXPECT_EQ(verdict.note, "nobody was displaced");
}

TEST(Verdict, to_come_back_holds_when_every_replication_does) {
  const Objective what = objective("comes_back", std::nullopt, std::nullopt);
  const Verdict verdict = judged(what, with_short_loss(), {with_comeback(5), with_comeback(15)});
  EXPECT_EQ(verdict.kind, VerdictKind::holds);
  EXPECT_EQ(verdict.sentence, "comes back");
  EXPECT_DOUBLE_EQ(verdict.answer.value().value, 600);
  EXPECT_EQ(verdict.margin, std::nullopt);
  EXPECT_EQ(verdict.note, "");
}

// As the fluid model does.
TEST(Verdict, to_come_back_says_that_nobody_looked_at_requests) {
  const Objective what = objective("comes_back", std::nullopt, std::nullopt);
  const Verdict verdict = judged(what, with_short_loss(), {with_comeback(5, false, false)});
  EXPECT_EQ(verdict.kind, VerdictKind::holds);
  EXPECT_EQ(verdict.note, "of users alone: requests were not followed");
}

TEST(Verdict, to_come_back_fails_when_one_replication_does_not_whatever_the_others_do) {
  const Objective what = objective("comes_back", std::nullopt, std::nullopt);
  const Verdict verdict = judged(what, with_short_loss(), {with_comeback(5), with_comeback(-1, true), with_comeback(-1)});
  EXPECT_EQ(verdict.kind, VerdictKind::fails);
  EXPECT_FALSE(verdict.answer);
  EXPECT_TRUE(verdict.note.starts_with("50 % of users are away 27 min after the trigger; ")) << verdict.note;
  EXPECT_TRUE(verdict.note.ends_with(", in 1 of 3 replications")) << verdict.note;
}

TEST(Verdict, to_come_back_is_unknown_while_it_is_not_decided) {
  const Objective what = objective("comes_back", std::nullopt, std::nullopt);
  const Verdict verdict = judged(what, with_short_loss(), {with_comeback(5), with_comeback(-1, true)});
  EXPECT_EQ(verdict.kind, VerdictKind::unknown);
  EXPECT_TRUE(verdict.note.starts_with("not decided: ")) << verdict.note;
  EXPECT_EQ(judged(what, with_short_loss(), {finished(Fold(Seconds{1800}, Seconds{60}))}).kind, VerdictKind::unknown);
}

TEST(Verdict, to_come_back_later_than_the_bound_fails) {
  Scenario scenario = with_short_loss();
  const Objective late = objective("comes_back", std::nullopt, seconds(600)), early = objective("comes_back", {}, seconds(1200));
  EXPECT_EQ(judged(late, scenario, {with_comeback(15)}).kind, VerdictKind::fails);
  EXPECT_EQ(judged(late, scenario, {with_comeback(15)}).sentence, "comes back within 10 min");
  EXPECT_EQ(judged(late, scenario, {with_comeback(-1, true)}).kind, VerdictKind::fails);  // though on its way
  EXPECT_NEAR(judged(early, scenario, {with_comeback(15)}).margin.value(), 0.25, 1e-12);
  // Without a bound of its own that of the scenario holds.
  scenario.comes_back_within = Seconds{600};
  EXPECT_EQ(judged(objective("comes_back", {}, {}), scenario, {with_comeback(15)}).kind, VerdictKind::fails);
  EXPECT_EQ(judged(early, scenario, {with_comeback(15)}).kind, VerdictKind::holds);
}

TEST(Verdict, to_come_back_asks_nothing_where_nothing_breaks) {
  const Verdict verdict = judged(objective("comes_back", {}, {}), ten_minutes(), {with_comeback(-1)});
  EXPECT_EQ(verdict.kind, VerdictKind::holds);
  EXPECT_EQ(verdict.note, "nothing breaks");
}

TEST(Verdict, to_come_back_may_be_asked_of_one_pool) {
  Objective what = objective("comes_back", {}, {});
  what.place = "chat";
  EXPECT_EQ(judged(what, with_short_loss(), {with_comeback(-1)}).kind, VerdictKind::fails);
  EXPECT_EQ(judged(what, with_short_loss(), {with_comeback(-1)}).sentence, "comes back at chat");
  what.place = "other";
  EXPECT_EQ(judged(what, with_short_loss(), {with_comeback(-1)}).note, "nobody counted the users at other");
}

TEST(Verdict, an_answer_below_the_bound_holds_with_its_margin) {
  const Verdict verdict = judged(objective("delivery_latency", Statistic::max, seconds(0.5)), ten_minutes(),
                                 {with_delivery_latency({0.1, 0.4}), with_delivery_latency({0.4, 0.1}, 1)});
  EXPECT_EQ(verdict.kind, VerdictKind::holds);
  EXPECT_EQ(verdict.sentence, "delivery latency max at most 500 ms");
  EXPECT_DOUBLE_EQ(verdict.answer.value().value, 0.4);
  EXPECT_NEAR(verdict.margin.value(), 0.2, 1e-12);
  EXPECT_EQ(verdict.note, "");
}

TEST(Verdict, an_answer_above_the_bound_fails_with_a_negative_margin) {
  const Verdict verdict =
      judged(objective("delivery_latency", Statistic::mean, seconds(0.5)), ten_minutes(), {with_delivery_latency({1.0})});
  EXPECT_EQ(verdict.kind, VerdictKind::fails);
  EXPECT_DOUBLE_EQ(verdict.margin.value(), -1);
}

TEST(Verdict, a_bound_inside_the_interval_is_said) {
  const Verdict verdict = judged(objective("delivery_latency", Statistic::mean, seconds(0.5)), ten_minutes(),
                                 {with_delivery_latency({0.3}), with_delivery_latency({0.6}, 1)});
  EXPECT_EQ(verdict.kind, VerdictKind::holds);
  EXPECT_EQ(verdict.note, "the interval contains the bound: more replications would decide");
}

TEST(Verdict, a_bound_of_zero_has_no_margin) {
  Fold fold(Seconds{600}, Seconds{60});
  fold.add(Metric::messages_lost, {});
  const Verdict verdict = judged(objective("messages_lost", std::nullopt, number(0)), ten_minutes(), {finished(std::move(fold))});
  EXPECT_EQ(verdict.kind, VerdictKind::holds);
  EXPECT_EQ(verdict.sentence, "messages lost at most 0");
  EXPECT_FALSE(verdict.margin);
}

TEST(Verdict, what_was_not_recorded_is_unknown) {
  const Verdict verdict =
      judged(objective("search_latency", Statistic::p95, seconds(1)), ten_minutes(), {with_delivery_latency({1})});
  EXPECT_EQ(verdict.kind, VerdictKind::unknown);
  EXPECT_EQ(verdict.note, "search latency was not recorded");
  EXPECT_FALSE(verdict.answer);
}

TEST(Verdict, a_statistic_that_is_not_defined_is_unknown) {
  Fold fold(Seconds{600}, Seconds{60});
  fold.add(Metric::users_connected, {});
  const Verdict verdict =
      judged(objective("users_connected", Statistic::p99_9, number(5)), ten_minutes(), {finished(std::move(fold))});
  EXPECT_EQ(verdict.kind, VerdictKind::unknown);
  EXPECT_EQ(verdict.sentence, "users connected p99.9 at most 5");
  EXPECT_EQ(verdict.note, "users connected has no p99.9");
}

TEST(Verdict, no_replication_is_no_answer) {
  const Verdict verdict = judged(users_back(300), with_loss(), {});
  EXPECT_EQ(verdict.kind, VerdictKind::unknown);
  EXPECT_EQ(verdict.note, "no replication was finished");
}

TEST(Verdict, figures_after_a_fault_begin_with_its_window) {
  Objective after = objective("delivery_latency", Statistic::max, seconds(0.5));
  after.after = "lose chat-2";
  const Verdict verdict = judged(after, with_loss(130), {with_delivery_latency({9, 9, 0.25, 0.1, 0.1})});
  EXPECT_DOUBLE_EQ(verdict.answer.value().value, 0.25);
  EXPECT_EQ(verdict.sentence, "delivery latency max after lose chat-2 at most 500 ms");
}

TEST(Verdict, users_who_come_back_in_every_replication_have_a_mean_time) {
  const Verdict verdict =
      judged(users_back(300), with_loss(), {with_users_back("lose chat-2", 100), with_users_back("lose chat-2", 200, 1)});
  EXPECT_EQ(verdict.kind, VerdictKind::holds);
  EXPECT_DOUBLE_EQ(verdict.answer.value().value, 150);
  EXPECT_EQ(verdict.sentence, "users back p95 at most 5 min");
}

TEST(Verdict, users_not_back_in_longer_than_the_bound_have_failed_it) {
  const Verdict verdict = judged(users_back(300), with_loss(), {with_users_back("lose chat-2", -1)});
  EXPECT_EQ(verdict.kind, VerdictKind::fails);
  EXPECT_FALSE(verdict.answer);
  EXPECT_FALSE(verdict.margin);
  EXPECT_EQ(verdict.note, "not back within the horizon (8 min after the loss), 40 % were");
}

TEST(Verdict, users_not_back_in_less_than_the_bound_are_unknown) {
  const Verdict verdict =
      judged(users_back(3600), with_loss(), {with_users_back("lose chat-2", 100), with_users_back("lose chat-2", -1, 1)});
  EXPECT_EQ(verdict.kind, VerdictKind::unknown);
  EXPECT_EQ(verdict.note, "not back within the horizon (8 min after the loss), 40 % were, in 1 of 2 replications");
}

TEST(Verdict, users_not_back_fail_only_if_the_mean_is_certain_to) {
  const std::vector<ReplicationResult> results{with_users_back("lose chat-2", 10), with_users_back("lose chat-2", -1, 1)};
  EXPECT_EQ(judged(users_back(300), with_loss(), results).kind, VerdictKind::unknown);  // (10 + 480 or more) / 2
  EXPECT_EQ(judged(users_back(240), with_loss(), results).kind, VerdictKind::fails);
}

TEST(Verdict, a_time_that_is_not_a_number_was_not_reached) {
  const Verdict verdict =
      judged(users_back(300), with_loss(), {with_users_back("lose chat-2", std::numeric_limits<double>::quiet_NaN())});
  EXPECT_FALSE(verdict.answer);
}

// Outages of 10 s and `second` s of the database; negative: to the end.
ReplicationResult with_outages(double second) {
  Fold fold(Seconds{600}, Seconds{60});
  fold.add(Metric::arrivals, {});
  for (const auto& [label, at, lasted] : {std::tuple{"lose sql-1", 120.0, 10.0}, std::tuple{"lose sql-1 (2)", 300.0, second}}) {
    const SeriesId id = fold.add(Metric::database_back, {.pool = "chat", .part = label});
    fold.once(id, "at", at);
    if (lasted >= 0) fold.once(id, "", lasted);
  }
  return finished(std::move(fold));
}

TEST(Verdict, the_longest_outage_of_a_database_answers_and_one_without_end_fails) {
  Scenario scenario = ten_minutes();
  scenario.faults = {loss("sql-1", 120)};
  Objective back = objective("database_back", std::nullopt, seconds(60));
  back.after = "lose sql-1";
  EXPECT_DOUBLE_EQ(judged(back, scenario, {with_outages(30)}).answer.value().value, 30);
  EXPECT_DOUBLE_EQ(judged(back, scenario, {with_outages(5)}).answer.value().value, 10);
  const Verdict never = judged(back, scenario, {with_outages(-1)});
  EXPECT_EQ(never.kind, VerdictKind::fails);
  EXPECT_EQ(never.note, "not back within the horizon (5 min after the loss)");
}

// The database is watched, and nothing happens to it.
ReplicationResult without_outages() {
  Fold fold(Seconds{600}, Seconds{60});
  fold.once(fold.add(Metric::without_database, {.pool = "chat"}), "", 0);
  return finished(std::move(fold), 1);
}

TEST(Verdict, a_database_that_survives_its_loss_has_no_time_and_needs_none) {
  Scenario scenario = ten_minutes();
  scenario.faults = {loss("sql-1", 120)};
  Objective back = objective("database_back", std::nullopt, seconds(60));
  back.after = "lose sql-1";
  const Verdict never = judged(back, scenario, {without_outages()});
  EXPECT_EQ(never.kind, VerdictKind::holds);
  EXPECT_EQ(never.note, "it took no database away");
  const Verdict once = judged(back, scenario, {with_outages(30), without_outages()});
  EXPECT_EQ(once.kind, VerdictKind::holds);
  EXPECT_DOUBLE_EQ(once.answer.value().value, 30);
  EXPECT_EQ(once.note, "it took no database away in 1 of 2 replications");
  EXPECT_EQ(judged(back, scenario, {with_outages(-1), without_outages()}).kind, VerdictKind::fails);
  back.after.reset();
  EXPECT_EQ(judged(back, scenario, {without_outages()}).note, "the database never went");
}

TEST(Verdict, a_database_that_nobody_watches_is_unknown) {
  Objective back = objective("database_back", std::nullopt, seconds(60));
  const Verdict verdict = judged(back, with_loss(), {with_users_back("lose chat-2", 1)});
  EXPECT_EQ(verdict.kind, VerdictKind::unknown);
  EXPECT_EQ(verdict.note, "nothing was recorded of what becomes of the database");
}

// Without a time a quarter of the displaced users was back at the end.
void add_loss(Fold& fold, const std::string& label, double displaced, double at, std::optional<double> p95) {
  const SeriesId id = fold.add(Metric::users_back, {.pool = "chat", .part = label});
  fold.once(id, "displaced", displaced);
  fold.once(id, "back", p95 ? displaced : displaced / 4);
  fold.once(id, "at", at);
  if (p95) fold.once(id, "p95", *p95);
}

ReplicationResult with_losses(const std::function<void(Fold&)>& add) {
  Fold fold(Seconds{600}, Seconds{60});
  fold.add(Metric::arrivals, {});
  add(fold);
  return finished(std::move(fold));
}

TEST(Verdict, a_loss_that_displaced_nobody_holds_and_says_so) {
  const auto nobody = with_losses([](Fold& fold) { add_loss(fold, "lose chat-2", 0, 120, std::nullopt); });
  const Verdict verdict = judged(users_back(60), with_loss(), {nobody});
  EXPECT_EQ(verdict.kind, VerdictKind::holds);
  EXPECT_EQ(verdict.note, "nobody was displaced");
  EXPECT_FALSE(verdict.answer);
}

TEST(Verdict, a_replication_in_which_nobody_was_displaced_does_not_change_the_answer) {
  const auto nobody = with_losses([](Fold& fold) { add_loss(fold, "lose chat-2", 0, 120, std::nullopt); });
  const Verdict fails = judged(users_back(60), with_loss(), {nobody, with_users_back("lose chat-2", 90)});
  EXPECT_EQ(fails.kind, VerdictKind::fails);
  EXPECT_DOUBLE_EQ(fails.answer.value().value, 90);
  EXPECT_EQ(fails.note, "nobody was displaced in 1 of 2 replications");
  EXPECT_EQ(judged(users_back(470), with_loss(), {nobody, with_users_back("lose chat-2", -1)}).kind, VerdictKind::fails);
}

TEST(Verdict, a_loss_that_was_not_recorded_is_unknown) {
  const Verdict verdict = judged(users_back(300), with_loss(), {with_users_back("lose chat-9", 1)});
  EXPECT_EQ(verdict.kind, VerdictKind::unknown);
  EXPECT_EQ(verdict.note, "no such loss was recorded");
}

TEST(Verdict, of_two_losses_of_one_server_the_worst_answers) {
  Scenario scenario = with_loss();
  scenario.faults.push_back(loss("chat-2", 300));
  const auto both = [](std::optional<double> second) {
    return with_losses([second](Fold& fold) {
      add_loss(fold, "lose chat-2", 100, 120, 20);
      add_loss(fold, "lose chat-2 (2)", 100, 300, second);
      add_loss(fold, "lose chat-20", 100, 300, 500);
    });
  };
  EXPECT_DOUBLE_EQ(judged(users_back(60), scenario, {both(50)}).answer.value().value, 50);
  const Verdict late = judged(users_back(60), scenario, {both(std::nullopt)});
  EXPECT_EQ(late.kind, VerdictKind::fails);
  EXPECT_EQ(late.note, "not back within the horizon (5 min after the loss), 25 % were");
}

TEST(Verdict, figures_after_a_label_of_two_faults_begin_with_the_first) {
  Scenario scenario = with_loss(190);
  scenario.faults.push_back(loss("chat-2", 70));
  Objective after = objective("delivery_latency", Statistic::max, seconds(0.5));
  after.after = "lose chat-2";
  EXPECT_DOUBLE_EQ(judged(after, scenario, {with_delivery_latency({9, 2, 1, 0.1})}).answer.value().value, 2);
}

TEST(Verdict, without_a_place_the_series_about_everything_answers) {
  Fold fold(Seconds{600}, Seconds{60});
  fold.count(fold.add(Metric::refusals, {.node = "chat-1"}), 1, 3);
  fold.count(fold.add(Metric::refusals, {.node = "chat-2"}), 1, 4);
  const SeriesId everything = fold.add(Metric::refusals, {});
  fold.count(everything, 1, 8);
  const Verdict verdict = judged(objective("refusals", std::nullopt, number(0)), ten_minutes(), {finished(std::move(fold))});
  EXPECT_EQ(verdict.answer.value().value, 8);
}

TEST(Verdict, without_it_the_counts_of_the_widest_places_are_added) {
  Fold fold(Seconds{600}, Seconds{60});
  fold.count(fold.add(Metric::refusals, {.pool = "chat", .node = "chat-1"}), 1, 3);
  fold.count(fold.add(Metric::refusals, {.pool = "chat", .node = "chat-2"}), 1, 4);
  fold.count(fold.add(Metric::refusals, {.pool = "chat", .part = "joins"}), 1, 100);
  const Verdict verdict = judged(objective("refusals", std::nullopt, number(0)), ten_minutes(), {finished(std::move(fold))});
  EXPECT_EQ(verdict.answer.value().value, 7);
}

TEST(Verdict, of_levels_the_worst_place_answers) {
  const auto results = [] {
    Fold fold(Seconds{600}, Seconds{60});
    fold.level(fold.add(Metric::utilisation, {.node = "chat-1"}), 0, 0.5);
    fold.level(fold.add(Metric::utilisation, {.node = "chat-2"}), 0, 0.75);
    return std::vector{finished(std::move(fold))};
  }();
  Objective what = objective("utilisation", std::nullopt, share(0.8));
  EXPECT_DOUBLE_EQ(judged(what, ten_minutes(), results).answer.value().value, 0.75);
  what.place = "chat-1";
  const Verdict verdict = judged(what, ten_minutes(), results);
  EXPECT_DOUBLE_EQ(verdict.answer.value().value, 0.5);
  EXPECT_EQ(verdict.sentence, "utilisation at chat-1 at most 80 %");
  what.at_most.reset();
  what.place.reset();
  what.at_least = share(0.6);
  EXPECT_EQ(judged(what, ten_minutes(), results).kind, VerdictKind::fails);
}

TEST(Verdict, a_busy_chat_server_fails_an_objective_without_a_place_beside_an_idle_front_end) {
  Fold fold(Seconds{600}, Seconds{60});
  fold.level(fold.add(Metric::utilisation, {.site = "north", .pool = "front"}), 0, 0.01);
  fold.level(fold.add(Metric::utilisation, {.site = "north", .pool = "chat", .node = "chat-1"}), 0, 0.9);
  fold.level(fold.add(Metric::utilisation, {.site = "north", .pool = "chat", .node = "sql-1", .part = "log"}), 0, 1);
  const Verdict verdict =
      judged(objective("utilisation", Statistic::max, share(0.8)), ten_minutes(), {finished(std::move(fold))});
  EXPECT_EQ(verdict.kind, VerdictKind::fails);
  EXPECT_DOUBLE_EQ(verdict.answer.value().value, 0.9);
}

TEST(Verdict, users_of_two_pools_are_added_window_by_window) {
  const auto results = [] {
    Fold fold(Seconds{600}, Seconds{60});
    const SeriesId chat = fold.add(Metric::users_connected, {.pool = "chat"});
    const SeriesId talk = fold.add(Metric::users_connected, {.pool = "talk"});
    fold.level(fold.add(Metric::users_connected, {.pool = "chat", .node = "chat-1"}), 0, 40'000);
    fold.level(chat, 0, 40'000);
    fold.level(talk, 0, 40'000);
    fold.level(chat, 300, 10'000);
    fold.level(talk, 300, 70'000);
    return std::vector{finished(std::move(fold))};
  }();
  Objective what = objective("users_connected", std::nullopt, std::nullopt);
  what.at_least = number(80'000);
  EXPECT_EQ(judged(what, ten_minutes(), results).kind, VerdictKind::holds);
  what.statistic = Statistic::max;
  EXPECT_DOUBLE_EQ(judged(what, ten_minutes(), results).answer.value().value, 80'000);
  what.place = "talk";
  EXPECT_DOUBLE_EQ(judged(what, ten_minutes(), results).answer.value().value, 70'000);
}

TEST(Verdict, rooms_and_servers_are_named_after_the_statistic) {
  Scenario scenario = ten_minutes();
  scenario.workload.room_classes.emplace_back().name = "small";
  Objective what = objective("delivery_latency", Statistic::p95, seconds(0.5));
  what.place = "small";
  const Verdict verdict = judged(what, scenario, {with_users_back("lose chat-2", 1)});
  EXPECT_EQ(verdict.sentence, "delivery latency p95 in small rooms at most 500 ms");
  EXPECT_EQ(verdict.note, "delivery latency was not recorded in small rooms");
  what = objective("utilisation", Statistic::max, share(0.9));
  what.place = "chat-1";
  EXPECT_EQ(judged(what, scenario, {}).sentence, "utilisation max at chat-1 at most 90 %");
}

}  // namespace
}  // namespace poolcast
