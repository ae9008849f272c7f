// Our side of bench/peers/run.py: `variates FILE N COUNT` writes random numbers for peers in other languages (arrivals, then each
// station's services, as doubles); `reference N COUNT` prints the mean wait by recursion; `plane N COUNT` runs the request plane
// and prints events per processor second and the mean wait. N is the number of stations in series, COUNT of customers.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "bench/measure.hpp"
#include "bench/queue_work.hpp"
#include "sim/simgrid_compat.hpp"

namespace poolcast::bench {
namespace {

void write_stream(std::ofstream& file, RandomStream stream, double mean, std::uint32_t count) {
  std::vector<double> values(count);
  for (double& value : values) value = stream.exponential(mean);
  file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(double)));
}

void write_variates(const std::string& path, const WorkSize& size) {
  std::ofstream file(path, std::ios::binary);
  write_stream(file, arrival_stream(), 1 / arrival_rate, size.customers);
  for (std::uint16_t place = 0; place < size.stations; ++place)
    write_stream(file, service_stream(place), 1 / service_rate, size.customers);
  if (!file.flush()) give_up(path + " cannot be written");
}

void run_plane(const WorkSize& size) {
  simgrid::s4u::Engine engine("bench");
  sim::compat::configure(engine);
  sim::compat::add_host(sim::compat::root_zone(engine), "host", 1e9);
  struct Model {
    QueueWork<sim::RequestPlane>* work = nullptr;
    void on(const sim::Event& event) const { work->on(event); }
  } model;
  sim::RequestPlane plane(sim::PlaneMode::batch, model);
  QueueWork<sim::RequestPlane> work(plane, size);
  model.work = &work;
  const double begin = processor_clock();
  work.begin();
  plane.run_until(1.1 * size.customers / arrival_rate + 10);
  std::printf("%.17g %.17g\n", size.events() / (processor_clock() - begin), work.mean_wait());
}

void run(const std::vector<std::string>& words) {
  const bool variates = words.size() == 4 && words[0] == "variates";
  if (!variates && words.size() != 3) give_up("usage: variates FILE N COUNT, reference N COUNT, or plane N COUNT");
  const WorkSize size{static_cast<std::uint16_t>(std::stoul(words[words.size() - 2])),
                      static_cast<std::uint32_t>(std::stoul(words.back()))};
  if (size.stations < 1 || size.stations > most_stations) give_up("1 to 3 stations");
  if (variates) {
    write_variates(words[1], size);
  } else if (words[0] == "reference") {
    std::printf("%.17g\n", mean_wait_by_recursion(size));
  } else {
    run_plane(size);
  }
}

}  // namespace
}  // namespace poolcast::bench

int main(int argc, char** argv) {
  try {
    poolcast::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    poolcast::bench::give_up(error.what());
  }
  return 0;
}
