#include <gtest/gtest.h>

#include <algorithm>
#include <simgrid/kernel/ProfileBuilder.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "domain/random.hpp"
#include "sim/request_plane.hpp"
#include "tests/sim/own_process.hpp"

namespace poolcast::sim {
namespace {

constexpr PlaneMode modes[] = {PlaneMode::batch, PlaneMode::step, PlaneMode::timer};

// Writes down what happens and when; some kinds of event cause others.
class Diary {
public:
  enum Kind : std::uint16_t { plain, chain, from_actor, from_signal, crossing, arrived };

  explicit Diary(PlaneMode mode) : plane(mode, &Diary::handle, this) {}

  void note(double what, double at) {
    entries.push_back(what);
    entries.push_back(at);
  }

  static void handle(void* model, const Event& event) { static_cast<Diary*>(model)->on(event); }

  void on(const Event& event) {
    note(event.kind, event.at);
    EXPECT_EQ(plane.now(), event.at);
    if (event.kind == chain && event.subject > 0)
      plane.schedule({event.at + stream.exponential(0.01), event.subject - 1, chain, 0});
    if (event.kind == crossing)
      plane.hand_over([this] {
        note(-2, plane.now());
        plane.schedule({plane.now() + 0.02, 0, arrived, 0});
      });
  }

  RequestPlane plane;
  RandomStream stream{7, 0, "diary"};
  std::vector<double> entries;
};

// `script(diary, platform)` prepares actors and first events; the result is the diary after `horizon`.
template <class Script>
std::vector<double> diary_of(PlaneMode mode, double horizon, Script script) {
  return in_own_process([&] {
    SmallPlatform platform;
    Diary diary(mode);
    script(diary, platform);
    diary.plane.run_until(horizon);
    diary.note(-1, diary.plane.now());
    return diary.entries;
  });
}

template <class Script>
void expect_same_diary_in_every_mode(double horizon, Script script) {
  const std::vector<double> reference = diary_of(PlaneMode::batch, horizon, script);
  ASSERT_GT(reference.size(), 2U);
  EXPECT_EQ(diary_of(PlaneMode::step, horizon, script), reference);
  EXPECT_EQ(diary_of(PlaneMode::timer, horizon, script), reference);
}

TEST(RequestPlane, runs_events_in_the_order_of_their_dates) {
  for (const PlaneMode mode : modes) {
    const auto entries = diary_of(mode, 10, [](Diary& diary, SmallPlatform&) {
      for (const double at : {3.0, 1.0, 2.5, 9.999}) diary.plane.schedule({at, 0, Diary::plain, 0});
    });
    EXPECT_EQ(entries, (std::vector<double>{0, 1, 0, 2.5, 0, 3, 0, 9.999, -1, 10}));
  }
}

TEST(RequestPlane, runs_an_event_at_the_horizon_and_none_after_it) {
  for (const PlaneMode mode : modes) {
    const auto entries = diary_of(mode, 10, [](Diary& diary, SmallPlatform&) {
      for (const double at : {9.999999, 10.0, 10.00000001, 11.0}) diary.plane.schedule({at, 0, Diary::plain, 0});
    });
    EXPECT_EQ(entries, (std::vector<double>{0, 9.999999, 0, 10, -1, 10}));
  }
}

TEST(RequestPlane, gives_an_actor_that_wakes_in_the_last_microseconds_its_turn) {
  for (const PlaneMode mode : modes) {
    const auto entries = diary_of(mode, 10, [](Diary& diary, SmallPlatform& platform) {
      diary.plane.schedule({9.999994, 0, Diary::plain, 0});
      compat::add_actor(platform.host, "late", [&diary] {
        simgrid::s4u::this_actor::sleep_until(9.999997);
        diary.note(-3, diary.plane.now());
      });
    });
    EXPECT_EQ(entries, (std::vector<double>{0, 9.999994, -3, 9.999997, -1, 10}));
  }
}

TEST(RequestPlane, keeps_the_dates_of_events_to_the_last_bit) {
  const std::vector<double> dates{0.1, 0.1 + 1e-16, 0.1 + 0.3e-9, 0.1 + 0.7e-9, std::nextafter(1.0 / 3, 1.0), 1234.0 / 7};
  for (const PlaneMode mode : modes) {
    const auto entries = diary_of(mode, 200, [&dates](Diary& diary, SmallPlatform&) {
      for (const double at : dates) diary.plane.schedule({at, 0, Diary::plain, 0});
    });
    ASSERT_EQ(entries.size(), 2 * dates.size() + 2);
    for (std::size_t number = 0; number < dates.size(); ++number) EXPECT_EQ(entries[2 * number + 1], dates[number]);
  }
}

TEST(RequestPlane, runs_its_events_before_an_actor_of_the_same_date) {
  for (const PlaneMode mode : modes) {
    const auto entries = diary_of(mode, 20, [](Diary& diary, SmallPlatform& platform) {
      compat::add_actor(platform.host, "control", [&diary] {
        simgrid::s4u::this_actor::sleep_until(10.3);
        diary.note(-3, diary.plane.now());
      });
      diary.plane.schedule({0.7341, 0, Diary::plain, 0});
      diary.plane.schedule({10.3, 0, Diary::plain, 0});
      diary.plane.schedule({10.300000002, 0, Diary::plain, 0});
    });
    EXPECT_EQ(entries, (std::vector<double>{0, 0.7341, 0, 10.3, -3, 10.3, 0, 10.300000002, -1, 20}));
  }
}

TEST(RequestPlane, takes_an_event_from_an_actor_that_comes_before_the_head_of_the_heap) {
  for (const PlaneMode mode : modes) {
    const auto entries = diary_of(mode, 20, [](Diary& diary, SmallPlatform& platform) {
      diary.plane.schedule({15, 0, Diary::plain, 0});
      compat::add_actor(platform.host, "control", [&diary] {
        simgrid::s4u::this_actor::sleep_until(5);
        diary.plane.schedule({6, 0, Diary::from_actor, 0});
        simgrid::s4u::this_actor::sleep_until(10);
        diary.plane.schedule({diary.plane.now(), 0, Diary::from_actor, 0});
      });
    });
    EXPECT_EQ(entries, (std::vector<double>{2, 6, 2, 10, 0, 15, -1, 20}));
  }
}

TEST(RequestPlane, fills_again_after_it_was_empty) {
  for (const PlaneMode mode : modes) {
    const auto entries = diary_of(mode, 20, [](Diary& diary, SmallPlatform& platform) {
      compat::add_actor(platform.host, "control", [&diary] {
        for (const double date : {4.0, 8.0, 12.0}) {
          simgrid::s4u::this_actor::sleep_until(date);
          diary.plane.schedule({date + 1, 0, Diary::from_actor, 0});
        }
      });
    });
    EXPECT_EQ(entries, (std::vector<double>{2, 5, 2, 9, 2, 13, -1, 20}));
  }
}

TEST(RequestPlane, forgives_a_rounding_error_in_a_date_and_clamps_it_to_now) {
  for (const PlaneMode mode : modes) {
    const auto entries = diary_of(mode, 20, [](Diary& diary, SmallPlatform& platform) {
      compat::add_actor(platform.host, "control", [&diary] {
        simgrid::s4u::this_actor::sleep_until(4);
        diary.plane.schedule({std::nextafter(4.0, 0.0), 0, Diary::from_actor, 0});
      });
    });
    EXPECT_EQ(entries, (std::vector<double>{2, 4, -1, 20}));
  }
}

TEST(RequestPlane, learns_of_a_host_that_is_turned_off_and_on_at_the_exact_date) {
  for (const PlaneMode mode : modes) {
    const auto entries = diary_of(mode, 20, [](Diary& diary, SmallPlatform& platform) {
      compat::on_host_on_off([&diary](const simgrid::s4u::Host& host) { diary.note(host.is_on() ? -5 : -4, diary.plane.now()); });
      for (const double at : {10.3, 10.4, 12.1}) diary.plane.schedule({at, 0, Diary::plain, 0});
      compat::add_actor(platform.host, "chaos", [victim = platform.victim] {
        simgrid::s4u::this_actor::sleep_until(10.3);
        victim->turn_off();
        simgrid::s4u::this_actor::sleep_until(12.1);
        victim->turn_on();
      });
    });
    EXPECT_EQ(entries, (std::vector<double>{0, 10.3, -4, 10.3, 0, 10.4, 0, 12.1, -5, 12.1, -1, 20}));
  }
}

TEST(RequestPlane, runs_its_events_before_a_host_goes_down_by_its_profile_at_the_same_date) {
  for (const PlaneMode mode : modes) {
    const auto entries = diary_of(mode, 20, [](Diary& diary, SmallPlatform& platform) {
      platform.victim->set_state_profile(simgrid::kernel::profile::ProfileBuilder::from_string("outage", "10.3 0\n12.1 1\n", -1));
      compat::on_host_on_off([&diary](const simgrid::s4u::Host& host) {
        const double now = diary.plane.now();
        diary.note(host.is_on() ? -5 : -4, now);
        diary.plane.schedule({now, 0, Diary::from_signal, 0});
      });
      for (const double at : {10.3, 10.4, 12.1}) diary.plane.schedule({at, 0, Diary::plain, 0});
    });
    EXPECT_EQ(entries, (std::vector<double>{0, 10.3, -4, 10.3, 3, 10.3, 0, 10.4, 0, 12.1, -5, 12.1, 3, 12.1, -1, 20}));
  }
}

TEST(RequestPlane, hands_over_to_simgrid_at_the_date_of_the_event_and_before_an_actor_of_that_date) {
  for (const PlaneMode mode : modes) {
    const auto entries = diary_of(mode, 20, [](Diary& diary, SmallPlatform& platform) {
      for (const double at : {3.7, 10.3, 10.30000001}) diary.plane.schedule({at, 0, Diary::crossing, 0});
      compat::add_actor(platform.host, "control", [&diary] {
        simgrid::s4u::this_actor::sleep_until(10.3);
        diary.note(-3, diary.plane.now());
      });
    });
    EXPECT_EQ(entries, (std::vector<double>{4,  3.7,         -2, 3.7,         5, 3.72,        4, 10.3,
                                            -2, 10.3,        -3, 10.3,  //
                                            4,  10.30000001, -2, 10.30000001, 5, 10.3 + 0.02, 5, 10.30000001 + 0.02,
                                            -1, 20}));
  }
}

TEST(RequestPlane, plays_a_whole_year) {
  constexpr double day = 86400;
  expect_same_diary_in_every_mode(366 * day, [](Diary& diary, SmallPlatform& platform) {
    for (int number = 1; number <= 365; ++number) {
      diary.plane.schedule({number * day, 0, Diary::plain, 0});
      diary.plane.schedule({number * day + 1e-7, 0, Diary::crossing, 0});
    }
    compat::add_actor(platform.host, "daily", [&diary] {
      for (int number = 1; number <= 365; ++number) {
        diary.plane.sleep_until(number * day);
        EXPECT_EQ(diary.plane.now(), number * day);
        diary.note(-3, diary.plane.now());
      }
    });
  });
}

// Dates that lie within SimGrid's timing precision of each other, on and off whole nanoseconds, by luck of the draw.
TEST(RequestPlane, gives_the_same_bits_in_every_mode_when_dates_nearly_coincide) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    expect_same_diary_in_every_mode(30, [seed](Diary& diary, SmallPlatform& platform) {
      diary.stream = RandomStream(seed, 0, "diary");
      RandomStream draw(seed, 0, "dates");
      std::vector<double> dates(60);
      for (double& date : dates) date = std::round(draw.uniform(0, 29) * 1e3) / 1e3;
      for (const double date : dates)
        for (const double offset : {0.0, 1e-10, -1e-10, 4e-10, -6e-10, 1e-9, -1e-9, 3e-9, draw.uniform(-2e-9, 2e-9)})
          diary.plane.schedule({date + 1e-3 + offset, 2, draw.chance(0.2) ? Diary::crossing : Diary::chain, 0});
      for (const int name : {-8, -9}) {
        compat::add_actor(platform.host, std::to_string(name), [&diary, name, dates, seed]() mutable {
          RandomStream nudge(seed, 0, std::to_string(name));
          std::ranges::sort(dates);
          for (const double date : dates) {
            diary.plane.sleep_until(date + 1e-3 + 1e-9 * nudge.below(3));
            const double now = diary.plane.now();
            diary.note(name, now);
            diary.plane.schedule({now + 1e-9 * nudge.below(2), 1, Diary::chain, 0});
          }
        });
      }
    });
  }
}

TEST(RequestPlaneDeathTest, stops_the_program_when_an_event_is_scheduled_in_the_past) {
  const auto schedule_late = [] {
    SmallPlatform platform;
    Diary diary(PlaneMode::batch);
    compat::add_actor(platform.host, "control", [&diary] {
      simgrid::s4u::this_actor::sleep_until(4);
      diary.plane.schedule({3.9, 0, Diary::plain, 0});
    });
    diary.plane.run_until(10);
  };
  EXPECT_DEATH(schedule_late(), "now or later");
}

TEST(RequestPlaneDeathTest, stops_the_program_when_simgrid_runs_without_a_horizon) {
  const auto run_alone = [] {
    SmallPlatform platform;
    const Diary diary(PlaneMode::batch);
    platform.engine.run();
  };
  EXPECT_DEATH(run_alone(), "driven by RequestPlane::run_until");
}

TEST(RequestPlane, gives_the_same_bits_in_every_mode_while_actors_and_requests_cross) {
  expect_same_diary_in_every_mode(60, [](Diary& diary, SmallPlatform& platform) {
    diary.plane.schedule({0.001, 4000, Diary::chain, 0});
    diary.plane.schedule({0.002, 4000, Diary::chain, 0});
    for (int number = 1; number < 50; ++number) diary.plane.schedule({number * 1.1, 0, Diary::crossing, 0});
    compat::add_actor(platform.host, "odd dates", [&diary] {
      RandomStream sleeps(7, 0, "odd dates");
      for (int turn = 0; turn < 500; ++turn) {
        simgrid::s4u::this_actor::sleep_for(sleeps.exponential(0.1));
        diary.note(-6, diary.plane.now());
        diary.plane.schedule({diary.plane.now() + sleeps.exponential(0.05), 3, Diary::chain, 0});
      }
    });
    compat::add_actor(platform.host, "round dates", [&diary] {
      for (int turn = 0; turn < 500; ++turn) {
        simgrid::s4u::this_actor::sleep_for(0.1);
        diary.note(-7, diary.plane.now());
      }
    });
  });
}

}  // namespace
}  // namespace poolcast::sim
