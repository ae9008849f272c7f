#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/sim/program/called_program.hpp"

namespace poolcast {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Words = std::vector<std::string>;

Words with_library(Words words) {
  words.insert(words.end(), {"--library", POOLCAST_SCENARIOS});
  return words;
}

Ended called(const Words& words, const std::string& standard_input = "") {
  return CalledProgram(POOLCAST_SIM_STAND_IN, with_library(words), standard_input).wait();
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class Program : public ::testing::Test {
protected:
  // One folder per test, so that they can run beside each other.
  Program()
      : folder_(fs::path(::testing::TempDir()) / "poolcast" / ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Program() override { fs::remove_all(folder_); }
  fs::path in_folder(const std::string& name) const { return folder_ / name; }

private:
  fs::path folder_;
};

TEST_F(Program, prints_the_object_and_ends_with_0_when_all_objectives_hold) {
  const Ended ended = called({"smoke", "--replications", "3", "--seed", "7"});
  EXPECT_EQ(ended.code, 0) << ended.error;
  EXPECT_EQ(ended.error, "");
  const Json run = Json::parse(ended.out);
  EXPECT_EQ(run["format"], "poolcast-run/1");
  EXPECT_EQ(run["source"], "sim");
  EXPECT_EQ(run["seed"], 7);
  EXPECT_EQ(run["replications"], 3);
  EXPECT_EQ(run["interrupted"], false);
  EXPECT_TRUE(run["failure"].is_null());
  EXPECT_EQ(run["events"], 30);
  EXPECT_EQ(run["scenario"]["name"], "Smoke test");
  EXPECT_EQ(run["scenario"]["faults"][0]["label"], "lose chat-2");
  EXPECT_EQ(run["users_back"].size(), 3u);
  EXPECT_TRUE(run["users_back"][0]["t100_s"].is_null());
  for (const Json& verdict : run["verdicts"]) EXPECT_EQ(verdict["verdict"], "holds") << verdict;
  EXPECT_EQ(run["rows"][0]["metric"], "delivery_latency");
  EXPECT_EQ(run["rows"][0]["whole_run"], true);
}

TEST_F(Program, ends_with_1_when_an_objective_fails) {
  const Ended ended = called({"smoke", "--set", "objectives=[{metric: delivery_latency, statistic: p95, at_most: 1ms}]"});
  EXPECT_EQ(ended.code, 1) << ended.error;
  EXPECT_EQ(Json::parse(ended.out)["verdicts"][0]["verdict"], "fails");
}

TEST_F(Program, ends_with_1_when_an_answer_is_unknown) {
  const Ended ended = called({"smoke", "--set", "objectives=[{metric: search_latency, at_most: 1s}]"});
  EXPECT_EQ(ended.code, 1) << ended.error;
  EXPECT_EQ(Json::parse(ended.out)["verdicts"][0]["verdict"], "unknown");
}

TEST_F(Program, gives_the_same_bytes_twice_and_for_any_number_of_workers) {
  const Words words{"smoke", "--replications", "7", "--workers"};
  const auto with_workers = [&words](const std::string& workers) {
    Words all = words;
    all.push_back(workers);
    return called(all).out;
  };
  const std::string one = with_workers("1");
  EXPECT_EQ(one, with_workers("1"));
  EXPECT_EQ(one, with_workers("2"));
  EXPECT_EQ(one, with_workers("9"));
}

TEST_F(Program, reads_a_scenario_from_standard_input) {
  const std::string text = text_of(fs::path(POOLCAST_SCENARIOS) / "smoke.yaml");
  EXPECT_EQ(called({"-"}, text).out, called({"smoke"}).out);
}

TEST_F(Program, says_where_bad_input_is_wrong) {
  const Ended ended = called({"-"}, "name: Wrong\ntopologgy: none\n");
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_NE(ended.error.find("standard input:2:1: topologgy: unknown key"), std::string::npos) << ended.error;
}

TEST_F(Program, refuses_flags_that_make_no_sense) {
  for (const Words& words : std::vector<Words>{{},
                                               {"smoke", "--replications", "0"},
                                               {"smoke", "--replications", "many"},
                                               {"smoke", "--precision", "0%"},
                                               {"smoke", "--precision", "200%"},
                                               {"smoke", "--precision", "5%", "--replications", "5"},
                                               {"smoke", "--mode", "fast"},
                                               {"smoke", "--method", "guess"},
                                               {"smoke", "--method", "analytic", "--replications", "5"},
                                               {"smoke", "--method", "fluid", "--precision", "5%"},
                                               {"smoke", "--method", "fluid", "--antithetic"},
                                               {"smoke", "--seed", "-1"},
                                               {"smoke", "--seed", "99999999999999999999"},
                                               {"smoke", "--seed", "1.5"},
                                               {"smoke", "--workers", "-2"},
                                               {"smoke", "--set", "users"},
                                               {"smoke", "--unknown"},
                                               {"smoke", "another"}}) {
    const Ended ended = called(words);
    EXPECT_EQ(ended.code, 2) << ::testing::PrintToString(words);
    EXPECT_EQ(ended.out, "");
    EXPECT_NE(ended.error, "") << ::testing::PrintToString(words);
  }
}

TEST_F(Program, help_and_version_end_with_0) {
  EXPECT_EQ(called({"--help"}).code, 0);
  EXPECT_EQ(called({"--version"}).out, "poolcast-sim " POOLCAST_VERSION "\n");
}

TEST_F(Program, names_a_scenario_that_is_not_there) {
  const Ended ended = called({"no-such-scenario"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.error.find("no-such-scenario"), std::string::npos) << ended.error;
}

TEST_F(Program, refuses_what_a_documented_rule_forbids_unless_it_is_allowed) {
  const Words words{"smoke", "--set", "topology.databases[0].mode=always-on"};
  const Ended refused = called(words);
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.out, "");
  EXPECT_NE(refused.error.find("PC-DB-ALWAYSON"), std::string::npos) << refused.error;
  Words allowed = words;
  allowed.emplace_back("--allow-unsupported");
  const Ended ran = called(allowed);
  EXPECT_EQ(ran.code, 0) << ran.error;
  EXPECT_EQ(Json::parse(ran.out)["findings"][0]["severity"], "error");
}

TEST_F(Program, refuses_what_the_simulator_does_not_model) {
  const Ended ended = called({"smoke", "--set", "question=what is not modelled"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.error.find("the stand-in does not model it; ask something else"), std::string::npos) << ended.error;
}

TEST_F(Program, keeps_what_was_finished_before_a_worker_died) {
  const Ended ended = called({"smoke", "--set", "question=die in replication 2", "--replications", "5"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_EQ(ended.error, "poolcast-sim: replication 2 was killed by signal 9 (Killed)\n");
  const Json run = Json::parse(ended.out);
  EXPECT_EQ(run["failure"], "replication 2 was killed by signal 9 (Killed)");
  EXPECT_EQ(run["replications"], 2);
}

TEST_F(Program, keeps_what_was_finished_when_it_is_interrupted) {
  for (const int number : {SIGINT, SIGTERM}) {
    CalledProgram program(POOLCAST_SIM_STAND_IN,
                          with_library({"smoke", "--set", "question=hang from replication 2", "--workers", "2", "--progress"}));
    ASSERT_TRUE(program.wait_for_error_text("\"finished\":2"));
    program.signal(number);
    const Ended ended = program.wait();
    EXPECT_EQ(ended.code, 3) << ended.error;
    const Json run = Json::parse(ended.out);
    EXPECT_EQ(run["interrupted"], true);
    EXPECT_EQ(run["replications"], 2);
    EXPECT_EQ(run["verdicts"][0]["verdict"], "holds");
  }
}

TEST_F(Program, interrupted_before_anything_is_finished_still_prints_the_object) {
  CalledProgram program(POOLCAST_SIM_STAND_IN,
                        with_library({"smoke", "--set", "question=hang from replication 0", "--progress"}));
  ASSERT_TRUE(program.wait_for_error_text("\"finished\":0"));
  program.signal(SIGINT);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.code, 3);
  const Json run = Json::parse(ended.out);
  EXPECT_EQ(run["replications"], 0);
  EXPECT_EQ(run["rows"].size(), 0u);
  EXPECT_EQ(run["verdicts"][0]["note"], "no replication was finished");
}

TEST_F(Program, progress_is_one_object_per_line_and_ends_at_everything) {
  const Ended ended = called({"smoke", "--replications", "4", "--progress"});
  std::istringstream lines(ended.error);
  Json last;
  for (std::string line; std::getline(lines, line);) {
    last = Json::parse(line);
    EXPECT_TRUE(last["variant"].is_null());
  }
  EXPECT_EQ(last["progress"], 1.0);
  EXPECT_EQ(last["finished"], 4);
  EXPECT_EQ(last["wanted"], 4);
}

TEST_F(Program, variants_stand_beside_the_scenario_on_the_same_random_numbers) {
  const Words words{
      "smoke", "--replications", "4", "--set",
      "variants=[{name: same again, set: [workload.users=400]}, {name: short, set: [horizon=90s], replications: 2}]"};
  const Ended ended = called(words);
  ASSERT_EQ(ended.code, 0) << ended.error;
  const Json run = Json::parse(ended.out);
  ASSERT_EQ(run["variants"].size(), 2u);
  EXPECT_EQ(run["variants"][0]["name"], "same again");
  EXPECT_EQ(run["variants"][0]["set"][0], "workload.users=400");
  EXPECT_EQ(run["variants"][0]["rows"], run["rows"]);
  EXPECT_EQ(run["variants"][1]["replications"], 2);
  EXPECT_EQ(run["variants"][1]["scenario"]["horizon_s"], 90);
  Words without = words;
  without.emplace_back("--no-variants");
  EXPECT_EQ(Json::parse(called(without).out)["variants"].size(), 0u);
}

TEST_F(Program, runs_until_the_precision_is_reached) {
  const Ended ended = called({"smoke", "--precision", "2%"});
  ASSERT_EQ(ended.code, 0) << ended.error;
  const Json run = Json::parse(ended.out);
  EXPECT_GT(run["replications"], 3);
  for (const Json& verdict : run["verdicts"])
    EXPECT_LE(verdict["high"].get<double>() - verdict["answer"].get<double>(), 0.02 * verdict["answer"].get<double>());
}

TEST_F(Program, says_how_it_was_asked) {
  const Json options = Json::parse(called({"smoke", "--antithetic", "--precision", "20%"}).out)["options"];
  EXPECT_EQ(options, (Json{{"antithetic", true}, {"precision", 0.2}, {"allow_unsupported", false}}));
}

TEST_F(Program, says_by_which_method_and_plays_one_replication_of_what_is_not_random) {
  EXPECT_EQ(Json::parse(called({"smoke", "--replications", "2"}).out)["method"], "simulate");
  const Json run = Json::parse(called({"smoke", "--method", "fluid"}).out);
  EXPECT_EQ(run["method"], "fluid");
  EXPECT_EQ(run["replications"], 1);
}

TEST_F(Program, refuses_a_run_folder_that_cannot_be_written_before_the_run) {
  const Ended ended = called({"smoke", "--set", "question=die in replication 0", "--out", "/proc/poolcast-run"});
  EXPECT_EQ(ended.code, 2) << ended.error;
  EXPECT_EQ(ended.out, "");
  EXPECT_NE(ended.error.find("/proc/poolcast-run: cannot be written"), std::string::npos) << ended.error;
}

TEST_F(Program, writes_a_run_folder_that_says_the_same) {
  const fs::path out = in_folder("deep/run");
  const Ended ended = called({"smoke", "--replications", "2", "--out", out.string()});
  ASSERT_EQ(ended.code, 0) << ended.error;
  Json printed = Json::parse(ended.out);
  printed.erase("rows");
  EXPECT_EQ(Json::parse(text_of(out / "run.json")), printed);
  EXPECT_TRUE(
      text_of(out / "report.csv").starts_with("metric,unit,site,pool,node,part,window_start_s,window_s,whole_run,count,"));
  EXPECT_TRUE(fs::exists(out / "histograms" / "delivery_latency-chat.json"));
  const Ended again = called({(out / "scenario.yaml").string(), "--replications", "2"});
  EXPECT_EQ(Json::parse(again.out)["scenario"]["digest"], printed["scenario"]["digest"]);
}

TEST_F(Program, writes_over_no_folder_that_is_not_of_a_run) {
  const fs::path out = in_folder("mine");
  fs::create_directories(out);
  std::ofstream(out / "thesis.txt") << "years of work";
  const Ended ended = called({"smoke", "--out", out.string()});
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.out, "");  // refused before the run, not after it
  EXPECT_NE(ended.error.find("not of a run"), std::string::npos) << ended.error;
  EXPECT_EQ(text_of(out / "thesis.txt"), "years of work");
}

TEST_F(Program, finds_the_library_by_the_environment) {
  ::setenv("POOLCAST_LIBRARY", (":" POOLCAST_SCENARIOS), 1);
  const Ended ended = CalledProgram(POOLCAST_SIM_STAND_IN, {"smoke"}).wait();
  ::unsetenv("POOLCAST_LIBRARY");
  EXPECT_EQ(ended.code, 0) << ended.error;
}

TEST_F(Program, has_no_nines_where_nothing_takes_service_away) {
  const Ended ended = called({"years-of-chance", "--availability", "--set", "workload.users=400", "--set",
                              "faults=[{at: 0s, lose: sql-w, about_every: 365day, for_about: 8h}]"});
  EXPECT_EQ(ended.code, 0) << ended.error;
  const Json answer = Json::parse(ended.out);
  EXPECT_TRUE(answer["nines"].is_null());
  EXPECT_EQ(answer["availability"], 1);
  EXPECT_EQ(answer["precise"], true);
}

// The stand-in dies when it is asked to play: what is in the file is not played again.
TEST_F(Program, plays_no_reconnect_storm_that_the_file_holds_and_none_of_another_pool) {
  const fs::path file = in_folder("storms.json");
  const auto fitted = [&](const Words& more) {
    Words words{"years-of-chance", "--availability",
                "--fit-file",      file.string(),
                "--set",           "workload.users=400",
                "--set",           "faults=[{at: 0s, lose: chat-1, about_every: 20day, for_about: 1h}]"};
    words.insert(words.end(), more.begin(), more.end());
    return called(words);
  };
  const Ended played = fitted({});
  EXPECT_EQ(played.code, 0) << played.error;
  const std::string kept = text_of(file);
  EXPECT_EQ(Json::parse(kept)["runs"].size(), 7U);
  const Words dies{"--set", "question=die in replication 0"};
  const Ended read = fitted(dies);
  EXPECT_EQ(read.code, 0) << read.error;
  EXPECT_EQ(Json::parse(read.out)["surges"], Json::parse(played.out)["surges"]);
  EXPECT_EQ(Json::parse(read.out)["surrogate"]["fitted_to"], "simulation");
  // The stand-in's users are never all back, and the file remembers it.
  EXPECT_EQ(Json::parse(read.out)["surges"][0]["runs"][0]["all_back"], false);
  for (const Words& other : {Words{"--seed", "2"}, Words{"--set", "workload.users=401"}, Words{"--set", "costs.join_rate=5/s"}}) {
    const Ended refused = fitted(other);
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.error.find("remove it to have them played again"), std::string::npos) << refused.error;
  }
  EXPECT_EQ(text_of(file), kept);
  const auto changed = [&](const std::string& pointer, const Json& value) {
    Json other = Json::parse(kept);
    other[Json::json_pointer(pointer)] = value;
    std::ofstream(file) << other;
    return fitted({}).error;
  };
  EXPECT_NE(changed("/revision", 1).find("another revision of the simulator"), std::string::npos);
  EXPECT_NE(changed("/runs/3/activity", 0.5).find("runs: one is missing"), std::string::npos);
  EXPECT_NE(changed("/runs/3/load", 0.5).find("runs: one is missing"), std::string::npos);
  std::ofstream(file) << R"({"format": 3})";
  EXPECT_NE(fitted({}).error.find("expected reconnect storms that --fit-file wrote"), std::string::npos);
  fs::remove(file);
  EXPECT_EQ(fitted(dies).code, 4);
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(Program, leaves_beside_the_file_of_reconnect_storms_nothing_and_no_file_of_somebody_elses_changed) {
  const fs::path file = in_folder("storms.json"), mine = in_folder("storms.json.new");
  std::ofstream(mine) << "years of work";
  const auto files = [&] { return std::distance(fs::directory_iterator(file.parent_path()), fs::directory_iterator()); };
  Words words{"years-of-chance", "--availability",
              "--fit-file",      file.string(),
              "--set",           "workload.users=400",
              "--set",           "faults=[{at: 0s, lose: chat-1, about_every: 20day, for_about: 1h}]"};
  EXPECT_EQ(called(words).code, 0);
  EXPECT_EQ(files(), 2);
  EXPECT_EQ(text_of(mine), "years of work");
  fs::remove(file);
  words.insert(words.end(), {"--progress", "--set", "question=hang from replication 0"});
  CalledProgram stopped(POOLCAST_SIM_STAND_IN, with_library(words));
  ASSERT_TRUE(stopped.wait_for_error_text("\"finished\":0"));
  stopped.signal(SIGINT);
  EXPECT_EQ(stopped.wait().code, 3);
  EXPECT_EQ(files(), 1);
}

TEST_F(Program, says_of_a_file_of_reconnect_storms_that_it_is_empty_or_cannot_be_read) {
  const fs::path file = in_folder("storms.json");
  std::ofstream(file) << '\n';
  const auto error = [&](const fs::path& of) {
    return called({"years-of-chance", "--availability", "--fit-file", of.string(), "--set", "workload.users=400"}).error;
  };
  EXPECT_NE(error(file).find("storms.json: is empty; remove it"), std::string::npos) << error(file);
  EXPECT_NE(error(file.parent_path()).find("is a folder; expected a file"), std::string::npos) << error(file.parent_path());
}

TEST_F(Program, refuses_what_only_an_availability_hears) {
  for (const Words& only : {Words{"--fit-file", "storms.json"}, Words{"--fit"}, Words{"--sensitivity"},
                            Words{"--runbook", "site-failover"}, Words{"--failback", "site-failback"}}) {
    Words words{"smoke"};
    words.insert(words.end(), only.begin(), only.end());
    const Ended refused = called(words);
    EXPECT_EQ(refused.code, 2);
    EXPECT_NE(refused.error.find(only.front() + " requires --availability"), std::string::npos) << refused.error;
  }
}

TEST_F(Program, says_before_it_plays_that_the_file_of_reconnect_storms_cannot_be_written) {
  const Ended ended =
      called({"years-of-chance", "--availability", "--fit-file", in_folder("none/storms.json").string(), "--set",
              "question=die in replication 0", "--set", "faults=[{at: 0s, lose: chat-1, about_every: 20day, for_about: 1h}]"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.error.find("cannot be written"), std::string::npos) << ended.error;
}

// Nobody there at night, everybody by day: the loss of the pool's only database takes the same share of the time that users want
// to be there, and fewer minutes.
TEST_F(Program, counts_of_a_day_only_the_time_that_users_want_to_be_there) {
  const Words words{"years-of-chance",    "--availability", "--set",
                    "workload.users=400", "--set",          "faults=[{at: 0s, lose: front, about_every: 20day, for_about: 1h}]"};
  Words by_day = words;
  by_day.insert(by_day.end(), {"--set",
                               "workload.day_curve=[{at: 8h, present: 0%, activity: 1}, {at: 9h, present: 100%, activity: 1}, "
                               "{at: 17h, present: 100%, activity: 1}, {at: 18h, present: 0%, activity: 1}]"});
  const Json always = Json::parse(called(words).out), day = Json::parse(called(by_day).out);
  EXPECT_EQ(always["wanted"], 1);
  EXPECT_TRUE(always["surrogate"]["error"].is_null());
  EXPECT_NEAR(day["wanted"].get<double>(), 9.0 / 24, 1e-9);
  EXPECT_EQ(day["surges"][0]["runs"].size(), 9U);
  EXPECT_FALSE(day["surrogate"]["error"].is_null());
  const auto minutes = [](const Json& answer) { return answer["by_cause"]["front_end"]["minutes_per_year"].get<double>(); };
  EXPECT_NEAR(minutes(day) / minutes(always), 9.0 / 24, 1e-2);  // of random numbers, which need not stop at the same cycle
  EXPECT_NEAR(day["availability"].get<double>(), always["availability"].get<double>(), 1e-4);
}

TEST_F(Program, answers_for_users_who_are_there_for_seconds) {
  const std::string at_noon =
      "workload.day_curve=[{at: 0s, present: 0%, activity: 1}, {at: 43210s, present: 0%, activity: 1}, "
      "{at: 43230s, present: 50%, activity: 1}, {at: 43250s, present: 0%, activity: 1}]";
  const Ended ended = called({"years-of-chance", "--availability", "--precision", "50%", "--set", "workload.users=400", "--set",
                              "faults=[{at: 0s, lose: front, about_every: 20day, for_about: 1h}]", "--set", at_noon});
  EXPECT_EQ(ended.code, 0) << ended.error;
  EXPECT_TRUE(Json::parse(ended.out)["availability"].is_number());
}

TEST_F(Program, refuses_an_availability_for_users_who_are_never_there) {
  const Ended ended = called({"years-of-chance", "--availability", "--set",
                              "workload.day_curve=[{at: 8h, present: 0%, activity: 1}, {at: 9h, present: 0%, activity: 1}]"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.error.find("nobody ever is"), std::string::npos) << ended.error;
}

}  // namespace
}  // namespace poolcast
