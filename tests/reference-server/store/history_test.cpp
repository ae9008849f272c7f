// History by place, time and author; search by words.
#include <gmock/gmock.h>

#include "tests/reference-server/store/support.hpp"

namespace poolcast::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t minute_ms = 60'000;

template <class Backend>
class History : public OnBoth<Backend> {
protected:
  // "1" at noon, "2" a minute later ...; bo writes the even ones.
  void write(int count) {
    World& world = this->world();
    for (int i = 1; i <= count; ++i) {
      Post post = world.post(std::to_string(i), i - 1);
      if (i % 2 == 0) post.sender = world.bo;
      ASSERT_TRUE(world.append(post));
    }
  }
};
TYPED_TEST_SUITE(History, Backends, BackendNames);

TYPED_TEST(History, the_last_ones_come_oldest_first) {
  this->write(9);
  World& world = this->world();
  EXPECT_THAT(world.bodies({.room = world.lobby, .limit = 3}), ElementsAre("7", "8", "9"));
  EXPECT_THAT(world.bodies({.room = world.lobby, .limit = 3, .take = Take::oldest}), ElementsAre("1", "2", "3"));
  EXPECT_THAT(world.bodies({.room = world.attic}), IsEmpty());
}

TYPED_TEST(History, before_and_after_a_message_leave_it_out) {
  this->write(9);
  World& world = this->world();
  EXPECT_THAT(world.bodies({.room = world.lobby, .before_seq = 5, .limit = 2}), ElementsAre("3", "4"));
  EXPECT_THAT(world.bodies({.room = world.lobby, .after_seq = 5, .limit = 2, .take = Take::oldest}), ElementsAre("6", "7"));
  EXPECT_THAT(world.bodies({.room = world.lobby, .after_seq = 2, .before_seq = 5}), ElementsAre("3", "4"));
  EXPECT_THAT(world.bodies({.room = world.lobby, .after_seq = 9}), IsEmpty());
}

TYPED_TEST(History, dates_include_both_ends_and_authors_are_told_apart) {
  this->write(6);
  World& world = this->world();
  EXPECT_THAT(world.bodies({.room = world.lobby, .from_ms = noon_ms + minute_ms, .until_ms = noon_ms + 3 * minute_ms}),
              ElementsAre("2", "3", "4"));
  EXPECT_THAT(world.bodies({.room = world.lobby, .from_ms = noon_ms + 4 * minute_ms}), ElementsAre("5", "6"));
  EXPECT_THAT(world.bodies({.room = world.lobby, .authors = {world.bo}}), ElementsAre("2", "4", "6"));
  EXPECT_THAT(world.bodies({.room = world.lobby, .authors = {world.ann, world.bo}, .limit = 2}), ElementsAre("5", "6"));
}

TYPED_TEST(History, nobody_gets_more_than_the_limit_or_less_than_nothing) {
  this->write(3);
  World& world = this->world();
  EXPECT_THAT(world.bodies({.room = world.lobby, .limit = 1'000'000}), ElementsAre("1", "2", "3"));
  EXPECT_THAT(world.bodies({.room = world.lobby, .limit = 0}), IsEmpty());
  EXPECT_THAT(world.bodies({.room = world.lobby, .limit = -5}), IsEmpty());
}

template <class Backend>
class Search : public OnBoth<Backend> {
protected:
  void write(const std::string& body, bool upstairs = false, int minute = 0) {
    World& world = this->world();
    Post post = world.post(body, minute);
    if (upstairs) post.room = world.attic;
    ASSERT_TRUE(world.append(post));
  }
  std::vector<std::string> find(const std::string& text, Match match = Match::all_words, bool match_case = false) {
    return this->world().found({.text = text, .match = match, .match_case = match_case});
  }
};
TYPED_TEST_SUITE(Search, Backends, BackendNames);

TYPED_TEST(Search, all_words_must_occur_in_any_order) {
  this->write("the build is green");
  this->write("green tea");
  this->write("Is the new BUILD broken?", true);
  EXPECT_THAT(this->find("build"), ElementsAre("the build is green", "Is the new BUILD broken?"));
  EXPECT_THAT(this->find("green build"), ElementsAre("the build is green"));
  EXPECT_THAT(this->find("gree"), IsEmpty());
}

TYPED_TEST(Search, a_phrase_must_occur_in_its_order) {
  this->write("the build is green");
  this->write("green is the build");
  EXPECT_THAT(this->find("is green", Match::phrase), ElementsAre("the build is green"));
  EXPECT_THAT(this->find("is, GREEN!", Match::phrase), ElementsAre("the build is green"));
}

TYPED_TEST(Search, case_counts_when_it_is_asked_for) {
  this->write("Polish polish");
  this->write("Polish");
  this->write("polish");
  EXPECT_THAT(this->find("Polish", Match::all_words, true), ElementsAre("Polish polish", "Polish"));
  EXPECT_THAT(this->find("Polish polish", Match::phrase, true), ElementsAre("Polish polish"));
}

TYPED_TEST(Search, both_databases_see_the_same_words) {
  this->write("see http://lab.example/path/file_name.txt?x=1");
  this->write("state-of-the-art e-mail ann@lab.example");
  this->write("cr\xc3\xa8me \xe2\x80\x94 gr\xc3\xbc\xc3\x9f");
  this->write("version 3.14 foo2bar don't");
  for (const char* word : {"path", "name", "txt", "lab", "http"}) EXPECT_EQ(this->find(word).empty(), false) << word;
  for (const char* word : {"art", "mail", "ann", "state of the art"})
    EXPECT_EQ(this->find(word, Match::phrase).size(), 1U) << word;
  EXPECT_EQ(this->find("cr\xc3\xa8me").size(), 1U);
  EXPECT_EQ(this->find("CR\xc3\x88ME").size(), 1U);
  EXPECT_EQ(this->find("creme").size(), 0U);
  EXPECT_EQ(this->find("14").size(), 1U);
  EXPECT_EQ(this->find("foo2bar").size(), 1U);
  EXPECT_EQ(this->find("don't", Match::phrase).size(), 1U);
}

TYPED_TEST(Search, what_a_query_language_would_read_is_only_text) {
  this->write("harmless");
  for (const char* text :
       {"\"", "'", "harmless*", "NOT harmless", "harmless OR x", "body:harmless", "NEAR(a b)", "a & b | !c", "((", "{a b}",
        "^harmless", "-harmless", "harmless:*", "<->", "\\", "'; DROP TABLE message; --", "?", ""})
    this->find(text);
  EXPECT_THAT(this->find("harmless*"), ElementsAre("harmless"));
  EXPECT_THAT(this->find("body:harmless"), IsEmpty());
  EXPECT_THAT(this->find("NOT harmless"), IsEmpty());
  EXPECT_THAT(this->find("..."), IsEmpty());
}

TYPED_TEST(Search, only_the_rooms_the_dates_and_the_authors_asked_for) {
  this->write("tea now", false, 0);
  this->write("tea later", false, 10);
  this->write("tea upstairs", true, 20);
  World& world = this->world();
  Post by_bo = world.post("tea for bo", 30);
  by_bo.sender = world.bo;
  ASSERT_TRUE(world.append(by_bo));
  EXPECT_THAT(world.found({.rooms = {world.attic}, .text = "tea"}), ElementsAre("tea upstairs"));
  EXPECT_THAT(world.found({.text = "tea", .authors = {world.bo}}), ElementsAre("tea for bo"));
  EXPECT_THAT(world.found({.text = "tea", .from_ms = noon_ms + minute_ms, .until_ms = noon_ms + 20 * minute_ms}),
              ElementsAre("tea later", "tea upstairs"));
}

TYPED_TEST(Search, no_rooms_find_nothing) {
  this->write("tea");
  World& world = this->world();
  const SearchQuery query{.rooms = {}, .text = "tea"};
  const auto result = world.loop.ask<Found>([&](Completion<Found> done) { world.store->search(query, std::move(done)); });
  ASSERT_TRUE(result);
  EXPECT_THAT(result->messages, IsEmpty());
}

TYPED_TEST(Search, each_room_has_its_limit_and_it_is_told_when_there_was_more) {
  for (int i = 0; i < 5; ++i) this->write("tea " + std::to_string(i));
  this->write("tea upstairs", true);
  World& world = this->world();
  const auto search = [&](int limit, Take take, bool match_case) {
    const SearchQuery query{
        .rooms = {world.lobby, world.attic}, .text = "tea", .match_case = match_case, .limit_per_room = limit, .take = take};
    return *world.loop.ask<Found>([&](Completion<Found> done) { world.store->search(query, std::move(done)); });
  };
  for (const bool match_case : {false, true}) {
    const Found newest = search(2, Take::newest, match_case);
    EXPECT_TRUE(newest.truncated);
    ASSERT_EQ(newest.messages.size(), 3U);
    EXPECT_EQ(newest.messages[0].body, "tea 3");
    EXPECT_EQ(newest.messages[2].body, "tea upstairs");
    EXPECT_EQ(search(2, Take::oldest, match_case).messages[0].body, "tea 0");
    EXPECT_FALSE(search(5, Take::newest, match_case).truncated);
  }
}

}  // namespace
}  // namespace poolcast::store::testing
