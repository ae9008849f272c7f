// Station primitives of the request plane: who is served, who waits, who is turned away. They hold job numbers and no time;
// the model schedules the completions. Processor sharing is in ps_station.hpp.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "domain/ensure.hpp"

namespace poolcast::sim {

using JobId = std::uint32_t;
inline constexpr JobId no_job = std::numeric_limits<JobId>::max();

// First come, first served, by `servers` equal servers; at most `waiting_limit` jobs wait.
class FcfsStation {
public:
  static constexpr std::uint32_t unlimited = std::numeric_limits<std::uint32_t>::max();
  enum class Arrival { started, waits, refused };

  explicit FcfsStation(std::uint32_t servers, std::uint32_t waiting_limit = unlimited);

  Arrival arrive(JobId job);           // started: the caller schedules its completion
  JobId finish();                      // a server is free; the job that starts now, or no_job
  void resize(std::uint32_t servers);  // more servers start nothing by themselves: call start_waiting() until no_job
  JobId start_waiting();               // starts the next waiting job if a server is idle, or no_job
  std::vector<JobId> clear();          // the station is lost: everything that waited, in order; nothing is in service any more

  JobId next_waiting() const { return waiting_ == 0 ? no_job : ring_[head_]; }
  std::uint32_t servers() const { return servers_; }
  std::uint32_t busy() const { return busy_; }  // above servers() for a while after a resize to fewer
  std::uint32_t waiting() const { return waiting_; }

private:
  void enqueue(JobId job);
  JobId dequeue();
  void grow();

  std::uint32_t servers_;
  std::uint32_t waiting_limit_;
  std::uint32_t busy_ = 0;
  std::uint32_t waiting_ = 0;
  std::vector<JobId> ring_;  // power-of-two ring buffer
  std::uint32_t head_ = 0;
};

inline FcfsStation::Arrival FcfsStation::arrive(JobId job) {
  if (busy_ < servers_ && waiting_ == 0) {
    ++busy_;
    return Arrival::started;
  }
  if (waiting_ >= waiting_limit_) return Arrival::refused;
  enqueue(job);
  return Arrival::waits;
}

inline JobId FcfsStation::finish() {
  ensure(busy_ > 0, "only a busy server finishes");
  --busy_;
  return start_waiting();
}

inline JobId FcfsStation::start_waiting() {
  if (waiting_ == 0 || busy_ >= servers_) return no_job;
  ++busy_;
  return dequeue();
}

inline void FcfsStation::enqueue(JobId job) {
  if (waiting_ == ring_.size()) grow();
  ring_[(head_ + waiting_) & (ring_.size() - 1)] = job;
  ++waiting_;
}

inline JobId FcfsStation::dequeue() {
  const JobId job = ring_[head_];
  head_ = (head_ + 1) & static_cast<std::uint32_t>(ring_.size() - 1);
  --waiting_;
  return job;
}

}  // namespace poolcast::sim
