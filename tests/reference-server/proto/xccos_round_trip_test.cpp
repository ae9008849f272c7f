// What append_envelope() writes is what parse_xccos() reads, for every command with any content.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "reference-server/proto/text.hpp"
#include "reference-server/proto/xccos.hpp"

namespace poolcast::proto {
namespace {

std::string some_text(std::size_t most = 20) {
  const auto piece =
      rc::gen::element<std::string>("a", "B", "&", "<", ">", "\"", "'", " ", "]]>", "\xC3\xA9", "\xF0\x9F\x98\x80", "0");
  std::string text;
  const int pieces = *rc::gen::inRange(0, static_cast<int>(most));
  for (int i = 0; i < pieces; ++i) text += *piece;
  return text;
}
std::string a_text() { return "x" + some_text(); }

// Addresses are read into lower case.
std::string a_word() {
  const auto letter = rc::gen::element<char>('a', 'z', '0', '9', '-', '.', '_');
  std::string word = "a";
  const int letters = *rc::gen::inRange(0, 40);
  for (int i = 0; i < letters; ++i) word += *letter;
  return word;
}
RoomAddress a_room() { return {a_word(), a_word()}; }
CategoryAddress a_category() { return {a_word(), a_word()}; }
std::uint64_t a_number() { return *rc::gen::arbitrary<std::uint64_t>(); }
std::uint32_t a_count() { return *rc::gen::arbitrary<std::uint32_t>(); }
bool a_flag() { return *rc::gen::arbitrary<bool>(); }

template <class Make>
auto maybe(Make make) -> std::optional<decltype(make())> {
  if (!a_flag()) return std::nullopt;
  return make();
}
template <class Make>
auto some(Make make, int least = 0) {
  std::vector<decltype(make())> many;
  const int count = *rc::gen::inRange(least, 4);
  for (int i = 0; i < count; ++i) many.push_back(make());
  return many;
}

Privacy a_privacy() { return *rc::gen::element(Privacy::open, Privacy::closed, Privacy::secret); }
Behavior a_behavior() { return *rc::gen::element(Behavior::normal, Behavior::auditorium); }
Role a_role() { return *rc::gen::element(Role::member, Role::manager, Role::presenter, Role::creator, Role::scope); }
UtcTime a_time() { return UtcTime{std::chrono::milliseconds{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000)}}; }
RoleChange a_change() { return {a_role(), some(a_text), some(a_text)}; }

RoomSettings settings() {
  const auto text = [] { return some_text(); };
  return {maybe(text),   maybe(text),   maybe(text),   maybe(a_privacy), maybe(a_behavior),
          maybe(a_flag), maybe(a_flag), maybe(a_flag), maybe(a_number)};
}
CategorySettings category_settings() {
  const auto text = [] { return some_text(); };
  return {maybe(text), maybe(text), maybe(a_flag), maybe(a_flag), maybe(a_flag), maybe(a_number)};
}

RoomSearch a_search() {
  RoomSearch search{.by = *rc::gen::element(RoomSearch::By::name, RoomSearch::By::category, RoomSearch::By::mine),
                    .criteria = some_text(),
                    .extended = a_flag(),
                    .member = some_text(),
                    .manager = some_text(),
                    .category = maybe(a_category),
                    .disabled = maybe(a_flag),
                    .privacy = maybe(a_privacy),
                    .behavior = maybe(a_behavior),
                    .invitations = maybe(a_flag),
                    .max_results = maybe(a_count)};
  if (search.by == RoomSearch::By::category) search.category = a_category();
  return search;
}

GetHistory a_history() {
  GetHistory history{
      *rc::gen::element(GetHistory::Command::context, GetHistory::Command::by_date, GetHistory::Command::by_message), {}};
  HistoryQuery& query = history.query;
  query.rooms = some(a_room, 1);
  query.last = maybe(a_count);
  query.next = maybe(a_count);
  query.anchor = a_number();
  query.begin = maybe(a_time);
  query.end = maybe(a_time);
  query.text = some_text();
  query.phrase = !query.text.empty() && a_flag();
  query.match_case = !query.text.empty() && a_flag();
  query.authors = some(a_text);
  query.limit = maybe(a_count);
  query.order = *rc::gen::element(HistoryQuery::Order::oldest_first, HistoryQuery::Order::newest_first);
  return history;
}

std::string lines() {
  std::string text;
  for (const std::string& line : some([] { return some_text(); })) text += line + "\r\n";
  return text;
}

Command a_command() {
  switch (*rc::gen::inRange(0, 22)) {
    case 0:
      return RequestNode{};
    case 1:
      return GetServerInfo{some_text(), a_number()};
    case 2:
      return GetAssociations{a_role(), maybe(a_count)};
    case 3:
      return GetInvitations{a_number()};
    case 4:
      return GetPreference{a_text(), a_flag()};
    case 5:
      return SetPreference{a_text(), a_number(), some_text()};
    case 6:
      return a_search();
    case 7:
      return Join{a_room()};
    case 8:
      return BatchJoin{some(a_room, 1)};
    case 9:
      return Part{a_room()};
    case 10:
      return a_history();
    case 11:
      return GetFileToken{*rc::gen::element(GetFileToken::Direction::upload, GetFileToken::Direction::download), a_room(),
                          a_text()};
    case 12:
      return GetCreatableCategories{};
    case 13: {
      CreateRoom command{a_category(), settings(), some(a_change)};
      command.settings.name = a_text();
      return command;
    }
    case 14:
      return ChangeRoom{a_room(), settings()};
    case 15:
      return EnableRoom{a_room(), a_flag()};
    case 16:
      return GetRoles{a_room()};
    case 17:
      return ChangeRoles{a_room(), some(a_change, 1)};
    case 18:
      return FindPrincipals{some_text(), maybe(a_room), maybe(a_count)};
    case 19: {
      CreateCategory command{maybe(a_category), category_settings(), some(a_change)};
      command.settings.name = a_text();
      return command;
    }
    case 20:
      return GetCategories{maybe(a_category)};
    default:
      return ChangeCategory{a_category(), category_settings(), some(a_change)};
  }
}

void expect_same(const Envelope& envelope) {
  std::string bytes;
  append_envelope(bytes, envelope);
  const auto read = parse_xccos(bytes);
  RC_ASSERT(static_cast<bool>(read));
  RC_ASSERT(*read == envelope);
}

RC_GTEST_PROP(XccosRoundTrip, commands_are_read_as_they_were_written, ()) {
  Envelope envelope{a_number(), {}};
  const int count = *rc::gen::inRange(1, 17);
  for (int i = 0; i < count; ++i) envelope.requests.push_back(make_request(a_command(), a_number()));
  expect_same(envelope);
}

RC_GTEST_PROP(XccosRoundTrip, a_post_is_read_as_it_was_written, ()) {
  const Post post{a_room(), lines(), some_text(), some_text(), some_text(5), a_flag()};
  expect_same({a_number(), {make_request(post, a_number())}});
}

RC_GTEST_PROP(XccosRoundTrip, addresses_are_read_as_they_were_written, ()) {
  const RoomAddress room = a_room();
  RC_ASSERT(parse_room_uri(to_uri(room)) == room);
  const CategoryAddress category = a_category();
  RC_ASSERT(parse_category_uri(to_uri(category)) == category);
}

TEST(XccosRoundTrip, every_word_is_read_as_it_is_written) {
  for (const Privacy privacy : {Privacy::open, Privacy::closed, Privacy::secret})
    EXPECT_EQ(privacy_named(wire_name(privacy)), privacy);
  for (const Behavior behavior : {Behavior::normal, Behavior::auditorium})
    EXPECT_EQ(behavior_named(wire_name(behavior)), behavior);
  for (const Role role : {Role::member, Role::manager, Role::presenter, Role::creator, Role::scope})
    EXPECT_EQ(role_named(wire_name(role)), role);
}

}  // namespace
}  // namespace poolcast::proto
