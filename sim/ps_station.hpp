// Processor sharing by `servers` equal servers: with n jobs each is served at the rate min(1, servers / n).
//
// Virtual time runs at that rate, so a job that arrives at virtual time v with work w leaves at v + w whatever comes and goes
// in between: O(log n) for every arrival and departure, and exact.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "sim/station.hpp"

namespace poolcast::sim {

// The model schedules one event at next_departure() after every change and carries stamp() in it: an event whose stamp is not
// the station's any more is out of date and is dropped.
class PsStation {
public:
  static constexpr std::uint32_t unlimited = std::numeric_limits<std::uint32_t>::max();

  // `servers` may be a fraction: half a server serves at half the speed.
  explicit PsStation(double servers, std::uint32_t job_limit = unlimited);

  bool arrive(double now, JobId job, double work);  // false: refused, there are job_limit jobs; `work` in seconds of one server
  JobId depart(double now);                         // at next_departure(): the job that leaves
  double next_departure() const;                    // seconds from the start; infinite without jobs or servers
  void set_servers(double now, double servers);     // a slow node, or more cores
  std::vector<JobId> clear();                       // the station is lost: all its jobs in the order of arrival

  std::uint32_t jobs() const { return static_cast<std::uint32_t>(heap_.size()); }
  double servers() const { return servers_; }
  std::uint32_t stamp() const { return stamp_; }

private:
  struct Entry {
    double virtual_end;
    std::uint64_t arrival;  // equal ends leave in the order of arrival
    JobId job;
  };
  static bool later(const Entry& left, const Entry& right);
  double rate() const;
  void advance(double now);

  double servers_;
  std::uint32_t job_limit_;
  std::uint32_t stamp_ = 0;
  std::uint64_t arrivals_ = 0;
  double updated_ = 0;      // date of virtual_now_
  double virtual_now_ = 0;  // starts again at 0 whenever the station is empty, which keeps it precise
  std::vector<Entry> heap_;
};

}  // namespace poolcast::sim
