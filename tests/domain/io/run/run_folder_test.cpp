#include "domain/io/run_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "domain/io/config_error.hpp"
#include "domain/io/run_rows.hpp"
#include "tests/domain/results.hpp"

namespace poolcast::io {
namespace {

namespace fs = std::filesystem;

Answer small_answer() {
  Answer answer;
  answer.scenario = ten_minutes();
  answer.scenario.name = "Small";
  answer.scenario.objectives.push_back(objective("delivery_latency", Statistic::max, seconds(4)));
  const std::vector<ReplicationResult> results{with_delivery_latency({1, 2, 3}), with_delivery_latency({2, 3, 4}, 1)};
  answer.report = make_report(answer.scenario, results);
  answer.histograms = merged_histograms(answer.scenario, results);
  answer.findings.push_back({"PC-TEST", "note", "topology", "A sentence.", "A page"});
  return answer;
}

Run small_run() {
  Run run;
  run.source = "sim";
  run.version = "1.2.3";
  run.seed = 18'446'744'073'709'551'615u;
  run.answer = small_answer();
  run.variants.push_back({"other", {"horizon=5min"}, small_answer()});
  return run;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

class RunFolder : public ::testing::Test {
protected:
  RunFolder()
      : folder_(fs::path(::testing::TempDir()) / "poolcast-run-folder" /
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~RunFolder() override { fs::remove_all(folder_); }
  const fs::path& folder() const { return folder_; }

private:
  fs::path folder_;
};

TEST(RunJson, says_of_a_real_run_where_it_was_measured) {
  auto run = small_run();
  run.source = "real";
  run.measured.emplace();
  run.measured->cores = 2;
  run.measured->transport = "tls";
  run.measured->lag_p99 = Seconds{0.002};
  run.measured->invalid = "It fell behind.";
  const Json object = Json::parse(run_json(run));
  EXPECT_EQ(object["machine"]["cores"], 2);
  EXPECT_EQ(object["load"]["lag_p99_s"], 0.002);
  EXPECT_EQ(object["invalid"], "It fell behind.");
  EXPECT_FALSE(Json::parse(run_json(small_run())).contains("machine"));
}

TEST(RunJson, has_its_keys_in_the_documented_order) {
  const Json run = Json::parse(run_json(small_run()));
  std::vector<std::string> keys;
  for (const auto& [key, value] : run.items()) keys.push_back(key);
  EXPECT_EQ(keys, (std::vector<std::string>{"format", "source", "method", "version", "seed", "replications", "options",
                                            "interrupted", "failure", "scenario", "findings", "verdicts", "rows", "users_back",
                                            "recovery", "comes_back", "logbook", "events", "variants"}));
  EXPECT_EQ(run["seed"], 18'446'744'073'709'551'615u);
  EXPECT_EQ(run["variants"][0]["set"], Json::array({"horizon=5min"}));
  EXPECT_EQ(run["findings"][0]["rule"], "PC-TEST");
}

ReplicationResult with_users(double away_afterwards, Count replication) {
  Fold fold(Seconds{600}, Seconds{60});
  const SeriesId connected = fold.add(Metric::users_connected, {.pool = "chat"});
  const SeriesId waiting = fold.add(Metric::users_waiting, {.pool = "chat"});
  fold.level(connected, 0, 100);
  fold.level(connected, 180, 100 - away_afterwards);
  fold.level(waiting, 180, away_afterwards);
  const SeriesId back = fold.add(Metric::users_back, {.pool = "chat", .part = "lose chat-2"});
  fold.once(back, "displaced", 40);
  fold.once(back, "at", 180);
  if (away_afterwards == 0) fold.once(back, "p50", 30);
  return finished(std::move(fold), replication);
}

TEST(RunJson, says_what_each_failure_cost_and_whether_the_system_comes_back) {
  io::Run run = small_run();
  EXPECT_TRUE(Json::parse(run_json(run))["comes_back"].is_null());
  EXPECT_EQ(Json::parse(run_json(run))["recovery"], Json::array());
  run.answer.scenario.faults = {loss("chat-2", 180)};
  run.answer.scenario.faults[0].duration = Seconds{60};
  run.answer.report = make_report(run.answer.scenario, {with_users(0, 0), with_users(0, 1), with_users(30, 2)});
  const Json object = Json::parse(run_json(run));
  const Json& back = object["comes_back"];
  EXPECT_EQ(back["answer"], "does_not_come_back");
  EXPECT_EQ(back["reason"], back["replications"][2]["reason"]);
  EXPECT_EQ(back["counts"], (Json{{"comes_back", 2}, {"not_decided", 0}, {"does_not_come_back", 1}}));
  EXPECT_EQ(back["after"], (Json{{"p5_s", 0.0}, {"p50_s", 0.0}, {"p95_s", nullptr}, {"reached", 2}, {"asked", 3}}));
  EXPECT_EQ(back["trigger_over_s"], 240);
  EXPECT_TRUE(back["lasts"].is_null());
  const Json& failure = object["recovery"][0];
  EXPECT_EQ(failure["failure"], "lose chat-2");
  EXPECT_EQ(failure["users_affected"]["mean"], 40);
  EXPECT_EQ(failure["half_back"]["p50_s"], 30);
  EXPECT_EQ(failure["half_back"]["reached"], 2);
  EXPECT_TRUE(failure["most_back"]["p50_s"].is_null());
  EXPECT_TRUE(failure["database_back"].is_null());
}

TEST(RunJson, says_how_the_run_was_asked_for) {
  io::Run run = small_run();
  EXPECT_EQ(Json::parse(run_json(run))["options"],
            (Json{{"antithetic", false}, {"precision", nullptr}, {"allow_unsupported", false}}));
  run.options = {true, 0.05, true};
  EXPECT_EQ(Json::parse(run_json(run))["options"],
            (Json{{"antithetic", true}, {"precision", 0.05}, {"allow_unsupported", true}}));
}

TEST(RunJson, verdicts_carry_bound_answer_and_interval) {
  const Json verdict = Json::parse(run_json(small_run()))["verdicts"][0];
  EXPECT_EQ(verdict["objective"], "delivery latency max at most 4 s");
  EXPECT_EQ(verdict["statistic"], "max");
  EXPECT_EQ(verdict["bound_kind"], "at_most");
  EXPECT_EQ(verdict["bound"], 4.0);
  EXPECT_EQ(verdict["answer"], 3.5);
  EXPECT_LT(verdict["low"], 3.5);
  EXPECT_EQ(verdict["verdict"], "holds");
  EXPECT_TRUE(verdict["after"].is_null());
}

TEST(RunJson, text_that_is_not_utf8_is_replaced_and_does_not_stop_the_answer) {
  io::Run run = small_run();
  run.failure = "broken \xff byte";
  EXPECT_TRUE(Json::accept(run_json(run)));
}

TEST(Rows, json_and_csv_have_the_same_columns_and_values) {
  const Report report = small_answer().report;
  std::istringstream lines(rows_csv(report.rows));
  std::string header, first;
  std::getline(lines, header);
  std::getline(lines, first);
  std::string keys;
  const Json row = row_json(report.rows[0]);
  for (const auto& [key, value] : row.items()) keys += (keys.empty() ? "" : ",") + key;
  EXPECT_EQ(header, keys);
  EXPECT_TRUE(first.starts_with("delivery_latency,s,,,,,0,180,true,3,2.5,")) << first;
  EXPECT_EQ(row["mean"], 2.5);
}

TEST(Rows, every_figure_has_its_interval) {
  const Json row = row_json(small_answer().report.rows[0]);
  for (const std::string figure : {"count", "mean", "p50", "p95", "p99", "p99_9", "max"}) {
    EXPECT_LE(row.at(figure + "_low"), row.at(figure)) << figure;
    EXPECT_GE(row.at(figure + "_high"), row.at(figure)) << figure;
  }
  EXPECT_LT(row["max_low"], row["max_high"]);
}

TEST(Rows, fields_with_commas_quotes_and_lines_are_quoted) {
  ReportRow row;
  row.place.pool = "a,b";
  row.place.node = "say \"hi\"";
  row.place.part = "two\nlines";
  EXPECT_NE(rows_csv({row}).find(",\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\","), std::string::npos);
}

TEST(Rows, numbers_that_are_none_are_empty) {
  ReportRow row;
  row.mean = Figure{std::numeric_limits<double>::quiet_NaN(), std::nullopt, std::nullopt};
  row.max = Figure{std::numeric_limits<double>::infinity(), std::nullopt, std::nullopt};
  EXPECT_NE(rows_csv({row}).find(",false,,,,,,,,,,,,,,,,,,,,,\n"), std::string::npos) << rows_csv({row});
  EXPECT_TRUE(row_json(row)["mean"].is_null());
}

TEST_F(RunFolder, holds_what_is_documented) {
  write_run_folder(small_run(), folder() / "run");
  EXPECT_EQ(names_in(folder() / "run"),
            (std::vector<std::string>{"histograms", "report.csv", "run.json", "scenario.yaml", "variants"}));
  EXPECT_EQ(names_in(folder() / "run" / "variants" / "1"),
            (std::vector<std::string>{"histograms", "report.csv", "scenario.yaml"}));
  EXPECT_FALSE(Json::parse(text_of(folder() / "run" / "run.json")).contains("rows"));
}

TEST_F(RunFolder, histograms_read_back_and_merge) {
  write_run_folder(small_run(), folder() / "run");
  const Json file = Json::parse(text_of(folder() / "run" / "histograms" / "delivery_latency.json"));
  const auto buckets = file["buckets"].get<std::vector<std::pair<std::uint32_t, std::uint64_t>>>();
  EXPECT_EQ(Histogram::from_buckets(buckets, file["sum"], file["max"]), small_answer().histograms[0].histogram);
  EXPECT_EQ(file["count"], 6);
}

TEST_F(RunFolder, leaves_nothing_beside_it) {
  write_run_folder(small_run(), folder() / "run");
  write_run_folder(small_run(), folder() / "run");
  EXPECT_EQ(names_in(folder()), std::vector<std::string>{"run"});
}

TEST_F(RunFolder, of_an_earlier_run_is_replaced_and_keeps_what_is_not_of_a_run) {
  write_run_folder(small_run(), folder() / "run");
  std::ofstream(folder() / "run" / "notes.txt") << "mine";
  std::ofstream(folder() / "run" / "histograms" / "old.json") << "{}";
  io::Run later = small_run();
  later.variants.clear();
  write_run_folder(later, folder() / "run/");
  EXPECT_EQ(names_in(folder() / "run"),
            (std::vector<std::string>{"histograms", "notes.txt", "report.csv", "run.json", "scenario.yaml"}));
  EXPECT_FALSE(fs::exists(folder() / "run" / "histograms" / "old.json"));
  EXPECT_EQ(text_of(folder() / "run" / "notes.txt"), "mine");
}

TEST_F(RunFolder, that_is_empty_is_taken) {
  fs::create_directory(folder() / "run");
  EXPECT_NO_THROW(write_run_folder(small_run(), folder() / "run"));
  EXPECT_TRUE(fs::exists(folder() / "run" / "run.json"));
}

TEST_F(RunFolder, is_not_made_of_a_file_or_of_somebody_elses_folder) {
  std::ofstream(folder() / "file") << "text";
  EXPECT_THROW(check_run_folder(folder() / "file"), ConfigError);
  fs::create_directory(folder() / "other");
  std::ofstream(folder() / "other" / "run.json") << R"({"format": "somebody else's"})";
  EXPECT_THROW(write_run_folder(small_run(), folder() / "other"), ConfigError);
  EXPECT_THROW(check_run_folder("/"), ConfigError);
  EXPECT_EQ(names_in(folder() / "other"), std::vector<std::string>{"run.json"});
}

TEST_F(RunFolder, that_cannot_be_written_is_found_out_before_the_run) {
  std::ofstream(folder() / "file") << "text";
  for (const fs::path& path : {folder() / "file" / "run", folder() / "file" / "deep" / "run", fs::path("/proc/poolcast-run")}) {
    try {
      check_run_folder(path);
      FAIL() << path << " was accepted";
    } catch (const ConfigError& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find("expected a place where this account may create folders"), std::string::npos) << text;
    }
  }
  EXPECT_NO_THROW(check_run_folder(folder() / "deep" / "run"));
  EXPECT_EQ(names_in(folder() / "deep"), std::vector<std::string>{});
}

TEST_F(RunFolder, names_histograms_by_place_without_two_of_one_name) {
  io::Run run = small_run();
  MergedSeries series = run.answer.histograms.front();
  series.place.part = "a/b";
  run.answer.histograms.push_back(series);
  series.place.part = "a b";
  run.answer.histograms.push_back(series);
  write_run_folder(run, folder() / "run");
  EXPECT_EQ(names_in(folder() / "run" / "histograms"),
            (std::vector<std::string>{"delivery_latency-a_b-2.json", "delivery_latency-a_b.json", "delivery_latency.json"}));
}

}  // namespace
}  // namespace poolcast::io
