#include "sim/request_plane.hpp"

#include <simgrid/kernel/Timer.hpp>
#include <simgrid/kernel/resource/Model.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "sim/simgrid_compat.hpp"

// Dates. The plane's own events keep their dates to the last bit. SimGrid's clock does not: it adds up differences, so its last
// bits depend on how many steps were made, and it merges what lies closer than its timing precision. Where the two meet, the
// plane therefore reads SimGrid's clock to the nearest tick, a nanosecond, and stops that clock only at whole ticks, with a
// timing precision of less than half of one. So SimGrid's events see the same date, and the same events of the plane done, in
// every mode.

namespace poolcast::sim {
namespace {

using simgrid::kernel::timer::Timer;
using simgrid::s4u::Engine;

// A tick must be worth more than the last bit of the clock: of 2^21 s that is half a nanosecond. Longer runs have longer ticks.
constexpr double nanosecond_horizon_s = 2e6;
constexpr double longest_horizon_s = 1e9;

class Ticks {
public:
  explicit Ticks(double per_s) : per_s_(per_s) {}
  double length() const { return 1 / per_s_; }
  double timing_precision() const { return 0.4 / per_s_; }

  double nearest(double date) const { return std::nearbyint(date * per_s_) / per_s_; }

  // The first whole tick that is not before `date`.
  double from(double date) const {
    const double count = std::ceil(date * per_s_);
    const double rounded = count / per_s_;
    return rounded >= date ? rounded : (count + 1) / per_s_;
  }

private:
  double per_s_;
};

constexpr double no_limit = -1;  // SimGrid's word for "nothing of mine happens"

}  // namespace

struct RequestPlane::Hook {
  // SimGrid asks a model that is not idempotent last in each step, and to advance itself by at most the time it is given:
  // the hook made for co-simulation with ns-3 (EngineImpl::solve).
  class Model : public simgrid::kernel::resource::Model {
  public:
    explicit Model(Hook& hook) : simgrid::kernel::resource::Model("poolcast request plane"), hook_(&hook) {}
    void detach() { hook_ = nullptr; }
    bool next_occurring_event_is_idempotent() override { return false; }
    double next_occurring_event(double at_most) override { return hook_ == nullptr ? no_limit : hook_->advance(at_most); }
    void update_actions_state(double /*now*/, double /*delta*/) override {}

  private:
    Hook* hook_;
  };

  Hook(PlaneMode mode_of_plane, RequestPlane& owner) : plane(owner), mode(mode_of_plane) {}

  double advance(double at_most);
  void catch_up();
  void run_due_events();
  void arm_timer();

  // The plane that SimGrid's clock drives in timer mode: SimGrid's signals cannot be disconnected, so each process connects one
  // function once.
  static RequestPlane* current;
  static void clock_moved() {
    if (current == nullptr || current->hook_->mode != PlaneMode::timer) return;
    current->hook_->run_due_events();
    current->hook_->arm_timer();
  }

  RequestPlane& plane;
  PlaneMode mode;
  Ticks ticks{1e9};
  double done_until = no_limit;  // every event dated up to here has been handled
  std::shared_ptr<Model> model;
  Timer* timer = nullptr;
  double timer_date = no_limit;
};

RequestPlane* RequestPlane::Hook::current = nullptr;

// One step of SimGrid, which makes no event of its own before `at_most` seconds from its clock. Returns how far the clock may
// go instead, or no_limit if that far.
double RequestPlane::Hook::advance(double at_most) {
  ensure(at_most > no_limit, "SimGrid is driven by RequestPlane::run_until");
  const double clock = Engine::get_clock();
  const double limit = ticks.nearest(clock + at_most);
  double stop = limit;
  if (mode == PlaneMode::step && !plane.heap_.empty()) stop = std::min(limit, ticks.from(plane.heap_.top().at));
  plane.run_events_until(stop);
  done_until = plane.limit_;
  return done_until < limit ? std::max(0.0, done_until - clock) : no_limit;
}

// Before somebody outside asks or adds something. Only a host's or link's profile in timer mode comes here before the plane
// has done what is due: SimGrid applies profiles before it moves its clock.
void RequestPlane::Hook::catch_up() {
  const double clock = ticks.nearest(Engine::get_clock());
  if (mode == PlaneMode::timer && clock > done_until) run_due_events();
  plane.now_ = std::max(plane.now_, clock);
}

void RequestPlane::Hook::run_due_events() {
  done_until = ticks.nearest(Engine::get_clock());
  ensure(plane.heap_.empty() || plane.heap_.top().at > done_until - 1.5 * ticks.length(),
         "the timer stopped SimGrid's clock in time");
  plane.run_events_until(done_until);
}

// The timer only stops the clock: the events run when the clock has moved, before SimGrid's own events of that date.
void RequestPlane::Hook::arm_timer() {
  const double date = plane.heap_.empty() ? std::numeric_limits<double>::infinity() : ticks.from(plane.heap_.top().at);
  if (timer != nullptr && timer_date == date) return;
  if (timer != nullptr) timer->remove();
  timer = nullptr;
  timer_date = date;
  // SimGrid's clock may stand a fraction of a nanosecond after the date, and SimGrid wants no timer in its past.
  if (std::isfinite(date)) timer = Timer::set(std::max(date, Engine::get_clock()), [this] { timer = nullptr; });
}

RequestPlane::RequestPlane(PlaneMode mode, Handler handler, void* model)
    : RequestPlane(mode, &loop_with_handler, handler, model) {}

RequestPlane::RequestPlane(PlaneMode mode, Loop loop, Handler handler, void* model)
    : loop_(loop), handler_(handler), model_(model), hook_(std::make_unique<Hook>(mode, *this)) {
  ensure(Engine::has_instance(), "the request plane needs a SimGrid engine");
  ensure(Engine::get_clock() == 0, "the request plane starts with SimGrid's clock at 0, in a process without an earlier run");
  ensure(Hook::current == nullptr, "one request plane at a time");
  compat::set_timing_precision(hook_->ticks.timing_precision());
  Hook::current = this;
  if (mode == PlaneMode::timer) {
    static const bool connected = (Engine::on_time_advance_cb([](double) { Hook::clock_moved(); }), true);
    ensure(connected, "SimGrid's clock is connected");
  } else {
    hook_->model = std::make_shared<Hook::Model>(*hook_);
    Engine::get_instance()->add_model(hook_->model);
  }
}

RequestPlane::~RequestPlane() {
  Hook::current = nullptr;
  if (hook_->model) hook_->model->detach();
  if (hook_->timer != nullptr) hook_->timer->remove();
}

void RequestPlane::run_until(double horizon) {
  ensure(horizon >= 0 && horizon <= longest_horizon_s, "a horizon lies between 0 and 1e9 seconds");
  if (horizon > nanosecond_horizon_s) {
    hook_->ticks = Ticks(1e6);
    compat::set_timing_precision(hook_->ticks.timing_precision());
  }
  // SimGrid calls itself done within 10 µs of the date it was asked for, hence the loop.
  do {
    if (hook_->mode == PlaneMode::timer) hook_->arm_timer();
    Engine::get_instance()->run_until(horizon);
  } while (hook_->ticks.nearest(Engine::get_clock()) < hook_->ticks.nearest(horizon));
}

void RequestPlane::run_events_until(double limit) {
  ensure(!handling_, "a handler does not run the plane");
  handling_ = true;
  limit_ = limit;
  loop_(*this);
  handling_ = false;
}

void RequestPlane::loop_with_handler(RequestPlane& plane) {
  while (!plane.heap_.empty() && plane.heap_.top().at <= plane.limit_) plane.handler_(plane.model_, plane.take_event());
}

double RequestPlane::outside_now() const {
  hook_->catch_up();
  return now_;
}

void RequestPlane::schedule_unusual(Event event) {
  if (!handling_) hook_->catch_up();
  ensure(event.at >= now_ - hook_->ticks.length(), "an event is scheduled for now or later");
  event.at = std::max(event.at, now_);
  heap_.push(event);
  if (!handling_ && hook_->mode == PlaneMode::timer) hook_->arm_timer();
}

void RequestPlane::sleep_until(double date) const {
  const double whole = hook_->ticks.nearest(date);
  if (whole > now()) simgrid::s4u::this_actor::sleep_until(whole);
}

void RequestPlane::hand_over(std::function<void()> task) {
  ensure(handling_, "only an event hands over to SimGrid");
  const double date = hook_->ticks.from(now_);
  limit_ = std::min(limit_, date);
  // SimGrid's clock may stop a last bit before `date`; the timer must not miss that stop, or actors would come before it.
  Timer::set(date - hook_->ticks.timing_precision() / 2, std::move(task));
}

}  // namespace poolcast::sim
