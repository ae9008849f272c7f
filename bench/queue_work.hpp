// The work that is measured: customers pass stations in series. The same code runs on the request plane and on the bare loop, and
// the peers do the same with the same random numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "domain/random.hpp"
#include "sim/request_plane.hpp"
#include "sim/station.hpp"

namespace poolcast::bench {

inline constexpr double arrival_rate = 800;  // per second
inline constexpr double service_rate = 1000;
inline constexpr std::uint16_t most_stations = 3;

struct WorkSize {
  std::uint16_t stations = 1;
  std::uint32_t customers = 1'000'000;
  // Changes of state: one arrival and one departure per station for each customer.
  double events() const { return static_cast<double>(customers) * (1 + stations); }
};

RandomStream arrival_stream();
RandomStream service_stream(std::uint16_t station);

// Sum over the stations of a customer's mean wait, in mean service times.
double mean_wait_by_recursion(const WorkSize& size);

// `Loop` has schedule(event); events come back through on().
template <class Loop>
class QueueWork {
public:
  QueueWork(Loop& loop, const WorkSize& size) : loop_(loop), size_(size), arrivals_(arrival_stream()) {
    for (std::uint16_t place = 0; place < size.stations; ++place) {
      services_.push_back(service_stream(place));
      stations_.emplace_back(1);
    }
  }

  void begin() { loop_.schedule({arrivals_.exponential(1 / arrival_rate), 0, arrival, 0}); }

  void on(const sim::Event& event) {
    if (event.kind == arrival) {
      if (++arrived_ < size_.customers) loop_.schedule({event.at + arrivals_.exponential(1 / arrival_rate), 0, arrival, 0});
      enter(event.at, new_job(), 0);
      return;
    }
    const sim::JobId next = stations_[event.place].finish();
    if (next != sim::no_job) start(event.at, next, event.place);
    const auto further = static_cast<std::uint16_t>(event.place + 1);
    if (further < size_.stations) {
      enter(event.at, event.subject, further);
    } else {
      free_.push_back(event.subject);
    }
  }

  double mean_wait() const { return waited_ / size_.customers * service_rate; }

private:
  enum Kind : std::uint16_t { arrival, completion };

  sim::JobId new_job() {
    if (free_.empty()) {
      entered_.push_back(0);
      return static_cast<sim::JobId>(entered_.size() - 1);
    }
    const sim::JobId job = free_.back();
    free_.pop_back();
    return job;
  }

  void enter(double now, sim::JobId job, std::uint16_t place) {
    entered_[job] = now;
    if (stations_[place].arrive(job) == sim::FcfsStation::Arrival::started) start(now, job, place);
  }

  void start(double now, sim::JobId job, std::uint16_t place) {
    waited_ += now - entered_[job];
    loop_.schedule({now + services_[place].exponential(1 / service_rate), job, completion, place});
  }

  Loop& loop_;
  WorkSize size_;
  RandomStream arrivals_;
  std::vector<RandomStream> services_;
  std::vector<sim::FcfsStation> stations_;
  std::vector<double> entered_;  // by job
  std::vector<sim::JobId> free_;
  std::uint32_t arrived_ = 0;
  double waited_ = 0;
};

struct Measured {
  double seconds;  // of processor time
  double mean_wait;
};

// The same work on a bare heap, in a process of its own: the scale for whatever else is measured in the same run.
Measured on_bare_loop(const WorkSize& size);

}  // namespace poolcast::bench
