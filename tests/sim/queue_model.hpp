// Queues in series on a request plane, what they measure, and the same measured by recursion on the same random numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "domain/random.hpp"
#include "sim/request_plane.hpp"
#include "sim/station.hpp"

namespace poolcast::sim {

using Draw = std::function<double(RandomStream&)>;

struct QueueSpec {
  std::uint64_t seed = 1;
  std::uint64_t replication = 0;
  std::uint32_t customers = 10000;
  Draw interarrival;
  std::vector<Draw> services;  // one for each station in series
  std::uint32_t servers = 1;   // of each station
};

// Customers arrive one after another, pass the stations, and write down how long they waited at each.
class QueueModel {
public:
  QueueModel(const QueueSpec& spec, PlaneMode mode);

  void run_until(double horizon) { plane_.run_until(horizon); }
  RequestPlane& plane() { return plane_; }

  // The waits at station 0 of all customers in order, then those at station 1, …
  std::vector<double> waits() const;

private:
  enum Kind : std::uint16_t { arrival, completion };
  static void handle(void* model, const Event& event);
  void enter(std::uint32_t customer, std::uint16_t place);
  void start(std::uint32_t customer, std::uint16_t place);

  QueueSpec spec_;
  RequestPlane plane_;
  RandomStream arrivals_;
  std::vector<RandomStream> services_;
  std::vector<FcfsStation> stations_;
  std::vector<double> entered_;             // by customer; one is at one station at a time
  std::vector<std::vector<double>> waits_;  // by station and customer
};

// One station served by plain SimGrid actors: a source, a server, a semaphore between them.
std::vector<double> waits_of_actors(const QueueSpec& spec, double horizon);

// In a process of its own; the horizon is far enough for every customer to leave.
std::vector<double> waits_on_plane(const QueueSpec& spec, PlaneMode mode = PlaneMode::batch);

// Lindley's recursion for one server at each station; Kiefer and Wolfowitz' for more (then one station).
std::vector<double> waits_by_recursion(const QueueSpec& spec);

// Mean of [from, to).
double mean(const std::vector<double>& values, std::size_t from, std::size_t to);

struct Interval {
  double low;
  double high;
};

// 99.9 % confidence interval of the mean of 20 replications; `measure(replication)`.
Interval interval_of_20(const std::function<double(std::uint64_t)>& measure);

Draw exponential_draw(double mean);
Draw constant_draw(double value);
// Two exponentials with balanced means: squared coefficient of variation as asked, above 1.
Draw hyperexponential_draw(double mean, double squared_variation);

}  // namespace poolcast::sim
