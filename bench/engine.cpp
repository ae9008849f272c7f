// Events per second of the request plane beside a bare loop that does the same work on the same heap and random numbers, in
// turns within one run. A wrong result ends the program with 1.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/measure.hpp"
#include "bench/queue_work.hpp"
#include "sim/simgrid_compat.hpp"

namespace poolcast::bench {
namespace {

constexpr int rounds = 9;

// A little longer than all customers need.
double horizon_of(const WorkSize& size) { return 1.1 * size.customers / arrival_rate + 10; }

Measured on_plane(const WorkSize& size, sim::PlaneMode mode, double control_period) {
  const ChildResult child = in_child([&]() -> std::vector<double> {
    simgrid::s4u::Engine engine("bench");
    sim::compat::configure(engine);
    auto* host = sim::compat::add_host(sim::compat::root_zone(engine), "host", 1e9);
    using Work = QueueWork<sim::RequestPlane>;
    struct Model {
      Work* work = nullptr;
      void on(const sim::Event& event) const { work->on(event); }
    } model;
    sim::RequestPlane plane(mode, model);
    Work work(plane, size);
    model.work = &work;
    if (control_period > 0)
      sim::compat::add_actor(host, "control", [&plane, &size, control_period] {
        for (double date = control_period; date < size.customers / arrival_rate; date += control_period) plane.sleep_until(date);
      });
    const double begin = processor_clock();
    work.begin();
    plane.run_until(horizon_of(size));
    return {processor_clock() - begin, work.mean_wait()};
  });
  return {child.numbers.at(0), child.numbers.at(1)};
}

void check(const Measured& measured, double expected, const std::string& name) {
  if (std::abs(measured.mean_wait / expected - 1) > 1e-12) give_up(name + " does not wait as the recursion says");
}

void compare(const std::string& name, const WorkSize& size, double control_period = 0) {
  const double expected = mean_wait_by_recursion(size);
  std::vector<double> plane_rates;
  std::vector<double> bare_rates;
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const Measured plane = on_plane(size, sim::PlaneMode::batch, control_period);
    const Measured bare = on_bare_loop(size);
    check(plane, expected, "the plane");
    check(bare, expected, "the bare loop");
    plane_rates.push_back(size.events() / plane.seconds / 1e6);
    bare_rates.push_back(size.events() / bare.seconds / 1e6);
    ratios.push_back(bare.seconds / plane.seconds);
  }
  std::printf("%-44s %8.1f %8.1f %8.2f\n", name.c_str(), median(plane_rates), median(bare_rates), median(ratios));
}

void slow_mode(const std::string& name, const WorkSize& size, sim::PlaneMode mode) {
  const double expected = mean_wait_by_recursion(size);
  std::vector<double> rates;
  for (int round = 0; round < 3; ++round) {
    const Measured measured = on_plane(size, mode, 0);
    check(measured, expected, name);
    rates.push_back(size.events() / measured.seconds / 1e6);
  }
  std::printf("%-44s %8.1f\n", name.c_str(), median(rates));
}

// Hold model: every event schedules one more, an exponential time later, so that `pending` stay pending.
template <class Loop>
void hold_begin(Loop& loop, RandomStream& stream, std::uint32_t pending) {
  for (std::uint32_t number = 0; number < pending; ++number) loop.schedule({stream.exponential(1), number, 0, 0});
}

void hold(std::uint32_t pending) {
  constexpr double events = 2e6;
  std::vector<double> plane_rates;
  std::vector<double> bare_rates;
  for (int round = 0; round < rounds; ++round) {
    const ChildResult on_plane = in_child([&]() -> std::vector<double> {
      simgrid::s4u::Engine engine("bench");
      sim::compat::add_host(sim::compat::root_zone(engine), "host", 1e9);
      struct Hold {
        sim::RequestPlane* plane = nullptr;
        RandomStream stream{1, 0, "hold"};
        void on(const sim::Event& event) { plane->schedule({event.at + stream.exponential(1), event.subject, 0, 0}); }
      } model;
      sim::RequestPlane plane(sim::PlaneMode::batch, model);
      model.plane = &plane;
      hold_begin(plane, model.stream, pending);
      const double begin = processor_clock();
      plane.run_until(events / pending);
      return {processor_clock() - begin, static_cast<double>(plane.handled())};
    });
    const ChildResult bare = in_child([&]() -> std::vector<double> {
      sim::EventHeap heap;
      RandomStream stream(1, 0, "hold");
      for (std::uint32_t number = 0; number < pending; ++number) heap.push({stream.exponential(1), number, 0, 0});
      double handled = 0;
      const double begin = processor_clock();
      for (const double end = events / pending; heap.top().at <= end; ++handled) {
        const sim::Event event = heap.pop();
        heap.push({event.at + stream.exponential(1), event.subject, 0, 0});
      }
      return {processor_clock() - begin, handled};
    });
    if (on_plane.numbers.at(1) != bare.numbers.at(1)) give_up("the hold model counts differently on the plane");
    plane_rates.push_back(on_plane.numbers[1] / on_plane.numbers[0] / 1e6);
    bare_rates.push_back(bare.numbers[1] / bare.numbers[0] / 1e6);
  }
  const std::string name = "hold, " + std::to_string(pending) + " pending";
  std::printf("%-44s %8.1f %8.1f %8.2f\n", name.c_str(), median(plane_rates), median(bare_rates),
              median(plane_rates) / median(bare_rates));
}

void run() {
  const WorkSize one{1, 2'000'000};
  const WorkSize series{3, 1'000'000};
  std::printf("%-44s %8s %8s %8s\n", "million events per processor second, medians", "plane", "bare", "ratio");
  compare("M/M/1, 2,000,000 customers", one);
  compare("three in series, 1,000,000 customers", series);
  compare("same, an actor wakes every second", series, 1);
  compare("same, an actor wakes every 10 ms", series, 0.01);
  slow_mode("three in series, mode step", {3, 200'000}, sim::PlaneMode::step);
  slow_mode("three in series, mode timer", {3, 200'000}, sim::PlaneMode::timer);
  for (const std::uint32_t pending : {100U, 10'000U, 80'000U}) hold(pending);
}

}  // namespace
}  // namespace poolcast::bench

int main() {
  poolcast::bench::run();
  return 0;
}
