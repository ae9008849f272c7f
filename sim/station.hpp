// Station primitives of the request plane: who is served, who waits, who is turned away. They hold job numbers and no time;
// the model schedules the completions.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

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

  std::uint32_t servers() const { return servers_; }
  std::uint32_t busy() const { return busy_; }
  std::uint32_t waiting() const { return waiting_; }

private:
  void enqueue(JobId job);
  JobId dequeue();

  std::uint32_t servers_;
  std::uint32_t waiting_limit_;
  std::uint32_t busy_ = 0;
  std::uint32_t waiting_ = 0;
  std::vector<JobId> ring_;  // power-of-two ring buffer
  std::uint32_t head_ = 0;
};

}  // namespace poolcast::sim
