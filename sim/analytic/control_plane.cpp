#include "sim/analytic/control_plane.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "domain/ensure.hpp"
#include "domain/random.hpp"
#include "sim/analytic/control_plane_rules.hpp"

namespace poolcast::sim::analytic {
namespace {

constexpr double soon_s = 60;  // what is over so soon leaves no time for another failure

// What is measured of a cycle, in this order: the causes, the pools, the compliance databases.
struct Series {
  std::size_t pools = 0;
  static std::size_t of(Cause cause) { return static_cast<std::size_t>(cause); }
  static std::size_t of_pool(std::size_t pool) { return cause_names.size() + pool; }
  std::size_t of_all() const { return cause_names.size() + pools; }
  std::size_t of_compliance() const { return of_all() + 1; }
  std::size_t count() const { return of_all() + 2; }
};

// Operators at work, and how much longer they need.
struct Work {
  Act act;
  double left_s = 0;
};

// Moves that may still be made, in all cycles together; a cycle takes as many as there are failures while something is broken.
class Budget {
public:
  explicit Budget(const AvailabilityOptions& options) : options_(options), left_(options.most_moves) {}
  bool is_for_another() {
    constexpr std::uint64_t moves_per_look = 65'536;
    if (left_ == 0 || stopped_) return false;
    --left_;
    stopped_ = left_ % moves_per_look == 0 && stop_wished();
    return !stopped_;
  }
  bool is_used_up() const { return left_ == 0 || stopped_; }
  bool stop_wished() const { return stopped_ || (options_.stop_wished && options_.stop_wished()); }

private:
  const AvailabilityOptions& options_;
  std::uint64_t left_;
  bool stopped_ = false;
};

class Cycle {
public:
  Cycle(const ControlPlane& plane, const ControlPlaneRules& rules, const Principals& principals, bool biased,
        RandomStream& random)
      : plane_(plane),
        rules_(rules),
        random_(random),
        is_biased_(biased),
        state_(rules.well(principals)),
        series_{plane.pools.size()},
        lost_(series_.count(), 0.0),
        services_(plane.pools.size()),
        signed_in_(plane.pools.size()) {
    for (std::size_t pool = 0; pool < services_.size(); ++pool) {
      services_[pool] = rules_.service(state_, pool);
      signed_in_[pool].servers = services_[pool].connected;
    }
  }

  // From everything well to everything well, or until the budget is used up: whether it got there.
  bool play(Budget& budget) {
    while (budget.is_for_another()) {
      add_rates();
      pass();
      choose();
      for (std::size_t pool = 0; pool < services_.size(); ++pool) reconnect(pool);
      look_at_operators();
      if (rules_.is_well(state_)) return true;
    }
    return false;
  }

  double time() const { return time_; }
  double likelihood_ratio() const { return weight_; }
  const std::vector<double>& lost() const { return lost_; }
  Principals principals() const { return rules_.principals_of(state_); }

private:
  // Of all that may happen next: how often failures, everything else that has a rate, and the chance that operators are first.
  void add_rates() {
    failing_ = changing_ = 0;
    failures_ = 0;
    for (std::size_t risk = 0; risk < plane_.risks.size(); ++risk) {
      const Risk& one = plane_.risks[risk];
      (state_.active[risk] ? changing_ : failing_) += state_.active[risk] ? one.repairs_per_s : one.failures_per_s;
      failures_ += state_.active[risk] ? 0 : 1;
    }
    is_soon_ = false;
    for (const DatabaseState& database : state_.databases)
      for (const DatabaseStep& step : database.steps) {
        changing_ += step.rate;
        is_soon_ = is_soon_ || step.rate > 1 / soon_s;
      }
    next_work_ = std::ranges::min_element(works_, {}, &Work::left_s);
    is_soon_ = is_soon_ || (!works_.empty() && next_work_->left_s < soon_s);
    work_first_ = works_.empty() ? 0 : std::exp(-(failing_ + changing_) * next_work_->left_s);
  }

  // The time until something happens, in the mean; a failover that is over in seconds does not end the importance sampling, for
  // what keeps users away for hours is the loss of another machine during the repair that follows.
  void pass() {
    const double passed = (1 - work_first_) / (failing_ + changing_);
    const double mean = weight_ * passed;
    time_ += mean;
    bool is_away = false;
    for (std::size_t pool = 0; pool < services_.size(); ++pool) {
      const double users = plane_.pools[pool].users;
      signed_in_[pool].unnoticed_s = std::max(0.0, signed_in_[pool].unnoticed_s - passed);
      if (rules_.compliance_waits(state_, pool)) lost_[series_.of_compliance()] += mean * users;
      const double away = services_[pool].away();
      if (away <= 0) continue;
      add(pool, rules_.why(state_, pool), mean * away);
      is_away = true;
    }
    // Once users are away, the rest of the cycle is played as it is.
    if (is_away && !is_soon_) is_biased_ = false;
  }

  void add(std::size_t pool, Cause cause, double seconds) {
    const double users = plane_.pools[pool].users;
    lost_[Series::of(cause)] += users * seconds;
    lost_[series_.of_all()] += users * seconds;
    lost_[Series::of_pool(pool)] += seconds;
  }

  // Failures get half of the probability, each the same, unless something is about to happen within seconds.
  void choose() {
    const double rated = 1 - work_first_;  // something that has a rate is first
    const double fails = rated * failing_ / (failing_ + changing_);
    const bool only_failures = changing_ <= 0 && works_.empty();
    if (!is_biased_ || is_soon_ || failures_ == 0) {
      if (random_.uniform() < fails) return fail(pick_failure(random_.uniform() * failing_));
      return change((rated - fails) / (1 - fails));
    }
    const double share = only_failures ? 1 : 0.5;
    if (random_.uniform() < share) {
      const std::size_t risk = nth_failure(random_.below(static_cast<std::uint32_t>(failures_)));
      weight_ *= fails * plane_.risks[risk].failures_per_s / failing_ / (share / static_cast<double>(failures_));
      return fail(risk);
    }
    weight_ *= (1 - fails) / (1 - share);
    change((rated - fails) / (1 - fails));
  }

  std::size_t nth_failure(std::size_t number) const {
    for (std::size_t risk = 0; risk < plane_.risks.size(); ++risk)
      if (!state_.active[risk] && number-- == 0) return risk;
    ensure(false, "a risk that may begin is among those that are counted");
    return 0;
  }

  std::size_t pick_failure(double chance) const {
    std::size_t last = 0;
    for (std::size_t risk = 0; risk < plane_.risks.size(); ++risk) {
      if (state_.active[risk]) continue;
      last = risk;
      chance -= plane_.risks[risk].failures_per_s;
      if (chance <= 0) break;
    }
    return last;
  }

  void fail(std::size_t risk) {
    let_operators_work();
    rules_.turn(state_, risk);
    is_silent_ = !plane_.risks[risk].resets;
  }

  // A repair, a step of a database, or else operators are through.
  void change(double rated) {
    is_silent_ = false;
    if (!works_.empty() && random_.uniform() >= rated) {
      const Work done = *next_work_;
      for (Work& work : works_) work.left_s -= done.left_s;
      std::erase_if(works_, [&](const Work& work) { return work.act == done.act; });
      return rules_.take(state_, done.act);
    }
    let_operators_work();
    double chance = random_.uniform() * changing_;
    for (std::size_t risk = 0; risk < plane_.risks.size(); ++risk) {
      if (state_.active[risk]) chance -= plane_.risks[risk].repairs_per_s;
      if (state_.active[risk] && chance <= 0) return rules_.turn(state_, risk);
    }
    for (std::size_t database = 0; database < state_.databases.size(); ++database) {
      for (const DatabaseStep step : std::vector(state_.databases[database].steps)) {
        chance -= step.rate;
        if (chance <= 0) return rules_.take(state_, database, step);
      }
    }
  }

  // Until what happens first, given that it happens before any of them is through.
  void let_operators_work() {
    if (works_.empty()) return;
    const double passed = -std::log1p(-random_.uniform() * (1 - work_first_)) / (failing_ + changing_);
    for (Work& work : works_) work.left_s -= passed;
  }

  void look_at_operators() {
    const std::vector<Act> acts = rules_.acts(state_);
    std::erase_if(works_, [&](const Work& work) { return std::ranges::find(acts, work.act) == acts.end(); });
    for (const Act& act : acts) {
      if (std::ranges::find(works_, act, &Work::act) != works_.end()) continue;
      double needed = drawn(rules_.times_of(act));
      if (act.kind == Act::Kind::reroute) needed += drawn(rules_.operators_of(act).decision);
      works_.push_back({act, needed});
    }
  }

  double drawn(const std::vector<double>& times) {
    return times[times.size() == 1 ? 0 : random_.below(static_cast<std::uint32_t>(times.size()))];
  }

  // Users who have lost their server, or all of them after a service that lost their sessions. While nobody is served they can
  // not sign in again: whoever lost a server meanwhile does so afterwards.
  void reconnect(std::size_t pool) {
    const Service before = std::exchange(services_[pool], rules_.service(state_, pool));
    const Service& now = services_[pool];
    const Surges& surges = plane_.pools[pool].surges;
    SignedIn& last = signed_in_[pool];
    if (is_silent_ && now.connected < before.connected) last.unnoticed_s = surges.unnoticed_s;
    if (now.served == 0) return;
    const auto [servers, unnoticed_s] = std::exchange(last, {now.connected, 0});
    if (!std::exchange(state_.pools[pool].has_sessions, true)) return add(pool, Cause::reconnect, weight_ * surges.of_all_s);
    if (now.connected >= servers) return;
    const double away = servers < surges.of_some_s.size() ? surges.of_some_s[servers][now.connected] : 0;
    const double displaced = 1 - static_cast<double>(now.connected) / static_cast<double>(servers);
    add(pool, Cause::reconnect, weight_ * (away + displaced * unnoticed_s));
  }

  // Whom users were signed in to when somebody was last served, and how much longer clients take to notice a silent loss since.
  struct SignedIn {
    std::size_t servers = 0;
    double unnoticed_s = 0;
  };

  const ControlPlane& plane_;
  const ControlPlaneRules& rules_;
  RandomStream& random_;
  bool is_biased_;
  State state_;
  Series series_;
  std::vector<double> lost_;
  std::vector<Service> services_;
  std::vector<SignedIn> signed_in_;
  std::vector<Work> works_;
  std::vector<Work>::iterator next_work_;
  double time_ = 0, weight_ = 1;
  double failing_ = 0, changing_ = 0, work_first_ = 0;
  std::size_t failures_ = 0;
  bool is_soon_ = false, is_silent_ = false;
};

Availability answer_of(const ControlPlane& plane, const BatchRatio& ratio) {
  const Series series{plane.pools.size()};
  Availability found;
  found.unavailable = ratio.interval(series.of_all());
  for (std::size_t cause = 0; cause < cause_names.size(); ++cause) found.by_cause[cause] = ratio.interval(cause);
  double with_compliance = 0;
  for (std::size_t pool = 0; pool < plane.pools.size(); ++pool) {
    found.by_pool.push_back(ratio.interval(Series::of_pool(pool)));
    with_compliance += plane.pools[pool].compliance ? plane.pools[pool].users : 0;
  }
  if (with_compliance <= 0) return found;
  const Interval waits = ratio.interval(series.of_compliance());
  found.compliance = Interval{waits.value / with_compliance, waits.half_width / with_compliance};
  return found;
}

}  // namespace

double well_share(const ControlPlane& plane) {
  double share = 1;
  for (const Risk& risk : plane.risks) share *= risk.repairs_per_s / (risk.failures_per_s + risk.repairs_per_s);
  return share;
}

Availability estimate_availability(const ControlPlane& plane, const AvailabilityOptions& options) {
  constexpr std::uint64_t cycles_per_look = 500;
  const ControlPlaneRules rules(plane);
  const Series series{plane.pools.size()};
  BatchRatio ratio(series.count()), likelihood(1);
  RandomStream random(options.seed, 0, "availability"), rare(options.seed, 0, "availability, importance sampling");
  Budget budget(options);
  Principals principals = rules.first_principals();
  std::uint64_t cycles = 0;
  bool precise = false, stopped = false;
  while (cycles < options.most_cycles && !precise && !stopped && !budget.is_used_up()) {
    do {
      Cycle cycle(plane, rules, principals, false, random);
      Cycle biased(plane, rules, principals, true, rare);
      if (!cycle.play(budget) || (options.biased && !biased.play(budget))) break;
      ratio.add(options.biased ? biased.lost() : cycle.lost(), cycle.time());
      likelihood.add({biased.likelihood_ratio()}, 1);
      principals = cycle.principals();
    } while (++cycles % cycles_per_look != 0);
    const Interval unavailable = ratio.interval(series.of_all());
    stopped = budget.stop_wished();
    precise = cycles >= options.least_cycles && unavailable.half_width <= options.precision * unavailable.value;
  }
  Availability found = answer_of(plane, ratio);
  found.cycles = cycles;
  if (options.biased) found.likelihood_ratio = likelihood.interval(0);
  found.precise = precise;
  found.interrupted = stopped;
  return found;
}

}  // namespace poolcast::sim::analytic
