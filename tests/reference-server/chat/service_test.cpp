// What people in rooms notice.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/reference-server/chat/world.hpp"

namespace poolcast::chat::testing {
namespace {

constexpr const char* success = "<resp code=\"200\">";

TEST(Joining, lists_who_is_there_and_marks_managers) {
  World world;
  const SessionId bo_session = world.sign_in("bo");
  world.join(bo_session, team);
  const SessionId ann_session = world.sign_in("ann");
  world.join(ann_session, team);
  const auto replies = world.received(ann_session, "rpl:join");
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_NE(replies[0].find("sip:bo@lab.example"), std::string::npos);
  EXPECT_NE(replies[0].find("key=\"12276\""), std::string::npos) << "ann manages the room";
}

TEST(Joining, makes_a_secret_room_look_absent) {
  World world;
  const SessionId cy_session = world.sign_in("cy");
  world.join(cy_session, vault);
  const auto secret = world.received(cy_session, "rpl:join");
  world.forget_sent();
  world.join(cy_session, store::RoomId{77});
  const auto absent = world.received(cy_session, "rpl:join");
  ASSERT_EQ(secret.size(), 1U);
  ASSERT_EQ(absent.size(), 1U);
  EXPECT_NE(secret[0].find("code=\"404\""), std::string::npos);
  const auto without_number = [](const std::string& text) { return text.substr(text.find("<rpl")); };
  EXPECT_EQ(without_number(secret[0]), without_number(absent[0]));
}

TEST(Joining, of_several_rooms_succeeds_for_those_that_may_be_entered_and_names_the_others) {
  World world;
  const SessionId cy_session = world.sign_in("cy");
  world.command(cy_session, "bjoin",
                R"(<chanid key="0" domain="lab.example" value=")" + guid_of(lobby) +
                    R"("/><chanid key="1" domain="lab.example" value=")" + guid_of(team) + "\"/>");
  const auto replies = world.received(cy_session, "rpl:bjoin");
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_NE(replies[0].find(success), std::string::npos);
  EXPECT_NE(replies[0].find("<fib key=\"OPERATION_FAILED\""), std::string::npos);
}

TEST(Posting, answers_after_the_commit_and_echoes_to_everybody_with_the_servers_author) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  const SessionId bo_session = world.sign_in("bo");
  world.join(ann_session, lobby);
  world.join(bo_session, lobby);
  world.forget_sent();
  const Ticket ticket = world.post(ann_session, lobby, "hello &amp; welcome");
  EXPECT_EQ(world.status_of(ticket), 200);
  for (const SessionId session : {ann_session, bo_session}) {
    const auto echoes = world.received(session, "grpchat");
    ASSERT_EQ(echoes.size(), 1U);
    EXPECT_NE(echoes[0].find("hello &amp; welcome"), std::string::npos);
    EXPECT_NE(echoes[0].find("author=\"sip:ann@lab.example\""), std::string::npos);
    EXPECT_EQ(echoes[0].find("mallory"), std::string::npos);
  }
}

TEST(Posting, is_refused_with_a_final_answer_that_says_why) {
  World world;
  const SessionId bo_session = world.sign_in("bo");
  EXPECT_EQ(world.status_of(world.post(bo_session, lobby, "not joined")), 403);
  world.join(bo_session, stage);
  EXPECT_EQ(world.status_of(world.post(bo_session, stage, "not a presenter")), 403);
  EXPECT_EQ(world.status_of(world.post(bo_session, vault, "secret")), 404);
  world.join(bo_session, lobby);
  EXPECT_EQ(world.status_of(world.post(bo_session, lobby, std::string(8'001, 'x'))), 413);
  world.port.database_is_away = true;
  EXPECT_EQ(world.status_of(world.post(bo_session, lobby, "no database")), 503);
  EXPECT_FALSE(world.has_received(bo_session, "no database")) << "a refused post is not echoed";
}

TEST(Posting, twice_under_the_same_id_is_stored_once_and_delivered_once_to_others) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  const SessionId bo_session = world.sign_in("bo");
  world.join(ann_session, lobby);
  world.join(bo_session, lobby);
  world.post(ann_session, lobby, "once", "order-17");
  const Ticket again = world.post(ann_session, lobby, "once", "order-17");
  EXPECT_EQ(world.status_of(again), 200);
  EXPECT_EQ(world.port.messages[lobby].size(), 1U);
  EXPECT_EQ(world.received(bo_session, "once").size(), 1U);
}

TEST(Posting, in_doubt_is_refused_and_still_reaches_the_room_when_it_was_stored) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  world.join(ann_session, lobby);
  world.post(ann_session, lobby, "first");
  world.port.stores_in_doubt = true;
  EXPECT_EQ(world.status_of(world.post(ann_session, lobby, "perhaps")), 503);
  world.port.stores_in_doubt = false;
  EXPECT_FALSE(world.has_received(ann_session, "perhaps"));
  world.pass(1.5);
  EXPECT_EQ(world.received(ann_session, "perhaps").size(), 1U);
}

TEST(Posting, delivers_in_the_order_of_the_stores_numbers_even_when_one_was_in_doubt) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  world.join(ann_session, lobby);
  world.port.stores_in_doubt = true;
  world.post(ann_session, lobby, "one");
  world.port.stores_in_doubt = false;
  world.post(ann_session, lobby, "two");
  std::string heard;
  for (const std::string& text : world.received(ann_session, "<grpchat"))
    heard += text.find("one") != std::string::npos ? "1" : "2";
  EXPECT_EQ(heard, "12");
}

TEST(Posting, reaches_a_room_whose_messages_retention_took_away) {
  World world;
  world.port.removed[lobby] = 500;
  const SessionId ann_session = world.sign_in("ann");
  world.join(ann_session, lobby);
  world.post(ann_session, lobby, "after the gap");
  world.post(ann_session, lobby, "and again");
  EXPECT_EQ(world.received(ann_session, "after the gap").size(), 1U);
  EXPECT_EQ(world.received(ann_session, "and again").size(), 1U);
}

TEST(Posting, again_under_an_old_id_shows_what_was_stored_then_and_to_the_author_only) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  const SessionId bo_session = world.sign_in("bo");
  world.join(ann_session, lobby);
  world.post(ann_session, lobby, "the first text", "order-17");
  world.command(ann_session, "part", "<chanib uri=\"" + uri_of(lobby) + "\"/>");
  world.join(bo_session, lobby);
  world.join(ann_session, lobby);
  world.forget_sent();
  world.post(ann_session, lobby, "another text", "order-17");
  EXPECT_TRUE(world.has_received(ann_session, "the first text"));
  EXPECT_FALSE(world.has_received(ann_session, "another text"));
  EXPECT_FALSE(world.has_received(bo_session, "text"));
}

TEST(Changes, of_others_are_not_skipped_because_of_an_edit_of_ours) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  ++world.port.revision;  // an administrator did something that has not been read yet
  world.command(ann_session, "chanmodify", "<chanib uri=\"" + uri_of(team) + R"(" name="Crew"/>)");
  EXPECT_TRUE(world.has_received(ann_session, "Crew"));
  EXPECT_EQ(world.chat->revision(), 1) << "the next look begins before the administrator's change";
}

TEST(Commands, wait_for_the_posts_before_them) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  world.join(ann_session, lobby);
  world.forget_sent();
  // Both INFOs are there before the store has answered the first.
  const std::string open = R"(<xccos xmlns="urn:parlano:xml:ns:xccos" ver="1" envid="1">)";
  world.chat->info(
      ann_session, 901,
      open + R"(<grpchat id="grpchat" seqid="1" chanUri=")" + uri_of(lobby) + R"("><chat>bye</chat></grpchat></xccos>)");
  world.chat->info(ann_session, 902,
                   open + R"(<cmd id="cmd:part" seqid="1"><data><chanib uri=")" + uri_of(lobby) + R"("/></data></cmd></xccos>)");
  EXPECT_FALSE(world.has_received(ann_session, "rpl:part"));
  world.port.settle();
  const auto texts = world.received(ann_session);
  ASSERT_EQ(texts.size(), 2U);
  EXPECT_NE(texts[0].find("bye"), std::string::npos);
  EXPECT_NE(texts[1].find("rpl:part"), std::string::npos);
}

TEST(Commands, beyond_the_queue_are_answered_503) {
  Config config;
  config.waiting_commands = 3;
  World world(config);
  const SessionId ann_session = world.sign_in("ann");
  world.join(ann_session, lobby);
  const std::string body =
      R"(<xccos xmlns="urn:parlano:xml:ns:xccos" ver="1" envid="1"><cmd id="cmd:getinv" seqid="1"><data><inv inviteId="0" domain="lab.example"/></data></cmd></xccos>)";
  for (Ticket ticket = 500; ticket < 506; ++ticket) world.chat->info(ann_session, ticket, body);
  EXPECT_EQ(world.status_of(503), 200);
  EXPECT_EQ(world.status_of(504), 503);
}

TEST(Rosters, tell_each_recipient_once_per_window_and_never_the_one_who_came) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  world.join(ann_session, lobby);
  world.pass(3);
  world.forget_sent();
  const SessionId bo_session = world.sign_in("bo");
  const SessionId cy_session = world.sign_in("cy");
  world.join(bo_session, lobby);
  world.join(cy_session, lobby);
  EXPECT_FALSE(world.has_received(ann_session, "ntc:")) << "not before the window ends";
  world.pass(3);
  const auto notices = world.received(ann_session, "ntc:join");
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_NE(notices[0].find("sip:bo@"), std::string::npos);
  EXPECT_NE(notices[0].find("sip:cy@"), std::string::npos);
  EXPECT_FALSE(world.has_received(cy_session, "ntc:join")) << "bo was in the reply to cy's join";
  EXPECT_EQ(world.received(bo_session, "ntc:join").size(), 1U);
}

TEST(Rosters, are_not_told_in_rooms_above_the_limit) {
  Config config;
  config.participant_update_limit = 2;
  World world(config);
  std::vector<SessionId> sessions;
  for (const char* name : {"ann", "bo", "cy"}) {
    sessions.push_back(world.sign_in(name));
    world.join(sessions.back(), lobby);
  }
  world.pass(3);
  for (const SessionId session : sessions) EXPECT_FALSE(world.has_received(session, "ntc:"));
}

TEST(Rosters, say_nothing_of_an_endpoint_that_is_lost_and_comes_back) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  const SessionId bo_session = world.sign_in("bo");
  world.join(ann_session, lobby);
  world.join(bo_session, lobby);
  world.pass(3);
  world.forget_sent();
  world.chat->close(bo_session, Closing::lost);
  world.pass(3);
  const SessionId back = world.sign_in("bo");
  world.join(back, lobby);
  world.pass(3);
  EXPECT_FALSE(world.has_received(ann_session, "ntc:"));
}

TEST(Rosters, tell_of_a_lost_endpoint_that_does_not_come_back) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  const SessionId bo_session = world.sign_in("bo");
  world.join(ann_session, lobby);
  world.join(bo_session, lobby);
  world.pass(3);
  world.chat->close(bo_session, Closing::lost);
  world.pass(121);
  world.pass(3);
  EXPECT_TRUE(world.has_received(ann_session, "ntc:part"));
}

TEST(Rosters, tell_of_a_room_to_which_an_endpoint_did_not_come_back_though_it_was_lost_twice) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  world.join(ann_session, lobby);
  const SessionId bo_session = world.sign_in("bo");
  world.join(bo_session, lobby);
  world.join(bo_session, stage);
  world.chat->close(bo_session, Closing::lost);
  const SessionId again = world.sign_in("bo");
  world.join(again, stage);
  world.chat->close(again, Closing::lost);
  world.pass(121);
  world.pass(3);
  EXPECT_TRUE(world.has_received(ann_session, "ntc:part")) << "bo is gone from the lobby too";
}

TEST(Resuming, restores_rooms_and_missed_messages_where_only_the_dialog_was_lost) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  const SessionId bo_session = world.sign_in("bo");
  world.join(ann_session, lobby);
  world.join(bo_session, lobby);
  world.chat->close(bo_session, Closing::lost);
  world.post(ann_session, lobby, "while you were away");
  const SessionId back = world.sign_in("bo", "e1", true);
  EXPECT_EQ(world.received(back, "while you were away").size(), 1U);
  world.post(ann_session, lobby, "and now");
  EXPECT_EQ(world.received(back, "and now").size(), 1U);
}

TEST(Resuming, after_a_restart_tells_nobody) {
  World world;
  world.chat->expect({{bo, "e1", {lobby}, 0}});
  const SessionId ann_session = world.sign_in("ann");
  world.join(ann_session, lobby);
  EXPECT_TRUE(world.has_received(ann_session, "sip:bo@lab.example")) << "bo counts as present until he is given up";
  const SessionId bo_session = world.sign_in("bo");
  world.join(bo_session, lobby);
  world.pass(3);
  EXPECT_FALSE(world.has_received(ann_session, "sip:bo@lab.example\" uname=\"bo\" dispname=\"bo\" disabled"));
  EXPECT_FALSE(world.has_received(ann_session, "ntc:join"));
}

TEST(Resuming, a_second_connection_of_the_same_endpoint_takes_over) {
  World world;
  const SessionId first = world.sign_in("ann");
  world.join(first, lobby);
  const SessionId second = world.sign_in("ann");
  EXPECT_EQ(world.port.forgotten, std::vector<SessionId>{first});
  world.join(second, lobby);
  world.post(second, lobby, "here");
  EXPECT_EQ(world.received(second, "here").size(), 1U);
  EXPECT_FALSE(world.has_received(first, "here"));
}

TEST(History, of_the_newest_messages_comes_from_memory) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  world.join(ann_session, lobby);
  world.post(ann_session, lobby, "one");
  world.post(ann_session, lobby, "two");
  const auto asked_before = world.port.history_queries.size();
  world.command(ann_session, "bccontext", "<chanib uri=\"" + uri_of(lobby) + R"("/><bcq><last cnt="25"/></bcq>)");
  EXPECT_EQ(world.port.history_queries.size(), asked_before);
  const auto replies = world.received(ann_session, "rpl:bccontext");
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_LT(replies[0].find("one"), replies[0].find("two")) << "oldest first";
}

TEST(History, of_a_room_that_may_not_be_entered_is_refused) {
  World world;
  const SessionId cy_session = world.sign_in("cy");
  world.command(cy_session, "bccontext", "<chanib uri=\"" + uri_of(team) + R"("/><bcq><last cnt="25"/></bcq>)");
  const auto replies = world.received(cy_session, "rpl:bccontext");
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_NE(replies[0].find("code=\"404\""), std::string::npos);
}

TEST(Searching, finds_rooms_that_may_be_seen_and_no_others) {
  World world;
  const SessionId cy_session = world.sign_in("cy");
  world.command(cy_session, "chansrch", R"(<qib qtype="BYNAME" criteria="" extended="false"/>)");
  const auto replies = world.received(cy_session, "rpl:chansrch");
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_NE(replies[0].find("Lobby"), std::string::npos);
  EXPECT_NE(replies[0].find("Team"), std::string::npos) << "closed rooms are seen by all in scope";
  EXPECT_EQ(replies[0].find("Vault"), std::string::npos);
}

TEST(Searching, finds_nothing_for_a_person_outside_the_scope) {
  World world;
  const SessionId di_session = world.sign_in("di");
  world.command(di_session, "chansrch", R"(<qib qtype="BYNAME" criteria="" extended="false"/>)");
  EXPECT_FALSE(world.has_received(di_session, "Lobby"));
}

TEST(Managing, a_room_takes_a_manager_and_a_creator_gets_one) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  const SessionId bo_session = world.sign_in("bo");
  const std::string rename = "<chanib uri=\"" + uri_of(team) + R"(" name="Crew"/>)";
  world.command(bo_session, "chanmodify", rename);
  EXPECT_TRUE(world.has_received(bo_session, "code=\"403\""));
  world.command(ann_session, "chanmodify", rename);
  EXPECT_TRUE(world.has_received(ann_session, "Crew"));
  world.forget_sent();
  const std::string create =
      R"(<chanib name="New" parent="ma-cat://lab.example/)" + wire_guid(general) + R"(" visibility="SCOPED"/>)";
  world.command(bo_session, "chancreate", create);
  EXPECT_TRUE(world.has_received(bo_session, "code=\"403\""));
  world.command(ann_session, "chancreate", create);
  EXPECT_TRUE(world.has_received(ann_session, "New"));
}

TEST(Managing, puts_out_whom_a_change_shuts_out) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  const SessionId bo_session = world.sign_in("bo");
  world.join(ann_session, team);
  world.join(bo_session, team);
  store::Directory changes;
  changes.revision = 2;
  for (store::Room room : directory().rooms) {
    if (room.id != team) continue;
    room.members = {{ann, store::role_member | store::role_manager}};
    changes.rooms.push_back(room);
  }
  world.chat->changed(changes);
  EXPECT_TRUE(world.has_received(bo_session, "ntc:part"));
  world.post(ann_session, team, "among us");
  EXPECT_FALSE(world.has_received(bo_session, "among us"));
}

TEST(Preferences, come_back_as_they_were_set) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  world.command(ann_session, "setpref", R"(<pref label="kedzie.GroupChannels" seqid="1" content="YWJj"/>)");
  world.command(ann_session, "getpref", R"(<pref label="kedzie.GroupChannels" seqid="1" createdefault="false"/>)");
  EXPECT_TRUE(world.has_received(ann_session, "YWJj"));
}

TEST(Compliance, records_joins_and_parts_only_when_it_is_on) {
  Config config;
  config.compliance = true;
  World on(config);
  const SessionId session = on.sign_in("ann");
  on.join(session, lobby);
  on.command(session, "part", "<chanib uri=\"" + uri_of(lobby) + "\"/>");
  ASSERT_EQ(on.port.events.size(), 2U);
  EXPECT_EQ(on.port.events[0].kind, store::EventKind::join);
  EXPECT_EQ(on.port.events[1].kind, store::EventKind::part);
  World off;
  off.join(off.sign_in("ann"), lobby);
  EXPECT_TRUE(off.port.events.empty());
}

TEST(Posting, takes_only_so_much_from_one_person_over_all_its_connections) {
  Config config;
  config.post_bytes_per_s = 10;
  config.post_burst_bytes = 100;
  World world(config);
  const SessionId desk = world.sign_in("ann", "e1");
  const SessionId phone = world.sign_in("ann", "e2");
  const SessionId bo_session = world.sign_in("bo");
  for (const SessionId session : {desk, phone, bo_session}) world.join(session, lobby);
  EXPECT_EQ(world.status_of(world.post(desk, lobby, std::string(60, 'x'))), 200);
  EXPECT_EQ(world.status_of(world.post(phone, lobby, std::string(60, 'x'))), 503);
  EXPECT_EQ(world.status_of(world.post(bo_session, lobby, std::string(60, 'x'))), 200) << "others are not meant";
  world.pass(2.1);
  EXPECT_EQ(world.status_of(world.post(phone, lobby, std::string(60, 'x'))), 200);
}

TEST(PostBudget, forgets_who_has_not_posted_for_long) {
  PostBudget budget(10, 100);
  for (int i = 0; i < 100'000; ++i) EXPECT_TRUE(budget.take(store::PrincipalId{i}, 50, i));
  EXPECT_LT(budget.remembered(), 3'000U);
}

TEST(Resuming, sends_again_what_was_not_answered_and_nothing_that_was) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  const SessionId bo_session = world.sign_in("bo");
  world.join(ann_session, lobby);
  world.join(bo_session, lobby);
  for (const char* const text : {"one", "two", "three"}) world.post(ann_session, lobby, text);
  const PostMark unanswered[] = {{lobby, 2}, {lobby, 3}};
  world.chat->close(bo_session, Closing::lost, unanswered);
  world.post(ann_session, lobby, "four");
  const SessionId back = world.sign_in("bo", "e1", true);
  world.chat->begin(back);
  EXPECT_FALSE(world.has_received(back, ">one<"));
  for (const char* const text : {">two<", ">three<", ">four<"}) EXPECT_EQ(world.received(back, text).size(), 1U) << text;
}

TEST(Resuming, over_a_dialog_that_was_not_known_to_be_lost_asks_what_was_answered) {
  World world;
  const SessionId ann_session = world.sign_in("ann");
  const SessionId bo_session = world.sign_in("bo");
  world.join(ann_session, lobby);
  world.join(bo_session, lobby);
  for (const char* const text : {"one", "two"}) world.post(ann_session, lobby, text);
  world.port.not_answered = {{lobby, 2}};
  const SessionId back = world.sign_in("bo", "e1", true);
  world.chat->begin(back);
  EXPECT_FALSE(world.has_received(back, ">one<"));
  EXPECT_EQ(world.received(back, ">two<").size(), 1U);
}

TEST(Cost, of_an_envelope_is_its_requests_and_of_a_search_what_it_may_look_at) {
  Config config;
  config.looked_at_per_request = 1;
  World world(config);
  const SessionId ann_session = world.sign_in("ann");
  const std::string begin = R"(<xccos ver="1" envid="1" xmlns="urn:parlano:xml:ns:xccos">)";
  const std::string getinv = R"(<cmd id="cmd:getinv" seqid="1"><data/></cmd>)";
  EXPECT_EQ(world.chat->info(ann_session, 901, begin + getinv + "</xccos>"), 1U);
  EXPECT_EQ(world.chat->info(ann_session, 902, begin + getinv + getinv + getinv + "</xccos>"), 3U);
  const std::string search = R"(<cmd id="cmd:chansrch" seqid="1"><data><qib qtype="BYNAME" criteria=""/></data></cmd>)";
  EXPECT_EQ(world.chat->info(ann_session, 903, begin + search + "</xccos>"), 1 + world.chat->rooms());
  EXPECT_EQ(world.chat->info(ann_session, 904, "no XML"), 1U);
}

}  // namespace
}  // namespace poolcast::chat::testing
