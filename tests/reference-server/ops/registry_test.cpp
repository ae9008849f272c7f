#include "reference-server/ops/registry.hpp"

#include <gmock/gmock.h>

namespace poolcast::ops {
namespace {

using testing::HasSubstr;

const Place here{.site = "berlin", .pool = "chat", .node = "chat-1"};

TEST(Registry, exposes_metrics_of_the_table_by_their_name_with_prefix_and_unit) {
  EXPECT_EQ(Registry::exposed_name(Metric::post_latency), "poolcast_post_latency_seconds");
  EXPECT_EQ(Registry::exposed_name(Metric::users_connected), "poolcast_users_connected");
  EXPECT_EQ(Registry::exposed_name(Metric::utilisation), "poolcast_utilisation_ratio");
  EXPECT_EQ(Registry::exposed_name(Metric::completions), "poolcast_completions_total");
  EXPECT_EQ(Registry::exposed_name(Metric::disk_read), "poolcast_disk_read_bytes_total");
  EXPECT_EQ(Registry::exposed_name(Metric::database_bytes), "poolcast_database_bytes") << "the unit is in the name already";
}

TEST(Registry, says_once_per_metric_what_it_means_and_then_its_values) {
  Registry registry(here);
  registry.counter(Metric::refusals).add(3);
  registry.counter(Metric::refusals, "post").add(2);
  registry.counter(Metric::completions).add();
  EXPECT_EQ(registry.exposition(),
            "# HELP poolcast_completions_total Requests that were answered, refusals apart.\n"
            "# TYPE poolcast_completions_total counter\n"
            "poolcast_completions_total{site=\"berlin\",pool=\"chat\",node=\"chat-1\"} 1\n"
            "# HELP poolcast_refusals_total Requests answered with 503; the client sends each again later.\n"
            "# TYPE poolcast_refusals_total counter\n"
            "poolcast_refusals_total{site=\"berlin\",pool=\"chat\",node=\"chat-1\"} 3\n"
            "poolcast_refusals_total{site=\"berlin\",pool=\"chat\",node=\"chat-1\",part=\"post\"} 2\n");
}

TEST(Registry, gives_the_same_counter_when_asked_again) {
  Registry registry(here);
  Counter& first = registry.counter(Metric::deliveries, "small");
  for (int i = 0; i < 100; ++i) registry.counter(Metric::deliveries, std::to_string(i));
  registry.counter(Metric::deliveries, "small").add(7);
  EXPECT_EQ(first.value, 7U);
}

TEST(Registry, exposes_latencies_as_cumulative_buckets_with_sum_and_count) {
  Registry registry(Place{.node = "chat-1"});
  Histogram& latencies = registry.latencies(Metric::post_latency);
  latencies.record(0.3);
  latencies.record(0.6);
  latencies.record(100);
  const std::string text = registry.exposition();
  EXPECT_THAT(text, HasSubstr("# TYPE poolcast_post_latency_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("poolcast_post_latency_seconds_bucket{node=\"chat-1\",le=\"0.25\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("poolcast_post_latency_seconds_bucket{node=\"chat-1\",le=\"0.5\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("poolcast_post_latency_seconds_bucket{node=\"chat-1\",le=\"1\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("poolcast_post_latency_seconds_bucket{node=\"chat-1\",le=\"64\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("poolcast_post_latency_seconds_bucket{node=\"chat-1\",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("poolcast_post_latency_seconds_sum{node=\"chat-1\"} 100.9"));
  EXPECT_THAT(text, HasSubstr("poolcast_post_latency_seconds_count{node=\"chat-1\"} 3\n"));
}

TEST(Registry, escapes_what_a_label_may_not_hold) {
  Registry registry(Place{.node = "a\"b\\c\nd"});
  registry.gauge(Metric::users_connected).set(1);
  EXPECT_THAT(registry.exposition(), HasSubstr("{node=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

TEST(Registry, asks_for_computed_figures_at_each_exposition) {
  Registry registry(here);
  double value = 1;
  registry.computed("queue_length_now", "How many wait.", {{"queue", "posts"}}, [&] { return value; });
  registry.computed("queue_length_now", "How many wait.", {{"queue", "reads"}}, [] { return 0.5; });
  EXPECT_THAT(registry.exposition(), HasSubstr("poolcast_queue_length_now{queue=\"posts\"} 1\n"));
  value = 2;
  EXPECT_EQ(registry.exposition(),
            "# HELP poolcast_queue_length_now How many wait.\n"
            "# TYPE poolcast_queue_length_now gauge\n"
            "poolcast_queue_length_now{queue=\"posts\"} 2\n"
            "poolcast_queue_length_now{queue=\"reads\"} 0.5\n");
}

TEST(Registry, shows_what_other_threads_counted) {
  Registry registry(here);
  registry.shared_counter(Metric::messages_stored).add(5);
  EXPECT_THAT(registry.exposition(),
              HasSubstr("poolcast_messages_stored_total{site=\"berlin\",pool=\"chat\",node=\"chat-1\"} 5\n"));
}

}  // namespace
}  // namespace poolcast::ops
