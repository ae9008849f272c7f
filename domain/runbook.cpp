#include "domain/runbook.hpp"

#include <algorithm>

#include "domain/consistency.hpp"
#include "domain/ensure.hpp"

namespace poolcast {
namespace {

using consistency::Found;
using consistency::item;

void check_name(const std::string& key, const std::string& name, std::string_view expected, const std::vector<std::string>& known,
                Found& found) {
  if (std::ranges::find(known, name) != known.end()) return;
  found.push_back(consistency::unknown_name(key, name, expected, known));
}

void check_time(const RunbookStep& step, const std::string& key, Found& found) {
  if (step.takes && (step.median || step.p90)) {
    found.push_back({key + ".takes", "found `takes` beside a median or a p90; expected one or the other", ""});
  } else if (step.median.has_value() != step.p90.has_value()) {
    found.push_back({key + (step.median ? ".median" : ".p90"), "found one of median and p90; expected both",
                     "a constant or uniform time is written `takes: 3min..10min`"});
  } else if (step.median && *step.p90 < *step.median) {
    found.push_back({key + ".p90", "found a p90 below the median; expected at least the median", ""});
  } else if (!step.takes && !step.median && step.machine.empty()) {
    found.push_back({key, "found a step that takes no time; expected takes, median with p90, or machine",
                     "a step that takes none is written `takes: 0s`"});
  }
}

void check_step(const Runbook& runbook, std::size_t index, const std::vector<std::string>& steps, Found& found) {
  const RunbookStep& step = runbook.steps[index];
  const std::string key = item("steps", index);
  check_time(step, key, found);
  if (step.who) check_name(key + ".who", step.who->str(), "a role of `people`", consistency::names_of(runbook.people), found);
  for (std::size_t i = 0; i < step.after.size(); ++i)
    check_name(item(key + ".after", i), step.after[i].str(), "a step of this runbook", steps, found);
  if (step.then) consistency::check_effect(*step.then, key + ".then", found);
}

// Follows `after` from a step back to itself; the way stands in `way`.
class Circles {
public:
  explicit Circles(const Runbook& runbook) : runbook_(runbook), state_(runbook.steps.size(), State::unseen) {}

  void look(std::size_t step, Found& found) {
    if (state_[step] == State::done) return;
    if (state_[step] == State::on_the_way) return tell(step, found);
    state_[step] = State::on_the_way;
    way_.push_back(step);
    for (const StepId& before : runbook_.steps[step].after) look(index_of(runbook_, before), found);
    way_.pop_back();
    state_[step] = State::done;
  }

private:
  enum class State { unseen, on_the_way, done };

  void tell(std::size_t step, Found& found) const {
    std::string text;
    for (auto at = std::ranges::find(way_, step); at != way_.end(); ++at)
      text += "`" + runbook_.steps[*at].name.str() + "` waits for ";
    found.push_back(
        {item("steps", way_.back()) + ".after",
         "found steps that wait for each other: " + text + "`" + runbook_.steps[step].name.str() + "`; expected an order",
         "leave one of them out of `after`"});
  }

  const Runbook& runbook_;
  std::vector<State> state_;
  std::vector<std::size_t> way_;
};

// Whether `later` cannot start, or is not over, before `step` has begun.
bool waits_for(const Runbook& runbook, const StepId& later, const StepId& step) {
  std::vector<std::size_t> way{index_of(runbook, later)};
  for (std::size_t next = 0; next < way.size(); ++next) {
    for (const StepId& before : runbook.steps[way[next]].after) {
      const std::size_t index = index_of(runbook, before);
      if (std::ranges::find(way, index) == way.end()) way.push_back(index);
    }
  }
  return std::ranges::find(way, index_of(runbook, step)) != way.end();
}

}  // namespace

Situation usual_situation() {
  return {.database = Bytes{40e9},        // 48 working days of the performance user model at 0.83 GB (O-4)
          .log_rate = Bandwidth{43.2e3},  // 24 posts/s × 1.2 KB × 1.5: the performance user model and assumption O-4
          .wan = Bandwidth{100e6 / 8},
          .backup_speed = Bandwidth{100e6},
          .restore_speed = Bandwidth{100e6},
          .redo_speed = Bandwidth{20e6},         // assumption O-10
          .undone = Bytes{10e6},                 // posts are short transactions
          .backup_interval = Seconds{15 * 60},   // assumption O-7
          .copy_interval = Seconds{15 * 60},     // assumption O-7
          .restore_interval = Seconds{15 * 60},  // assumption O-7
          .restore_delay = Seconds{0},           // "Configure high availability and disaster recovery for Persistent Chat Server"
          .share_survives = true};
}

Situation filled(Situation given, const Situation& known) {
  const auto fill = [](auto& value, const auto& otherwise) {
    if (!value) value = otherwise;
  };
  fill(given.database, known.database);
  fill(given.log_rate, known.log_rate);
  fill(given.wan, known.wan);
  fill(given.backup_speed, known.backup_speed);
  fill(given.restore_speed, known.restore_speed);
  fill(given.redo_speed, known.redo_speed);
  fill(given.undone, known.undone);
  fill(given.backup_interval, known.backup_interval);
  fill(given.copy_interval, known.copy_interval);
  fill(given.restore_interval, known.restore_interval);
  fill(given.restore_delay, known.restore_delay);
  fill(given.share_survives, known.share_survives);
  return given;
}

namespace {

// Slower than a modem nothing moves a database, and a step would never end.
void check_speeds(const Situation& situation, Found& found) {
  constexpr Bandwidth slowest{1e3};
  const auto check = [&](const char* name, const std::optional<Bandwidth>& speed) {
    if (speed && *speed < slowest)
      found.push_back(
          {"situation." + std::string(name), "found a speed at which nothing is ever done; expected at least 1 KB/s", ""});
  };
  check("wan", situation.wan);
  check("backup_speed", situation.backup_speed);
  check("restore_speed", situation.restore_speed);
  check("redo_speed", situation.redo_speed);
}

}  // namespace

std::vector<Inconsistency> inconsistencies(const Runbook& runbook) {
  Found found;
  const auto steps = consistency::names_of(runbook.steps);
  consistency::check_duplicates("people", consistency::names_of(runbook.people), found);
  consistency::check_duplicates("steps", steps, found);
  check_speeds(runbook.situation, found);
  const Situation situation = filled(runbook.situation, usual_situation());
  if (situation.log_rate >= situation.wan) {
    found.push_back({"situation.wan", "found a line that is no faster than the log grows; expected a faster one",
                     "log shipping never catches up over it"});
  }
  if (situation.log_rate >= situation.redo_speed || situation.log_rate >= situation.backup_speed) {
    found.push_back(
        {"situation.log_rate", "found a log that grows as fast as it is backed up or applied; expected a slower one", ""});
  }
  for (std::size_t index = 0; index < runbook.steps.size(); ++index) check_step(runbook, index, steps, found);
  check_name("back_in_service_after", runbook.back_in_service_after.str(), "a step of this runbook", steps, found);
  if (runbook.out_of_service_from)
    check_name("out_of_service_from", runbook.out_of_service_from->str(), "a step of this runbook", steps, found);
  if (!found.empty()) return found;
  Circles circles(runbook);
  for (std::size_t index = 0; index < runbook.steps.size(); ++index) circles.look(index, found);
  if (found.empty() && runbook.out_of_service_from &&
      !waits_for(runbook, runbook.back_in_service_after, *runbook.out_of_service_from)) {
    found.push_back(
        {"out_of_service_from",
         "found a step that service does not wait for; expected one before `" + runbook.back_in_service_after.str() + "`",
         "see `after`"});
  }
  return found;
}

std::size_t index_of(const Runbook& runbook, const StepId& step) {
  const auto at = std::ranges::find(runbook.steps, step, &RunbookStep::name);
  ensure(at != runbook.steps.end(), "a step that is named exists");
  return static_cast<std::size_t>(at - runbook.steps.begin());
}

}  // namespace poolcast
