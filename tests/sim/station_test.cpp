#include "sim/station.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <vector>

#include "sim/ps_station.hpp"

namespace poolcast::sim {
namespace {

using Arrival = FcfsStation::Arrival;

TEST(FcfsStation, serves_as_many_at_once_as_it_has_servers_and_refuses_when_too_many_wait) {
  FcfsStation station(2, 3);
  EXPECT_EQ(station.arrive(10), Arrival::started);
  EXPECT_EQ(station.arrive(11), Arrival::started);
  for (const JobId job : {12U, 13U, 14U}) EXPECT_EQ(station.arrive(job), Arrival::waits);
  EXPECT_EQ(station.arrive(15), Arrival::refused);
  EXPECT_EQ(station.busy(), 2U);
  EXPECT_EQ(station.waiting(), 3U);
  EXPECT_EQ(station.finish(), 12U);
  EXPECT_EQ(station.arrive(16), Arrival::waits);
}

TEST(FcfsStation, lets_nobody_wait_where_the_limit_is_none) {
  FcfsStation station(1, 0);
  EXPECT_EQ(station.arrive(1), Arrival::started);
  EXPECT_EQ(station.arrive(2), Arrival::refused);
  EXPECT_EQ(station.finish(), no_job);
  EXPECT_EQ(station.arrive(3), Arrival::started);
}

TEST(FcfsStation, gives_a_newcomer_no_start_over_those_who_wait_for_a_new_server) {
  FcfsStation station(1);
  station.arrive(1);
  station.arrive(2);
  station.resize(3);
  EXPECT_EQ(station.arrive(3), Arrival::waits);
  EXPECT_EQ(station.start_waiting(), 2U);
  EXPECT_EQ(station.start_waiting(), 3U);
  EXPECT_EQ(station.start_waiting(), no_job);
  EXPECT_EQ(station.busy(), 3U);
}

TEST(FcfsStation, finishes_what_it_serves_after_a_resize_to_fewer_servers_before_it_starts_more) {
  FcfsStation station(2);
  for (JobId job = 0; job < 4; ++job) station.arrive(job);
  station.resize(1);
  EXPECT_EQ(station.finish(), no_job);
  EXPECT_EQ(station.finish(), 2U);
  EXPECT_EQ(station.busy(), 1U);
}

TEST(FcfsStation, is_empty_after_a_loss_and_names_those_who_waited_in_order) {
  FcfsStation station(2);
  for (JobId job = 0; job < 50; ++job) station.arrive(job);
  for (int turn = 0; turn < 20; ++turn) station.finish();
  std::vector<JobId> expected;
  for (JobId job = 22; job < 50; ++job) expected.push_back(job);
  EXPECT_EQ(station.clear(), expected);
  EXPECT_EQ(station.busy(), 0U);
  EXPECT_EQ(station.waiting(), 0U);
  EXPECT_EQ(station.arrive(1), Arrival::started);
}

TEST(FcfsStationDeathTest, stops_the_program_when_an_idle_server_finishes) {
  FcfsStation station(1);
  EXPECT_DEATH(station.finish(), "only a busy server finishes");
}

RC_GTEST_PROP(FcfsStation, behaves_like_a_plain_queue_of_jobs, ()) {
  const auto servers = *rc::gen::inRange<std::uint32_t>(0, 5);
  const auto limit = *rc::gen::inRange<std::uint32_t>(0, 40);
  FcfsStation station(servers, limit);
  std::deque<JobId> waiting;
  std::uint32_t busy = 0;
  JobId next = 0;
  for (const bool arrives : *rc::gen::container<std::vector<bool>>(rc::gen::arbitrary<bool>())) {
    if (arrives) {
      const Arrival answer = station.arrive(next);
      if (busy < servers) {
        RC_ASSERT(answer == Arrival::started);
        ++busy;
      } else if (waiting.size() < limit) {
        RC_ASSERT(answer == Arrival::waits);
        waiting.push_back(next);
      } else {
        RC_ASSERT(answer == Arrival::refused);
      }
      ++next;
    } else if (busy > 0) {
      const JobId started = station.finish();
      if (waiting.empty()) {
        RC_ASSERT(started == no_job);
        --busy;
      } else {
        RC_ASSERT(started == waiting.front());
        waiting.pop_front();
      }
    }
    RC_ASSERT(station.busy() == busy);
    RC_ASSERT(station.waiting() == waiting.size());
  }
}

TEST(PsStation, shares_one_server_among_all_jobs) {
  PsStation station(1);
  station.arrive(0, 1, 2);
  EXPECT_EQ(station.next_departure(), 2);
  station.arrive(1, 2, 2);  // job 1 has 1 left; both run at half speed from now
  EXPECT_EQ(station.next_departure(), 3);
  EXPECT_EQ(station.depart(3), 1U);
  EXPECT_EQ(station.next_departure(), 4);  // job 2 has 1 left and the server to itself
  EXPECT_EQ(station.depart(4), 2U);
  EXPECT_EQ(station.jobs(), 0U);
}

TEST(PsStation, serves_at_full_speed_while_there_are_servers_enough) {
  PsStation station(2);
  station.arrive(0, 1, 3);
  station.arrive(0, 2, 3);
  EXPECT_EQ(station.next_departure(), 3);
  station.arrive(1, 3, 3);  // two servers for three
  EXPECT_DOUBLE_EQ(station.next_departure(), 4);
}

TEST(PsStation, lets_equal_jobs_leave_in_the_order_of_arrival) {
  PsStation station(1);
  for (const JobId job : {7U, 3U, 9U, 1U}) station.arrive(0, job, 1);
  for (const JobId job : {7U, 3U, 9U, 1U}) EXPECT_EQ(station.depart(4), job);
}

TEST(PsStation, serves_slower_with_fewer_servers_and_not_at_all_with_none) {
  PsStation station(1);
  station.arrive(0, 1, 4);
  station.set_servers(1, 0.5);
  EXPECT_EQ(station.next_departure(), 7);
  station.set_servers(3, 0);
  EXPECT_EQ(station.next_departure(), std::numeric_limits<double>::infinity());
  station.set_servers(10, 2);
  EXPECT_EQ(station.next_departure(), 12);
}

TEST(PsStation, refuses_above_its_limit_and_changes_its_stamp_with_every_change) {
  PsStation station(1, 2);
  const std::uint32_t before = station.stamp();
  EXPECT_TRUE(station.arrive(0, 1, 1));
  EXPECT_NE(station.stamp(), before);
  EXPECT_TRUE(station.arrive(0, 2, 1));
  const std::uint32_t full = station.stamp();
  EXPECT_FALSE(station.arrive(0, 3, 1));
  EXPECT_EQ(station.stamp(), full);
}

TEST(PsStation, names_all_its_jobs_in_the_order_of_arrival_at_a_loss) {
  PsStation station(1);
  station.arrive(0, 5, 3);
  station.arrive(1, 4, 1);
  station.arrive(1, 8, 2);
  const std::uint32_t before = station.stamp();
  EXPECT_EQ(station.clear(), (std::vector<JobId>{5, 4, 8}));
  EXPECT_EQ(station.jobs(), 0U);
  EXPECT_NE(station.stamp(), before);
  station.arrive(2, 6, 1);
  EXPECT_EQ(station.next_departure(), 3);
}

}  // namespace
}  // namespace poolcast::sim
