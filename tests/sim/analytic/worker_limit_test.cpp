// The limit of requests in progress, against lines that need no network inside them.
#include "sim/analytic/worker_limit.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/analytic/queues.hpp"

namespace poolcast::sim::analytic {

// Nothing but a delay inside: the workers are the servers of M/M/c with a limited room (the delay's distribution does not matter
// to what is inside, and to who is refused, as it does not in Erlang's formula).
TEST(WorkerLimit, around_a_mere_delay_is_erlang_s_loss_formula_without_places) {
  const WorkerDemand demand{.cpu = 0, .cores = 1, .cpu_busy_else = 0, .database = 0, .database_cores = 1, .delay = 0.1};
  for (const double rate : {20.0, 60.0, 100.0})
    EXPECT_NEAR(worker_line(rate, demand, 8, 0).refused_share, erlang_b(rate * 0.1, 8), 1e-9) << rate;
}

TEST(WorkerLimit, around_a_mere_delay_waits_as_erlang_says_with_room_for_all) {
  const WorkerDemand demand{.cpu = 0, .cores = 1, .cpu_busy_else = 0, .database = 0, .database_cores = 1, .delay = 0.1};
  const WorkerLine line = worker_line(60, demand, 8, 4000);
  EXPECT_NEAR(line.wait_chance, erlang_c(6, 8), 1e-9);
  EXPECT_NEAR(line.wait, wait_exponential({60, {0.1, 1}, 8}), 1e-9);
  EXPECT_NEAR(line.waiting, 60 * line.wait, 1e-9);
}

TEST(WorkerLimit, is_not_felt_where_few_are_inside) {
  const WorkerDemand demand{
      .cpu = 0.01, .cores = 12, .cpu_busy_else = 0.3, .database = 0.001, .database_cores = 12, .delay = 0.005};
  EXPECT_LT(worker_line(50, demand, 48, 100).wait, 1e-12);
}

TEST(WorkerLimit, lets_through_what_the_narrowest_station_does_when_all_push) {
  const WorkerDemand demand{.cpu = 0.1, .cores = 4, .cpu_busy_else = 0.5, .database = 0.001, .database_cores = 12, .delay = 0};
  const auto most = most_per_s({demand, demand, demand}, 500);
  for (const double per_s : most) EXPECT_NEAR(per_s, 4 * 0.5 / 0.1, 0.1);
  // A database that all share is the narrowest now.
  WorkerDemand heavy = demand;
  heavy.database = 1;
  double all = 0;
  for (const double per_s : most_per_s({heavy, heavy, heavy}, 500)) all += per_s;
  EXPECT_NEAR(all, 12, 0.1);
}

}  // namespace poolcast::sim::analytic
