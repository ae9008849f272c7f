#include "reference-server/ops/recording.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "domain/io/config_error.hpp"
#include "domain/io/scenario_file.hpp"
#include "reference-server/ops/measurements.hpp"
#include "reference-server/ops/raw_tables.hpp"
#include "tests/reference-server/net/scratch_folder.hpp"

namespace poolcast::ops {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using tests::ScratchFolder;

const Instant start{1000s};

Scenario scenario() { return io::load_scenario("smoke", {.library = {POOLCAST_SCENARIOS}, .overrides = {}}).scenario; }

RecordingSettings settings_for(const ScratchFolder& folder) {
  RecordingSettings settings;
  settings.folder = folder.path() / "run";
  settings.scenario = scenario();
  settings.here = Place{.site = "berlin", .pool = "chat", .node = "chat-1"};
  settings.start = start;
  return settings;
}

OperationRecord post_at(Instant arrived) {
  return {.command = Command::post, .arrived = arrived, .inbound_wait = 10us, .service = 40us, .store = 3ms, .cpu = 30us};
}

// The value of a column in the row of this metric and part over the whole run; empty when there is none.
std::string figure(const std::string& csv, const std::string& metric, const std::string& part, const std::string& wanted) {
  std::istringstream lines(csv);
  const auto split = [](const std::string& line) {
    std::vector<std::string> fields;
    std::istringstream text(line);
    for (std::string field; std::getline(text, field, ',');) fields.push_back(field);
    return fields;
  };
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> header = split(line);
  const auto column = [&](const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(header, name) - header.begin());
  };
  while (std::getline(lines, line)) {
    const std::vector<std::string> fields = split(line);
    if (fields.at(column("metric")) == metric && fields.at(column("part")) == part && fields.at(column("whole_run")) == "true")
      return fields.at(column(wanted));
  }
  return {};
}

TEST(Recording, leaves_a_run_folder_of_source_real_with_the_names_of_the_simulator) {
  const ScratchFolder folder;
  Registry registry(settings_for(folder).here);
  Recording recording(settings_for(folder));
  Measurements measurements(registry, &recording);
  for (int i = 0; i < 100; ++i) measurements.operation(post_at(start + 20s + i * 10ms));
  measurements.commit({.began = start + 21s, .posts = 100, .statements = 1ms, .flush = 3ms});
  measurements.fan_out({.began = start + 21s, .recipients = 50, .bytes = 700, .took = 200us});
  registry.gauge(Metric::users_connected).set(42);
  recording.tick(start + 22s, registry, HostSample{.cores = 2});
  recording.finish(start + 90s);

  const auto run = nlohmann::json::parse(folder.read("run/run.json"));
  EXPECT_EQ(run["source"], "real");
  EXPECT_EQ(run["interrupted"], true) << "it ended before the scenario's horizon";
  EXPECT_EQ(run["scenario"]["digest"], io::digest(scenario()));
  const std::string csv = folder.read("run/report.csv");
  EXPECT_EQ(figure(csv, "completions", "post", "count"), "100");
  EXPECT_EQ(figure(csv, "service_time", "post", "count"), "100");
  EXPECT_NEAR(std::stod(figure(csv, "service_time", "post", "mean")), 40e-6, 1e-12);
  EXPECT_NEAR(std::stod(figure(csv, "database_time", "post", "p95")), 3e-3, 3e-5);
  EXPECT_NEAR(std::stod(figure(csv, "queue_time", "commit", "p95")), 4e-3, 4e-5);
  EXPECT_EQ(figure(csv, "queue_time", "posts", "count"), "100") << "one per post, although measured per commit";
  EXPECT_EQ(figure(csv, "messages_stored", "", "count"), "100");
  EXPECT_EQ(figure(csv, "copies_sent", "", "count"), "50");
  EXPECT_EQ(figure(csv, "users_connected", "", "max"), "42");
}

TEST(Recording, keeps_every_record_in_raw_tables) {
  const ScratchFolder folder;
  const Registry registry(settings_for(folder).here);
  Recording recording(settings_for(folder));
  recording.operation(post_at(start + 1500ms));
  recording.operation({.command = Command::join, .ending = Ending::refused, .arrived = start + 2s});
  recording.commit({.began = start + 2s,
                    .posts = 7,
                    .duplicates = 1,
                    .events = 3,
                    .queue_wait_mean = 1us,
                    .queue_wait_max = 5us,
                    .statements = 1ms,
                    .flush = 2ms,
                    .mirror = 1ms});
  recording.commit({.began = start + 3s, .posts = 1, .cpu = 90us});
  recording.read({.operation = "history", .queue = "reads", .began = start + 2s, .queue_wait = 1us, .worked = 2ms, .cpu = 70us});
  recording.fan_out({.began = start + 3s, .recipients = 50, .bytes = 700, .took = 200us, .cpu = 150us});
  recording.tick(start + 4s, registry,
                 HostSample{.busy_cpu_s = 1.5, .cores = 2, .processes = {{.name = "server", .cpu_s = 0.25, .processes = 1}}});
  recording.finish(start + 5s);
  EXPECT_THAT(
      folder.read("run/measurements/operations.csv"),
      HasSubstr(
          "\n1.500000000,post,completed,0.000010000,0.000040000,0.003000000,0.000030000\n2.000000000,join,refused,0.000000000,"));
  EXPECT_THAT(
      folder.read("run/measurements/commits.csv"),
      HasSubstr("\n2.000000000,7,1,3,0.000001000,0.000005000,0.001000000,0.002000000,0.001000000,true,\n3.000000000,1,0,0,"));
  EXPECT_THAT(folder.read("run/measurements/commits.csv"), HasSubstr(",,true,0.000090000\n"))
      << "the mirror's part is not measured";
  EXPECT_THAT(folder.read("run/measurements/reads.csv"),
              HasSubstr("\n2.000000000,history,0.000001000,0.002000000,reads,0.000070000\n"));
  EXPECT_THAT(folder.read("run/measurements/fan_outs.csv"), HasSubstr("\n3.000000000,50,700,0.000200000,0.000150000\n"));
  EXPECT_THAT(folder.read("run/measurements/processes.csv"), HasSubstr("\n4.000000000,server,1,0,0.250000000,0,0,0\n"));
  EXPECT_THAT(folder.read("run/measurements/host.csv"), HasSubstr("\n4.000000000,2,1.500000000,"));
  EXPECT_EQ(nlohmann::json::parse(folder.read("run/measurements/machine.json")).count("cores"), 1U);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / ".run.measuring"));
}

TEST(Recording, leaves_its_raw_tables_beside_the_folder_when_it_is_not_finished) {
  const ScratchFolder folder;
  {
    const Registry registry(settings_for(folder).here);
    Recording recording(settings_for(folder));
    recording.operation(post_at(start + 1s));
    recording.tick(start + 2s, registry, {});
  }
  EXPECT_THAT(folder.read(".run.measuring/operations.csv"), HasSubstr("1.000000000,post"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "run"));
}

TEST(Recording, drops_and_counts_records_beyond_its_limit) {
  const ScratchFolder folder;
  RecordingSettings settings = settings_for(folder);
  settings.most_waiting = 3;
  Recording recording(settings);
  for (int i = 0; i < 10; ++i) recording.operation(post_at(start + 1s));
  EXPECT_EQ(recording.dropped(), 7U);
  recording.finish(start + 2s);
}

TEST(Recording, takes_nothing_after_the_horizon) {
  const ScratchFolder folder;
  Registry registry(settings_for(folder).here);
  Recording recording(settings_for(folder));
  Measurements measurements(registry, &recording);
  const Instant late = start + std::chrono::duration_cast<Nanoseconds>(scenario().horizon) + 1s;
  measurements.operation(post_at(start + 20s));
  measurements.operation(post_at(late));
  registry.gauge(Metric::users_connected).set(9);
  recording.tick(late, registry, {});
  recording.finish(late);
  EXPECT_EQ(figure(folder.read("run/report.csv"), "service_time", "post", "count"), "1");
  EXPECT_THAT(folder.read("run/measurements/operations.csv"), Not(HasSubstr("\n121.")));
  EXPECT_EQ(nlohmann::json::parse(folder.read("run/run.json"))["interrupted"], false);
}

TEST(Recording, refuses_to_replace_what_is_no_run) {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder.path() / "run");
  (void)folder.write("run/letter.txt", "dear");
  EXPECT_THROW(Recording(settings_for(folder)), io::ConfigError);
}

TEST(Measurements, count_a_refusal_apart_and_a_rejection_as_an_answer) {
  Registry registry(Place{.node = "chat-1"});
  Measurements measurements(registry);
  for (const Ending ending : {Ending::completed, Ending::refused, Ending::rejected, Ending::lost})
    measurements.operation({.command = Command::batch_join, .ending = ending, .arrived = start, .service = 1ms});
  EXPECT_EQ(registry.counter(Metric::completions).value, 2U);
  EXPECT_EQ(registry.counter(Metric::completions, "sign_in").value, 2U) << "by the model's operation";
  EXPECT_EQ(registry.counter(Metric::refusals, "sign_in").value, 1U);
  EXPECT_EQ(registry.latencies(Metric::service_time, "batch_join").count(), 4U) << "by command";
}

TEST(Measurements, take_the_processor_time_of_one_request_in_so_many) {
  Registry registry(Place{.node = "chat-1"});
  Measurements measurements(registry);
  std::uint32_t taken = 0;
  for (std::uint32_t i = 0; i < 10 * Measurements::cpu_sample_every; ++i) taken += measurements.take_cpu_now() ? 1 : 0;
  EXPECT_EQ(taken, 10U);
  const Nanoseconds before = thread_cpu_time();
  EXPECT_GE(thread_cpu_time(), before);
}

TEST(Measurements, tell_calls_of_the_store_apart_by_its_words) {
  Registry registry(Place{.node = "chat-1"});
  Measurements measurements(registry);
  for (const char* operation : {"history", "search", "history"})
    measurements.read({.operation = operation, .queue = "reads", .began = start, .queue_wait = 1us, .worked = 2ms});
  measurements.read({.operation = "edit", .queue = "edits", .began = start, .worked = 2ms, .cpu = 1ms});
  EXPECT_EQ(registry.latencies(Metric::store_time, "history").count(), 2U);
  EXPECT_EQ(registry.latencies(Metric::store_time, "search").count(), 1U);
  EXPECT_EQ(registry.latencies(Metric::queue_time, "reads").count(), 3U);
  EXPECT_EQ(registry.latencies(Metric::queue_time, "edits").count(), 1U);
  EXPECT_EQ(registry.latencies(Metric::store_cpu_time, "history").count(), 0U) << "only of what was measured";
  EXPECT_EQ(registry.latencies(Metric::store_cpu_time, "edit").count(), 1U);
}

TEST(Measurements, do_not_count_a_post_that_was_there_already_as_stored) {
  Registry registry(Place{.node = "chat-1"});
  Measurements measurements(registry);
  measurements.commit({.began = start, .posts = 5, .duplicates = 2, .statements = 1ms, .flush = 1ms});
  EXPECT_EQ(registry.counter(Metric::messages_stored).value, 3U);
}

TEST(Measurements, do_not_count_a_failed_commit_as_stored) {
  Registry registry(Place{.node = "chat-1"});
  Measurements measurements(registry);
  measurements.commit({.began = start, .posts = 5, .statements = 1ms, .flush = 1ms, .committed = false});
  EXPECT_EQ(registry.counter(Metric::messages_stored).value, 0U);
  EXPECT_EQ(registry.counter(Metric::commits).value, 0U);
}

TEST(Command, names_and_operations_are_those_of_the_model) {
  EXPECT_EQ(command_names.at(static_cast<std::size_t>(Command::batch_join)), "batch_join");
  EXPECT_EQ(command_names.at(static_cast<std::size_t>(Command::sign_out)), "sign_out");
  EXPECT_EQ(operation_of(Command::history), "open_room");
  EXPECT_EQ(operation_of(Command::preferences), "other");
}

}  // namespace
}  // namespace poolcast::ops
