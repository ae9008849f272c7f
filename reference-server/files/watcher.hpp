// What the file service tells about itself, for metrics.
#pragma once

#include <chrono>
#include <memory>

namespace poolcast::files {

using Instant = std::chrono::steady_clock::time_point;

// One call from its arrival to its answer.
struct Served {
  int status = 0;  // of HTTP
  Instant arrived{};
  std::chrono::nanoseconds service{0};  // worked on by the io thread
  std::chrono::nanoseconds away{0};     // at the store and at the disk
  std::chrono::nanoseconds cpu{-1};     // processor time of the io thread; below zero: not measured
};

// One job of the disk's thread.
struct DiskUse {
  Instant began{};
  std::chrono::nanoseconds queue_wait{0};
  std::chrono::nanoseconds worked{0};
  std::chrono::nanoseconds cpu{-1};  // of the disk's thread; below zero: not measured
};

// Called on the io thread.
class Watcher {
public:
  virtual ~Watcher() = default;
  virtual bool measures_cpu_now() = 0;  // of the next call
  virtual double cpu_s() = 0;           // of the calling thread
  virtual void served(const Served& served) = 0;
  virtual void used_disk(const DiskUse& use) = 0;
};

// The time of one call: at work on the io thread, or away.
class CallClock {
public:
  explicit CallClock(Watcher& watcher) : watcher_(watcher), began_(now()), at_work_since_(began_) {
    if (watcher.measures_cpu_now()) cpu_from_s_ = watcher.cpu_s();
  }
  void leave() {
    service_ += now() - at_work_since_;
    if (cpu_from_s_ >= 0) cpu_s_ += watcher_.cpu_s() - cpu_from_s_;
  }
  void back() {
    at_work_since_ = now();
    if (cpu_from_s_ >= 0) cpu_from_s_ = watcher_.cpu_s();
  }
  // Of the first answer, on the io thread.
  void answered(int status) {
    leave();
    const std::chrono::nanoseconds whole = now() - began_;
    Served served{.status = status, .arrived = began_, .service = service_, .away = whole - service_};
    if (cpu_from_s_ >= 0) served.cpu = std::chrono::nanoseconds(static_cast<std::int64_t>(cpu_s_ * 1e9));
    watcher_.served(served);
  }

private:
  static Instant now() { return std::chrono::steady_clock::now(); }

  Watcher& watcher_;
  Instant began_;
  Instant at_work_since_;
  std::chrono::nanoseconds service_{0};
  double cpu_from_s_ = -1;
  double cpu_s_ = 0;
};

}  // namespace poolcast::files
