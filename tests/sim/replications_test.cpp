#include "sim/replications.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <new>
#include <stdexcept>

namespace poolcast::sim {
namespace {

// A stand-in for the simulator: one window, one delivery whose latency depends on the replication and the seed.
ReplicationResult quick(const Scenario& scenario, const RunOptions& options) {
  Fold fold(scenario.horizon, options.window);
  const double latency =
      1 + 0.125 * static_cast<double>((options.seed + static_cast<std::uint64_t>(options.replication) * 3) % 5);
  fold.latency(fold.add(Metric::delivery_latency, {}), 0, options.antithetic ? 3 - latency : latency);
  ReplicationResult result = std::move(fold).finish();
  result.events = static_cast<std::uint64_t>(options.replication);
  return result;
}

Scenario one_minute() {
  Scenario scenario;
  scenario.horizon = Seconds{60};
  return scenario;
}

ReplicationOptions replications(Count count, unsigned workers) {
  ReplicationOptions options;
  options.replications = count;
  options.workers = workers;
  return options;
}

// Results without what belongs to the process and not to the run.
std::vector<ReplicationResult> comparable(ReplicationRun run) {
  for (ReplicationResult& result : run.results) result.peak_memory_bytes = 0;
  return run.results;
}

bool children_are_left() { return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD; }

[[noreturn]] void wait_to_be_killed() {
  for (;;) ::pause();
}

// Memory that parent and children share, as a replication that runs has no other way to be seen.
class SharedCount {
public:
  SharedCount()
      : count_(new (::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
                   std::atomic<int>(0)) {}
  SharedCount(const SharedCount&) = delete;
  SharedCount& operator=(const SharedCount&) = delete;
  ~SharedCount() { ::munmap(count_, sizeof(std::atomic<int>)); }
  std::atomic<int>& operator*() { return *count_; }

private:
  std::atomic<int>* count_;
};

TEST(Replications, results_come_in_order_and_are_all_there) {
  const ReplicationRun run = run_replications(one_minute(), replications(9, 3), quick);
  ASSERT_EQ(run.results.size(), 9u);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(run.results[i].replication, static_cast<Count>(i));
    EXPECT_EQ(run.results[i].events, i);
    EXPECT_GT(run.results[i].peak_memory_bytes, 0);
  }
  EXPECT_FALSE(run.interrupted);
  EXPECT_FALSE(run.failure);
  EXPECT_FALSE(children_are_left());
}

TEST(Replications, the_number_of_workers_changes_nothing) {
  const auto one = comparable(run_replications(one_minute(), replications(7, 1), quick));
  EXPECT_EQ(one, comparable(run_replications(one_minute(), replications(7, 2), quick)));
  EXPECT_EQ(one, comparable(run_replications(one_minute(), replications(7, 16), quick)));
}

TEST(Replications, precision_stops_at_the_same_replication_whatever_the_workers) {
  ReplicationOptions options = replications(0, 1);
  options.precision = 0.08;
  const auto one = comparable(run_replications(one_minute(), options, quick));
  EXPECT_GT(one.size(), 3u);
  EXPECT_LT(one.size(), 100u);
  for (const unsigned workers : {2u, 5u}) {
    options.workers = workers;
    EXPECT_EQ(one, comparable(run_replications(one_minute(), options, quick)));
  }
}

TEST(Replications, precision_that_is_never_reached_ends_at_the_limit) {
  ReplicationOptions options = replications(0, 2);
  options.precision = 1e-9;
  options.most_replications = 11;
  EXPECT_EQ(run_replications(one_minute(), options, quick).results.size(), 11u);
}

TEST(Replications, antithetic_twins_share_a_number_of_streams_and_come_in_pairs) {
  ReplicationOptions options = replications(3, 2);
  options.antithetic_pairs = true;
  const ReplicationRun run = run_replications(one_minute(), options, quick);
  ASSERT_EQ(run.results.size(), 4u);
  for (std::size_t pair = 0; pair < 2; ++pair) {
    EXPECT_EQ(run.results[2 * pair].events, pair);
    EXPECT_EQ(run.results[2 * pair + 1].events, pair);
    EXPECT_EQ(run.results[2 * pair + 1].replication, static_cast<Count>(2 * pair + 1));
    EXPECT_DOUBLE_EQ(run.results[2 * pair].series[0].windows[0].mean + run.results[2 * pair + 1].series[0].windows[0].mean, 3);
  }
}

TEST(Replications, a_worker_that_is_killed_is_named_and_those_before_it_are_kept) {
  const auto run_function = [](const Scenario& scenario, const RunOptions& options) {
    if (options.replication == 4) ::raise(SIGKILL);
    return quick(scenario, options);
  };
  for (const unsigned workers : {1u, 3u}) {
    const ReplicationRun run = run_replications(one_minute(), replications(9, workers), run_function);
    EXPECT_EQ(run.results.size(), 4u);
    EXPECT_EQ(run.failure.value(), "replication 4 was killed by signal 9 (Killed)");
    EXPECT_FALSE(run.interrupted);
    EXPECT_FALSE(children_are_left());
  }
}

TEST(Replications, of_two_workers_that_die_the_first_in_order_is_named) {
  const auto run_function = [](const Scenario& scenario, const RunOptions& options) {
    if (options.replication == 1 || options.replication == 2) ::_exit(7);
    return quick(scenario, options);
  };
  const ReplicationRun run = run_replications(one_minute(), replications(5, 4), run_function);
  EXPECT_EQ(run.results.size(), 1u);
  EXPECT_EQ(run.failure.value(), "replication 1 ended with code 7 and without a result");
}

TEST(Replications, an_exception_of_a_run_is_passed_on) {
  const auto run_function = [](const Scenario&, const RunOptions&) -> ReplicationResult {
    throw std::runtime_error("the model is inconsistent");
  };
  const ReplicationRun run = run_replications(one_minute(), replications(2, 2), run_function);
  EXPECT_EQ(run.failure.value(), "replication 0 stopped: the model is inconsistent");
  EXPECT_TRUE(run.results.empty());
}

TEST(Replications, cancelling_kills_what_runs_and_keeps_what_is_finished) {
  const auto run_function = [](const Scenario& scenario, const RunOptions& options) {
    if (options.replication >= 3) wait_to_be_killed();
    return quick(scenario, options);
  };
  Count finished = 0;
  const ReplicationRun run = run_replications(
      one_minute(), replications(12, 2), run_function, [&finished](const Progress& progress) { finished = progress.finished; },
      [&finished] { return finished == 3; });
  EXPECT_TRUE(run.interrupted);
  EXPECT_EQ(run.results.size(), 3u);
  EXPECT_FALSE(run.failure);
  EXPECT_FALSE(children_are_left());
}

TEST(Replications, progress_grows_and_ends_at_everything) {
  const auto run_function = [](const Scenario& scenario, const RunOptions& options) {
    options.on_progress(15);
    options.on_progress(45);
    return quick(scenario, options);
  };
  std::vector<Progress> heard;
  run_replications(one_minute(), replications(4, 2), run_function,
                   [&heard](const Progress& progress) { heard.push_back(progress); });
  ASSERT_FALSE(heard.empty());
  for (std::size_t i = 1; i < heard.size(); ++i) EXPECT_GE(heard[i].share, heard[i - 1].share);
  EXPECT_EQ(heard.back().share, 1);
  EXPECT_EQ(heard.back().finished, 4);
  EXPECT_EQ(heard.back().wanted, 4);
}

TEST(Replications, a_result_larger_than_a_pipe_arrives_whole) {
  const auto run_function = [](const Scenario&, const RunOptions& options) {
    Fold fold(Seconds{100'000}, Seconds{1});
    const SeriesId id = fold.add(Metric::arrivals, {});
    for (int i = 0; i < 100'000; ++i) fold.count(id, i, static_cast<std::uint64_t>(i + options.replication));
    return std::move(fold).finish();
  };
  const ReplicationRun run = run_replications(one_minute(), replications(2, 2), run_function);
  ASSERT_EQ(run.results.size(), 2u);
  EXPECT_EQ(run.results[1].series[0].windows[99'999].count, 100'000u);
}

TEST(Replications, children_do_not_outlive_a_parent_that_is_killed) {
  SharedCount running;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    ::close(ends[0]);
    run_replications(one_minute(), replications(2, 2), [&running](const Scenario&, const RunOptions&) -> ReplicationResult {
      ++*running;
      wait_to_be_killed();
    });
    ::_exit(0);
  }
  ::close(ends[1]);
  while (*running < 2) ::sched_yield();
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  // The write end is held by the parent and its children alone: the end of the file means that none of them lives.
  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), 0);
  ::close(ends[0]);
}

}  // namespace
}  // namespace poolcast::sim
