#include "domain/comeback.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <span>

#include "domain/fault_verbs.hpp"
#include "domain/preparation.hpp"
#include "domain/summary.hpp"
#include "domain/wording.hpp"

namespace poolcast {

namespace {

using Span = Course::Span;
using Spans = std::span<const Span>;

constexpr double unstable = 0.1;          // a share beyond which nobody calls the state before the trigger normal
constexpr std::size_t least_windows = 2;  // one alone shows neither a trend nor that it stays
constexpr double as_long_again = 1;       // of what was looked at
constexpr double steadily = 4;            // of what was looked at, if the pace is kept
constexpr double of_fastest_pace = 0.5;   // what counts as kept
constexpr double rounding = 1e-9;         // of a time

double away(const Span& window) {
  const double wanted = window.connected + window.waiting;
  return wanted > 0 ? window.waiting / wanted : 0;
}

// At most all: what is refused in this window may have been offered in the one before.
double share_failed(double failed, double offered) { return offered > 0 ? std::min(1.0, failed / offered) : 0; }
double failing(const Span& window) { return share_failed(window.failed, window.offered); }

using Measure = double (*)(const Span&);

double mean(Spans windows, Measure share) {
  if (windows.empty()) return 0;
  double sum = 0;
  for (const Span& window : windows) sum += share(window);
  return sum / static_cast<double>(windows.size());
}

std::string percent(double share) { return in_words({std::round(share * 1000) / 1000, Quantity::Dimension::share}); }

std::string rounded(double seconds) {
  const double unit = seconds < 120 ? 1 : seconds < 600 ? 6 : seconds < 2 * 3600 ? 60 : 360;
  return seconds_in_words(std::round(seconds / unit) * unit);
}

// What is normal, and what came after.
struct Look {
  Spans after;
  double away = 0;     // at most this share of users
  double failing = 0;  // at most this share of requests
  double looked = 0;   // seconds from the end of the trigger to that of the course

  bool normal(const Span& window) const { return poolcast::away(window) <= away && poolcast::failing(window) <= failing; }
};

// The second half of what came before: the first may be a warm-up.
Spans before(const Course& course, const Trigger& trigger) {
  const Spans all = course.windows;
  const auto ended = [&](const Span& window) { return window.start + window.length <= trigger.begins + Seconds{rounding}; };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(all, ended));
  return all.subspan(count / 2, count - count / 2);
}

Look look(const Course& course, const Trigger& trigger) {
  const Spans all = course.windows;
  const auto first =
      std::ranges::find_if(all, [&](const Span& window) { return window.start >= trigger.over - Seconds{rounding}; });
  const Spans calm = before(course, trigger);
  Look result;
  result.after = all.subspan(static_cast<std::size_t>(first - all.begin()));
  result.away = mean(calm, away) + comeback_tolerance;
  result.failing = mean(calm, failing) + comeback_tolerance;
  if (!all.empty()) result.looked = (all.back().start + all.back().length - trigger.over).count();
  return result;
}

bool without_database(const Span& window) { return window.served < 1 - rounding; }

// Least squares over the middles of the windows, per second.
double slope(Spans windows, Measure share) {
  const auto middle = [](const Span& window) { return (window.start + window.length / 2).count(); };
  double time = 0;
  for (const Span& window : windows) time += middle(window);
  time /= static_cast<double>(windows.size());
  double above = 0, below = 0;
  for (const Span& window : windows) {
    above += (middle(window) - time) * share(window);
    below += (middle(window) - time) * (middle(window) - time);
  }
  return below > 0 ? above / below : 0;
}

double fastest_fall(Spans windows, Measure share) {
  double fastest = 0;
  for (std::size_t i = 1; i < windows.size(); ++i)
    fastest = std::max(fastest, (share(windows[i - 1]) - share(windows[i])) / windows[i].length.count());
  return fastest;
}

// Without a database requests fail whatever the load.
std::string overload(Spans tail) {
  if (without_database(tail.back())) return "";
  double offered = 0, failed = 0, length = 0;
  for (const Span& window : tail) offered += window.offered, failed += window.failed, length += window.length.count();
  if (!(offered > 0) || !(failed > 0)) return "";
  return "in the last " + rounded(length) + " " + number_in_words(std::round(offered)) + " requests were offered and " +
         percent(1 - share_failed(failed, offered)) +
         " served, so that what is tried again keeps the load above what is served; ";
}

Comeback not_back(const Look& look, const Trigger& trigger, std::optional<Seconds> within) {
  const Span& last = look.after.back();
  const bool users = away(last) > look.away;
  const Measure share = users ? away : failing;
  const double left = share(last) - (users ? look.away : look.failing);
  const Spans tail = look.after.last(std::max(least_windows, look.after.size() / 2));
  const double pace = -slope(tail, share);
  const double needed = pace > 0 ? left / pace : -1;
  const bool keeps_pace = pace >= of_fastest_pace * fastest_fall(look.after, share);
  const bool on_its_way = needed >= 0 && needed <= look.looked * (keeps_pace ? steadily : as_long_again);

  const std::string state = percent(share(last)) + (users ? " of users are away " : " of requests fail ") + rounded(look.looked) +
                            " after the trigger; " + (without_database(last) ? "nobody serves its content database; " : "");
  if (within && look.looked > within->count() && !trigger.lasts)
    return {ComebackKind::does_not_come_back, std::nullopt,
            state + (on_its_way ? "at the pace of late it takes " + rounded(needed) + " more, " : overload(tail)) + "and only " +
                seconds_in_words(within->count()) + " are allowed"};
  if (on_its_way)
    return {ComebackKind::not_decided, std::nullopt,
            state + "at the pace of late it takes " + rounded(needed) + " more: look longer"};
  if (trigger.lasts)
    return {ComebackKind::not_decided, std::nullopt,
            state + *trigger.lasts +
                " lasts to the end of the run, so that its own effect and one that keeps itself alive cannot be told "
                "apart"};
  const std::string trend = needed >= 0 ? "at the pace of late it takes " + rounded(needed) + " more" : "it does not get better";
  return {ComebackKind::does_not_come_back, std::nullopt, state + overload(tail) + trend};
}

}  // namespace

Comeback comeback(const Course& course, const Trigger& trigger, std::optional<Seconds> within) {
  const Look look = poolcast::look(course, trigger);
  if (look.after.size() < least_windows)
    return {ComebackKind::not_decided, std::nullopt,
            "the run ends " + rounded(std::max(0.0, look.looked)) + " after the trigger: look longer"};
  if (look.away > unstable || look.failing > unstable)
    return {ComebackKind::not_decided, std::nullopt,
            "it was not in order before the trigger: " + percent(look.away - comeback_tolerance) + " of users were away and " +
                percent(look.failing - comeback_tolerance) + " of requests failed"};
  if (!look.normal(look.after.back())) return not_back(look, trigger, within);
  // The window in which the trigger ended counts too: whatever was wrong in it may have been so to its end.
  Seconds after{0};
  for (const Span& window : course.windows) {
    const Seconds end = window.start + window.length;
    if (end > trigger.over + Seconds{rounding} && !look.normal(window)) after = end - trigger.over;
  }
  if (within && after > *within && trigger.again)
    return {ComebackKind::not_decided, std::nullopt,
            *trigger.lasts +
                " happens again and again to the end of the run, so that what is late after the first time may be in "
                "time after the latest"};
  if (within && after > *within)
    return {
        ComebackKind::does_not_come_back, after,
        "as before only " + rounded(after.count()) + " after the trigger, and not within " + seconds_in_words(within->count())};
  if (!look.normal(look.after[look.after.size() - least_windows]))
    return {ComebackKind::not_decided, std::nullopt, "as before only in the last window of the run: look longer"};
  std::string reason = after.count() > 0 ? "as before " + rounded(after.count()) + " after the trigger"
                                         : "as before as soon as the trigger is gone";
  if (trigger.lasts) reason += ", although " + *trigger.lasts + " lasts";
  return {ComebackKind::comes_back, after, std::move(reason)};
}

namespace {

// Never, without one.
Seconds time_of(const Comeback& answer) { return answer.after.value_or(Seconds{std::numeric_limits<double>::infinity()}); }

}  // namespace

std::optional<Comeback> comeback(const Scenario& scenario, const ReplicationResult& result) {
  return comeback(scenario, result, scenario.comes_back_within);
}

std::optional<Comeback> comeback(const Scenario& scenario, const ReplicationResult& result, std::optional<Seconds> within,
                                 const std::optional<std::string>& pool) {
  const auto trigger = trigger_of(scenario);
  if (!trigger) return std::nullopt;
  std::optional<Comeback> worst;
  const std::vector<Course> courses = courses_of(result);
  for (const Course& course : courses) {
    if (pool && course.pool != *pool) continue;
    Comeback own = comeback(course, *trigger, within);
    own.of_users_alone = !course.has_requests;
    if (own.of_users_alone) own.reason += ", " + std::string(users_alone);
    if (courses.size() > 1) own.reason = course.pool + ": " + own.reason;
    const bool worse = !worst || own.kind > worst->kind || (own.kind == worst->kind && time_of(own) > time_of(*worst));
    if (worse) worst = std::move(own);
  }
  return worst;
}

namespace {

bool destroys(const Fault& fault, const NodeId& instance, const Topology& topology) {
  if (fault.kind != LossKind::destroyed) return false;
  if (fault.lose_disks == instance) return true;
  if (!fault.lose) return false;
  const std::vector<NodeId> lost = machines_of(topology, *fault.lose);
  const auto is_lost = [&](const NodeId& machine) { return std::ranges::find(lost, machine) != lost.end(); };
  const SqlInstance* listed = find_sql_instance(topology, instance);
  return listed && !listed->cluster.empty() ? std::ranges::all_of(listed->cluster, is_lost) : is_lost(instance);
}

// The fault has a part in it that every copy of a content database is destroyed, and no order after it puts another in its
// place: machines that come back empty end nothing.
bool leaves_no_copy(const Fault& fault, const Scenario& scenario) {
  const Topology& topology = scenario.topology;
  const auto mends = [&](const Fault& later) {
    return later.at >= fault.at && (later.restore || later.follow || (later.fail_over && !later.to));
  };
  if (std::ranges::any_of(scenario.faults, mends)) return false;
  const auto is_destroyed = [&](const NodeId& partner) {
    return std::ranges::any_of(scenario.faults, [&](const Fault& each) { return destroys(each, partner, topology); });
  };
  return std::ranges::any_of(topology.databases, [&](const Database& database) {
    if (database.holds != Holds::content) return false;
    const bool concerned =
        destroys(fault, database.principal, topology) || (database.mirror && destroys(fault, *database.mirror, topology));
    return concerned && is_destroyed(database.principal) && (!database.mirror || is_destroyed(*database.mirror));
  });
}

}  // namespace

std::optional<Trigger> trigger_of(const Scenario& scenario) {
  std::optional<Trigger> all;
  for (const Fault& fault : scenario.faults) {
    if (fault.at >= scenario.horizon) continue;
    Trigger one{fault.at, fault.at, std::nullopt};
    if (fault.every && fault.times) one.over += *fault.every * static_cast<double>(*fault.times - 1);
    one.over += fault.duration.value_or(
        preparation(fault, scenario.topology, scenario.costs.start_time.value, full_copy(fault, scenario.topology)).high);
    const bool again_to_the_end = fault.about_every || (fault.every && !fault.times);
    const bool to_the_end = (!fault.duration && holds(fault)) || leaves_no_copy(fault, scenario);
    if (again_to_the_end || to_the_end || one.over >= scenario.horizon)
      one = {fault.at, fault.at, label(fault), again_to_the_end};
    if (!all) all = one;
    all->begins = std::min(all->begins, one.begins);
    all->over = std::max(all->over, one.over);
    if (one.lasts && (!all->lasts || (one.again && !all->again))) all->lasts = one.lasts;
    all->again = all->again || one.again;
  }
  return all;
}

std::vector<Course> courses_of(const ReplicationResult& result) {
  std::vector<Course> courses;
  std::map<std::string, std::size_t> index;
  for (const Series& series : result.series) {
    if (series.metric != Metric::users_connected || !series.place.node.empty() || !series.place.part.empty()) continue;
    Course course{series.place.pool, {}, false};
    for (std::size_t i = 0; i < series.windows.size(); ++i)
      course.windows.push_back({window_start(result, i), window_length(result, i), series.windows[i].mean, 0, 0, 0, 1});
    index.emplace(course.pool, courses.size());
    courses.push_back(std::move(course));
  }
  for (const Series& series : result.series) {
    const auto found = index.find(series.place.pool);
    if (found == index.end() || !series.place.node.empty()) continue;
    std::vector<Span>& windows = courses[found->second].windows;
    const bool is_available = series.metric == Metric::database_available && series.place.part == name_of(Holds::content);
    for (std::size_t i = 0; is_available && i < series.windows.size() && i < windows.size(); ++i)
      windows[i].served = series.windows[i].mean;
    if (!series.place.part.empty()) continue;
    if (series.metric == Metric::arrivals) courses[found->second].has_requests = true;
    for (std::size_t i = 0; i < series.windows.size() && i < windows.size(); ++i) {
      const auto count = static_cast<double>(series.windows[i].count);
      if (series.metric == Metric::users_waiting) windows[i].waiting += series.windows[i].mean;
      if (series.metric == Metric::arrivals) windows[i].offered += count;
      if (series.metric == Metric::refusals || series.metric == Metric::requests_lost) windows[i].failed += count;
    }
  }
  return courses;
}

}  // namespace poolcast
