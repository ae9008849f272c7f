// A lane whose connections come and fail as the test says.
#include "reference-server/store/lane.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "tests/reference-server/store/support.hpp"

namespace poolcast::store::testing {
namespace {

struct Counted : Task {
  explicit Counted(int& failures) : failed(&failures) {}
  void fail(const Error& /*error*/) override { ++*failed; }
  int* failed;
};

TEST(Lane, a_request_wakes_a_connected_thread_while_others_wait_to_connect_again) {
  const Sqlite database;
  Loop loop;
  LaneOptions options;
  options.threads = 3;
  options.longest_wait = patience;
  options.first_pause = options.longest_pause = std::chrono::minutes{10};  // they sleep through the whole test
  std::atomic<int> attempts = 0;
  std::promise<void> both_failed;
  std::shared_future<void> gate = both_failed.get_future().share();
  int warnings = 0;
  int done = 0;
  int failed = 0;
  Lane lane(
      options, std::make_shared<Partners>(std::vector{database.connection()}),
      [&](const std::string& connection) {
        if (++attempts < 3) throw odbc::Failure(odbc::Fault::lost, "not now");
        gate.wait();
        return std::make_unique<odbc::Connection>(connection);
      },
      [&](odbc::Connection& /*connection*/, std::span<const std::shared_ptr<Task>> /*batch*/) {
        return std::function<void()>([&done] { ++done; });
      },
      loop.post_back(), {.availability = {}, .warning = [&](const std::string& /*sentence*/) { ++warnings; }});
  ASSERT_TRUE(loop.run_until([&] { return warnings == 2; }));
  both_failed.set_value();
  for (int request = 1; request <= 50; ++request) {
    lane.submit(std::make_shared<Counted>(failed));
    ASSERT_TRUE(loop.run_until([&] { return done + failed == request; }));
    ASSERT_EQ(failed, 0) << "nobody took request " << request;
  }
}

}  // namespace
}  // namespace poolcast::store::testing
