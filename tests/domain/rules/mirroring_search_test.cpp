// Every short sequence of losses, cuts, time-outs, returns and operators' commands: never do two partners acknowledge commits
// without a forced service, and what was acknowledged is there wherever commits are acknowledged later. The search can fail:
// five planted faults each give it a counterexample.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "domain/rules/quorum.hpp"

namespace poolcast::rules {
namespace {

using Kind = MirroringEvent::Kind;

// The rules as the search sees them, so that a faulty copy can take their place.
struct Rules {
  std::function<Session(const Session&, const MirroringEvent&)> next = [](const Session& session, const MirroringEvent& event) {
    return step(session, event);
  };
  std::function<Acknowledgement(const Session&, Member)> commit = acknowledgement;
};

// A session and the logs that its partners really have. Rows are numbered in the order in which clients wrote them.
struct World {
  Session session;
  std::array<std::vector<std::uint8_t>, 2> logs;
  std::vector<std::uint8_t> acknowledged;
  std::vector<std::uint8_t> safe;  // acknowledged, and at both logs once these were synchronized
  bool forced = false;
  std::uint8_t rows = 0;
  int parent = -1;
  std::string last;
};

std::string key_of(const World& world) {
  std::string key;
  const auto put = [&](std::uint64_t value) { key.push_back(static_cast<char>(value)); };
  for (const Instance& each : world.session.instances) {
    put(std::uint64_t{each.up} | std::uint64_t{each.open} << 1U | std::uint64_t{each.in_step} << 2U |
        std::uint64_t{each.forced} << 3U | std::uint64_t{each.role == MirroringRole::mirror} << 4U);
    put(static_cast<std::uint64_t>(each.state) | std::uint64_t{each.sees[0]} << 4U | std::uint64_t{each.sees[1]} << 5U |
        std::uint64_t{each.sees[2]} << 6U);
    put(each.ballot);
    put(each.hardened);
    put(each.branched_at & 0xFFU);
  }
  for (const bool linked : world.session.linked) put(linked ? 1 : 0);
  for (const auto& rows : {world.logs[0], world.logs[1], world.acknowledged, world.safe}) {
    put(rows.size());
    for (const std::uint8_t row : rows) put(row);
  }
  put(world.forced ? 1 : 0);
  return key;
}

bool contains(const std::vector<std::uint8_t>& rows, std::uint8_t row) { return std::ranges::find(rows, row) != rows.end(); }

// What was acknowledged and has come to both logs is safe, whenever that was.
void find_safe(World& world) {
  world.safe.clear();
  for (const std::uint8_t row : world.acknowledged)
    if (contains(world.logs[0], row) && contains(world.logs[1], row)) world.safe.push_back(row);
}

// What the step says of the logs is done to the logs: a mirror that caught up has the principal's, one that dropped its branch
// has less.
void follow(World& world, const Session& before) {
  for (const Member partner : partners) {
    auto& log = world.logs[index_of(partner)];
    const std::uint64_t now = world.session[partner].hardened;
    if (now < before[partner].hardened) log.resize(now);
    if (world.session[partner].state == MirroringState::synchronized && before[partner].state != MirroringState::synchronized &&
        world.session[partner].role == MirroringRole::mirror) {
      log = world.logs[index_of(partner_of(partner))];
      find_safe(world);
    }
  }
}

// What is wrong with this world, or nothing.
std::optional<std::string> fault_of(const World& world, const Rules& rules) {
  int acknowledging = 0;
  for (const Member partner : partners) {
    const Acknowledgement answer = rules.commit(world.session, partner);
    const auto& log = world.logs[index_of(partner)];
    if (log.size() != world.session[partner].hardened) return "the log is not as long as the session says";
    if (answer == Acknowledgement::refused || answer == Acknowledgement::in_doubt) continue;
    ++acknowledging;
    for (const std::uint8_t row : world.safe)
      if (!contains(log, row)) return "a row is lost that was acknowledged while synchronized";
    if (world.forced || !world.session.full_safety) continue;
    for (const std::uint8_t row : world.acknowledged)
      if (!contains(log, row)) return "an acknowledged row is lost";
  }
  if (acknowledging > 1 && !world.forced) return "two partners acknowledge commits";
  return std::nullopt;
}

// Operators fill a lost mirror from a copy of the principal: of its whole log, or one that was begun before any row was there.
// What only the lost log had besides is at one place from then on, and safe no more.
void copy_log(World& world, Member mirror, bool whole) {
  auto& log = world.logs[index_of(mirror)];
  log = world.logs[index_of(partner_of(mirror))];
  if (!whole) log.clear();
  world.session[mirror].hardened = log.size();
  std::erase_if(world.safe, [&](std::uint8_t row) { return !contains(log, row); });
}

constexpr std::uint8_t most_rows = 2;

void write(World& world, Member partner, const Rules& rules) {
  const Acknowledgement answer = rules.commit(world.session, partner);
  const std::uint8_t row = world.rows++;
  auto& log = world.logs[index_of(partner)];
  log.push_back(row);
  world.session[partner].hardened = log.size();
  const Member mirror = partner_of(partner);
  const bool at_both = answer == Acknowledgement::with_mirror;
  if (at_both) {
    world.logs[index_of(mirror)] = log;
    world.session[mirror].hardened = log.size();
    world.safe.push_back(row);
  }
  if (answer != Acknowledgement::in_doubt) world.acknowledged.push_back(row);
}

std::vector<std::pair<MirroringEvent, std::string>> all_events(bool with_force) {
  static const std::string names = "PMW";
  std::vector<std::pair<MirroringEvent, std::string>> events;
  for (const Member member : all_members) {
    const std::string name(1, names[index_of(member)]);
    events.push_back({{Kind::lose, member}, "-" + name});
    events.push_back({{Kind::come_back, member}, "+" + name});
    for (const Member other : all_members) {
      if (other == member) continue;
      const std::string pair = name + names[index_of(other)];
      events.push_back({{Kind::time_out, member, other}, name + ">" + names[index_of(other)]});
      if (index_of(other) < index_of(member)) continue;
      events.push_back({{Kind::cut, member, other}, pair + "|"});
      events.push_back({{Kind::heal, member, other}, pair});
    }
    if (member == Member::witness) continue;
    events.push_back({{Kind::opened, member}, "opened:" + name});
    for (const auto& copy : {"all", "nothing"}) events.push_back({{Kind::set_up, member}, "set-up:" + name + "-" + copy});
    if (!with_force) continue;
    events.push_back({{Kind::force_service, member}, "force:" + name});
    events.push_back({{Kind::resume, member}, "resume:" + name});
  }
  events.push_back({{Kind::caught_up}, "sync"});
  events.push_back({{Kind::manual_failover}, "manual"});
  return events;
}

struct Search {
  std::size_t worlds = 0;
  std::optional<std::string> counterexample;  // what is wrong, and the shortest script that leads there
};

std::string script_of(const std::vector<World>& worlds, int number) {
  std::string script;
  for (; number > 0; number = worlds[static_cast<std::size_t>(number)].parent)
    script = " " + worlds[static_cast<std::size_t>(number)].last + script;
  return script;
}

// Breadth first, so that a counterexample is as short as any; worlds that look the same are visited once.
Search search(const Session& begin, const Rules& rules, std::size_t depth, bool with_force) {
  std::vector<World> worlds{World{.session = begin, .logs = {}, .acknowledged = {}, .safe = {}, .last = {}}};
  std::set<std::string> seen{key_of(worlds.front())};
  const auto events = all_events(with_force);
  std::optional<std::string> found;
  const auto visit = [&](World next, std::size_t parent, const std::string& name) {
    if (found || !seen.insert(key_of(next)).second) return;
    next.parent = static_cast<int>(parent);
    next.last = name;
    const auto fault = fault_of(next, rules);
    worlds.push_back(std::move(next));
    if (fault) found = *fault + ":" + script_of(worlds, static_cast<int>(worlds.size() - 1));
  };
  std::size_t level_begin = 0;
  for (std::size_t level = 0; level < depth && !found; ++level) {
    const std::size_t level_end = worlds.size();
    for (std::size_t number = level_begin; number < level_end && !found; ++number) {
      for (const auto& [event, name] : events) {
        World next = worlds[number];
        const bool sets_up = event.kind == Kind::set_up && why_no_new_mirror(next.session, event.member).empty();
        if (sets_up) copy_log(next, event.member, name.ends_with("all"));
        const Session before = next.session;
        next.session = rules.next(before, event);
        if (next.session == worlds[number].session) continue;
        next.forced = next.forced || event.kind == Kind::force_service;
        follow(next, before);
        visit(std::move(next), number, name);
      }
      for (const Member partner : partners) {
        if (worlds[number].rows == most_rows || rules.commit(worlds[number].session, partner) == Acknowledgement::refused)
          continue;
        World next = worlds[number];
        write(next, partner, rules);
        visit(std::move(next), number, partner == Member::first ? "write:P" : "write:M");
      }
    }
    level_begin = level_end;
  }
  return {worlds.size(), found};
}

TEST(MirroringSearch, a_row_that_the_mirror_has_caught_up_with_is_safe) {
  const Session exposed =
      step(step(synchronized_session(true, true), {Kind::lose, Member::second}), {Kind::time_out, Member::first, Member::second});
  World world{.session = exposed, .logs = {}, .acknowledged = {}, .safe = {}, .last = {}};
  write(world, Member::first, {});
  EXPECT_TRUE(world.safe.empty());
  for (const MirroringEvent& event : {MirroringEvent{Kind::come_back, Member::second}, MirroringEvent{Kind::caught_up}}) {
    const Session before = world.session;
    world.session = step(before, event);
    follow(world, before);
  }
  EXPECT_EQ(world.safe, std::vector<std::uint8_t>{0});
}

TEST(MirroringSearch, never_do_two_partners_acknowledge_and_nothing_acknowledged_is_lost_without_a_force) {
  for (const bool witness : {true, false}) {
    const Search result = search(synchronized_session(true, witness), {}, 8, false);
    EXPECT_EQ(result.counterexample.value_or(""), "");
    RecordProperty(witness ? "worlds_with_witness" : "worlds_without", static_cast<int>(result.worlds));
  }
}

TEST(MirroringSearch, what_was_acknowledged_while_synchronized_survives_forced_services_too) {
  for (const bool witness : {true, false})
    EXPECT_EQ(search(synchronized_session(true, witness), {}, 7, true).counterexample.value_or(""), "");
}

// A mirror that takes over as soon as it misses the principal, whatever the witness says.
Session without_asking_the_witness(const Session& session, const MirroringEvent& event) {
  Session next = step(session, event);
  Instance& mirror = next[Member::second];
  if (mirror.up && mirror.role == MirroringRole::mirror && mirror.in_step && !mirror.sees[index_of(Member::first)]) {
    mirror.role = MirroringRole::principal;
    mirror.open = true;
    mirror.in_step = false;
  }
  return next;
}

// A principal that goes on alone as soon as it misses the mirror, and does not tell the witness.
Session without_telling_the_witness(const Session& session, const MirroringEvent& event) {
  Session next = step(session, event);
  Instance& principal = next[Member::first];
  if (principal.role == MirroringRole::principal && !principal.sees[index_of(Member::second)]) principal.in_step = false;
  return next;
}

// A principal that says yes before the mirror has answered.
Acknowledgement without_the_mirror(const Session& session, Member partner) {
  const Acknowledgement answer = acknowledgement(session, partner);
  return answer == Acknowledgement::in_doubt ? Acknowledgement::with_log : answer;
}

// Partners that count as synchronized as soon as they are connected again, before the mirror has caught up.
Session without_catching_up(const Session& session, const MirroringEvent& event) {
  Session next = step(session, event);
  for (const Member partner : partners)
    if (next[partner].state == MirroringState::synchronizing) next[partner].in_step = true;
  return next;
}

// A new mirror that counts as synchronized although the copy that it was filled from is older than the principal's log.
Session without_the_log_since_the_copy(const Session& session, const MirroringEvent& event) {
  Session next = step(session, event);
  if (event.kind != Kind::set_up || session[event.member].up || !next[event.member].up) return next;
  for (const Member partner : partners) next[partner].in_step = true;
  return next;
}

TEST(MirroringSearch, finds_the_fault_that_was_planted_in_a_copy_of_the_rules) {
  const auto counterexample = [](const Session& begin, const Rules& rules) {
    return search(begin, rules, 6, false).counterexample.value_or("none");
  };
  const Session begin = synchronized_session(true, true);
  EXPECT_EQ(counterexample(begin, {.next = without_asking_the_witness}), "two partners acknowledge commits: PM| P>M M>P");
  EXPECT_EQ(counterexample(begin, {.next = without_telling_the_witness}),
            "two partners acknowledge commits: PM| PW| P>M M>P W>P opened:M");
  EXPECT_EQ(counterexample(begin, {.commit = without_the_mirror}), "two partners acknowledge commits: PM| PW| M>P W>P opened:M");
  const Session exposed = step(step(begin, {Kind::lose, Member::second}), {Kind::time_out, Member::first, Member::second});
  EXPECT_EQ(counterexample(exposed, {.next = without_catching_up}),
            "an acknowledged row is lost: write:P +M -P M>P W>P opened:M");
  EXPECT_EQ(counterexample(exposed, {.next = without_the_log_since_the_copy}),
            "an acknowledged row is lost: write:P set-up:M-nothing -P M>P W>P opened:M");
}

}  // namespace
}  // namespace poolcast::rules
