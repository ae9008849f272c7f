#include "sim/station.hpp"

#include <algorithm>
#include <utility>

#include "sim/ps_station.hpp"

namespace poolcast::sim {

FcfsStation::FcfsStation(std::uint32_t servers, std::uint32_t waiting_limit) : servers_(servers), waiting_limit_(waiting_limit) {}

void FcfsStation::resize(std::uint32_t servers) { servers_ = servers; }

std::vector<JobId> FcfsStation::clear() {
  std::vector<JobId> waited;
  waited.reserve(waiting_);
  while (waiting_ > 0) waited.push_back(dequeue());
  busy_ = 0;
  return waited;
}

void FcfsStation::grow() {
  constexpr std::size_t first_size = 16;
  std::vector<JobId> larger(std::max(first_size, 2 * ring_.size()));
  for (std::uint32_t position = 0; position < waiting_; ++position)
    larger[position] = ring_[(head_ + position) & (ring_.size() - 1)];
  ring_ = std::move(larger);
  head_ = 0;
}

PsStation::PsStation(double servers, std::uint32_t job_limit) : servers_(servers), job_limit_(job_limit) {
  ensure(servers >= 0, "a station has no negative number of servers");
}

bool PsStation::arrive(double now, JobId job, double work) {
  if (jobs() >= job_limit_) return false;
  ensure(work >= 0, "a job's work is not negative");
  advance(now);
  const Entry entry{virtual_now_ + work, arrivals_++, job};
  heap_.push_back(entry);
  std::ranges::push_heap(heap_, later);
  ++stamp_;
  return true;
}

JobId PsStation::depart(double now) {
  ensure(!heap_.empty(), "only a station with jobs has a departure");
  advance(now);
  std::ranges::pop_heap(heap_, later);
  const Entry entry = heap_.back();
  heap_.pop_back();
  ++stamp_;
  // The date of the departure was rounded; the job's own virtual date was not.
  virtual_now_ = heap_.empty() ? 0 : std::max(virtual_now_, entry.virtual_end);
  return entry.job;
}

double PsStation::next_departure() const {
  if (heap_.empty() || rate() <= 0) return std::numeric_limits<double>::infinity();
  return updated_ + std::max(0.0, heap_.front().virtual_end - virtual_now_) / rate();
}

void PsStation::set_servers(double now, double servers) {
  ensure(servers >= 0, "a station has no negative number of servers");
  advance(now);
  servers_ = servers;
  ++stamp_;
}

std::vector<JobId> PsStation::clear() {
  std::ranges::sort(heap_, [](const Entry& left, const Entry& right) { return left.arrival < right.arrival; });
  std::vector<JobId> lost;
  lost.reserve(heap_.size());
  for (const Entry& entry : heap_) lost.push_back(entry.job);
  heap_.clear();
  virtual_now_ = 0;
  ++stamp_;
  return lost;
}

double PsStation::rate() const { return heap_.empty() ? 0 : std::min(1.0, servers_ / static_cast<double>(heap_.size())); }

void PsStation::advance(double now) {
  ensure(now >= updated_, "a station's time does not run backwards");
  virtual_now_ += (now - updated_) * rate();
  updated_ = now;
}

bool PsStation::later(const Entry& left, const Entry& right) {
  if (left.virtual_end != right.virtual_end) return left.virtual_end > right.virtual_end;
  return left.arrival > right.arrival;
}

}  // namespace poolcast::sim
