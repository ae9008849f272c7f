// The request plane: millions of request events per second inside SimGrid's clock.
//
// SimGrid owns the clock, hosts, links, failures and the control plane. Requests live here, on a 4-ary heap of 16-byte events,
// behind a SimGrid resource model that advances itself up to SimGrid's own next event. Events dated up to SimGrid's next event
// run before SimGrid's events of the same date: a fixed tie rule, so all modes give the same bits. docs/engine.md has the rest.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "domain/ensure.hpp"

namespace poolcast::sim {

// 16 bytes; what `kind`, `place` and `subject` mean is the model's business.
struct Event {
  double at = 0;  // seconds from the scenario's start
  std::uint32_t subject = 0;
  std::uint16_t kind = 0;
  std::uint16_t place = 0;
};

// Pending events, earliest first. Equal dates come out in an order that depends only on the order of calls.
//
// An event usually schedules one more: pop() therefore leaves a hole at the top, which the next push() fills in one pass instead
// of two.
class EventHeap {
public:
  bool empty() const { return size() == 0; }
  std::size_t size() const { return heap_.size() - (hole_ ? 1 : 0); }
  const Event& top();
  Event pop();
  void push(const Event& event);

private:
  void fill_hole();
  void sift_down(const Event& event);  // from the top, which is free

  std::vector<Event> heap_;
  bool hole_ = false;  // at the top
};

// How the plane shares SimGrid's clock. batch: the co-simulation hook, all events up to SimGrid's next one in one step. step:
// one engine step per event. timer: one kernel timer at the head of the heap. The slow ones are the oracle of the fast one.
enum class PlaneMode { batch, step, timer };

class RequestPlane {
public:
  using Handler = void (*)(void* model, const Event& event);

  // Registers itself with the running SimGrid engine, which must outlive it and whose clock must stand at 0. One plane at a
  // time. `handler(model, event)` is called for every event.
  RequestPlane(PlaneMode mode, Handler handler, void* model);
  // The same with `model.on(event)`, which the compiler can draw into the loop over the events.
  template <class Model>
  requires requires(Model& model, const Event& event) { model.on(event); }
  RequestPlane(PlaneMode mode, Model& model) : RequestPlane(mode, &loop_with<Model>, nullptr, &model) {}
  ~RequestPlane();
  RequestPlane(const RequestPlane&) = delete;
  RequestPlane& operator=(const RequestPlane&) = delete;

  // Runs SimGrid and the plane; returns when everything dated up to `horizon` has happened and nothing later has. Use it
  // instead of Engine::run_until, which may stop up to 10 µs early. Beyond 2,000,000 s, where the clock's own bits are too
  // coarse, microseconds take the place of nanoseconds below.
  void run_until(double horizon);

  // Seconds from the start: the date of the event that is being handled, or, when an actor or a signal calls, SimGrid's clock to
  // the nearest nanosecond. A signal's callback asks for it before it touches the model: all earlier events are then done.
  double now() const { return handling_ ? now_ : outside_now(); }

  // Adds an event; its date is now() or later (a nanosecond of rounding is forgiven). Callable from the handler, from actors
  // and from SimGrid's signals.
  void schedule(const Event& event);

  // From the handler: SimGrid runs `task` in maestro at the date of this event (rounded up to a nanosecond), before anything
  // later happens here. The way from a request to a SimGrid activity; about 3 µs.
  void hand_over(std::function<void()> task);

  // For actors: sleeps until `date` to the nearest nanosecond, and not at all when that is now or past. Prefer it to SimGrid's
  // own, which stretches a sleep of one rounding error to its timing precision and so lets another actor go first.
  void sleep_until(double date) const;

  std::uint64_t handled() const { return handled_; }
  std::size_t pending() const { return heap_.size(); }

private:
  struct Hook;  // the SimGrid model, or the timer
  using Loop = void (*)(RequestPlane& plane);

  RequestPlane(PlaneMode mode, Loop loop, Handler handler, void* model);
  // Handles what is dated up to limit_.
  static void loop_with_handler(RequestPlane& plane);
  template <class Model>
  static void loop_with(RequestPlane& plane);
  Event take_event();

  void run_events_until(double limit);
  double outside_now() const;
  void schedule_unusual(Event event);  // from outside, or a rounding error early

  EventHeap heap_;
  Loop loop_;
  Handler handler_;  // of loop_with_handler
  void* model_;
  double now_ = 0;
  double limit_ = 0;  // of the events that are being run; hand_over() lowers it
  bool handling_ = false;
  std::uint64_t handled_ = 0;
  std::unique_ptr<Hook> hook_;
};

inline Event RequestPlane::take_event() {
  const Event event = heap_.pop();
  now_ = event.at;
  ++handled_;
  return event;
}

template <class Model>
void RequestPlane::loop_with(RequestPlane& plane) {
  Model& model = *static_cast<Model*>(plane.model_);
  while (!plane.heap_.empty() && plane.heap_.top().at <= plane.limit_) model.on(plane.take_event());
}

inline void RequestPlane::schedule(const Event& event) {
  if (handling_ && event.at >= now_) [[likely]] {
    heap_.push(event);
  } else {
    schedule_unusual(event);
  }
}

inline const Event& EventHeap::top() {
  if (hole_) fill_hole();
  return heap_.front();
}

inline Event EventHeap::pop() {
  if (hole_) fill_hole();
  hole_ = true;
  return heap_.front();
}

inline void EventHeap::push(const Event& event) {
  if (hole_) {
    hole_ = false;
    return sift_down(event);
  }
  std::size_t child = heap_.size();
  heap_.push_back(event);
  Event* const events = heap_.data();
  while (child > 0) {
    const std::size_t parent = (child - 1) / 4;
    if (events[parent].at <= event.at) break;
    events[child] = events[parent];
    child = parent;
  }
  events[child] = event;
}

inline void EventHeap::fill_hole() {
  hole_ = false;
  const Event last = heap_.back();
  heap_.pop_back();
  if (!heap_.empty()) sift_down(last);
}

inline void EventHeap::sift_down(const Event& event) {
  Event* const events = heap_.data();
  const std::size_t size = heap_.size();
  std::size_t hole = 0;
  for (std::size_t begin = 1; begin < size; begin = 4 * hole + 1) {
    const std::size_t end = begin + 4 < size ? begin + 4 : size;
    std::size_t least = begin;
    for (std::size_t child = begin + 1; child < end; ++child)
      if (events[child].at < events[least].at) least = child;
    if (events[least].at >= event.at) break;
    events[hole] = events[least];
    hole = least;
  }
  events[hole] = event;
}

}  // namespace poolcast::sim
