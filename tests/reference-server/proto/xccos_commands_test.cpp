#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reference-server/proto/xccos.hpp"

namespace poolcast::proto {
namespace {

const RoomAddress lobby{"lab.example", "6163abcd-0123-4567-89ab-cdef01234567"};
const std::string lobby_uri = "ma-chan://lab.example/6163abcd-0123-4567-89ab-cdef01234567";
const CategoryAddress root{"lab.example", "c1"};

std::string envelope_of(const std::string& inside) {
  return R"(<xccos ver="1" envid="437717089" xmlns="urn:parlano:xml:ns:xccos">)" + inside + "</xccos>";
}

std::string command_bytes(const std::string& name, const std::string& data) {
  return envelope_of("<cmd id=\"cmd:" + name + R"(" seqid="1"><data>)" + data + "</data></cmd>");
}

Command command_of(const std::string& name, const std::string& data) {
  const auto envelope = parse_xccos(command_bytes(name, data));
  if (!envelope) return Malformed{envelope.error().message};
  EXPECT_EQ(envelope->requests.size(), 1U);
  EXPECT_EQ(envelope->requests.front().name, name);
  return envelope->requests.front().command;
}

std::string problem_of(const std::string& name, const std::string& data) {
  const Command command = command_of(name, data);
  const auto* malformed = std::get_if<Malformed>(&command);
  return malformed != nullptr ? malformed->why : "";
}

template <class T>
T as(const Command& command) {
  const T* found = std::get_if<T>(&command);
  if (found == nullptr) {
    ADD_FAILURE() << "another command, number " << command.index();
    return T{};
  }
  return *found;
}

Post post_of(const std::string& grpchat) {
  const auto envelope = parse_xccos(envelope_of(grpchat));
  EXPECT_TRUE(envelope);
  return as<Post>(envelope->requests.front().command);
}

TEST(XccosCommands, what_pidgin_sipe_sends_is_understood) {
  EXPECT_EQ(as<RequestNode>(command_of("requri", "")), RequestNode{});
  EXPECT_EQ(as<GetInvitations>(command_of("getinv", R"(<inv inviteId="1" domain="lab.example"/>)")).after_id, 1U);
  const auto search = as<RoomSearch>(command_of("chansrch", R"(<qib qtype="BYNAME" criteria="" extended="false"/>)"));
  EXPECT_EQ(search, RoomSearch{});
  EXPECT_EQ(
      as<Join>(command_of("join", R"(<chanid key="0" domain="lab.example" value="6163ABCD-0123-4567-89ab-cdef01234567"/>)")).room,
      lobby);
  const auto batch = as<BatchJoin>(
      command_of("bjoin", R"(<chanid key="0" domain="lab.example" value="a"/><chanid key="1" domain="lab.example" value="b"/>)"));
  EXPECT_EQ(batch.rooms, (std::vector<RoomAddress>{{"lab.example", "a"}, {"lab.example", "b"}}));
  const auto history =
      as<GetHistory>(command_of("bccontext", "<chanib uri=\"" + lobby_uri + R"("/><bcq><last cnt="25"/></bcq>)"));
  EXPECT_EQ(history.command, GetHistory::Command::context);
  EXPECT_EQ(history.query.rooms, std::vector{lobby});
  EXPECT_EQ(history.query.last, 25U);
  EXPECT_EQ(as<Part>(command_of("part", "<chanib uri=\"" + lobby_uri + "\"/>")).room, lobby);
  const Post post = post_of(R"(<grpchat id="grpchat" seqid="1" chanUri=")" + lobby_uri +
                            R"(" author="sip:alice@lab.example" ts="2026-11-22T07:24:18Z"><chat>text</chat></grpchat>)");
  EXPECT_EQ(post.room, lobby);
  EXPECT_EQ(post.text, "text");
}

TEST(XccosCommands, lines_of_a_post_are_separated_by_crlf_however_they_came) {
  const std::string begin = R"(<grpchat seqid="1" chanUri=")" + lobby_uri + "\"><chat>";
  EXPECT_EQ(post_of(begin + "a\r\nb\nc&#13;&#10;d&#13;e&lt;&amp;\r\n</chat></grpchat>").text, "a\r\nb\r\nc\r\nd\r\ne<&\r\n");
}

TEST(XccosCommands, a_post_carries_what_richer_clients_add) {
  const Post post = post_of(R"(<grpchat seqid="1" chanUri=")" + lobby_uri +
                            R"(" alert="TRUE" title="News" msgid="m-1"><chat>x</chat><rtf>{\rtf1 x}</rtf></grpchat>)");
  EXPECT_EQ(post, (Post{lobby, "x", "{\\rtf1 x}", "News", "m-1", true}));
}

TEST(XccosCommands, a_history_query_has_all_its_parts) {
  const auto history = as<GetHistory>(command_of(
      "bcbydate",
      "<chanib uri=\"" + lobby_uri +
          R"("/><bcq><msgid value="42"/><last cnt="50"/><next cnt="7"/><sdate value="2024-05-01T00:00:00Z"/>)"
          R"(<edate value="2024-05-02T00:00:00Z"/><text mt="PHRASE" matchcase="true">two words</text>)"
          R"(<author uri="sip:ann@d"/><author uri="sip:bo@d"/><limit cnt="100"/><order value="DESC"/><unknown/></bcq>)"));
  EXPECT_EQ(history.command, GetHistory::Command::by_date);
  const HistoryQuery& query = history.query;
  EXPECT_EQ(query.anchor, 42U);
  EXPECT_EQ(query.last, 50U);
  EXPECT_EQ(query.next, 7U);
  EXPECT_EQ(query.begin, parse_utc_time("2024-05-01T00:00:00Z"));
  EXPECT_EQ(query.end, parse_utc_time("2024-05-02T00:00:00Z"));
  EXPECT_EQ(query.text, "two words");
  EXPECT_TRUE(query.phrase);
  EXPECT_TRUE(query.match_case);
  EXPECT_THAT(query.authors, testing::ElementsAre("sip:ann@d", "sip:bo@d"));
  EXPECT_EQ(query.limit, 100U);
  EXPECT_EQ(query.order, HistoryQuery::Order::newest_first);
}

TEST(XccosCommands, a_search_of_text_needs_no_room_and_any_other_history_does) {
  EXPECT_EQ(problem_of("bcbydate", "<bcq><text>word</text></bcq>"), "");
  EXPECT_EQ(problem_of("bccontext", "<bcq><last cnt=\"1\"/></bcq>"), "history needs a room or a text to search for");
  EXPECT_EQ(problem_of("bccontext", "<chanib uri=\"" + lobby_uri + "\"/>"), "a part is missing: bcq");
  EXPECT_EQ(problem_of("bcbymsg", "<chanib uri=\"" + lobby_uri + "\"/><bcq><last cnt=\"1\"/></bcq>"), "bcbymsg needs a msgid");
}

TEST(XccosCommands, a_search_takes_the_filters_of_the_sdk) {
  const auto search = as<RoomSearch>(command_of(
      "chansrch",
      R"(<qib qtype="BYCATEGORY" criteria="a b" extended="true" member="sip:ann@d" manager="sip:bo@d" category="ma-cat://lab.example/c1")"
      R"( disabled="false" visibility="private" behavior="auditorium" invite="TRUE" maxResults="10" addin="x"/>)"));
  EXPECT_EQ(search.by, RoomSearch::By::category);
  EXPECT_EQ(search.criteria, "a b");
  EXPECT_TRUE(search.extended);
  EXPECT_EQ(search.member, "sip:ann@d");
  EXPECT_EQ(search.manager, "sip:bo@d");
  EXPECT_EQ(search.category, root);
  EXPECT_EQ(search.disabled, false);
  EXPECT_EQ(search.privacy, Privacy::secret);
  EXPECT_EQ(search.behavior, Behavior::auditorium);
  EXPECT_EQ(search.invitations, true);
  EXPECT_EQ(search.max_results, 10U);
}

TEST(XccosCommands, a_number_beyond_any_count_is_the_largest_count) {
  const auto search = as<RoomSearch>(command_of("chansrch", R"(<qib maxResults="99999999999"/>)"));
  EXPECT_EQ(search.max_results, 0xFFFFFFFFU);
}

TEST(XccosCommands, management_is_understood) {
  const auto room = as<CreateRoom>(command_of(
      "chancreate",
      R"(<chanib name="Lobby" description="d" topic="t" parent="ma-cat://lab.example/c1" behavior="NORMAL" visibility="OPEN" invite="true")"
      R"( filepost="false" logged="true"><role key="MEMBER"><add uri="sip:ann@d"/><add uri="sip:bo@d"/></role></chanib>)"));
  EXPECT_EQ(room.category, root);
  EXPECT_EQ(room.settings.name, "Lobby");
  EXPECT_EQ(room.settings.privacy, Privacy::open);
  EXPECT_EQ(room.roles, (std::vector<RoleChange>{{Role::member, {"sip:ann@d", "sip:bo@d"}, {}}}));
  const auto change = as<ChangeRoom>(command_of("chanmodify", "<chanib uri=\"" + lobby_uri + R"(" topic="" version="3"/>)"));
  EXPECT_EQ(change.settings.topic, "") << "set to nothing, not left alone";
  EXPECT_EQ(change.settings.name, std::nullopt);
  EXPECT_EQ(change.settings.version, 3U);
  EXPECT_TRUE(as<EnableRoom>(command_of("chanenable", "<chanib uri=\"" + lobby_uri + "\"/>")).enabled);
  EXPECT_FALSE(as<EnableRoom>(command_of("chandisable", "<chanib uri=\"" + lobby_uri + "\"/>")).enabled);
  const auto roles = as<ChangeRoles>(command_of(
      "setroles",
      "<chanib uri=\"" + lobby_uri + R"("><role key="manager"><add uri="sip:a@d"/><remove uri="sip:b@d"/></role></chanib>)"));
  EXPECT_EQ(roles.changes, (std::vector<RoleChange>{{Role::manager, {"sip:a@d"}, {"sip:b@d"}}}));
  EXPECT_EQ(as<CreateCategory>(command_of("catcreate", R"(<catib name="C" invite="true"/>)")).parent, std::nullopt);
  EXPECT_EQ(as<GetCategories>(command_of("getcat", "")).category, std::nullopt);
  EXPECT_EQ(as<ChangeCategory>(command_of("catmodify", R"(<catib uri="ma-cat://lab.example/c1" name="D"/>)")).category, root);
  const auto token = as<GetFileToken>(command_of("getfdtok", "<ftdb channelUri=\"" + lobby_uri + R"(" fileUrl="notes.txt"/>)"));
  EXPECT_EQ(token, (GetFileToken{GetFileToken::Direction::download, lobby, "notes.txt"}));
}

TEST(XccosCommands, sign_in_commands_have_their_defaults) {
  EXPECT_EQ(as<GetServerInfo>(command_of("getserverinfo", "")).info_type, 123U);
  EXPECT_EQ(as<GetAssociations>(command_of("getassociations", R"(<association type="MANAGER"/>)")).role, Role::manager);
  EXPECT_EQ(as<SetPreference>(command_of("setpref", R"(<pref label="kedzie.GroupChannels" seqid="2" content="QQ=="/>)")),
            (SetPreference{"kedzie.GroupChannels", 2, "QQ=="}));
}

TEST(XccosCommands, a_command_that_lacks_a_part_is_malformed_and_the_others_are_not) {
  EXPECT_EQ(problem_of("join", ""), "a part is missing: chanid");
  EXPECT_EQ(problem_of("join", R"(<chanid key="0" domain="lab.example" value=""/>)"), "chanid needs domain and value");
  EXPECT_EQ(problem_of("bjoin", ""), "bjoin needs a chanid");
  EXPECT_EQ(problem_of("part", R"(<chanib uri="http://x/y"/>)"), "uri is not the address of a room");
  EXPECT_EQ(problem_of("part", R"(<chanib uri="ma-chan://lab.example/a/b"/>)"), "uri is not the address of a room");
  EXPECT_EQ(problem_of("part", R"(<chanib uri="ma-cat://lab.example/c1"/>)"), "uri is not the address of a room");
  EXPECT_EQ(problem_of("part", "<chanib uri=\"ma-chan://lab.example/" + std::string(65, 'a') + "\"/>"),
            "uri is not the address of a room");
  EXPECT_EQ(problem_of("getpref", "<pref/>"), "a preference needs a label");
  EXPECT_EQ(problem_of("chansrch", R"(<qib qtype="BYMOOD"/>)"), "qtype is none of its values");
  EXPECT_EQ(problem_of("chansrch", R"(<qib extended="maybe"/>)"), "extended is neither true nor false");
  EXPECT_EQ(problem_of("chansrch", R"(<qib maxResults="-1"/>)"), "maxResults is not a number");
  EXPECT_EQ(problem_of("chansrch", R"(<qib qtype="BYCATEGORY"/>)"), "BYCATEGORY needs a category");
  EXPECT_EQ(problem_of("chancreate", R"(<chanib parent="ma-cat://lab.example/c1"/>)"), "a room needs a name");
  EXPECT_EQ(problem_of("chancreate", R"(<chanib name="x"/>)"), "parent is not the address of a category");
  EXPECT_EQ(problem_of("setroles", "<chanib uri=\"" + lobby_uri + R"("><role key="KING"/></chanib>)"), "role key is not a role");
  EXPECT_EQ(problem_of("setroles", "<chanib uri=\"" + lobby_uri + R"("><role key="MEMBER"><add/></role></chanib>)"),
            "a change of a role needs a uri");
  EXPECT_EQ(problem_of("setroles", "<chanib uri=\"" + lobby_uri + "\"/>"), "setroles needs a role");
  EXPECT_EQ(problem_of("catcreate", "<catib/>"), "a category needs a name");
  EXPECT_EQ(problem_of("getassociations", R"(<association type="KING"/>)"), "association type is not a role");
  EXPECT_EQ(problem_of("getfutok", "<ftdb channelUri=\"" + lobby_uri + "\"/>"), "a file token needs fileUrl");
  EXPECT_EQ(problem_of("bccontext", "<chanib uri=\"" + lobby_uri + R"("/><bcq><sdate value="today"/></bcq>)"),
            "sdate is not a time");
}

TEST(XccosCommands, the_limits_of_a_post_and_of_a_query_are_refused) {
  const std::string begin = R"(<grpchat seqid="1" chanUri=")" + lobby_uri + "\" ";
  const auto command_for = [&](const std::string& rest) {
    return parse_xccos(envelope_of(begin + rest))->requests.front().command;
  };
  EXPECT_TRUE(std::holds_alternative<Post>(command_for("msgid=\"" + std::string(64, 'x') + "\"><chat/></grpchat>")));
  EXPECT_EQ(std::get<Malformed>(command_for("msgid=\"" + std::string(65, 'x') + "\"><chat/></grpchat>")).why,
            "msgid is too long");
  EXPECT_EQ(std::get<Malformed>(command_for("/>")).why, "a part is missing: chat");
  std::string authors;
  for (int i = 0; i < 101; ++i) authors += "<author uri=\"sip:a@b\"/>";
  EXPECT_EQ(problem_of("bccontext", "<chanib uri=\"" + lobby_uri + "\"/><bcq>" + authors + "</bcq>"), "too many authors");
}

TEST(XccosCommands, an_unknown_command_keeps_its_name) {
  const auto envelope = parse_xccos(command_bytes("dance", "<x/>"));
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->requests.front(), (Request{"dance", 1, UnknownCommand{}}));
}

TEST(XccosCommands, an_envelope_that_is_none_is_an_error) {
  const auto refused = [](const std::string& body) { return !parse_xccos(body); };
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("hello"));
  EXPECT_TRUE(refused("<xccos envid=\"1\"><cmd id=\"cmd:requri\"/></xccos>")) << "without its namespace";
  EXPECT_TRUE(refused("<other xmlns=\"urn:parlano:xml:ns:xccos\"/>"));
  EXPECT_TRUE(refused(envelope_of("")));
  EXPECT_TRUE(refused(envelope_of("<rpl id=\"rpl:join\"/>"))) << "replies are ours";
  EXPECT_TRUE(refused(envelope_of("<cmd/>")));
  EXPECT_TRUE(refused(envelope_of("<cmd id=\"cmd:\"/>")));
  EXPECT_TRUE(refused(envelope_of("<cmd id=\"cmd:" + std::string(65, 'x') + "\"/>")));
  EXPECT_TRUE(refused("<!DOCTYPE xccos>" + command_bytes("requri", "")));
  EXPECT_TRUE(refused("<xccos xmlns=\"urn:parlano:xml:ns:xccos\" envid=\"-1\"><cmd id=\"cmd:requri\"/></xccos>"));
}

TEST(XccosCommands, an_envelope_holds_up_to_16_commands_and_a_post_alone) {
  std::string commands;
  for (int i = 0; i < 16; ++i) commands += R"(<cmd id="cmd:requri" seqid=")" + std::to_string(i) + "\"/>";
  const auto envelope = parse_xccos(envelope_of(commands));
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->requests.back().seqid, 15U);
  EXPECT_FALSE(parse_xccos(envelope_of(commands + "<cmd id=\"cmd:requri\"/>")));
  const std::string post = R"(<grpchat seqid="1" chanUri=")" + lobby_uri + "\"><chat/></grpchat>";
  EXPECT_FALSE(parse_xccos(envelope_of(post + post)));
  EXPECT_FALSE(parse_xccos(envelope_of(post + "<cmd id=\"cmd:requri\"/>")));
}

TEST(XccosCommands, prefixes_attribute_order_and_the_place_of_xmlns_do_not_matter) {
  const auto envelope = parse_xccos(
      "<x:xccos xmlns:x=\"urn:parlano:xml:ns:xccos\" envid=\"18446744073709551615\" ver=\"1\"><x:cmd seqid=\"3\" "
      "id=\"cmd:requri\">"
      "<x:data/></x:cmd></x:xccos>");
  ASSERT_TRUE(envelope) << envelope.error().message;
  EXPECT_EQ(envelope->envid, 18446744073709551615U);
  EXPECT_EQ(envelope->requests.front(), (Request{"requri", 3, RequestNode{}}));
}

}  // namespace
}  // namespace poolcast::proto
