#include "tests/sim/queue_model.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <string>

#include "tests/sim/own_process.hpp"

namespace poolcast::sim {
namespace {

RandomStream stream_of_station(const QueueSpec& spec, std::size_t place) {
  return {spec.seed, spec.replication, "service " + std::to_string(place)};
}

double far_horizon(const QueueSpec& spec) {
  RandomStream arrivals(spec.seed, spec.replication, "arrivals");
  double date = 0;
  for (std::uint32_t customer = 0; customer < spec.customers; ++customer) date += spec.interarrival(arrivals);
  return 2 * date + 1000;
}

}  // namespace

QueueModel::QueueModel(const QueueSpec& spec, PlaneMode mode)
    : spec_(spec),
      plane_(mode, &QueueModel::handle, this),
      arrivals_(spec.seed, spec.replication, "arrivals"),
      stations_(spec.services.size(), FcfsStation(spec.servers)),
      entered_(spec.customers),
      waits_(spec.services.size(), std::vector<double>(spec.customers, -1)) {
  for (std::size_t place = 0; place < spec.services.size(); ++place) services_.push_back(stream_of_station(spec, place));
  plane_.schedule({spec_.interarrival(arrivals_), 0, arrival, 0});
}

void QueueModel::handle(void* model, const Event& event) {
  auto& self = *static_cast<QueueModel*>(model);
  if (event.kind == arrival) {
    self.enter(event.subject, 0);
    if (event.subject + 1 < self.spec_.customers)
      self.plane_.schedule({event.at + self.spec_.interarrival(self.arrivals_), event.subject + 1, arrival, 0});
    return;
  }
  const JobId next = self.stations_[event.place].finish();
  if (next != no_job) self.start(next, event.place);
  const auto further = static_cast<std::uint16_t>(event.place + 1);
  if (further < self.stations_.size()) self.enter(event.subject, further);
}

void QueueModel::enter(std::uint32_t customer, std::uint16_t place) {
  entered_[customer] = plane_.now();
  if (stations_[place].arrive(customer) == FcfsStation::Arrival::started) start(customer, place);
}

void QueueModel::start(std::uint32_t customer, std::uint16_t place) {
  waits_[place][customer] = plane_.now() - entered_[customer];
  plane_.schedule({plane_.now() + spec_.services[place](services_[place]), customer, completion, place});
}

std::vector<double> QueueModel::waits() const {
  std::vector<double> all;
  for (const auto& waits : waits_) all.insert(all.end(), waits.begin(), waits.end());
  return all;
}

std::vector<double> waits_on_plane(const QueueSpec& spec, PlaneMode mode) {
  return in_own_process([&] {
    SmallPlatform platform;
    QueueModel model(spec, mode);
    model.run_until(far_horizon(spec));
    return model.waits();
  });
}

std::vector<double> waits_of_actors(const QueueSpec& spec, double horizon) {
  return in_own_process([&] {
    SmallPlatform platform;
    std::deque<double> arrived;
    std::vector<double> waits;
    const auto present = simgrid::s4u::Semaphore::create(0);
    compat::add_actor(platform.host, "source", [&] {
      RandomStream arrivals(spec.seed, spec.replication, "arrivals");
      double date = 0;
      for (std::uint32_t customer = 0; customer < spec.customers; ++customer) {
        date += spec.interarrival(arrivals);
        simgrid::s4u::this_actor::sleep_until(date);
        arrived.push_back(simgrid::s4u::Engine::get_clock());
        present->release();
      }
    });
    compat::add_actor(platform.host, "server", [&] {
      RandomStream services = stream_of_station(spec, 0);
      for (std::uint32_t customer = 0; customer < spec.customers; ++customer) {
        present->acquire();
        waits.push_back(simgrid::s4u::Engine::get_clock() - arrived.front());
        arrived.pop_front();
        simgrid::s4u::this_actor::sleep_for(spec.services[0](services));
      }
    });
    platform.engine.run_until(horizon);
    return waits;
  });
}

std::vector<double> waits_by_recursion(const QueueSpec& spec) {
  RandomStream arrivals(spec.seed, spec.replication, "arrivals");
  std::vector<double> dates(spec.customers);
  double date = 0;
  for (double& arrival : dates) arrival = date += spec.interarrival(arrivals);
  std::vector<double> all;
  for (std::size_t place = 0; place < spec.services.size(); ++place) {
    RandomStream services = stream_of_station(spec, place);
    std::vector<double> free_at(spec.servers, 0.0);
    for (double& arrival : dates) {
      double& first_free = *std::ranges::min_element(free_at);
      const double begin = std::max(arrival, first_free);
      all.push_back(begin - arrival);
      first_free = begin + spec.services[place](services);
      arrival = first_free;  // at the next station
    }
  }
  return all;
}

double mean(const std::vector<double>& values, std::size_t from, std::size_t to) {
  const auto begin = values.begin();
  return std::accumulate(begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to), 0.0) /
         static_cast<double>(to - from);
}

Interval interval_of_20(const std::function<double(std::uint64_t)>& measure) {
  constexpr std::size_t replications = 20;
  constexpr double student = 3.883;  // 99.95 % quantile of Student's t with 19 degrees of freedom
  std::vector<double> figures;
  for (std::uint64_t replication = 0; replication < replications; ++replication) figures.push_back(measure(replication));
  const double centre = mean(figures, 0, replications);
  double squares = 0;
  for (const double figure : figures) squares += (figure - centre) * (figure - centre);
  const double half = student * std::sqrt(squares / (replications - 1) / replications);
  return {centre - half, centre + half};
}

Draw exponential_draw(double mean_value) {
  return [mean_value](RandomStream& stream) { return stream.exponential(mean_value); };
}

Draw constant_draw(double value) {
  return [value](RandomStream&) { return value; };
}

Draw hyperexponential_draw(double mean_value, double squared_variation) {
  const double share = (1 + std::sqrt((squared_variation - 1) / (squared_variation + 1))) / 2;
  return [=](RandomStream& stream) {
    const double branch = stream.chance(share) ? share : 1 - share;
    return stream.exponential(mean_value / (2 * branch));
  };
}

}  // namespace poolcast::sim
