#include "reference-server/loadgen/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "domain/io/scenario_file.hpp"
#include "reference-server/loadgen/play.hpp"
#include "reference-server/loadgen/target.hpp"
#include "stub_process.hpp"

namespace poolcast::loadgen::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* small_scenario = R"(
name: Small
topology: standard-edition-collocated
workload:
  name: small
  users: 12
  reference_users: 12
  endpoints_per_user: 1.5
  room_classes:
    - {name: small, users_per_room: 4, rooms_per_user: 2, posts: 40/s}
    - {name: large, users_per_room: 12, rooms_per_user: 1, posts: 5/s, open: 50%, auditorium: 100%}
  room_opens_per_user: 1/s
  searches_per_user: 1/s
  restarts_per_user: 0.2/s
  body: 200 B
horizon: 2s
objectives:
  - {metric: messages_lost, at_most: 0}
)";

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class ProgramTest : public testing::Test {
protected:
  ProgramTest()
      : folder_(fs::path(testing::TempDir()) / "poolcast-load" / testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write("scenario.yaml", small_scenario);
    write("password", "secret\n");
  }
  ~ProgramTest() override { fs::remove_all(folder_); }

  void write(const char* name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  // What it says on standard output and on standard error.
  int call(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--library", POOLCAST_SCENARIOS, "--password-file", (folder_ / "password").string()});
    std::vector<const char*> argv{"poolcast-load"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = run_program(static_cast<int>(argv.size()), argv.data());
    std::fflush(stdout);
    said_ = testing::internal::GetCapturedStdout();
    complaint_ = testing::internal::GetCapturedStderr();
    return code;
  }
  std::string scenario() const { return (folder_ / "scenario.yaml").string(); }
  static std::string address(const StubProcess& stub) { return "127.0.0.1:" + std::to_string(stub.port()); }

  fs::path folder_;
  std::string said_, complaint_;
};

TEST_F(ProgramTest, writes_the_run_folder_of_a_real_run) {
  const StubProcess stub("secret");
  const fs::path out = folder_ / "run";
  ASSERT_EQ(call({scenario(), "--server", address(stub), "--out", out.string()}), all_hold) << complaint_;
  const nlohmann::json run = nlohmann::json::parse(text_of(out / "run.json"));
  EXPECT_EQ(run["source"], "real");
  EXPECT_EQ(run["load"]["transport"], "tcp");
  EXPECT_TRUE(run["invalid"].is_null()) << run["invalid"];
  EXPECT_GT(run["machine"]["cores"], 0);
  EXPECT_EQ(run["scenario"]["digest"], io::digest(io::load_scenario(scenario(), {{POOLCAST_SCENARIOS}, {}}).scenario));
  const std::string rows = text_of(out / "report.csv");
  for (const char* row : {"delivery_latency,s,north,chat,,small", "delivery_latency,s,north,chat,,large", "sign_in_latency",
                          "post_latency", "history_latency", "search_latency", "join_latency",
                          "arrivals,requests,north,chat,,post", "users_connected,users,north,chat,chat-1", "messages_lost"})
    EXPECT_THAT(rows, HasSubstr(row));
  EXPECT_TRUE(fs::exists(out / "histograms" / "delivery_latency-north-chat-small.json"));
}

TEST_F(ProgramTest, plays_a_morning_in_which_everybody_signs_in) {
  const StubProcess stub("secret");
  EXPECT_EQ(call({scenario(), "--server", address(stub), "--set", "workload.sign_in_window=1s"}), all_hold) << complaint_;
}

TEST_F(ProgramTest, refuses_a_server_on_another_machine) {
  for (const char* server : {"192.0.2.1:5060", "chat.example:5060", "0.0.0.0:5060", "127.0.0.1"}) {
    EXPECT_EQ(call({scenario(), "--server", server}), bad_input);
    EXPECT_THAT(complaint_, HasSubstr("127.0.0.1")) << server;
  }
  EXPECT_EQ(ntohs(loopback_address("127.3.2.1:80").sin_port), 80);
}

TEST_F(ProgramTest, refuses_faults_that_it_cannot_apply_with_a_sentence) {
  EXPECT_EQ(call({scenario(), "--server", "127.0.0.1:1", "--set", "faults=[{at: 1s, lose: chat-1}]"}), bad_input);
  EXPECT_THAT(complaint_, HasSubstr("cannot apply `lose chat-1` to a real server"));
}

TEST_F(ProgramTest, refuses_the_curve_of_a_day) {
  const std::string curve = "[{at: 8h, present: 0%, activity: 1}, {at: 9h, present: 0%, activity: 1}]";
  EXPECT_EQ(call({scenario(), "--server", "127.0.0.1:1", "--set", "workload.day_curve=" + curve}), bad_input);
  EXPECT_THAT(complaint_, HasSubstr("leave it out with --set workload.day_curve=[]"));
}

TEST_F(ProgramTest, wants_an_address_for_each_active_server_of_the_pool) {
  EXPECT_EQ(call({scenario(), "--server", "127.0.0.1:1", "--set", "topology=enterprise-multiple-server"}), bad_input);
  EXPECT_THAT(complaint_, HasSubstr("the pool has 4 active servers"));
}

TEST_F(ProgramTest, says_why_a_run_cannot_begin) {
  const StubProcess stub("another");
  EXPECT_EQ(call({scenario(), "--server", address(stub)}), run_failed);
  EXPECT_THAT(complaint_, HasSubstr("cannot sign in"));
}

TEST_F(ProgramTest, prepares_the_same_population_for_the_same_seed_and_another_for_another) {
  ASSERT_EQ(call({"prepare", scenario(), "--seed", "5"}), all_hold);
  const std::string first = said_;
  ASSERT_EQ(call({"prepare", scenario(), "--seed", "5"}), all_hold);
  EXPECT_EQ(said_, first);
  ASSERT_EQ(call({"prepare", scenario(), "--seed", "6"}), all_hold);
  EXPECT_NE(said_, first);
}

TEST_F(ProgramTest, prepares_lines_that_an_import_can_read) {
  const fs::path file = folder_ / "population.jsonl";
  ASSERT_EQ(call({"prepare", scenario(), "--out", file.string()}), all_hold);
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write) << "there are passwords in it";
  std::ifstream lines(file);
  std::map<std::string, int> kinds;
  for (std::string line; std::getline(lines, line);) {
    const auto object = nlohmann::ordered_json::parse(line);
    ++kinds[object.begin().key()];
    if (!object.value("auditorium", false)) continue;
    EXPECT_EQ(object["presenters"], object["members"]);
  }
  EXPECT_EQ(kinds, (std::map<std::string, int>{{"user", 12}, {"category", 1}, {"room", 7}}));
}

std::uint64_t posts_of_a_run(std::uint64_t seed) {
  const StubProcess stub("secret");
  Scenario scenario = io::read_scenario(small_scenario, "small.yaml", {{POOLCAST_SCENARIOS}, {}}).scenario;
  scenario.workload.restarts_per_user = {};  // who restarts posts nothing meanwhile
  scenario.horizon = Seconds{1};
  PlayOptions options;
  options.seed = seed;
  options.fleet.servers = {loopback_address("127.0.0.1:" + std::to_string(stub.port()))};
  options.fleet.domain = "corp.example";
  options.fleet.password = "secret";
  return play(scenario, options).balance.sent;
}

TEST(Play, posts_at_the_same_times_for_the_same_seed) {
  EXPECT_EQ(posts_of_a_run(1), posts_of_a_run(1));
  EXPECT_NE(posts_of_a_run(1), posts_of_a_run(2));
}

// The callback keeps the loop busy for longer than the bound, in the middle of the posts.
TEST(Play, says_that_a_run_is_not_valid_when_it_fell_behind_itself) {
  const StubProcess stub("secret");
  const Scenario scenario = io::read_scenario(small_scenario, "small.yaml", {{POOLCAST_SCENARIOS}, {}}).scenario;
  PlayOptions options;
  options.fleet.servers = {loopback_address("127.0.0.1:" + std::to_string(stub.port()))};
  options.fleet.domain = "corp.example";
  options.fleet.password = "secret";
  bool stalled = false;
  options.on_progress = [&](double share) {
    if (share <= 0 || std::exchange(stalled, true)) return;
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1200);
    while (std::chrono::steady_clock::now() < end) {
    }
  };
  const Played played = play(scenario, options);
  ASSERT_TRUE(played.measured.invalid);
  EXPECT_THAT(*played.measured.invalid, HasSubstr("fell behind itself"));
  EXPECT_GE(played.measured.lag_max.count(), 1);
}

}  // namespace
}  // namespace poolcast::loadgen::test
