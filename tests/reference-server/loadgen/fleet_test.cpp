#include "reference-server/loadgen/fleet.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "reference-server/loadgen/target.hpp"
#include "stub_server.hpp"

namespace poolcast::loadgen::test {
namespace {

using testing::Contains;
using testing::ElementsAre;

struct Heard : Listener {
  void sent(Operation operation) override { ++requests[operation]; }
  void refused(Operation operation) override { ++refusals[operation]; }
  void signed_in(EndpointNumber number, double, double) override { in.insert(number); }
  void fell_out(EndpointNumber number, double) override {
    in.erase(number);
    ++falls;
  }
  void left(EndpointNumber number, double) override {
    in.erase(number);
    ++departures;
  }
  void gave_up(EndpointNumber, std::string_view why) override { reason = why; }
  void joined(EndpointNumber, double, double) override { ++joins; }
  void read_history(EndpointNumber, double, double) override { ++histories; }
  void searched(EndpointNumber, double, double) override { ++searches; }
  void read_back(EndpointNumber, RoomNumber, std::string_view body) override { back = body; }
  void acknowledged(PostNumber post, double) override { acknowledgements.push_back(post); }
  void post_refused(PostNumber, int status, double) override { statuses.push_back(status); }
  void post_lost(PostNumber post, double) override { losses.push_back(post); }
  void delivered(EndpointNumber, const Stamp& stamp, double at) override {
    ++deliveries;
    last_latency = at - stamp.intended;
  }
  void due(std::uint32_t subject, double) override { subjects.push_back(subject); }

  std::map<Operation, int> requests, refusals;
  std::set<EndpointNumber> in;
  int falls = 0, departures = 0, joins = 0, histories = 0, searches = 0, deliveries = 0;
  double last_latency = 0;
  std::string reason, back;
  std::vector<PostNumber> acknowledgements, losses;
  std::vector<int> statuses;
  std::vector<std::uint32_t> subjects;
};

// Four users in two rooms of two.
class FleetTest : public testing::Test {
protected:
  static Workload workload() {
    Workload four;
    four.users = 4;
    four.endpoints_per_user = 1;
    four.room_classes = {{.name = "small", .users_per_room = 2, .rooms_per_user = 1, .posts = {}}};
    return four;
  }
  static Membership draw(const Workload& of) {
    RandomStream random = membership_stream(1, 0, "chat");
    return {of, of.users, random};
  }
  static sockaddr_in address_of(const StubServer& server) {
    return loopback_address("127.0.0.1:" + std::to_string(server.port()));
  }
  Fleet& start() {
    if (settings_.servers.empty()) settings_.servers = {address_of(server_)};
    settings_.domain = "stub.example";
    if (settings_.password.empty()) settings_.password = "secret";
    settings_.behaviour.first_wait = settings_.behaviour.backoff = {Seconds{0.01}, Seconds{0.02}};
    fleet_ = std::make_unique<Fleet>(settings_, membership_, room_identities(membership_, users_), heard_);
    return *fleet_;
  }
  // Until it holds, or a minute has passed.
  bool until(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!holds() && std::chrono::steady_clock::now() < end) {
      fleet_->turn(fleet_->now() + 0.001);
      server_.turn();
      other_.turn();
    }
    return holds();
  }
  bool everybody_is_in() {
    for (EndpointNumber number = 0; number < fleet_->endpoints(); ++number) fleet_->sign_in(number, fleet_->now());
    return until([&] { return heard_.in.size() == fleet_->endpoints(); });
  }

  Workload users_ = workload();
  Membership membership_ = draw(users_);
  StubServer server_{"secret"}, other_{"secret"};
  FleetSettings settings_;
  Heard heard_;
  std::unique_ptr<Fleet> fleet_;
};

TEST_F(FleetTest, takes_the_servers_of_a_pool_in_turns) {
  settings_.servers = {address_of(server_), address_of(other_)};
  start();
  ASSERT_TRUE(everybody_is_in());
  for (EndpointNumber number = 0; number < fleet_->endpoints(); ++number) EXPECT_EQ(fleet_->server_of(number), number % 2);
}

TEST_F(FleetTest, passes_over_a_server_that_does_not_answer) {
  settings_.servers = {loopback_address("127.0.0.1:1"), address_of(server_)};
  start();
  ASSERT_TRUE(everybody_is_in());
  for (EndpointNumber number = 0; number < fleet_->endpoints(); ++number) EXPECT_EQ(fleet_->server_of(number), 1U);
}

TEST_F(FleetTest, signs_in_by_the_sequence_of_the_product) {
  settings_.joined_one_by_one = 1;
  start();
  fleet_->sign_in(0, fleet_->now());
  ASSERT_TRUE(until([&] { return heard_.in.contains(0); }));
  EXPECT_THAT(server_.commands(), ElementsAre("cmd:requri", "cmd:getserverinfo", "cmd:getassociations", "cmd:getassociations",
                                              "cmd:bjoin", "cmd:join", "cmd:bccontext", "cmd:getinv"));
  EXPECT_THAT(server_.registered(), ElementsAre("u000001@stub.example"));
  EXPECT_EQ(heard_.requests[Operation::sign_in], 9) << "the registration, the invitation and seven commands";
}

TEST_F(FleetTest, delivers_a_post_to_every_member_of_the_room_and_acknowledges_each) {
  start();
  ASSERT_TRUE(everybody_is_in());
  const int replies = server_.answered();
  fleet_->post(fleet_->first_endpoint(membership_.members(0)[0]), 0, 7, fleet_->now());
  ASSERT_TRUE(until([&] { return heard_.deliveries == 2 && server_.answered() == replies + 2; }));
  EXPECT_THAT(heard_.acknowledgements, ElementsAre(7U));
  EXPECT_THAT(server_.stored(), ElementsAre(fleet_->run() + "-7"));
}

TEST_F(FleetTest, counts_latency_from_the_intended_time_of_sending) {
  start();
  ASSERT_TRUE(everybody_is_in());
  fleet_->schedule(fleet_->now() + 0.05, 0);
  ASSERT_TRUE(until([&] { return !heard_.subjects.empty(); }));
  fleet_->post(fleet_->first_endpoint(membership_.members(0)[0]), 0, 1, fleet_->now() - 0.05);  // so much too late
  ASSERT_TRUE(until([&] { return heard_.deliveries == 2; }));
  EXPECT_GE(heard_.last_latency, 0.049);
}

TEST_F(FleetTest, understands_messages_that_arrive_in_pieces) {
  server_.split_writes(7);
  start();
  ASSERT_TRUE(everybody_is_in());
  fleet_->post(fleet_->first_endpoint(membership_.members(0)[0]), 0, 1, fleet_->now());
  EXPECT_TRUE(until([&] { return heard_.deliveries == 2; }));
}

TEST_F(FleetTest, sends_a_refused_post_again_with_the_same_id) {
  start();
  ASSERT_TRUE(everybody_is_in());
  server_.refuse_posts(2);
  fleet_->post(fleet_->first_endpoint(membership_.members(0)[0]), 0, 5, fleet_->now());
  ASSERT_TRUE(until([&] { return !heard_.acknowledgements.empty(); }));
  EXPECT_THAT(heard_.statuses, ElementsAre(503, 503));
  EXPECT_THAT(server_.stored(), ElementsAre(fleet_->run() + "-5"));
  EXPECT_EQ(heard_.refusals[Operation::post], 2);
}

TEST_F(FleetTest, leaves_a_refused_post_alone_when_told_so) {
  settings_.retry_posts = false;
  start();
  ASSERT_TRUE(everybody_is_in());
  server_.refuse_posts(1);
  const EndpointNumber author = fleet_->first_endpoint(membership_.members(0)[0]);
  fleet_->post(author, 0, 5, fleet_->now());
  fleet_->post(author, 0, 6, fleet_->now());
  ASSERT_TRUE(until([&] { return !heard_.acknowledgements.empty(); }));
  EXPECT_THAT(heard_.acknowledgements, ElementsAre(6U));
  EXPECT_EQ(fleet_->open_requests(), 0U);
}

TEST_F(FleetTest, comes_back_after_it_lost_its_connections) {
  start();
  ASSERT_TRUE(everybody_is_in());
  server_.drop_everybody();
  ASSERT_TRUE(until([&] { return heard_.falls == 4 && heard_.in.size() == 4; }));
  fleet_->post(fleet_->first_endpoint(membership_.members(0)[0]), 0, 1, fleet_->now());
  EXPECT_TRUE(until([&] { return heard_.deliveries == 2; }));
}

TEST_F(FleetTest, says_that_a_post_was_lost_with_its_connection) {
  start();
  ASSERT_TRUE(everybody_is_in());
  fleet_->post(fleet_->first_endpoint(membership_.members(0)[0]), 0, 9, fleet_->now());
  server_.drop_everybody();
  ASSERT_TRUE(until([&] { return heard_.falls == 4; }));
  EXPECT_THAT(heard_.losses, ElementsAre(9U));
}

TEST_F(FleetTest, asks_the_pool_for_another_node_when_its_dialog_is_unknown) {
  start();
  ASSERT_TRUE(everybody_is_in());
  server_.forget_dialogs();
  for (const UserNumber user : membership_.members(0)) fleet_->search(fleet_->first_endpoint(user), 0, fleet_->now());
  ASSERT_TRUE(until([&] { return heard_.falls == 2 && heard_.in.size() == 4; }));
  EXPECT_EQ(server_.connections(), 4);
}

TEST_F(FleetTest, tries_again_when_signing_in_is_refused) {
  server_.refuse_registrations(3);
  start();
  ASSERT_TRUE(everybody_is_in());
  EXPECT_EQ(heard_.refusals[Operation::sign_in], 3);
}

TEST_F(FleetTest, gives_up_with_a_wrong_password) {
  settings_.password = "wrong";
  start();
  fleet_->sign_in(0, fleet_->now());
  ASSERT_TRUE(until([&] { return !heard_.reason.empty(); }));
  EXPECT_EQ(heard_.reason, "the server forbids to sign in (403)");
}

TEST_F(FleetTest, signs_out_and_in_again) {
  start();
  ASSERT_TRUE(everybody_is_in());
  fleet_->sign_out(0);
  ASSERT_TRUE(until([&] { return heard_.departures == 1; }));
  EXPECT_THAT(server_.signed_out(), ElementsAre("u000001@stub.example"));
  fleet_->sign_in(0, fleet_->now());
  EXPECT_TRUE(until([&] { return heard_.in.size() == 4; }));
}

TEST_F(FleetTest, opens_a_room_and_searches) {
  start();
  ASSERT_TRUE(everybody_is_in());
  fleet_->open_room(0, membership_.rooms_of(0)[0], fleet_->now());
  fleet_->search(0, 0, fleet_->now());
  ASSERT_TRUE(until([&] { return heard_.histories == 1 && heard_.searches == 1; }));
  EXPECT_EQ(heard_.joins, 1);
  EXPECT_THAT(server_.commands(), Contains("cmd:chansrch"));
}

TEST_F(FleetTest, reads_back_what_a_room_holds) {
  settings_.whole_sequence = false;
  start();
  ASSERT_TRUE(everybody_is_in());
  const EndpointNumber author = fleet_->first_endpoint(membership_.members(0)[0]);
  fleet_->post(author, 0, 3, fleet_->now());
  ASSERT_TRUE(until([&] { return !heard_.acknowledgements.empty(); }));
  fleet_->read_back(author, 0, 100, 0);
  ASSERT_TRUE(until([&] { return !heard_.back.empty(); }));
  EXPECT_NE(heard_.back.find(fleet_->run() + " 3 "), std::string::npos);
}

TEST_F(FleetTest, measures_how_late_it_is_itself) {
  start();
  fleet_->schedule(fleet_->now() - 0.5, 1);
  ASSERT_TRUE(until([&] { return !heard_.subjects.empty(); }));
  EXPECT_GE(fleet_->lag().max(), 0.5);
}

}  // namespace
}  // namespace poolcast::loadgen::test
