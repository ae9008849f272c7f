// One node among others: the test says what they say.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/reference-server/chat/world.hpp"

namespace poolcast::chat::testing {
namespace {

constexpr PeerNumber two{0}, three{1};

Config in_a_pool() {
  Config config;
  config.peers = 2;
  return config;
}

// A world with two other nodes, both linked, in which ann is in the lobby.
struct PoolWorld : World {
  PoolWorld() : World(in_a_pool()) {
    chat->expect_peers(only(two) | only(three));
    for (const PeerNumber peer : {two, three}) link(peer);
    ann_session = sign_in("ann");
    join(ann_session, lobby);
    settle();
    forget_sent();
  }
  void link(PeerNumber peer) {
    chat->peer_linked(peer);
    chat->peer_told_all(peer);
    chat->peer_knows_all(peer);
  }
  void settle() {
    pass(0.1);
    port.settle();
  }
  // Stored by another node, which may tell us.
  store::Message stored(const std::string& text) {
    auto& all = port.messages[lobby];
    const std::int64_t now_ms = port.now().utc.time_since_epoch().count();
    store::Message message{lobby, static_cast<std::int64_t>(all.size()) + 1, bo, now_ms, {}, text, {}, {}};
    all.push_back(message);
    return message;
  }
  std::vector<std::string> texts(SessionId session) {
    std::vector<std::string> texts;
    for (const std::string& post : received(session, "<grpchat")) {
      const auto begin = post.find("<chat>") + 6;
      texts.push_back(post.substr(begin, post.find("</chat>") - begin));
    }
    return texts;
  }
  bool tells_others_that(store::PrincipalId person, bool present) {
    return std::ranges::any_of(port.presences, [&](const ToldPresence& told) {
      return told.peers == all_peers && told.presence.person == person && told.presence.present == present;
    });
  }
  SessionId ann_session{};
};

using Texts = std::vector<std::string>;

TEST(PostsOfPeers, are_delivered_once_in_the_order_of_their_numbers) {
  PoolWorld world;
  const auto first = world.stored("first"), second = world.stored("second"), third = world.stored("third");
  world.chat->peer_post(first, {});
  world.chat->peer_post(third, {});
  EXPECT_EQ(world.texts(world.ann_session), (Texts{"first"}));
  world.chat->peer_post(second, {});
  world.chat->peer_post(second, {});
  EXPECT_EQ(world.texts(world.ann_session), (Texts{"first", "second", "third"}));
}

TEST(PostsOfPeers, that_come_before_one_of_ours_wait_for_it_without_asking_the_store) {
  PoolWorld world;
  world.port.history_queries.clear();
  const std::string body = R"(<grpchat id="grpchat" seqid="1" chanUri=")" + uri_of(lobby) +
                           R"(" author="sip:ann@lab.example"><chat>mine</chat></grpchat>)";
  world.chat->info(world.ann_session, 900, R"(<xccos xmlns="urn:parlano:xml:ns:xccos" ver="1" envid="1">)" + body + "</xccos>");
  // The store has given us number 1, and its answer is on its way.
  store::Message theirs{lobby, 2, bo, 1, {}, "theirs", {}, {}};
  world.chat->peer_post(theirs, {});
  EXPECT_TRUE(world.texts(world.ann_session).empty());
  world.port.settle();
  EXPECT_EQ(world.texts(world.ann_session), (Texts{"mine", "theirs"}));
  EXPECT_TRUE(world.port.history_queries.empty());
}

TEST(PostsOfPeers, that_nobody_told_of_are_read_from_the_store_when_the_gap_does_not_close) {
  PoolWorld world;
  world.stored("lost on the way");
  world.chat->peer_post(world.stored("told"), "client-1");
  world.settle();
  EXPECT_TRUE(world.texts(world.ann_session).empty());
  world.pass(0.3);
  world.settle();
  EXPECT_EQ(world.texts(world.ann_session), (Texts{"lost on the way", "told"}));
}

TEST(PostsOfPeers, that_a_lost_link_swallowed_are_read_at_the_loss_and_not_repeated) {
  PoolWorld world;
  const auto swallowed = world.stored("swallowed");
  world.chat->peer_lost(two);
  world.settle();
  EXPECT_EQ(world.texts(world.ann_session), (Texts{"swallowed"}));
  world.link(two);
  world.chat->peer_post(swallowed, {});
  world.settle();
  EXPECT_EQ(world.texts(world.ann_session).size(), 1U);
}

TEST(PostsOfPeers, that_a_lost_link_swallowed_reach_an_endpoint_that_was_lost_meanwhile_and_resumes) {
  PoolWorld world;
  world.chat->close(world.ann_session, Closing::lost);
  world.stored("swallowed");
  world.chat->peer_lost(two);
  world.settle();
  const SessionId again = world.sign_in("ann", "e1", true);
  world.settle();
  EXPECT_EQ(world.texts(again), (Texts{"swallowed"}));
}

TEST(PostsOfPeers, are_read_from_the_store_while_a_node_that_serves_is_missing) {
  PoolWorld world;
  world.chat->peer_lost(two);
  world.settle();
  for (const char* const text : {"one", "two", "three"}) {
    world.stored(text);
    world.pass(2.1);
    world.settle();
    EXPECT_EQ(world.texts(world.ann_session).back(), text);
  }
  world.chat->expect_peers(only(three));  // an administrator has put the node out of service
  world.pass(2.1);
  world.settle();
  world.port.history_queries.clear();
  world.pass(10);
  world.settle();
  EXPECT_TRUE(world.port.history_queries.empty());
}

TEST(PostsOfPeers, in_doubt_there_are_looked_for_here) {
  PoolWorld world;
  world.stored("perhaps");
  world.chat->peer_doubt(lobby);
  world.pass(1.1);
  world.settle();
  EXPECT_EQ(world.texts(world.ann_session), (Texts{"perhaps"}));
}

TEST(PostsOfPeers, wait_for_the_store_while_it_is_away) {
  PoolWorld world;
  world.stored("stored before the database went away");
  world.port.database_is_away = true;
  world.chat->peer_lost(two);
  world.settle();
  EXPECT_TRUE(world.texts(world.ann_session).empty());
  world.link(two);
  world.port.database_is_away = false;
  world.pass(1.2);
  world.settle();
  EXPECT_EQ(world.texts(world.ann_session).size(), 1U);
}

TEST(PostsOfPeers, of_an_author_we_have_not_heard_of_wait_for_the_directory) {
  PoolWorld world;
  auto message = world.stored("by somebody new");
  message.sender = store::PrincipalId{4711};
  world.port.messages[lobby].back().sender = message.sender;
  world.chat->peer_post(message, {});
  world.pass(0.3);
  world.settle();
  EXPECT_TRUE(world.texts(world.ann_session).empty());
  EXPECT_GT(world.port.directory_looks, 0);
  store::Directory changes;
  changes.revision = 2;
  changes.principals = {directory().principals[0]};
  changes.principals[0].id = message.sender;
  changes.principals[0].uri = "sip:eve@lab.example";
  world.chat->changed(changes);
  world.settle();
  const auto posts = world.received(world.ann_session, "by somebody new");
  ASSERT_EQ(posts.size(), 1U);
  EXPECT_NE(posts[0].find("sip:eve@lab.example"), std::string::npos);
}

TEST(PostsOfPeers, of_an_author_who_has_been_removed_do_not_wait_for_ever) {
  PoolWorld world;
  auto message = world.stored("by somebody who is gone");
  message.sender = store::PrincipalId{4711};
  world.port.messages[lobby].back().sender = message.sender;
  world.chat->peer_post(message, {});
  world.pass(0.3);
  world.settle();
  world.pass(11);
  world.settle();
  EXPECT_EQ(world.texts(world.ann_session), (Texts{"by somebody who is gone"}));
}

TEST(PostsOfPeers, that_were_missed_are_read_page_by_page_to_the_last) {
  PoolWorld world;
  const int missed = store::most_history_messages + 1;
  for (int i = 0; i < missed; ++i) world.stored(std::to_string(i));
  world.chat->peer_lost(two);
  world.settle();
  const auto texts = world.texts(world.ann_session);
  ASSERT_EQ(texts.size(), static_cast<std::size_t>(missed));
  EXPECT_EQ(texts.back(), std::to_string(missed - 1));
}

TEST(PostsOfOurs, are_told_to_the_nodes_with_somebody_in_the_room_and_to_no_other) {
  PoolWorld world;
  world.post(world.ann_session, lobby, "nobody elsewhere");
  EXPECT_TRUE(world.port.posts.empty());
  world.chat->peer_presence(three, {lobby, bo, true, false, false});
  world.post(world.ann_session, lobby, "for bo", "id-7");
  ASSERT_EQ(world.port.posts.size(), 1U);
  EXPECT_EQ(world.port.posts[0].peers, only(three));
  EXPECT_EQ(world.port.posts[0].message.body, "for bo");
  EXPECT_EQ(world.port.posts[0].client_id, "id-7");
  world.chat->peer_presence(three, {lobby, bo, false, false, false});
  world.post(world.ann_session, lobby, "nobody again");
  EXPECT_EQ(world.port.posts.size(), 1U);
}

TEST(PostsOfOurs, in_doubt_are_told_as_such) {
  PoolWorld world;
  world.port.stores_in_doubt = true;
  world.post(world.ann_session, lobby, "perhaps");
  EXPECT_EQ(world.port.doubts, std::vector<store::RoomId>{lobby});
}

TEST(JoiningInAPool, is_confirmed_when_the_other_nodes_know_and_the_store_has_been_read) {
  PoolWorld world;
  world.port.peers_know_at_once = false;
  const SessionId bo_session = world.sign_in("bo");
  world.join(bo_session, team);
  EXPECT_TRUE(world.tells_others_that(bo, true));
  EXPECT_FALSE(world.has_received(bo_session, "rpl:join"));
  // Told between the question and the reading of the store: it is part of the history that bo asks for.
  store::Message early{team, 1, ann, 1, {}, "before bo was in", {}, {}};
  world.port.messages[team].push_back(early);
  world.chat->peer_post(early, {});
  ASSERT_EQ(world.port.unknown.size(), 1U);
  world.port.unknown[0]();
  EXPECT_FALSE(world.has_received(bo_session, "rpl:join"));
  world.port.settle();
  EXPECT_TRUE(world.has_received(bo_session, "rpl:join"));
  EXPECT_TRUE(world.texts(bo_session).empty());
  store::Message late{team, 2, ann, 1, {}, "after bo was in", {}, {}};
  world.chat->peer_post(late, {});
  EXPECT_EQ(world.texts(bo_session), (Texts{"after bo was in"}));
}

TEST(JoiningInAPool, again_before_an_earlier_reading_has_ended_reads_anew) {
  PoolWorld world;
  world.port.peers_know_at_once = false;
  const SessionId first = world.sign_in("bo", "e1");
  world.join(first, team);
  world.port.unknown[0]();  // the store is being read
  world.chat->close(first, Closing::left);
  const SessionId second = world.sign_in("bo", "e2");
  world.chat->info(
      second, 901,
      R"(<xccos xmlns="urn:parlano:xml:ns:xccos" ver="1" envid="1"><cmd id="cmd:join" seqid="1"><data><chanid key="0")"
      R"( domain="lab.example" value=")" +
          guid_of(team) + R"("/></data></cmd></xccos>)");
  world.port.settle();  // the first reading
  EXPECT_FALSE(world.has_received(second, "rpl:join"));
  world.port.messages[team].push_back({team, 1, ann, 1, {}, "said between", {}, {}});
  ASSERT_EQ(world.port.unknown.size(), 2U);
  world.port.unknown[1]();
  world.port.settle();
  EXPECT_TRUE(world.has_received(second, "rpl:join"));
  world.chat->peer_post({team, 2, ann, 1, {}, "said after", {}, {}}, {});
  EXPECT_EQ(world.texts(second), (Texts{"said after"}));
}

TEST(JoiningInAPool, does_not_begin_where_the_peers_knew_of_somebody_who_has_left_since) {
  PoolWorld world;
  world.port.peers_know_at_once = false;
  const SessionId first = world.sign_in("bo", "e1");
  world.join(first, team);
  world.chat->close(first, Closing::left);
  const SessionId second = world.sign_in("bo", "e2");
  world.join(second, team);
  ASSERT_EQ(world.port.unknown.size(), 2U);
  world.port.unknown[0]();  // the peers know of the first and that he has left
  world.port.settle();
  EXPECT_FALSE(world.has_received(second, "rpl:join"));
  world.port.messages[team].push_back({team, 1, ann, 1, {}, "that nobody tells us", {}, {}});
  world.port.unknown[1]();
  world.port.settle();
  EXPECT_TRUE(world.has_received(second, "rpl:join"));
  world.chat->peer_post({team, 2, ann, 1, {}, "said after", {}, {}}, {});
  EXPECT_EQ(world.texts(second), (Texts{"said after"}));
}

TEST(JoiningInAPool, while_the_store_is_away_is_confirmed_and_misses_nothing_afterwards) {
  PoolWorld world;
  world.port.database_is_away = true;
  const SessionId bo_session = world.sign_in("bo");
  world.join(bo_session, team);
  EXPECT_TRUE(world.has_received(bo_session, "rpl:join"));
  world.port.database_is_away = false;
  const store::Message message{team, 1, ann, 1, {}, "first after the outage", {}, {}};
  world.port.messages[team].push_back(message);
  world.chat->peer_post(message, {});
  world.pass(1.2);
  world.settle();
  EXPECT_EQ(world.texts(bo_session), (Texts{"first after the outage"}));
}

TEST(RostersOfAPool, list_and_tell_the_people_of_all_nodes) {
  PoolWorld world;
  world.chat->peer_presence(two, {lobby, bo, true, true, false});
  world.pass(2.1);
  const auto notices = world.received(world.ann_session, "ntc:join");
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_NE(notices[0].find("sip:bo@lab.example"), std::string::npos);
  const SessionId cy_session = world.sign_in("cy");
  world.join(cy_session, lobby);
  const auto reply = world.received(cy_session, "rpl:join");
  ASSERT_EQ(reply.size(), 1U);
  for (const char* const name : {"sip:ann@", "sip:bo@", "sip:cy@"}) EXPECT_NE(reply[0].find(name), std::string::npos);
  world.chat->peer_presence(two, {lobby, bo, false, false, false});
  world.pass(2.1);
  EXPECT_EQ(world.received(world.ann_session, "ntc:part").size(), 1U);
}

TEST(RostersOfAPool, count_a_person_at_two_nodes_once) {
  PoolWorld world;
  const SessionId bo_session = world.sign_in("bo");
  world.join(bo_session, lobby);
  world.pass(2.1);
  world.forget_sent();
  world.chat->peer_presence(two, {lobby, bo, true, false, false});
  world.chat->close(bo_session, Closing::left);
  EXPECT_TRUE(world.tells_others_that(bo, false));
  world.pass(2.1);
  EXPECT_TRUE(world.received(world.ann_session, "ntc").empty());
  world.chat->peer_presence(two, {lobby, bo, false, false, false});
  world.pass(2.1);
  EXPECT_EQ(world.received(world.ann_session, "ntc:part").size(), 1U);
}

TEST(RostersOfAPool, count_the_whole_pool_against_the_limit_of_notices) {
  Config config = in_a_pool();
  config.participant_update_limit = 2;
  World world(config);
  const SessionId ann_session = world.sign_in("ann");
  world.join(ann_session, lobby);
  world.pass(2.1);
  world.chat->peer_presence(two, {lobby, bo, true, false, false});
  world.pass(2.1);
  EXPECT_EQ(world.received(ann_session, "ntc:join").size(), 1U);
  world.chat->peer_presence(three, {lobby, cy, true, false, false});
  world.pass(2.1);
  EXPECT_EQ(world.received(ann_session, "ntc:join").size(), 1U);
}

TEST(RostersOfAPool, keep_the_people_of_a_lost_node_for_a_while_and_tell_when_they_do_not_come_back) {
  PoolWorld world;
  world.chat->peer_presence(two, {lobby, bo, true, false, false});
  world.chat->peer_presence(two, {lobby, cy, true, false, false});
  world.pass(2.1);
  world.forget_sent();
  world.chat->peer_lost(two);
  world.chat->peer_presence(three, {lobby, cy, true, false, false});  // cy has found another node
  world.pass(100);
  EXPECT_TRUE(world.received(world.ann_session, "ntc").empty());
  world.pass(25);
  world.pass(2.1);
  const auto left = world.received(world.ann_session, "ntc:part");
  ASSERT_EQ(left.size(), 1U);
  EXPECT_NE(left[0].find("sip:bo@"), std::string::npos);
  EXPECT_EQ(left[0].find("sip:cy@"), std::string::npos);
}

TEST(RostersOfAPool, say_nothing_of_a_node_that_is_linked_again_with_the_same_people) {
  PoolWorld world;
  for (const store::PrincipalId person : {bo, cy}) world.chat->peer_presence(two, {lobby, person, true, false, false});
  world.pass(2.1);
  world.forget_sent();
  world.chat->peer_lost(two);
  world.chat->peer_linked(two);
  world.chat->peer_presence(two, {lobby, bo, true, false, false});
  world.chat->peer_told_all(two);
  world.pass(2.1);
  EXPECT_TRUE(world.received(world.ann_session, "ntc:join").empty());
  const auto left = world.received(world.ann_session, "ntc:part");
  ASSERT_EQ(left.size(), 1U);
  EXPECT_NE(left[0].find("sip:cy@"), std::string::npos);
  EXPECT_EQ(left[0].find("sip:bo@"), std::string::npos);
}

TEST(RostersOfAPool, tell_a_new_link_who_is_here_and_nobody_else) {
  PoolWorld world;
  world.chat->peer_presence(two, {lobby, bo, true, false, false});
  world.port.presences.clear();
  world.chat->peer_linked(three);
  ASSERT_EQ(world.port.presences.size(), 1U);
  EXPECT_EQ(world.port.presences[0].peers, only(three));
  EXPECT_EQ(world.port.presences[0].presence.person, ann);
}

TEST(RostersOfAPool, do_not_expect_here_whom_another_node_has) {
  PoolWorld world;
  world.chat->expect({{bo, "e9", {lobby}, 0}, {cy, "e9", {lobby}, 0}});  // from the store, which knows no nodes
  world.chat->peer_presence(two, {lobby, bo, true, false, false});
  EXPECT_TRUE(world.tells_others_that(bo, false));
  world.pass(125);
  world.pass(2.1);
  const auto left = world.received(world.ann_session, "ntc:part");
  ASSERT_EQ(left.size(), 1U);
  EXPECT_NE(left[0].find("sip:cy@"), std::string::npos);
  EXPECT_EQ(left[0].find("sip:bo@"), std::string::npos);
  EXPECT_TRUE(std::ranges::none_of(world.port.endpoints, [](const store::EndpointRooms& endpoint) {
    return endpoint.user == bo;
  })) << "the other node writes down where its endpoint is";
}

TEST(RostersOfAPool, have_a_peer_tell_everything_anew_that_tells_of_too_many_people_in_rooms_of_later) {
  Config config = in_a_pool();
  config.unplaced_presences = 2;
  World world(config);
  const store::RoomId fresh{77};
  for (int i = 0; i < 10; ++i) {  // who leaves again takes no place
    world.chat->peer_presence(two, {fresh, store::PrincipalId{100 + i}, true, false, false});
    world.chat->peer_presence(two, {fresh, store::PrincipalId{100 + i}, false, false, false});
  }
  for (const store::PrincipalId person : {ann, bo}) world.chat->peer_presence(two, {fresh, person, true, false, false});
  EXPECT_TRUE(world.port.cut.empty());
  store::Directory changes;
  changes.revision = 2;
  changes.removed_rooms = {fresh};
  world.chat->changed(changes);
  const store::RoomId later{78};
  for (const store::PrincipalId person : {ann, bo}) world.chat->peer_presence(two, {later, person, true, false, false});
  EXPECT_TRUE(world.port.cut.empty());
  world.pass(601);
  for (const store::PrincipalId person : {bo, cy}) world.chat->peer_presence(two, {fresh, person, true, false, false});
  EXPECT_TRUE(world.port.cut.empty());
  world.chat->peer_presence(two, {fresh, ann, true, false, false});
  EXPECT_EQ(world.port.cut, std::vector<PeerNumber>{two});
}

TEST(RostersOfAPool, take_people_of_a_room_that_the_directory_brings_later) {
  PoolWorld world;
  const store::RoomId fresh{77};
  world.chat->peer_presence(two, {fresh, bo, true, false, false});
  store::Directory changes;
  changes.revision = 2;
  store::Room room = directory().rooms[0];
  room.id = fresh;
  room.guid.bytes = {0xAB, 77};
  room.name = "Fresh";
  changes.rooms = {room};
  world.chat->changed(changes);
  world.join(world.ann_session, fresh);
  const auto reply = world.received(world.ann_session, "rpl:join");
  ASSERT_EQ(reply.size(), 1U);
  EXPECT_NE(reply[0].find("sip:bo@"), std::string::npos);
}

}  // namespace
}  // namespace poolcast::chat::testing
