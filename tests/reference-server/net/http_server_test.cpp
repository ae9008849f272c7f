#include "reference-server/net/http_server.hpp"

#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "tests/reference-server/net/http_client.hpp"
#include "tests/reference-server/net/scratch_folder.hpp"

namespace poolcast::net {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using tests::HttpClient;
using tests::ScratchFolder;

void echo(const HttpRequest& request, const Responder& responder) {
  responder({.body = request.method + " " + request.path + " ? " + request.query + " : " + request.body});
}

// A server on a thread of its own; `stop` is the orderly one.
class Running {
public:
  explicit Running(HttpHandler handler, const HttpServerSettings& settings = {}) {
    auto server = HttpServer::listen(io_, settings, std::move(handler));
    if (!server) throw std::runtime_error(server.error().message);
    server_ = std::move(*server);
    thread_ = std::thread([this] { io_.run(); });
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    asio::post(io_, [this] { server_.reset(); });
    work_.reset();
    thread_.join();
  }

  std::uint16_t port() const { return server_->port(); }
  asio::io_context& io() { return io_; }

  std::future<void> stop(std::chrono::milliseconds limit) {
    auto stopped = std::make_shared<std::promise<void>>();
    asio::post(io_, [this, limit, stopped] { server_->stop(limit, [stopped] { stopped->set_value(); }); });
    return stopped->get_future();
  }

private:
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

constexpr std::chrono::seconds deadline{20};

TEST(HttpServer, hands_over_the_parts_of_a_request) {
  const Running running(echo);
  HttpClient client(running.port());
  const std::string answer = client.ask("POST /a/b?c=d?e HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, EndsWith("POST /a/b ? c=d?e : body"));
}

TEST(HttpServer, serves_several_requests_over_one_connection_even_when_they_do_not_wait) {
  const Running running(echo);
  HttpClient client(running.port());
  client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.receive(), EndsWith("GET /1 ?  : "));
  EXPECT_THAT(client.receive(), EndsWith("GET /2 ?  : "));
  EXPECT_THAT(client.ask("GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), HasSubstr("Connection: close"));
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpServer, tells_a_waiting_client_to_go_on_with_its_body) {
  const Running running(echo);
  HttpClient client(running.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 100 "));
  EXPECT_THAT(client.ask("hi"), EndsWith(": hi"));
}

TEST(HttpServer, answers_a_head_request_without_a_body) {
  const Running running(echo);
  HttpClient client(running.port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(client.receive(), "") << "a body of the announced length would have made an answer";
}

TEST(HttpServer, refuses_what_is_too_large_and_what_is_no_request) {
  HttpServerSettings settings;
  settings.limits.head_bytes = 1024;
  settings.limits.body_bytes = 100;
  const Running running(echo, settings);
  HttpClient large_body(running.port());
  EXPECT_THAT(large_body.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(large_body.is_closed());
  HttpClient large_head(running.port());
  EXPECT_THAT(large_head.ask("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
  HttpClient nonsense(running.port());
  EXPECT_THAT(nonsense.ask("this is not HTTP\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
}

TEST(HttpServer, answers_500_for_a_handler_that_forgets_to) {
  const Running running([](const HttpRequest&, const Responder&) {});
  HttpClient client(running.port());
  EXPECT_THAT(client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 500 "));
}

TEST(HttpServer, answers_503_for_a_handler_that_takes_too_long) {
  HttpServerSettings settings;
  settings.limits.handler = std::chrono::seconds{0};
  std::vector<Responder> kept;
  const Running running([&kept](const HttpRequest&, Responder responder) { kept.push_back(std::move(responder)); }, settings);
  HttpClient client(running.port());
  EXPECT_THAT(client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 503 "));
}

TEST(HttpServer, takes_an_answer_that_comes_later) {
  Running* where = nullptr;
  std::promise<void> asked;
  Running running([&](const HttpRequest&, Responder responder) {
    asio::post(where->io(), [responder = std::move(responder)] { responder({.status = 202, .body = "later"}); });
  });
  where = &running;
  HttpClient client(running.port());
  EXPECT_THAT(client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("later"));
}

TEST(HttpServer, closes_connections_beyond_its_limit_at_once) {
  HttpServerSettings settings;
  settings.limits.connections = 1;
  const Running running(echo, settings);
  HttpClient first(running.port());
  EXPECT_THAT(first.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  HttpClient second(running.port());
  EXPECT_TRUE(second.is_closed());
}

TEST(HttpServer, closes_a_connection_that_says_nothing_and_one_that_does_not_finish) {
  HttpServerSettings settings;
  settings.limits.idle = settings.limits.request = std::chrono::seconds{1};
  const Running running(echo, settings);
  HttpClient silent(running.port());
  HttpClient slow(running.port());
  slow.send("GET / HTTP/1.1\r\nHo");
  EXPECT_TRUE(silent.is_closed());
  EXPECT_TRUE(slow.is_closed());
}

TEST(HttpServer, serves_https_with_the_certificate_of_the_moment) {
  const ScratchFolder folder;
  const auto files = make_self_signed({folder.path()}, std::chrono::system_clock::now()).value();
  HttpServerSettings settings;
  settings.tls = TlsKeeper::load({files.chain, Secret{files.private_key.string(), std::nullopt}}).value();
  const Running running(echo, settings);
  const auto tls = TlsClientContext::load({files.chain.string()}).value();
  HttpClient client(running.port(), tls.get());
  ASSERT_TRUE(client.shook_hands());
  EXPECT_THAT(client.ask("GET /s HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("GET /s ?  : "));
  EXPECT_THAT(client.ask("GET /t HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), EndsWith("GET /t ?  : "));
  EXPECT_TRUE(client.is_closed());
}

TEST(HttpServer, listens_on_loopback_only_unless_told_otherwise) {
  asio::io_context io;
  const auto refused = HttpServer::listen(io, {.address = "0.0.0.0"}, echo);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, StartsWith("0.0.0.0:0: is not a loopback address"));
  EXPECT_TRUE(HttpServer::listen(io, {.address = "0.0.0.0", .allow_remote = true}, echo));
  EXPECT_FALSE(HttpServer::listen(io, {.address = "localhost"}, echo)) << "names may mean several addresses";
}

TEST(HttpServer, says_which_port_is_taken) {
  const Running running(echo);
  asio::io_context io;
  const auto second = HttpServer::listen(io, {.port = running.port()}, echo);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("127.0.0.1:" + std::to_string(running.port()) + ": cannot be listened on"));
}

TEST(HttpServer, stops_when_running_requests_are_answered) {
  std::promise<Responder> asked;
  Running running([&asked](const HttpRequest&, Responder responder) { asked.set_value(std::move(responder)); });
  HttpClient idle(running.port());
  HttpClient busy(running.port());
  busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  Responder answer = asked.get_future().get();
  std::future<void> stopped = running.stop(deadline);
  EXPECT_TRUE(idle.is_closed());
  EXPECT_EQ(stopped.wait_for(std::chrono::seconds{0}), std::future_status::timeout);
  asio::post(running.io(), [answer = std::move(answer)] { answer({.body = "done"}); });
  EXPECT_THAT(busy.receive(), EndsWith("done"));
  EXPECT_TRUE(busy.is_closed());
  EXPECT_EQ(stopped.wait_for(deadline), std::future_status::ready);
}

TEST(HttpServer, does_not_wait_longer_than_the_limit_when_it_stops) {
  std::vector<Responder> kept;
  Running running([&kept](const HttpRequest&, Responder responder) { kept.push_back(std::move(responder)); });
  HttpClient busy(running.port());
  busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  std::future<void> stopped = running.stop(std::chrono::milliseconds{10});
  EXPECT_TRUE(busy.is_closed());
  EXPECT_EQ(stopped.wait_for(deadline), std::future_status::ready) << "although nobody has answered";
}

TEST(HttpRoutes, answer_404_for_what_they_do_not_know) {
  HttpRoutes routes;
  routes.add("/known", [](const HttpRequest&, const Responder& responder) { responder({.body = "here"}); });
  int status = 0;
  routes({.path = "/unknown"}, Responder([&](const HttpResponse& response) { status = response.status; }));
  EXPECT_EQ(status, 404);
  routes({.path = "/known"}, Responder([&](const HttpResponse& response) { status = response.status; }));
  EXPECT_EQ(status, 200);
}

TEST(HttpRequest, finds_headers_without_regard_to_case) {
  const HttpRequest request{.headers = {{"Content-TYPE", "text/xml"}}};
  EXPECT_EQ(request.header("content-type"), "text/xml");
  EXPECT_EQ(request.header("accept"), "");
}

}  // namespace
}  // namespace poolcast::net
