// Processor time of a worker's calls, measured for one in so many: asking is a system call.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>

namespace poolcast::store {

// Shared by the threads of a lane.
class Turns {
public:
  explicit Turns(std::uint32_t every) : every_(every) {}
  // Whether this one is measured; the first is.
  bool next() { return every_ > 0 && turn_.fetch_add(1, std::memory_order_relaxed) % every_ == 0; }

private:
  std::uint32_t every_;
  std::atomic<std::uint32_t> turn_ = 0;
};

class CpuSample {
public:
  explicit CpuSample(bool wanted) {
    if (wanted) began_ = now();
  }
  std::optional<std::chrono::duration<double>> taken() const {
    if (!began_) return std::nullopt;
    return now() - *began_;
  }

private:
  static std::chrono::nanoseconds now() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
  }
  std::optional<std::chrono::nanoseconds> began_;
};

}  // namespace poolcast::store
