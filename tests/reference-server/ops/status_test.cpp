#include "reference-server/ops/status.hpp"

#include <gmock/gmock.h>

namespace poolcast::ops {
namespace {

using std::chrono::hours;
using testing::HasSubstr;
using testing::Not;

const std::chrono::system_clock::time_point now{hours{24 * 20'000}};

Status ready() {
  Status status;
  status.node = "chat-1";
  status.pool = "chat";
  status.version = "0.1.0";
  status.phase = Phase::ready;
  status.database = DatabaseState::connected;
  status.started = now - hours{3};
  return status;
}

net::HttpResponse ask(const net::HttpRequest& request, const Status& status) {
  net::HttpRoutes routes;
  const Registry registry(Place{.node = "chat-1"});
  add_routes(
      routes, registry, [&] { return status; }, [] { return now; });
  net::HttpResponse answer;
  routes(request, net::Responder([&](net::HttpResponse response) { answer = std::move(response); }));
  return answer;
}

TEST(Health, is_ready_only_with_a_database_and_not_while_draining) {
  Status status = ready();
  EXPECT_EQ(health(status, "").status, 200);
  EXPECT_EQ(health(status, "").body,
            "{\"live\":true,\"ready\":true,\"draining\":false,\"phase\":\"ready\",\"database\":\"connected\"}\n");
  status.database = DatabaseState::reconnecting;
  EXPECT_EQ(health(status, "").status, 503);
  status = ready();
  status.phase = Phase::draining;
  EXPECT_EQ(health(status, "").status, 503);
  EXPECT_THAT(health(status, "").body, HasSubstr("\"draining\":true"));
  status.phase = Phase::starting;
  EXPECT_EQ(health(status, "").status, 503);
}

TEST(Health, of_a_process_that_answers_is_live_whatever_its_state) {
  Status status = ready();
  status.phase = Phase::draining;
  EXPECT_EQ(health(status, "live").status, 200);
}

TEST(StatusPage, shows_the_figures_of_the_node) {
  Status status = ready();
  status.users = 1234;
  status.posts_per_s = 3.14159;
  status.deliveries_per_s = 2500.4;
  status.queues = {{"database, posts", 7, 100}};
  status.certificate_expires = now + hours{24 * 30};
  const std::string page = status_page(status, now).body;
  EXPECT_THAT(page, HasSubstr("<h1>chat-1</h1>"));
  EXPECT_THAT(page, HasSubstr("Users signed in</th><td>1234</td>"));
  EXPECT_THAT(page, HasSubstr("Posts per second</th><td>3.1</td>"));
  EXPECT_THAT(page, HasSubstr("Deliveries per second</th><td>2500</td>"));
  EXPECT_THAT(page, HasSubstr("Waiting: database, posts</th><td>7 of 100</td>"));
  EXPECT_THAT(page, HasSubstr("UTC, in 30 days</td>"));
  EXPECT_THAT(page, HasSubstr("running for 3 h"));
  EXPECT_THAT(page, Not(HasSubstr("class=\"bad\"")));
}

TEST(StatusPage, marks_what_somebody_should_look_at) {
  Status status = ready();
  status.database = DatabaseState::reconnecting;
  EXPECT_THAT(status_page(status, now).body, HasSubstr("class=\"bad\">reconnecting"));
  status = ready();
  status.certificate_expires = now + hours{24};
  EXPECT_THAT(status_page(status, now).body, HasSubstr("<td class=\"bad\">"));
  status.certificate_expires = now - hours{1};
  EXPECT_THAT(status_page(status, now).body, HasSubstr(", expired</td>"));
  status = ready();
  status.queues = {{"posts", 100, 100}};
  EXPECT_THAT(status_page(status, now).body, HasSubstr("class=\"bad\">100 of 100"));
}

TEST(StatusPage, escapes_every_name_and_has_no_script) {
  Status status = ready();
  status.node = status.pool = status.database_name = "<script>alert(\"1\")</script>&'";
  status.queues = {{"<b>", 0, 1}};
  const net::HttpResponse response = status_page(status, now);
  EXPECT_THAT(response.body, Not(HasSubstr("<script")));
  EXPECT_THAT(response.body, Not(HasSubstr("<b>")));
  EXPECT_THAT(response.body, HasSubstr("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;"));
  EXPECT_THAT(response.headers, testing::Contains(testing::Field(&net::HttpHeader::value, HasSubstr("default-src 'none'"))));
}

TEST(OpsRoutes, serve_metrics_health_and_the_page_for_reading_only) {
  EXPECT_EQ(ask({.method = "GET", .path = "/"}, ready()).content_type, "text/html; charset=utf-8");
  EXPECT_EQ(ask({.method = "HEAD", .path = "/healthz"}, ready()).status, 200);
  EXPECT_EQ(ask({.method = "GET", .path = "/metrics"}, ready()).content_type, "text/plain; version=0.0.4; charset=utf-8");
  for (const char* path : {"/", "/healthz", "/metrics"}) EXPECT_EQ(ask({.method = "POST", .path = path}, ready()).status, 405);
}

TEST(NodeFigures, say_what_the_page_shows) {
  Registry registry(Place{.node = "chat-1"});
  Status status = ready();
  status.connections = 17;
  status.queues = {{"posts", 3, 100}};
  status.certificate_expires = now;
  add_figures(registry, [&] { return status; });
  const std::string text = registry.exposition();
  EXPECT_THAT(text, HasSubstr("poolcast_build_info{version=\"0.1.0\",node=\"chat-1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("poolcast_connections{pool=\"chat\",node=\"chat-1\"} 17\n"));
  EXPECT_THAT(text, HasSubstr("poolcast_queue_waiting{pool=\"chat\",node=\"chat-1\",queue=\"posts\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("poolcast_certificate_expires_timestamp_seconds{pool=\"chat\",node=\"chat-1\"} 1728000000\n"));
  EXPECT_THAT(text, HasSubstr("poolcast_ready{pool=\"chat\",node=\"chat-1\"} 1\n"));
  status.database = DatabaseState::reconnecting;
  EXPECT_THAT(registry.exposition(), HasSubstr("poolcast_ready{pool=\"chat\",node=\"chat-1\"} 0\n"));
}

TEST(RecentRate, is_that_of_the_last_ten_seconds) {
  RecentRate rate;
  EXPECT_EQ(rate.per_s(), 0);
  rate.tick(100);
  EXPECT_EQ(rate.per_s(), 0) << "one total is no rate";
  rate.tick(110);
  EXPECT_EQ(rate.per_s(), 10);
  for (std::uint64_t total = 110; total <= 110 + 20 * 5; total += 5) rate.tick(total);
  EXPECT_EQ(rate.per_s(), 5);
}

}  // namespace
}  // namespace poolcast::ops
