// What log shipping has brought to the secondary at a moment.
#include "sim/shipped_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace poolcast::sim {
namespace {

// Files leave at 10 posts a second, one after another.
struct Link {
  double busy_until = 0;
  std::vector<std::uint64_t> files{};

  void copy(ShippedLog& log, double now) {
    log.copy(now, [&](std::uint64_t posts) {
      files.push_back(posts);
      busy_until = std::max(busy_until, now) + static_cast<double>(posts) / 10;
      return busy_until - now;
    });
  }
};

TEST(ShippedLog, has_a_backup_once_its_copy_has_arrived) {
  ShippedLog log(100);
  Link link;
  log.back_up(0, 0);
  log.back_up(104, 50);  // of 100 s; the next posts come at 104 s
  link.copy(log, 150);
  EXPECT_EQ(log.copied(154.9), 0u);
  EXPECT_EQ(log.copied(155), 50u);
}

TEST(ShippedLog, a_backup_that_begins_with_a_copy_comes_with_the_next) {
  ShippedLog log(100);
  Link link;
  log.back_up(100, 50);
  link.copy(log, 100);
  log.back_up(200, 70);
  link.copy(log, 200);
  EXPECT_EQ(log.copied(300), 50u);
  log.back_up(300, 70);  // no posts, no backup
  link.copy(log, 300);
  EXPECT_EQ(log.copied(400), 70u);
  EXPECT_EQ(link.files, (std::vector<std::uint64_t>{50, 20}));
}

TEST(ShippedLog, a_copy_is_left_out_while_the_last_one_runs) {
  ShippedLog log(100);
  Link link;
  log.back_up(100, 2000);
  link.copy(log, 150);  // until 350 s
  log.back_up(200, 2010);
  log.back_up(300, 2030);
  link.copy(log, 301);
  EXPECT_EQ(link.files.size(), 1u);
  EXPECT_EQ(log.copied(360), 2000u);
  link.copy(log, 400);
  EXPECT_EQ(link.files, (std::vector<std::uint64_t>{2000, 10, 20}));
  EXPECT_EQ(log.copied(401), 2010u);
  EXPECT_EQ(log.copied(403), 2030u);
}

TEST(ShippedLog, a_link_that_narrows_delays_what_is_under_way_and_nothing_that_has_arrived) {
  ShippedLog log(100);
  Link link;
  log.back_up(100, 50);
  log.back_up(200, 150);
  link.copy(log, 201);  // 5 s and 10 s
  log.stretch(211, 100);
  EXPECT_EQ(log.copied(211), 50u);
  EXPECT_EQ(log.copied(710), 50u);
  EXPECT_EQ(log.copied(711), 150u);
}

TEST(ShippedLog, has_on_the_share_what_was_backed_up_before_a_date) {
  ShippedLog log(100);
  Link link;
  log.back_up(100, 50);
  log.back_up(200, 70);
  EXPECT_EQ(log.backed_up(200), 50u);
  EXPECT_EQ(log.backed_up(201), 70u);
  EXPECT_EQ(log.copied(201), 0u);
}

TEST(ShippedLog, continues_from_the_copy_that_was_left_after_a_loss) {
  ShippedLog log(100);
  Link link;
  log.back_up(100, 50);
  link.copy(log, 101);
  log.back_up(200, 90);
  log.keep_only(60);
  EXPECT_EQ(log.copied(250), 50u);
  log.back_up(300, 65);
  link.copy(log, 301);
  EXPECT_EQ(log.copied(310), 65u);
  EXPECT_EQ(link.files, (std::vector<std::uint64_t>{50, 10, 5}));
}

TEST(ShippedLog, begins_anew_with_what_the_secondary_wrote) {
  ShippedLog log(100);
  Link link;
  log.back_up(100, 50);
  log.begin_anew(950, 400);
  EXPECT_EQ(log.copied(950), 400u);
  log.back_up(960, 400);
  log.back_up(1000, 430);
  link.copy(log, 1001);
  EXPECT_EQ(log.copied(1004), 430u);
  EXPECT_EQ(link.files, (std::vector<std::uint64_t>{30}));
}

}  // namespace
}  // namespace poolcast::sim
