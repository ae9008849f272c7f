// Days that cannot be, and keep-alives that do not fit what clients notice.
#include <gtest/gtest.h>

#include "domain/consistency.hpp"

namespace poolcast::consistency {
namespace {

Workload office_day() {
  Workload workload;
  workload.day_curve = {
      {Seconds{8 * 3600}, Share{0}, 0.2}, {Seconds{9 * 3600}, Share{1}, 1.2}, {Seconds{17 * 3600}, Share{0}, 0.2}};
  return workload;
}

Found found_in(const Workload& workload) {
  Found found;
  check_day(workload, found);
  return found;
}

TEST(ConsistencyOfTheDay, a_day_that_ends_as_it_begins_is_right) {
  EXPECT_TRUE(found_in(office_day()).empty());
  EXPECT_TRUE(found_in({}).empty());
}

TEST(ConsistencyOfTheDay, points_ascend) {
  Workload workload = office_day();
  workload.day_curve[1].at = workload.day_curve[0].at;
  ASSERT_EQ(found_in(workload).size(), 1U);
  EXPECT_EQ(found_in(workload).front().key, "workload.day_curve[1].at");
  EXPECT_EQ(found_in(workload).front().message, "found 8 h after 8 h; expected points in ascending order");
}

TEST(ConsistencyOfTheDay, the_last_point_is_as_the_first) {
  Workload workload = office_day();
  workload.day_curve.back().present = Share{0.1};
  workload.day_curve.back().activity = 1;
  const Found found = found_in(workload);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].key, "workload.day_curve[2].present");
  EXPECT_EQ(found[1].key, "workload.day_curve[2].activity");
}

TEST(ConsistencyOfTheDay, one_point_is_no_curve_and_a_window_no_second_one) {
  Workload workload = office_day();
  workload.sign_in_window = Seconds{3600};
  ASSERT_EQ(found_in(workload).size(), 1U);
  EXPECT_EQ(found_in(workload).front().key, "workload.sign_in_window");
  workload.sign_in_window.reset();
  workload.day_curve.resize(1);
  ASSERT_EQ(found_in(workload).size(), 1U);
  EXPECT_EQ(found_in(workload).front().key, "workload.day_curve");
}

TEST(ConsistencyOfTheDay, a_silent_loss_is_noticed_within_one_keep_alive) {
  Workload workload;
  workload.client.keep_alive = Seconds{30};  // 30 to 60 s
  EXPECT_TRUE(found_in(workload).empty());
  workload.client.keep_alive = Seconds{40};
  ASSERT_EQ(found_in(workload).size(), 1U);
  EXPECT_EQ(found_in(workload).front().key, "workload.client.keep_alive");
  EXPECT_EQ(found_in(workload).front().message, "found 40 s where `silent_detection` spreads over 30 s; expected the same");
  workload.client.silent_detection = {Seconds{20}, Seconds{60}};
  EXPECT_TRUE(found_in(workload).empty());
}

}  // namespace
}  // namespace poolcast::consistency
