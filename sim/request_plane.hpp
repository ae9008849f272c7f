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
class EventHeap {
public:
  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  const Event& top() const { return heap_.front(); }
  void push(const Event& event);
  Event pop();
  void clear() { heap_.clear(); }

private:
  std::vector<Event> heap_;
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

  void run_events_until(double limit);
  double outside_now() const;
  void schedule_from_outside(Event event);

  EventHeap heap_;
  Handler handler_;
  void* model_;
  double now_ = 0;
  double limit_ = 0;  // of the events that are being run; hand_over() lowers it
  bool handling_ = false;
  std::uint64_t handled_ = 0;
  std::unique_ptr<Hook> hook_;
};

inline void RequestPlane::schedule(const Event& event) {
  if (!handling_) [[unlikely]]
    return schedule_from_outside(event);
  constexpr double forgiven = 1e-9;
  ensure(event.at >= now_ - forgiven, "an event is scheduled for now or later");
  if (event.at >= now_) [[likely]] {
    heap_.push(event);
  } else {
    heap_.push({now_, event.subject, event.kind, event.place});
  }
}

inline void EventHeap::push(const Event& event) {
  std::size_t child = heap_.size();
  heap_.push_back(event);
  while (child > 0) {
    const std::size_t parent = (child - 1) / 4;
    if (heap_[parent].at <= event.at) break;
    heap_[child] = heap_[parent];
    child = parent;
  }
  heap_[child] = event;
}

inline Event EventHeap::pop() {
  const Event first = heap_.front();
  const Event last = heap_.back();
  heap_.pop_back();
  const std::size_t size = heap_.size();
  if (size == 0) return first;
  std::size_t hole = 0;
  for (;;) {
    const std::size_t begin = 4 * hole + 1;
    if (begin >= size) break;
    const std::size_t end = begin + 4 < size ? begin + 4 : size;
    std::size_t least = begin;
    for (std::size_t child = begin + 1; child < end; ++child)
      if (heap_[child].at < heap_[least].at) least = child;
    if (heap_[least].at >= last.at) break;
    heap_[hole] = heap_[least];
    hole = least;
  }
  heap_[hole] = last;
  return first;
}

}  // namespace poolcast::sim
