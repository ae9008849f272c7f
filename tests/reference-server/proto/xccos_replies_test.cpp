#include <gtest/gtest.h>

#include <array>

#include "reference-server/proto/xccos.hpp"
#include "reference-server/proto/xml.hpp"

namespace poolcast::proto {
namespace {

const ReplyHead head{.envid = 7, .command_envid = 437717089, .command_seqid = 2};
const RoomView lobby{"d", "U"};
const CategoryView category{"d", "C"};
const UtcTime eight = *parse_utc_time("2024-05-01T08:01:02Z");

// What every reply begins with.
std::string reply(const std::string& id, const std::string& data,
                  const std::string& response = "<resp code=\"200\">SUCCESS_OK</resp>") {
  return R"(<xccos xmlns="urn:parlano:xml:ns:xccos" ver="1" envid="7"><rpl id="rpl:)" + id +
         R"(" seqid="1"><commandid seqid="2" envid="437717089"/>)" + response + "<data>" + data + "</data></rpl></xccos>";
}
std::string notice(const std::string& id, const std::string& data) {
  return R"(<xccos xmlns="urn:parlano:xml:ns:xccos" ver="1" envid="7"><ntc id="ntc:)" + id + R"(" seqid="1"><data>)" + data +
         "</data></ntc></xccos>";
}

// The bytes an append function writes, which must be well formed and come behind what was there.
template <class Append>
std::string written(Append append) {
  std::string out = "before";
  append(out);
  EXPECT_EQ(out.substr(0, 6), "before");
  out.erase(0, 6);
  EXPECT_TRUE(parse_xml(out)) << out;
  return out;
}

RoomDetails details() {
  RoomDetails room{.room = lobby, .category = category, .name = "Lobby", .description = "Small \"talk\"", .topic = ""};
  room.privacy = Privacy::secret;
  room.participants = 3;
  return room;
}
const std::string details_begin =
    R"(<chanib name="Lobby" description="Small &quot;talk&quot;" uri="ma-chan://d/U" parent="ma-cat://d/C" behavior="NORMAL" topic="")"
    R"( filerepository="" disabled="false">)";
const std::string details_parts =
    R"(<info id="urn:parlano:ma:info:ucnt">3</info><info id="urn:parlano:ma:info:visibilty">PRIVATE</info>)"
    R"(<info id="urn:parlano:ma:info:visibility">PRIVATE</info><prop id="urn:parlano:ma:prop:logged">True</prop>)"
    R"(<prop id="urn:parlano:ma:prop:invite">False</prop><prop id="urn:parlano:ma:prop:filepost">False</prop>)";

TEST(XccosReplies, a_failure_says_why_and_carries_no_data) {
  EXPECT_EQ(written([](std::string& out) {
              append_reply(out, {.envid = 7, .command_envid = 437717089, .command_seqid = 2, .code = 404}, "join");
            }),
            reply("join", "", "<resp code=\"404\">No such room, category, person, message or file</resp>"));
  EXPECT_EQ(written([](std::string& out) {
              append_reply(out, {.envid = 7, .command_envid = 437717089, .command_seqid = 2, .code = 403, .text = "<no>"},
                           "a\"b");
            }),
            reply("a&quot;b", "", "<resp code=\"403\">&lt;no&gt;</resp>"));
}

TEST(XccosReplies, an_unreadable_envelope_gets_an_err) {
  EXPECT_EQ(
      written([](std::string& out) { append_unreadable(out, 7, 400, "XML: no"); }),
      R"(<xccos xmlns="urn:parlano:xml:ns:xccos" ver="1" envid="7"><err id="err" seqid="1"><commandid seqid="0" envid="0"/>)"
      R"(<resp code="400">XML: no</resp></err></xccos>)");
}

TEST(XccosReplies, requri_names_the_node) {
  EXPECT_EQ(written([](std::string& out) { append_node(out, head, "sip:node7@d"); }),
            reply("requri", R"(<uib uri="sip:node7@d" type="5"/>)"));
}

TEST(XccosReplies, getserverinfo_has_limits_and_the_root) {
  const ServerInfo info{
      .server_time = eight, .message_size_limit = 512, .story_size_limit = 4096, .root = category, .database_version = "G"};
  EXPECT_EQ(written([&](std::string& out) { append_server_info(out, head, info); }),
            reply("getserverinfo",
                  R"(<sib infoType="123" serverTime="2024-05-01T08:01:02.0000000Z" searchLimit="999" messageSizeLimit="512")"
                  R"( storySizeLimit="4096" rootUri="ma-cat://d/C" dbVersion="G"/>)"));
}

TEST(XccosReplies, a_list_of_rooms_shows_each_with_its_properties) {
  const std::array rooms{details()};
  EXPECT_EQ(written([&](std::string& out) { append_rooms(out, head, "chansrch", rooms); }),
            reply("chansrch", details_begin + details_parts + "</chanib>"));
  EXPECT_EQ(written([&](std::string& out) { append_rooms(out, head, "getassociations", {}); }), reply("getassociations", ""));
}

TEST(XccosReplies, a_join_lists_roles_by_number_people_once_and_failures) {
  const std::array<std::uint32_t, 2> both{0, 1};
  const std::array<std::uint32_t, 1> second{1};
  const std::array rooms{JoinedRoom{details(), both, second, {}}};
  const std::array people{PersonView{"sip:ann@d", "ann", "Ann"}, PersonView{"sip:bo@d", "bo", "Bo & Co"}};
  const std::array failed{RoomView{"d", "V"}};
  const std::string data =
      details_begin + details_parts +
      R"(<aib key="3984" value="0,1"/><aib key="12276" value="1"/></chanib>)"
      R"(<uib id="0" uri="sip:ann@d" uname="ann" dispname="Ann"/><uib id="1" uri="sip:bo@d" uname="bo" dispname="Bo &amp; Co"/>)"
      R"(<fib key="OPERATION_FAILED" value="V" domain="d"/>)";
  EXPECT_EQ(written([&](std::string& out) { append_joined(out, head, true, {rooms, people, failed}); }), reply("bjoin", data));
}

TEST(XccosReplies, part_gives_the_room_back) {
  EXPECT_EQ(written([](std::string& out) { append_parted(out, head, lobby); }),
            reply("part", R"(<chanib uri="ma-chan://d/U"/>)"));
}

TEST(XccosReplies, several_people_share_one_notice) {
  const std::array one{Presence{lobby, true, false}};
  const std::array two{Presence{lobby, false, false}, Presence{{"d", "V"}, false, true}};
  const std::array arrivals{Arrival{{"sip:ann@d", "ann", "Ann"}, one}, Arrival{{"sip:bo@d", "bo", "Bo"}, two}};
  EXPECT_EQ(
      written([&](std::string& out) { append_join_notice(out, 7, std::span(arrivals).first(1)); }),
      notice("join",
             R"(<uib id="0" uri="sip:ann@d" uname="ann" dispname="Ann" disabled="false"><aib key="3984" domain="d" value="U"/>)"
             R"(<aib key="12276" domain="d" value="U"/></uib>)"));
  EXPECT_EQ(
      written([&](std::string& out) { append_join_notice(out, 7, arrivals); }),
      notice(
          "bjoin",
          R"(<uib id="0" uri="sip:ann@d" uname="ann" dispname="Ann" disabled="false"><aib key="3984" domain="d" value="U"/>)"
          R"(<aib key="12276" domain="d" value="U"/></uib><uib id="1" uri="sip:bo@d" uname="bo" dispname="Bo" disabled="false">)"
          R"(<aib key="3984" domain="d" value="U"/><aib key="3984" domain="d" value="V"/><aib key="12277" domain="d" value="V"/></uib>)"));
  const std::array<std::string_view, 2> gone{"sip:ann@d", "sip:bo@d"};
  const std::array departures{Departure{lobby, gone}};
  EXPECT_EQ(written([&](std::string& out) { append_part_notice(out, 7, departures); }),
            notice("part", R"(<chanib uri="ma-chan://d/U"><uib uri="sip:ann@d"/><uib uri="sip:bo@d"/></chanib>)"));
}

TEST(XccosReplies, changed_rooms_and_invitations_are_announced) {
  EXPECT_EQ(written([](std::string& out) { append_room_notice(out, 7, details()); }),
            notice("chanmodify", details_begin + details_parts + "</chanib>"));
  const Invitation invitation{3, lobby, "Lobby", "sip:ann@d", eight};
  const std::string inv =
      R"(<inv inviteId="3" domain="d" chanUri="ma-chan://d/U" name="Lobby" author="sip:ann@d" ts="2024-05-01T08:01:02.0000000Z"/>)";
  EXPECT_EQ(written([&](std::string& out) { append_invitation_notice(out, 7, invitation); }), notice("invite", inv));
  EXPECT_EQ(written([&](std::string& out) { append_invitations(out, head, std::span(&invitation, 1)); }), reply("getinv", inv));
}

TEST(XccosReplies, a_post_and_its_history_have_the_same_attributes) {
  const ChatView chat{.room = lobby,
                      .id = 42,
                      .author = "sip:ann@d",
                      .author_name = "Ann",
                      .at = eight,
                      .text = "hello &\r\nwelcome",
                      .rich_text = "{r}",
                      .story_title = "T",
                      .client_id = "m",
                      .alert = true};
  const std::string rest =
      R"( id="grpchat" seqid="1" chanUri="ma-chan://d/U" author="sip:ann@d" authdisp="Ann" alert="true" chatId="42" ts="2024-05-01T08:01:02.0000000Z")"
      " title=\"T\" msgid=\"m\"><chat>hello &amp;\r\nwelcome</chat><rtf>{r}</rtf></";
  EXPECT_EQ(written([&](std::string& out) { append_post(out, 7, chat); }),
            R"(<xccos xmlns="urn:parlano:xml:ns:xccos" ver="1" envid="7"><grpchat)" + rest + "grpchat></xccos>");
  const std::array rooms{RoomHistory{lobby, std::span(&chat, 1), true}};
  EXPECT_EQ(written([&](std::string& out) { append_history(out, head, "bccontext", rooms); }),
            reply("bccontext", R"(<chanib uri="ma-chan://d/U" truncated="true"><msg)" + rest + "msg></chanib>"));
}

TEST(XccosReplies, preferences_and_file_tokens_are_given) {
  EXPECT_EQ(written([](std::string& out) {
              append_preference(out, head, {"kedzie.GroupChannels", 2, "QQ=="});
            }),
            reply("getpref", R"(<pref label="kedzie.GroupChannels" seqid="2" content="QQ=="/>)"));
  EXPECT_EQ(written([](std::string& out) { append_file_token(out, head, "T", "https://fe.d/x"); }),
            reply("getftok", R"(<token token="T" serveruri="https://fe.d/x"/>)"));
}

TEST(XccosReplies, management_lists_roles_categories_and_people) {
  const std::array people{PersonView{"sip:ann@d", "ann", "Ann"}};
  const std::array roles{RoleList{Role::manager, people}};
  const std::string person = R"(<uib id="0" uri="sip:ann@d" uname="ann" dispname="Ann"/>)";
  EXPECT_EQ(written([&](std::string& out) { append_room(out, head, "getroles", details(), roles); }),
            reply("getroles", details_begin + details_parts + R"(<role key="MANAGER">)" + person + "</role></chanib>"));
  const std::array categories{
      CategoryDetails{.category = category, .name = "All", .description = "", .version = 4, .roles = roles}};
  EXPECT_EQ(
      written([&](std::string& out) { append_categories(out, head, "getcat", categories); }),
      reply("getcat",
            R"(<catib uri="ma-cat://d/C" name="All" description="" invite="false" filepost="false" logged="true" version="4">)"
            R"(<role key="MANAGER">)" +
                person + "</role></catib>"));
  EXPECT_EQ(written([&](std::string& out) { append_people(out, head, "findprincipals", people); }),
            reply("findprincipals", person));
}

TEST(XccosReplies, no_text_of_a_user_can_become_markup) {
  const std::string evil = "\"><chat>&<![CDATA[]]>\x01\xFF";
  const ChatView chat{.room = lobby,
                      .id = 1,
                      .author = evil,
                      .author_name = evil,
                      .at = eight,
                      .text = evil,
                      .rich_text = evil,
                      .story_title = evil,
                      .client_id = evil};
  const std::string bytes = written([&](std::string& out) { append_post(out, 7, chat); });
  const auto root = parse_xml(bytes);
  ASSERT_TRUE(root);
  EXPECT_EQ(root->children.size(), 1U);
  EXPECT_EQ(root->children.front().children.size(), 2U);
  EXPECT_EQ(root->children.front().children.front().text, "\"><chat>&<![CDATA[]]>\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace poolcast::proto
