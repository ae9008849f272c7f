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
  bool is_rerouted = false;  // users come through another Front End pool
  bool has_sessions = true;  // users need not sign in again when the service is back
};

// What may happen next. A failure or a repair of a risk, or a step of the database or its operators.
struct Option {
  enum class Kind : std::uint8_t {
    failure,
    repair,
    timed_out,
    mirroring,
    opened,
    failed_over,
    fails_back,
    failed_back,
    rerouted,
    routed_back
  };
  Kind kind = Kind::failure;
  double rate = 0;
  std::size_t risk = 0;
  MirroringEvent event{};
};

class Plane {
public:
  explicit Plane(const ControlPlane& plane) : plane_(plane) {}

  // Everything is well, with this partner of a mirrored database as principal.
  State well(Member principal) const {
    State state;
    state.active.assign(plane_.risks.size(), false);
    state.lost_by.assign(plane_.machines, 0);
    state.session = rules::synchronized_session(true, plane_.witness.has_value());
    if (principal == Member::second) {
      using enum MirroringEvent::Kind;
      for (const auto kind : {manual_failover, opened, caught_up})
        state.session = rules::step(state.session, {kind, Member::second, Member::first});
    }
    ensure(principal_of(state) == principal, "the partners exchange their roles when all is well");
    return state;
  }

  Member principal_of(const State& state) const {
    return state.session[Member::second].role == rules::MirroringRole::principal ? Member::second : Member::first;
  }

  // Database and users are where they belong.
  bool at_home(const State& state) const { return state.home == Home::primary && !state.is_rerouted; }

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
      case Option::Kind::timed_out:
        state.session = after_time_outs(state.session, rules::all_members);
        return;
      case Option::Kind::mirroring:
        state.session = rules::step(state.session, option.event);
        return;
      case Option::Kind::opened:
        state.single_open = true;
        return;
      case Option::Kind::failed_over:
        if (!front_end_serves(state) && can_reroute(state)) state.is_rerouted = !state.is_rerouted;
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
      case Option::Kind::rerouted:
      case Option::Kind::routed_back:
        state.is_rerouted = !state.is_rerouted;
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

  bool any_up(const State& state, const std::vector<std::size_t>& of) const {
    return std::ranges::any_of(of, [&](std::size_t machine) { return up(state, machine); });
  }
  bool front_end_serves(const State& state) const {
    return plane_.front_ends.empty() || any_up(state, state.is_rerouted ? plane_.other_front_ends : plane_.front_ends);
  }
  bool can_reroute(const State& state) const {
    return any_up(state, state.is_rerouted ? plane_.front_ends : plane_.other_front_ends);
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
    if (!can_reroute(state) || runbook_runs(state) || state.home == Home::failing_back) return;
    if (!front_end_serves(state))
      all.push_back({Option::Kind::rerouted, per_s(plane_.decision + plane_.front_end_failover), 0, {}});
    else if (state.is_rerouted && state.home == Home::primary)
      all.push_back({Option::Kind::routed_back, per_s(plane_.decision), 0, {}});
  }

  // Whoever misses one of these gives up on it.
  template <class Members>
  static Session after_time_outs(Session session, const Members& missed) {
    for (const Member other : missed)
      for (const Member member : rules::all_members)
        if (member != other) session = rules::step(session, {MirroringEvent::Kind::time_out, member, other});
    return session;
  }

  // Time-outs of whoever misses somebody, databases that open, logs that catch up; operators force service where nobody serves
  // and no witness decides, and resume a session that waits for them.
  void add_mirroring(const State& state, std::vector<Option>& all) const {
    const auto add = [&](const MirroringEvent& event, Seconds mean) {
      if (rules::step(state.session, event) != state.session) all.push_back({Option::Kind::mirroring, per_s(mean), 0, event});
    };
    // One time-out for all: mirror and witness lose the same principal in the same moment.
    if (after_time_outs(state.session, rules::all_members) != state.session)
      all.push_back({Option::Kind::timed_out, per_s(plane_.detection), 0, {}});
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
    std::vector<Member> lost;
    for (const std::size_t machine : plane_.risks[risk].machines) {
      const bool before = up(state, machine);
      state.lost_by[machine] = static_cast<std::uint8_t>(state.lost_by[machine] + (fails ? 1 : -1));
      if (before == up(state, machine)) continue;
      if (machine == plane_.principal && fails) state.single_open = false;
      const auto member = plane_.mirror ? member_at(machine) : std::nullopt;
      if (!member) continue;
      const auto kind = fails ? MirroringEvent::Kind::lose : MirroringEvent::Kind::come_back;
      state.session = rules::step(state.session, {kind, *member, Member::first});
      if (fails) lost.push_back(*member);
    }
    if (plane_.risks[risk].resets) state.session = after_time_outs(state.session, lost);
  }

  std::optional<Member> member_at(std::size_t machine) const {
    if (machine == plane_.principal) return Member::first;
    if (machine == plane_.mirror) return Member::second;
    return machine == plane_.witness ? std::optional(Member::witness) : std::nullopt;
  }

  const ControlPlane& plane_;
};

// What one cycle adds up to, each term with the likelihood of the way to it.
struct Cycle {
  double time = 0;
  std::array<double, cause_names.size()> lost{};
  double exchanged = 0;  // 1 if the partners have exchanged their roles, else 0
};

class Sampler {
public:
  Sampler(const ControlPlane& plane, const AvailabilityOptions& options)
      : plane_(plane), rules_(plane), biased_(options.biased), random_(options.seed, 0, "availability") {}

  Cycle cycle(Member principal) {
    constexpr std::size_t most_moves = 1'000'000;
    State state = rules_.well(principal);
    Cycle cycle;
    double weight = 1;
    // Once users are away, the rest of the cycle is played as it is; but not because of a failover that is over in seconds, for
    // what keeps users away for hours is the loss of another machine during the repair that follows.
    bool has_failed = false;
    for (std::size_t move = 0; move < most_moves; ++move) {
      const std::vector<Option> options = rules_.options(state);
      const bool is_well = std::ranges::all_of(options, [](const Option& each) { return each.kind == Option::Kind::failure; });
      if (is_well && move > 0 && rules_.at_home(state)) {
        cycle.exchanged = rules_.principal_of(state) == principal ? 0 : weight;
        return cycle;
      }
      double all = 0;
      for (const Option& option : options) all += option.rate;
      const auto down = rules_.down_by(state);
      cycle.time += weight / all;
      if (down) cycle.lost[static_cast<std::size_t>(*down)] += weight / all;
      has_failed = has_failed || (down && !is_imminent(options));
      const Option& chosen = choose(options, all, biased_ && !has_failed, weight);
      const std::size_t before = rules_.servers_up(state);
      rules_.take(state, chosen);
      cycle.lost[static_cast<std::size_t>(Cause::reconnect)] += weight * surge(before, state);
    }
    ensure(false, "everything is well again sooner or later");
    return cycle;
  }

private:
  // Whether something other than a failure is about to happen within seconds.
  static bool is_imminent(const std::vector<Option>& options) {
    constexpr double soon_per_s = 1.0 / 60;
    return std::ranges::any_of(options,
                               [](const Option& each) { return each.kind != Option::Kind::failure && each.rate > soon_per_s; });
  }

  // Failures get half of the probability, each the same, unless something is about to happen within seconds.
  const Option& choose(const std::vector<Option>& options, double all, bool biased, double& weight) {
    double failing = 0;
    std::size_t failures = 0;
    for (const Option& option : options) {
      const bool fails = option.kind == Option::Kind::failure;
      failing += fails ? option.rate : 0;
      failures += fails ? 1 : 0;
    }
    const bool only_failures = failures == options.size();
    const double share = only_failures ? 1 : 0.5;
    if (!biased || failures == 0 || is_imminent(options)) return pick(options, random_.uniform() * all);
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
    if (all_return) return plane_.surge_of_all_s;
    return servers_before < plane_.surge_s.size() ? plane_.surge_s[servers_before][servers] : 0;
  }

  const ControlPlane& plane_;
  Plane rules_;
  bool biased_;
  RandomStream random_;
};

}  // namespace

Availability estimate_availability(const ControlPlane& plane, const AvailabilityOptions& options) {
  constexpr std::uint64_t cycles_per_look = 500;
  Sampler sampler(plane, options);
  CycleRatio all;
  std::array<CycleRatio, cause_names.size()> causes;
  Availability found;
  while (found.cycles < options.most_cycles && !found.precise && !found.interrupted) {
    for (std::uint64_t i = 0; i < cycles_per_look; ++i) {
      const std::size_t start = all.ever_switched() ? i % rules::partners.size() : 0;
      const Cycle cycle = sampler.cycle(rules::partners[start]);
      double lost = 0;
      for (std::size_t cause = 0; cause < causes.size(); ++cause) {
        lost += cycle.lost[cause];
        causes[cause].add(start, cycle.lost[cause], cycle.time, cycle.exchanged);
      }
      all.add(start, lost, cycle.time, cycle.exchanged);
    }
    found.cycles += cycles_per_look;
    found.unavailable = all.interval();
    found.interrupted = options.stop_wished && options.stop_wished();
    found.precise =
        found.cycles >= options.least_cycles && found.unavailable.half_width <= options.precision * found.unavailable.value;
  }
  for (std::size_t cause = 0; cause < causes.size(); ++cause) found.by_cause[cause] = causes[cause].interval();
  return found;
}

}  // namespace poolcast::sim::analytic
