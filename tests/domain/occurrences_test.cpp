#include "domain/occurrences.hpp"

#include <gtest/gtest.h>

namespace poolcast {
namespace {

using namespace std::chrono_literals;

Fault loss() {
  Fault fault;
  fault.at = 10min;
  fault.lose = NodeId{"chat-1"};
  return fault;
}

std::vector<Occurrence> dates_of(const Fault& fault, Seconds horizon, std::uint64_t seed = 1) {
  RandomStream random(seed, 0, "fault");
  return occurrences(fault, horizon, random);
}

TEST(Occurrences, a_plain_fault_happens_once) {
  Fault fault = loss();
  EXPECT_EQ(dates_of(fault, 1h), (std::vector<Occurrence>{{10min, std::nullopt}}));
  fault.duration = 5min;
  EXPECT_EQ(dates_of(fault, 1h), (std::vector<Occurrence>{{10min, 15min}}));
}

TEST(Occurrences, a_restart_loop_goes_on_to_the_horizon_or_as_often_as_it_says) {
  Fault fault = loss();
  fault.duration = 1min;
  fault.every = 20min;
  EXPECT_EQ(dates_of(fault, 1h), (std::vector<Occurrence>{{10min, 11min}, {30min, 31min}, {50min, 51min}}));
  fault.times = 2;
  EXPECT_EQ(dates_of(fault, 1h).size(), 2);
}

TEST(Occurrences, at_random_they_are_as_long_apart_and_as_long_as_said_on_average_and_never_overlap) {
  Fault fault = loss();
  fault.about_every = Parameter<Seconds>{100h, {}, {}, ""};
  fault.for_about = Parameter<Seconds>{4h, {}, {}, ""};
  const auto dates = dates_of(fault, 1'000'000h);
  double up = 0, down = 0;
  Seconds before = fault.at;
  for (const Occurrence& each : dates) {
    ASSERT_GT(each.begins, before);
    ASSERT_GT(*each.ends, each.begins);
    up += (each.begins - before).count() / 3600;
    down += (*each.ends - each.begins).count() / 3600;
    before = *each.ends;
  }
  const auto times = static_cast<double>(dates.size());
  // About 9,600 exponential times: their mean is within 4 % with a certainty beyond 99.99 %.
  EXPECT_NEAR(up / times, 100, 4);
  EXPECT_NEAR(down / times, 4, 0.16);
}

TEST(Occurrences, at_random_the_same_stream_gives_the_same_dates_and_another_one_does_not) {
  Fault fault = loss();
  fault.about_every = Parameter<Seconds>{1h, {}, {}, ""};
  fault.duration = 10min;
  EXPECT_EQ(dates_of(fault, 100h), dates_of(fault, 100h));
  EXPECT_NE(dates_of(fault, 100h), dates_of(fault, 100h, 2));
}

TEST(Label, names_the_verb_and_what_it_is_about) {
  Fault fault = loss();
  EXPECT_EQ(label(fault), "lose chat-1");
  fault.lose = Names(std::vector<std::string>{"chat-1", "sql-1"});
  EXPECT_EQ(label(fault), "lose chat-1, sql-1");
  Fault cut;
  cut.cut = SiteId{"north"};
  EXPECT_EQ(label(cut), "cut north");
  cut.away_from = SiteId{"south"};
  EXPECT_EQ(label(cut), "cut north from south");
  Fault slow;
  slow.slow_link = {SiteId{"north"}, SiteId{"south"}};
  EXPECT_EQ(label(slow), "slow link north south");
}

}  // namespace
}  // namespace poolcast
