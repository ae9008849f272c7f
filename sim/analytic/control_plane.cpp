#include "sim/analytic/control_plane.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "domain/ensure.hpp"
#include "domain/random.hpp"
#include "domain/rules/quorum.hpp"

namespace poolcast::sim::analytic {
namespace {

using rules::Member;
using rules::MirroringEvent;
using rules::Session;

// Where the pool's content database is.
enum class Home : std::uint8_t { primary, secondary, failing_back };

struct State {
  std::vector<bool> active;           // by risk
  std::vector<std::uint8_t> lost_by;  // by machine: how many active risks cover it
  Session session;
  bool single_open = true;  // of a database without a mirror
  Home home = Home::primary;
  bool has_sessions = true;  // users need not sign in again when the service is back
};

// What may happen next. A failure or a repair of a risk, or a step of the database or its operators.
struct Option {
  enum class Kind : std::uint8_t { failure, repair, mirroring, opened, failed_over, fails_back, failed_back };
  Kind kind = Kind::failure;
  double rate = 0;
  std::size_t risk = 0;
  MirroringEvent event{};
};

class Plane {
public:
  explicit Plane(const ControlPlane& plane) : plane_(plane) {}

  State well() const {
    State state;
    state.active.assign(plane_.risks.size(), false);
    state.lost_by.assign(plane_.machines, 0);
    state.session = rules::synchronized_session(true, plane_.witness.has_value());
    return state;
  }

  std::vector<Option> options(const State& state) const {
    std::vector<Option> all;
    for (std::size_t risk = 0; risk < plane_.risks.size(); ++risk) {
      const Risk& one = plane_.risks[risk];
      all.push_back(state.active[risk] ? Option{Option::Kind::repair, one.repairs_per_s, risk, {}}
                                       : Option{Option::Kind::failure, one.failures_per_s, risk, {}});
    }
    if (plane_.mirror)
      add_mirroring(state, all);
    else if (up(state, plane_.principal) && !state.single_open)
      all.push_back({Option::Kind::opened, per_s(plane_.opening), 0, {}});
    add_operators(state, all);
    return all;
  }

  void take(State& state, const Option& option) const {
    switch (option.kind) {
      case Option::Kind::failure:
      case Option::Kind::repair:
        return turn(state, option.risk, option.kind == Option::Kind::failure);
      case Option::Kind::mirroring:
        state.session = rules::step(state.session, option.event);
        return;
      case Option::Kind::opened:
        state.single_open = true;
        return;
      case Option::Kind::failed_over:
        state.home = Home::secondary;
        state.has_sessions = false;
        return;
      case Option::Kind::fails_back:
        state.home = Home::failing_back;
        return;
      case Option::Kind::failed_back:
        state.home = Home::primary;
        state.has_sessions = false;
        return;
    }
  }

  // Sessions survive a database that was away (O-11), but neither the loss of all servers nor of the way to them.
  bool keeps_sessions(const State& state) const { return servers_up(state) > 0 && front_end_serves(state); }

  bool up(const State& state, std::size_t machine) const { return state.lost_by[machine] == 0; }
  std::size_t servers_up(const State& state) const {
    const auto count = [&](const std::vector<std::size_t>& of) {
      return static_cast<std::size_t>(std::ranges::count_if(of, [&](std::size_t machine) { return up(state, machine); }));
    };
    return count(plane_.servers) + (state.home == Home::secondary ? count(plane_.standby) : 0);
  }

  // Why nobody is served; none when users are.
  std::optional<Cause> down_by(const State& state) const {
    const bool database = database_serves(state);
    const bool front_end = front_end_serves(state);
    const bool server = servers_up(state) > 0;
    if (database && front_end && server) return std::nullopt;
    if (state.home == Home::failing_back || runbook_runs(state)) return Cause::runbook;
    for (std::size_t risk = 0; risk < plane_.risks.size(); ++risk)
      if (state.active[risk] && plane_.risks[risk].is_site) return Cause::site;
    return !database ? Cause::database : !front_end ? Cause::front_end : Cause::server;
  }

private:
  static double per_s(Seconds mean) { return 1 / mean.count(); }

  bool front_end_serves(const State& state) const {
    return plane_.front_ends.empty() ||
           std::ranges::any_of(plane_.front_ends, [&](std::size_t machine) { return up(state, machine); });
  }

  bool primary_serves(const State& state) const {
    return plane_.mirror ? rules::who_serves(state.session).has_value() : up(state, plane_.principal) && state.single_open;
  }

  bool database_serves(const State& state) const {
    switch (state.home) {
      case Home::primary:
        return primary_serves(state);
      case Home::secondary:
        return up(state, *plane_.secondary);
      case Home::failing_back:
        break;
    }
    return false;
  }

  // Operators fail over when both partners are lost, and not while one of them may come back by itself.
  bool runbook_runs(const State& state) const {
    return state.home == Home::primary && plane_.secondary && up(state, *plane_.secondary) && !up(state, plane_.principal) &&
           (!plane_.mirror || !up(state, *plane_.mirror));
  }

  void add_operators(const State& state, std::vector<Option>& all) const {
    if (runbook_runs(state)) all.push_back({Option::Kind::failed_over, per_s(plane_.runbook), 0, {}});
    if (state.home == Home::secondary && primary_serves(state))
      all.push_back({Option::Kind::fails_back, per_s(plane_.decision), 0, {}});
    if (state.home == Home::failing_back) all.push_back({Option::Kind::failed_back, per_s(plane_.failback), 0, {}});
  }

  // Time-outs of whoever misses somebody, databases that open, logs that catch up; operators force service where nobody serves
  // and no witness decides, and resume a session that waits for them.
  void add_mirroring(const State& state, std::vector<Option>& all) const {
    const auto add = [&](const MirroringEvent& event, Seconds mean) {
      if (rules::step(state.session, event) != state.session) all.push_back({Option::Kind::mirroring, per_s(mean), 0, event});
    };
    for (const Member member : rules::all_members)
      for (const Member other : rules::all_members)
        if (member != other) add({MirroringEvent::Kind::time_out, member, other}, plane_.detection);
    for (const Member partner : rules::partners) {
      add({MirroringEvent::Kind::opened, partner, partner}, plane_.opening);
      add({MirroringEvent::Kind::resume, partner, partner}, plane_.decision);
      if (!rules::who_serves(state.session) && rules::why_no_forced_service(state.session, partner).empty())
        add({MirroringEvent::Kind::force_service, partner, partner}, plane_.decision);
    }
    add({MirroringEvent::Kind::caught_up, Member::first, Member::second}, plane_.resynchronise);
  }

  void turn(State& state, std::size_t risk, bool fails) const {
    state.active[risk] = fails;
    for (const std::size_t machine : plane_.risks[risk].machines) {
      const bool before = up(state, machine);
      state.lost_by[machine] = static_cast<std::uint8_t>(state.lost_by[machine] + (fails ? 1 : -1));
      if (before == up(state, machine)) continue;
      if (machine == plane_.principal && fails) state.single_open = false;
      if (!plane_.mirror) continue;
      const auto kind = fails ? MirroringEvent::Kind::lose : MirroringEvent::Kind::come_back;
      if (machine == plane_.principal) state.session = rules::step(state.session, {kind, Member::first, Member::second});
      if (machine == *plane_.mirror) state.session = rules::step(state.session, {kind, Member::second, Member::first});
      if (plane_.witness && machine == *plane_.witness)
        state.session = rules::step(state.session, {kind, Member::witness, Member::first});
    }
  }

  const ControlPlane& plane_;
};

// What one cycle adds up to, each term with the likelihood of the way to it.
struct Cycle {
  double time = 0;
  std::array<double, cause_names.size()> lost{};
};

class Sampler {
public:
  Sampler(const ControlPlane& plane, const AvailabilityOptions& options)
      : plane_(plane), rules_(plane), biased_(options.biased), random_(options.seed, 0, "availability") {}

  Cycle cycle() {
    constexpr std::size_t most_moves = 1'000'000;
    State state = rules_.well();
    Cycle cycle;
    double weight = 1;
    bool has_failed = false;  // once users are away, the rest of the cycle is played as it is
    for (std::size_t move = 0; move < most_moves; ++move) {
      const std::vector<Option> options = rules_.options(state);
      const bool is_well = std::ranges::all_of(options, [](const Option& each) { return each.kind == Option::Kind::failure; });
      if (is_well && move > 0) return cycle;
      double all = 0;
      for (const Option& option : options) all += option.rate;
      const auto down = rules_.down_by(state);
      cycle.time += weight / all;
      if (down) cycle.lost[static_cast<std::size_t>(*down)] += weight / all;
      has_failed = has_failed || down;
      const Option& chosen = choose(options, all, biased_ && !has_failed, weight);
      const std::size_t before = rules_.servers_up(state);
      rules_.take(state, chosen);
      cycle.lost[static_cast<std::size_t>(Cause::reconnect)] += weight * surge(before, state);
    }
    ensure(false, "everything is well again sooner or later");
    return cycle;
  }

private:
  // Failures get half of the probability, each the same, unless something is about to happen within seconds.
  const Option& choose(const std::vector<Option>& options, double all, bool biased, double& weight) {
    double failing = 0, fastest = 0;
    std::size_t failures = 0;
    for (const Option& option : options) {
      const bool fails = option.kind == Option::Kind::failure;
      failing += fails ? option.rate : 0;
      failures += fails ? 1 : 0;
      fastest = std::max(fastest, fails ? 0 : option.rate);
    }
    constexpr double soon_per_s = 1.0 / 60;
    const bool only_failures = failures == options.size();
    const double share = only_failures ? 1 : 0.5;
    if (!biased || failures == 0 || fastest > soon_per_s) return pick(options, random_.uniform() * all);
    if (random_.uniform() < share) {
      auto left = random_.below(static_cast<std::uint32_t>(failures));
      for (const Option& option : options)
        if (option.kind == Option::Kind::failure && left-- == 0) {
          weight *= option.rate / all / (share / static_cast<double>(failures));
          return option;
        }
    }
    double chance = random_.uniform() * (all - failing);
    for (const Option& option : options) {
      if (option.kind == Option::Kind::failure) continue;
      chance -= option.rate;
      if (chance <= 0) return weigh(option, (all - failing) / all / (1 - share), weight);
    }
    return weigh(*std::ranges::find_if(options, [](const Option& each) { return each.kind != Option::Kind::failure; }),
                 (all - failing) / all / (1 - share), weight);
  }

  static const Option& weigh(const Option& option, double factor, double& weight) {
    weight *= factor;
    return option;
  }

  static const Option& pick(const std::vector<Option>& options, double chance) {
    for (const Option& option : options) {
      chance -= option.rate;
      if (chance <= 0) return option;
    }
    return options.back();
  }

  // User-seconds per user that reconnecting takes after this move.
  double surge(std::size_t servers_before, State& after) const {
    if (!rules_.keeps_sessions(after)) after.has_sessions = false;
    if (rules_.down_by(after)) return 0;
    const std::size_t servers = rules_.servers_up(after);
    const bool all_return = !std::exchange(after.has_sessions, true);
    if (!all_return && servers >= servers_before) return 0;
    const std::size_t survivors = all_return ? 0 : servers;
    return survivors < plane_.surge_s.size() ? plane_.surge_s[survivors] : 0;
  }

  const ControlPlane& plane_;
  Plane rules_;
  bool biased_;
  RandomStream random_;
};

// Sums over cycles, for the ratio of two means and its interval by the delta method.
class Ratio {
public:
  void add(double above, double below) {
    ++count_;
    above_ += above;
    below_ += below;
    squares_[0] += above * above;
    squares_[1] += above * below;
    squares_[2] += below * below;
  }
  Interval interval() const {
    if (count_ < 2 || below_ <= 0) return {};
    const double ratio = above_ / below_;
    const double squares = squares_[0] - 2 * ratio * squares_[1] + ratio * ratio * squares_[2];
    const double error = std::sqrt(std::max(0.0, squares)) / below_;
    return {ratio, 1.96 * error};  // cycles are many
  }

private:
  std::uint64_t count_ = 0;
  double above_ = 0, below_ = 0;
  std::array<double, 3> squares_{};
};

}  // namespace

Availability estimate_availability(const ControlPlane& plane, const AvailabilityOptions& options) {
  constexpr std::uint64_t cycles_per_look = 500;
  Sampler sampler(plane, options);
  Ratio all;
  std::array<Ratio, cause_names.size()> causes;
  Availability found;
  while (found.cycles < options.most_cycles && !found.precise) {
    for (std::uint64_t i = 0; i < cycles_per_look; ++i) {
      const Cycle cycle = sampler.cycle();
      double lost = 0;
      for (std::size_t cause = 0; cause < causes.size(); ++cause) {
        lost += cycle.lost[cause];
        causes[cause].add(cycle.lost[cause], cycle.time);
      }
      all.add(lost, cycle.time);
    }
    found.cycles += cycles_per_look;
    found.unavailable = all.interval();
    found.precise =
        found.cycles >= options.least_cycles && found.unavailable.half_width <= options.precision * found.unavailable.value;
  }
  for (std::size_t cause = 0; cause < causes.size(); ++cause) found.by_cause[cause] = causes[cause].interval();
  return found;
}

}  // namespace poolcast::sim::analytic
