// Faults that happen too often to be played, or begin while what they change still holds.
#include <algorithm>
#include <cmath>

#include "domain/consistency.hpp"
#include "domain/occurrences.hpp"
#include "domain/wording.hpp"

namespace poolcast::consistency {
namespace {

// What a fault changes until its end, so that the end of one would end another one of the same subject.
struct Held {
  std::string verb;
  std::string subject;
  std::string state;
  std::string expected = "a later time";
};

std::string link_named(const std::vector<SiteId>& sites) {
  const auto [first, last] = std::ranges::minmax(sites, {}, &SiteId::str);
  return "link `" + first.str() + (first == last ? "" : "` to `" + last.str()) + "`";
}

std::string joined(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

// The ends of what is not here are counted (`cut`), undo their own part only (`slow_link`), or are nothing to wait for.
std::optional<Held> held_by(const Fault& fault) {
  const auto server = [](const NodeId& node) { return "server `" + node.str() + "`"; };
  const auto pool = [](const PoolId& name) { return "pool `" + name.str() + "`"; };
  if (fault.lose && !fault.lose->each.empty())
    return Held{"lose", "server `" + joined(fault.lose->each) + "`", "lost", "a server that is there"};
  if (fault.lose_disks) return Held{"lose_disks", server(*fault.lose_disks), "without disks"};
  if (fault.drain) return Held{"drain", server(*fault.drain), "drained"};
  if (fault.slow) return Held{"slow", server(*fault.slow), "slow"};
  if (fault.slow_disk) return Held{"slow_disk", server(*fault.slow_disk), "slow"};
  if (fault.fill_disk) return Held{"fill_disk", server(*fault.fill_disk), "out of disk"};
  if (fault.hang) return Held{"hang", server(*fault.hang), "hung"};
  if (fault.sync_directory) return Held{"sync_directory", pool(*fault.sync_directory), "synchronising"};
  if (fault.fail_over) return Held{"fail_over", pool(*fault.fail_over), "failed over"};
  if (!fault.lossy_link.empty()) return Held{"lossy_link", link_named(fault.lossy_link), "lossy"};
  return std::nullopt;
}

// A server that was drained without an end comes back when it is activated, a pool that was failed over when it is failed back.
bool undone_between(const Scenario& scenario, const Fault& done, Seconds from, Seconds to) {
  return std::ranges::any_of(scenario.faults, [&](const Fault& other) {
    const bool undoes = (done.drain && other.activate == done.drain) || (done.fail_over && other.fail_back == done.fail_over);
    return undoes && other.at >= from && other.at <= to;
  });
}

std::vector<Occurrence> dates_of(const Fault& fault, Seconds horizon) {
  RandomStream unused(0, 0, "");  // nothing at random here
  return occurrences(fault, horizon, unused);
}

// Whether the one, which comes first at the same date if `first`, holds when one of the others begins.
bool holds_at_a_begin(const Scenario& scenario, const Fault& one, const Fault& other, bool first) {
  const auto holding = dates_of(one, scenario.horizon);
  return std::ranges::any_of(dates_of(other, scenario.horizon), [&](const Occurrence& begun) {
    const auto after = std::ranges::partition_point(
        holding, [&](const Occurrence& each) { return each.begins < begun.begins || (first && each.begins == begun.begins); });
    if (after == holding.begin()) return false;
    const Occurrence& last = *(after - 1);
    return last.ends ? *last.ends > begun.begins : !undone_between(scenario, one, last.begins, begun.begins);
  });
}

double times_at_most(const Fault& fault, Seconds horizon) {
  const Seconds left = horizon - fault.at;
  if (fault.about_every) {
    const Seconds lasts = fault.for_about ? fault.for_about->value : fault.duration.value_or(Seconds{0});
    return left / (fault.about_every->value + lasts);
  }
  if (!fault.every) return 1;
  const double until_horizon = left / *fault.every;
  return fault.times ? std::min(until_horizon, static_cast<double>(*fault.times)) : until_horizon;
}

}  // namespace

bool check_occurrences(const Fault& fault, Seconds horizon, const std::string& key, Found& found) {
  constexpr double most = 1e6;
  const double times = times_at_most(fault, horizon);
  if (times <= most) return true;
  found.push_back(
      {key + (fault.every ? ".every" : ".about_every"),
       "it would happen " + number_in_words(std::floor(times)) + " times before the horizon; expected at most a million times",
       "happen more rarely, or end the scenario earlier (`horizon`)"});
  return false;
}

// What still holds cannot begin again. Machines that several faults lose, each under another name, are lost until the last of
// them ends; what happens at random may coincide.
void check_overlaps(const Scenario& scenario, std::size_t index, const std::string& key, Found& found) {
  const Fault& fault = scenario.faults[index];
  const auto held = held_by(fault);
  if (!held || fault.about_every) return;
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    const Fault& other = scenario.faults[i];
    if (i == index || other.about_every) continue;
    const auto before = held_by(other);
    if (!before || before->verb != held->verb || before->subject != held->subject) continue;
    Found too_often;  // said of the other fault itself
    if (!check_occurrences(other, scenario.horizon, {}, too_often)) continue;
    if (!holds_at_a_begin(scenario, other, fault, i < index)) continue;
    found.push_back({key + "." + held->verb,
                     "the " + held->subject + " is still " + held->state + " at that time; expected " + held->expected,
                     "since " + item("faults", i)});
  }
}

}  // namespace poolcast::consistency
