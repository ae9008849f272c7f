#include "bench/queue_work.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "bench/measure.hpp"

namespace poolcast::bench {
namespace {

class BareLoop {
public:
  void schedule(const sim::Event& event) { heap_.push(event); }

  template <class Work>
  void run(Work& work) {
    while (!heap_.empty()) work.on(heap_.pop());
  }

private:
  sim::EventHeap heap_;
};

}  // namespace

RandomStream arrival_stream() { return {1, 0, "arrivals"}; }

RandomStream service_stream(std::uint16_t station) { return {1, 0, "service " + std::to_string(station)}; }

double mean_wait_by_recursion(const WorkSize& size) {
  RandomStream arrivals = arrival_stream();
  std::vector<RandomStream> services;
  for (std::uint16_t place = 0; place < size.stations; ++place) services.push_back(service_stream(place));
  std::array<double, most_stations> free_at{};
  double arrived = 0;
  double waited = 0;
  for (std::uint32_t customer = 0; customer < size.customers; ++customer) {
    arrived += arrivals.exponential(1 / arrival_rate);
    double date = arrived;
    for (std::uint16_t place = 0; place < size.stations; ++place) {
      const double begin = std::max(date, free_at[place]);
      waited += begin - date;
      date = free_at[place] = begin + services[place].exponential(1 / service_rate);
    }
  }
  return waited / size.customers * service_rate;
}

Measured on_bare_loop(const WorkSize& size) {
  const ChildResult child = in_child([&size]() -> std::vector<double> {
    BareLoop loop;
    QueueWork<BareLoop> work(loop, size);
    const double begin = processor_clock();
    work.begin();
    loop.run(work);
    return {processor_clock() - begin, work.mean_wait()};
  });
  return {child.numbers.at(0), child.numbers.at(1)};
}

}  // namespace poolcast::bench
