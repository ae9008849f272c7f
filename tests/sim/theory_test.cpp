// Queueing theory: sharp against recursions on the same random numbers, and against formulas within the interval of replications.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <queue>
#include <vector>

#include "sim/ps_station.hpp"
#include "tests/sim/own_process.hpp"
#include "tests/sim/queue_model.hpp"

namespace poolcast::sim {
namespace {

constexpr double service_mean = 0.001;

QueueSpec spec_of(double load, std::uint32_t servers, const Draw& service, std::size_t stations = 1) {
  QueueSpec spec;
  spec.interarrival = exponential_draw(service_mean / (load * servers));
  spec.services.assign(stations, service);
  spec.servers = servers;
  return spec;
}

void expect_the_same_waits(const std::vector<double>& ours, const std::vector<double>& reference, double relative) {
  ASSERT_EQ(ours.size(), reference.size());
  const double scale = mean(reference, 0, reference.size());
  ASSERT_GT(scale, 0);
  for (std::size_t number = 0; number < ours.size(); ++number) {
    ASSERT_GE(ours[number], 0) << "customer " << number << " never began";
    ASSERT_NEAR(ours[number], reference[number], relative * scale + 1e-12) << "wait " << number;
  }
  EXPECT_NEAR(mean(ours, 0, ours.size()) / scale, 1, relative);
}

// The mean wait in mean services after a warm-up of a fifth of the customers.
Interval wait_interval(QueueSpec spec) {
  spec.customers = 20000;
  return interval_of_20([spec](std::uint64_t replication) mutable {
    spec.replication = replication;
    return mean(waits_on_plane(spec), spec.customers / 5, spec.customers) / service_mean;
  });
}

void expect_inside(const Interval& interval, double formula) {
  EXPECT_LT(interval.low, formula);
  EXPECT_GT(interval.high, formula);
  EXPECT_LT(interval.high - interval.low, 0.3 * formula) << "the interval says nothing";
}

// Erlang's C formula: the probability of waiting with `servers` servers at `load` each.
double erlang_c(std::uint32_t servers, double load) {
  const double offered = load * servers;
  double blocked = 1;
  for (std::uint32_t count = 1; count <= servers; ++count) blocked = offered * blocked / (count + offered * blocked);
  return blocked / (1 - load * (1 - blocked));
}

TEST(Theory, one_server_waits_as_lindleys_recursion_says) {
  const QueueSpec spec = spec_of(0.8, 1, exponential_draw(service_mean));
  expect_the_same_waits(waits_on_plane(spec), waits_by_recursion(spec), 1e-12);
}

TEST(Theory, three_stations_in_series_wait_as_lindleys_recursion_says) {
  const QueueSpec spec = spec_of(0.8, 1, exponential_draw(service_mean), 3);
  expect_the_same_waits(waits_on_plane(spec), waits_by_recursion(spec), 1e-12);
}

TEST(Theory, several_servers_wait_as_kiefer_and_wolfowitz_recursion_says) {
  const QueueSpec spec = spec_of(0.9, 5, exponential_draw(service_mean));
  expect_the_same_waits(waits_on_plane(spec), waits_by_recursion(spec), 1e-12);
}

TEST(Theory, m_m_1_waits_as_long_as_the_formula_says) {
  expect_inside(wait_interval(spec_of(0.6, 1, exponential_draw(service_mean))), 0.6 / 0.4);
}

TEST(Theory, m_m_c_waits_as_long_as_erlangs_formula_says) {
  EXPECT_NEAR(erlang_c(1, 0.6), 0.6, 1e-15);
  EXPECT_NEAR(erlang_c(2, 0.5), 1.0 / 3, 1e-15);
  expect_inside(wait_interval(spec_of(0.8, 4, exponential_draw(service_mean))), erlang_c(4, 0.8) / (4 * 0.2));
}

TEST(Theory, m_g_1_waits_as_long_as_pollaczek_and_khinchine_say) {
  const auto formula = [](double load, double squared_variation) { return load / (1 - load) * (1 + squared_variation) / 2; };
  expect_inside(wait_interval(spec_of(0.6, 1, constant_draw(service_mean))), formula(0.6, 0));
  expect_inside(wait_interval(spec_of(0.5, 1, hyperexponential_draw(service_mean, 4))), formula(0.5, 4));
}

TEST(Theory, three_stations_in_series_wait_as_long_as_burkes_theorem_says) {
  QueueSpec spec = spec_of(0.6, 1, exponential_draw(service_mean), 3);
  spec.customers = 20000;
  const Interval interval = interval_of_20([spec](std::uint64_t replication) mutable {
    spec.replication = replication;
    const std::vector<double> waits = waits_on_plane(spec);
    double sum = 0;
    for (std::size_t place = 0; place < 3; ++place)
      sum += mean(waits, place * spec.customers + spec.customers / 5, (place + 1) * spec.customers);
    return sum / service_mean;
  });
  expect_inside(interval, 3 * 0.6 / 0.4);
}

TEST(Theory, plain_simgrid_actors_wait_as_long_as_requests_on_the_plane) {
  const QueueSpec spec = spec_of(0.8, 1, exponential_draw(service_mean));
  const std::vector<double> actors = waits_of_actors(spec, 1000);
  const std::vector<double> plane = waits_on_plane(spec);
  ASSERT_EQ(actors.size(), plane.size());
  // SimGrid rounds each sleep to its precision, and a busy period adds those errors up; their mean stays below.
  EXPECT_NEAR(mean(actors, 0, actors.size()), mean(plane, 0, plane.size()), 1e-9);
  for (std::size_t number = 0; number < plane.size(); ++number) ASSERT_NEAR(actors[number], plane[number], 1e-6);
}

// One processor-sharing station on the plane; each customer's stay divided by its own work.
class SharedModel {
public:
  SharedModel(const QueueSpec& spec, double servers)
      : spec_(spec),
        plane_(PlaneMode::batch, &SharedModel::handle, this),
        arrivals_(spec.seed, spec.replication, "arrivals"),
        works_(spec.seed, spec.replication, "service 0"),
        station_(servers) {
    plane_.schedule({spec_.interarrival(arrivals_), 0, 0, 0});
  }

  std::vector<double> stays() {
    plane_.run_until(1e5);
    return stays_;
  }

private:
  static void handle(void* model, const Event& event) {
    auto& self = *static_cast<SharedModel*>(model);
    if (event.kind == 0)
      self.arrive(event);
    else if (event.subject == self.station_.stamp()) {
      const JobId job = self.station_.depart(event.at);
      self.stays_[job] = event.at - self.entered_[job];
      self.plan();
    }
  }

  void arrive(const Event& event) {
    entered_.push_back(event.at);
    stays_.push_back(-1);
    station_.arrive(event.at, event.subject, spec_.services[0](works_));
    plan();
    if (event.subject + 1 < spec_.customers) plane_.schedule({event.at + spec_.interarrival(arrivals_), event.subject + 1, 0, 0});
  }

  void plan() {
    if (station_.jobs() > 0) plane_.schedule({station_.next_departure(), station_.stamp(), 1, 0});
  }

  QueueSpec spec_;
  RequestPlane plane_;
  RandomStream arrivals_;
  RandomStream works_;
  PsStation station_;
  std::vector<double> entered_;
  std::vector<double> stays_;
};

std::vector<double> shared_stays(const QueueSpec& spec, double servers) {
  return in_own_process([&] {
    SmallPlatform platform;
    return SharedModel(spec, servers).stays();
  });
}

// The same by brute force: every event walks over all jobs.
std::vector<double> shared_stays_by_force(const QueueSpec& spec, double servers) {
  RandomStream arrivals(spec.seed, spec.replication, "arrivals");
  RandomStream works(spec.seed, spec.replication, "service 0");
  struct Job {
    std::size_t number;
    double left;
  };
  std::vector<Job> jobs;
  std::vector<double> entered;
  std::vector<double> stays(spec.customers, -1);
  double now = 0;
  double next_arrival = spec.interarrival(arrivals);
  while (entered.size() < spec.customers || !jobs.empty()) {
    const double rate = jobs.empty() ? 0 : std::min(1.0, servers / static_cast<double>(jobs.size()));
    const auto first = std::ranges::min_element(jobs, [](const Job& a, const Job& b) { return a.left < b.left; });
    const double departure = jobs.empty() ? INFINITY : now + first->left / rate;
    const bool arrives = entered.size() < spec.customers && next_arrival <= departure;
    const double then = arrives ? next_arrival : departure;
    for (Job& job : jobs) job.left -= (then - now) * rate;
    now = then;
    if (arrives) {
      jobs.push_back({entered.size(), spec.services[0](works)});
      entered.push_back(now);
      next_arrival = now + spec.interarrival(arrivals);
    } else {
      stays[first->number] = now - entered[first->number];
      jobs.erase(first);
    }
  }
  return stays;
}

TEST(Theory, processor_sharing_takes_as_long_as_brute_force_says) {
  for (const double servers : {1.0, 3.0, 2.5}) {
    QueueSpec spec = spec_of(0.8, 1, exponential_draw(service_mean));
    spec.interarrival = exponential_draw(service_mean / (0.8 * servers));
    expect_the_same_waits(shared_stays(spec, servers), shared_stays_by_force(spec, servers), 1e-9);
  }
}

TEST(Theory, processor_sharing_does_not_care_about_the_distribution_of_work) {
  for (const Draw& work : {exponential_draw(service_mean), constant_draw(service_mean), hyperexponential_draw(service_mean, 4)}) {
    QueueSpec spec = spec_of(0.6, 1, work);
    spec.customers = 15000;
    const Interval interval = interval_of_20([spec](std::uint64_t replication) mutable {
      spec.replication = replication;
      const std::vector<double> stays = shared_stays(spec, 1);
      return mean(stays, spec.customers / 5, spec.customers) / service_mean;
    });
    expect_inside(interval, 1 / 0.4);
  }
}

}  // namespace
}  // namespace poolcast::sim
