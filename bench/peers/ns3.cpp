// The queues of bench/queue_work.hpp in ns-3: its scheduler and clock, our random numbers and stations.
// Argument: stations in series. Prints events per processor second and the mean wait in mean service times.
#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "bench/queue_work.hpp"

namespace {

using poolcast::bench::QueueWork;
using poolcast::bench::WorkSize;

class Ns3Loop {
public:
  void schedule(const poolcast::sim::Event& event);
  QueueWork<Ns3Loop>* work = nullptr;

private:
  static void come_back(Ns3Loop* loop, poolcast::sim::Event event) {
    // ns-3's clock is in whole ticks; the event's own date would let the peer keep dates that its clock cannot hold.
    event.at = ns3::Simulator::Now().GetSeconds();
    loop->work->on(event);
  }
};

void Ns3Loop::schedule(const poolcast::sim::Event& event) {
  ns3::Simulator::Schedule(ns3::Seconds(event.at) - ns3::Simulator::Now(), &Ns3Loop::come_back, this, event);
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

int main(int argc, char** argv) {
  const unsigned long stations = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1;
  ns3::Time::SetResolution(ns3::Time::PS);
  const WorkSize size{static_cast<std::uint16_t>(stations), stations == 1 ? 2'000'000U : 1'000'000U};
  Ns3Loop loop;
  QueueWork<Ns3Loop> work(loop, size);
  loop.work = &work;
  const double begin = processor_seconds();
  work.begin();
  ns3::Simulator::Run();
  const double seconds = processor_seconds() - begin;
  ns3::Simulator::Destroy();
  std::printf("%.17g %.17g\n", size.events() / seconds, work.mean_wait());
  return 0;
}
