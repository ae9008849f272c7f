// SimGrid really is the engine: the fast way of driving the plane gives the bits of the slow ones.
#include <gtest/gtest.h>

#include "tests/sim/own_process.hpp"
#include "tests/sim/queue_model.hpp"

namespace poolcast::sim {
namespace {

QueueSpec tandem(std::uint64_t seed = 1) {
  QueueSpec spec;
  spec.seed = seed;
  spec.customers = 3000;
  spec.interarrival = exponential_draw(1 / 800.0);
  spec.services.assign(3, exponential_draw(1 / 1000.0));
  return spec;
}

// The tandem with a control actor that wakes every `period` seconds.
std::vector<double> waits_with_control(const QueueSpec& spec, PlaneMode mode, double period) {
  return in_own_process([&] {
    SmallPlatform platform;
    QueueModel model(spec, mode);
    compat::add_actor(platform.host, "control", [period] {
      for (;;) simgrid::s4u::this_actor::sleep_for(period);
    })->daemonize();
    compat::add_actor(platform.host, "experiment", [] { simgrid::s4u::this_actor::sleep_until(100); });
    model.run_until(100);
    return model.waits();
  });
}

TEST(PlaneModes, give_the_same_bits_for_a_tandem) {
  const std::vector<double> batch = waits_on_plane(tandem(), PlaneMode::batch);
  EXPECT_EQ(waits_on_plane(tandem(), PlaneMode::step), batch);
  EXPECT_EQ(waits_on_plane(tandem(), PlaneMode::timer), batch);
}

TEST(PlaneModes, do_not_notice_a_control_actor_that_wakes_in_between) {
  const std::vector<double> alone = waits_on_plane(tandem());
  for (const PlaneMode mode : {PlaneMode::batch, PlaneMode::step, PlaneMode::timer})
    for (const double period : {0.01, 0.0123456789}) EXPECT_EQ(waits_with_control(tandem(), mode, period), alone);
}

TEST(PlaneModes, repeat_themselves_with_the_same_seed_and_differ_with_another) {
  const std::vector<double> first = waits_on_plane(tandem());
  EXPECT_EQ(waits_on_plane(tandem()), first);
  EXPECT_NE(waits_on_plane(tandem(2)), first);
}

// Debug and release builds and every machine with IEEE arithmetic: uniform draws need no mathematical library, whose last bits
// may differ between processors.
TEST(PlaneModes, give_the_bits_that_are_written_down) {
  QueueSpec spec = tandem();
  const Draw uniform = [](RandomStream& stream) { return stream.uniform(0, 0.002); };
  spec.interarrival = [](RandomStream& stream) { return stream.uniform(0, 0.0025); };
  spec.services.assign(3, uniform);
  const std::vector<double> waits = waits_on_plane(spec);
  double sum = 0;
  for (const double wait : waits) sum += wait;
  EXPECT_EQ(sum, 0x1.3f305fc07730bp+3);
}

}  // namespace
}  // namespace poolcast::sim
