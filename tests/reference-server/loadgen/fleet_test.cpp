#include "reference-server/loadgen/fleet.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>

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
  Fleet& start() {
    settings.server.sin_family = AF_INET;
    settings.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    settings.server.sin_port = htons(server.port());
    settings.domain = "stub.example";
    if (settings.password.empty()) settings.password = "secret";
    settings.behaviour.first_wait = settings.behaviour.backoff = {Seconds{0.01}, Seconds{0.02}};
    fleet = std::make_unique<Fleet>(settings, membership, room_identities(membership, users), heard);
    return *fleet;
  }
  // Until it holds, or a minute has passed.
  bool until(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!holds() && std::chrono::steady_clock::now() < end) {
      fleet->turn(fleet->now() + 0.001);
      server.turn();
    }
    return holds();
  }
  bool everybody_is_in() {
    for (EndpointNumber number = 0; number < fleet->endpoints(); ++number) fleet->sign_in(number, fleet->now());
    return until([&] { return heard.in.size() == fleet->endpoints(); });
  }

  Workload users = workload();
  Membership membership = draw(users);
  StubServer server{"secret"};
  FleetSettings settings;
  Heard heard;
  std::unique_ptr<Fleet> fleet;
};

TEST_F(FleetTest, signs_in_by_the_sequence_of_the_product) {
  settings.joined_one_by_one = 1;
  start();
  fleet->sign_in(0, fleet->now());
  ASSERT_TRUE(until([&] { return heard.in.contains(0); }));
  EXPECT_THAT(server.commands(), ElementsAre("cmd:requri", "cmd:getserverinfo", "cmd:getassociations", "cmd:getassociations",
                                             "cmd:bjoin", "cmd:join", "cmd:bccontext", "cmd:getinv"));
  EXPECT_THAT(server.registered(), ElementsAre("u000001@stub.example"));
  EXPECT_EQ(heard.requests[Operation::sign_in], 9) << "the registration, the invitation and seven commands";
}

TEST_F(FleetTest, delivers_a_post_to_every_member_of_the_room_and_acknowledges_each) {
  start();
  ASSERT_TRUE(everybody_is_in());
  const int replies = server.answered();
  fleet->post(fleet->first_endpoint(membership.members(0)[0]), 0, 7, fleet->now());
  ASSERT_TRUE(until([&] { return heard.deliveries == 2 && server.answered() == replies + 2; }));
  EXPECT_THAT(heard.acknowledgements, ElementsAre(7U));
  EXPECT_THAT(server.stored(), ElementsAre(fleet->run() + "-7"));
}

TEST_F(FleetTest, counts_latency_from_the_intended_time_of_sending) {
  start();
  ASSERT_TRUE(everybody_is_in());
  fleet->schedule(fleet->now() + 0.05, 0);
  ASSERT_TRUE(until([&] { return !heard.subjects.empty(); }));
  fleet->post(fleet->first_endpoint(membership.members(0)[0]), 0, 1, fleet->now() - 0.05);  // so much too late
  ASSERT_TRUE(until([&] { return heard.deliveries == 2; }));
  EXPECT_GE(heard.last_latency, 0.049);
}

TEST_F(FleetTest, understands_messages_that_arrive_in_pieces) {
  server.split_writes(7);
  start();
  ASSERT_TRUE(everybody_is_in());
  fleet->post(fleet->first_endpoint(membership.members(0)[0]), 0, 1, fleet->now());
  EXPECT_TRUE(until([&] { return heard.deliveries == 2; }));
}

TEST_F(FleetTest, sends_a_refused_post_again_with_the_same_id) {
  start();
  ASSERT_TRUE(everybody_is_in());
  server.refuse_posts(2);
  fleet->post(fleet->first_endpoint(membership.members(0)[0]), 0, 5, fleet->now());
  ASSERT_TRUE(until([&] { return !heard.acknowledgements.empty(); }));
  EXPECT_THAT(heard.statuses, ElementsAre(503, 503));
  EXPECT_THAT(server.stored(), ElementsAre(fleet->run() + "-5"));
  EXPECT_EQ(heard.refusals[Operation::post], 2);
}

TEST_F(FleetTest, leaves_a_refused_post_alone_when_told_so) {
  settings.retry_posts = false;
  start();
  ASSERT_TRUE(everybody_is_in());
  server.refuse_posts(1);
  const EndpointNumber author = fleet->first_endpoint(membership.members(0)[0]);
  fleet->post(author, 0, 5, fleet->now());
  fleet->post(author, 0, 6, fleet->now());
  ASSERT_TRUE(until([&] { return !heard.acknowledgements.empty(); }));
  EXPECT_THAT(heard.acknowledgements, ElementsAre(6U));
  EXPECT_EQ(fleet->open_requests(), 0U);
}

TEST_F(FleetTest, comes_back_after_it_lost_its_connections) {
  start();
  ASSERT_TRUE(everybody_is_in());
  server.drop_everybody();
  ASSERT_TRUE(until([&] { return heard.falls == 4 && heard.in.size() == 4; }));
  fleet->post(fleet->first_endpoint(membership.members(0)[0]), 0, 1, fleet->now());
  EXPECT_TRUE(until([&] { return heard.deliveries == 2; }));
}

TEST_F(FleetTest, says_that_a_post_was_lost_with_its_connection) {
  start();
  ASSERT_TRUE(everybody_is_in());
  fleet->post(fleet->first_endpoint(membership.members(0)[0]), 0, 9, fleet->now());
  server.drop_everybody();
  ASSERT_TRUE(until([&] { return heard.falls == 4; }));
  EXPECT_THAT(heard.losses, ElementsAre(9U));
}

TEST_F(FleetTest, asks_the_pool_for_another_node_when_its_dialog_is_unknown) {
  start();
  ASSERT_TRUE(everybody_is_in());
  server.forget_dialogs();
  for (const UserNumber user : membership.members(0)) fleet->search(fleet->first_endpoint(user), 0, fleet->now());
  ASSERT_TRUE(until([&] { return heard.falls == 2 && heard.in.size() == 4; }));
  EXPECT_EQ(server.connections(), 4);
}

TEST_F(FleetTest, tries_again_when_signing_in_is_refused) {
  server.refuse_registrations(3);
  start();
  ASSERT_TRUE(everybody_is_in());
  EXPECT_EQ(heard.refusals[Operation::sign_in], 3);
}

TEST_F(FleetTest, gives_up_with_a_wrong_password) {
  settings.password = "wrong";
  start();
  fleet->sign_in(0, fleet->now());
  ASSERT_TRUE(until([&] { return !heard.reason.empty(); }));
  EXPECT_EQ(heard.reason, "the server forbids to sign in (403)");
}

TEST_F(FleetTest, signs_out_and_in_again) {
  start();
  ASSERT_TRUE(everybody_is_in());
  fleet->sign_out(0);
  ASSERT_TRUE(until([&] { return heard.departures == 1; }));
  EXPECT_THAT(server.signed_out(), ElementsAre("u000001@stub.example"));
  fleet->sign_in(0, fleet->now());
  EXPECT_TRUE(until([&] { return heard.in.size() == 4; }));
}

TEST_F(FleetTest, opens_a_room_and_searches) {
  start();
  ASSERT_TRUE(everybody_is_in());
  fleet->open_room(0, membership.rooms_of(0)[0], fleet->now());
  fleet->search(0, 0, fleet->now());
  ASSERT_TRUE(until([&] { return heard.histories == 1 && heard.searches == 1; }));
  EXPECT_EQ(heard.joins, 1);
  EXPECT_THAT(server.commands(), Contains("cmd:chansrch"));
}

TEST_F(FleetTest, reads_back_what_a_room_holds) {
  settings.whole_sequence = false;
  start();
  ASSERT_TRUE(everybody_is_in());
  const EndpointNumber author = fleet->first_endpoint(membership.members(0)[0]);
  fleet->post(author, 0, 3, fleet->now());
  ASSERT_TRUE(until([&] { return !heard.acknowledgements.empty(); }));
  fleet->read_back(author, 0, 100, 0);
  ASSERT_TRUE(until([&] { return !heard.back.empty(); }));
  EXPECT_NE(heard.back.find(fleet->run() + " 3 "), std::string::npos);
}

TEST_F(FleetTest, measures_how_late_it_is_itself) {
  start();
  fleet->schedule(fleet->now() - 0.5, 1);
  ASSERT_TRUE(until([&] { return !heard.subjects.empty(); }));
  EXPECT_GE(fleet->lag().max(), 0.5);
}

}  // namespace
}  // namespace poolcast::loadgen::test
