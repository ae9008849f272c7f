// Posts: stored once, numbered without gaps, in the order of their commits.
#include <gmock/gmock.h>

#include <set>

#include "tests/reference-server/store/support.hpp"

namespace poolcast::store::testing {
namespace {

using ::testing::ElementsAre;

template <class Backend>
class Append : public OnBoth<Backend> {};
TYPED_TEST_SUITE(Append, Backends, BackendNames);

TYPED_TEST(Append, each_room_counts_for_itself) {
  World& world = this->world();
  Post elsewhere = world.post("upstairs");
  elsewhere.room = world.attic;
  EXPECT_EQ(world.append(world.post("one"))->seq, 1);
  EXPECT_EQ(world.append(elsewhere)->seq, 1);
  EXPECT_EQ(world.append(world.post("two"))->seq, 2);
  EXPECT_THAT(world.bodies({.room = world.lobby}), ElementsAre("one", "two"));
  EXPECT_THAT(world.bodies({.room = world.attic}), ElementsAre("upstairs"));
}

TYPED_TEST(Append, a_repeat_finds_the_first_and_keeps_its_time) {
  World& world = this->world();
  Post post = world.post("once");
  const auto first = world.append(post);
  ASSERT_TRUE(first);
  post.sent_ms += 5'000;
  const auto again = world.append(post);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, (Appended{.seq = 1, .sent_ms = first->sent_ms, .duplicate = true}));
  EXPECT_THAT(world.bodies({.room = world.lobby}), ElementsAre("once"));
}

TYPED_TEST(Append, a_repeat_in_the_same_batch_is_stored_once) {
  World& world = this->world();
  const Post blocker = world.post("keeps the writer busy while the others gather");
  const Post post = world.post("twin");
  std::vector<Appended> answers;
  const auto collect = [&](Result<Appended> result) {
    ASSERT_TRUE(result) << result.error().message;
    answers.push_back(*result);
  };
  world.store->append(blocker, collect);
  for (int i = 0; i < 5; ++i) world.store->append(post, collect);
  ASSERT_TRUE(world.loop.run_until([&] { return answers.size() == 6; }));
  EXPECT_FALSE(answers[1].duplicate);
  for (std::size_t i = 1; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].seq, 2);
    EXPECT_EQ(answers[i].duplicate, i > 1);
  }
  EXPECT_EQ(world.count("message"), 2);
}

TYPED_TEST(Append, nobody_can_take_the_key_of_somebody_else) {
  World& world = this->world();
  const Post mine = world.post("mine");
  Post theirs = mine;
  theirs.sender = world.bo;
  theirs.body = "theirs";
  EXPECT_FALSE(world.append(theirs)->duplicate);
  EXPECT_FALSE(world.append(mine)->duplicate);
  EXPECT_THAT(world.bodies({.room = world.lobby}), ElementsAre("theirs", "mine"));
}

TYPED_TEST(Append, an_unknown_room_spoils_nothing_else_in_its_batch) {
  World& world = this->world();
  Post nowhere = world.post("nowhere");
  nowhere.room = RoomId{987'654};
  std::vector<Result<Appended>> answers;
  const auto collect = [&](Result<Appended> result) { answers.push_back(std::move(result)); };
  world.store->append(world.post("before"), collect);
  world.store->append(nowhere, collect);
  world.store->append(world.post("after"), collect);
  ASSERT_TRUE(world.loop.run_until([&] { return answers.size() == 3; }));
  EXPECT_TRUE(answers[0]);
  ASSERT_FALSE(answers[1]);
  EXPECT_EQ(answers[1].error().code, ErrorCode::not_found);
  EXPECT_EQ(answers[2].value().seq, 2);
}

TYPED_TEST(Append, what_is_no_text_or_too_long_is_refused) {
  World& world = this->world();
  for (const std::string& bad :
       {std::string("a\0b", 3), std::string("\xff"), std::string("\xc0\x80"), std::string("\xed\xa0\x80")})
    EXPECT_EQ(world.append(world.post(bad)).error().code, ErrorCode::malformed);
  EXPECT_EQ(world.append(world.post(std::string(largest_body_bytes + 1, 'x'))).error().code, ErrorCode::too_large);
  EXPECT_EQ(world.append(world.post(std::string(largest_body_bytes, 'x')))->seq, 1);
  EXPECT_EQ(world.bodies({.room = world.lobby}).at(0).size(), largest_body_bytes);
}

TYPED_TEST(Append, whatever_is_typed_comes_back_as_it_was) {
  World& world = this->world();
  const std::vector<std::string> typed{"'; DROP TABLE message; --",
                                       R"("},{"NULL")",
                                       R"(\' \" \\ {curly} ?)",
                                       "$$ $1 :name {fn now()}",
                                       "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80 \xe6\x97\xa5\xe6\x9c\xac",
                                       "two\r\nlines\tand a tab",
                                       "NULL",
                                       "",
                                       " "};
  for (const std::string& text : typed) {
    Post post = world.post(text);
    post.title = text;
    post.rtf = text;
    ASSERT_TRUE(world.append(post)) << text;
  }
  EXPECT_EQ(world.bodies({.room = world.lobby}), typed);
  const auto messages = world.loop.ask<std::vector<Message>>(
      [&](Completion<std::vector<Message>> done) { world.store->history({.room = world.lobby}, std::move(done)); });
  for (std::size_t i = 0; i < typed.size(); ++i) {
    EXPECT_EQ(messages->at(i).title, typed[i]);
    EXPECT_EQ(messages->at(i).rtf, typed[i]);
  }
}

TYPED_TEST(Append, completions_come_in_the_order_of_the_posts_and_of_their_numbers) {
  World& world = this->world();
  std::vector<std::int64_t> numbers;
  for (int i = 0; i < 1'000; ++i)
    world.store->append(world.post(std::to_string(i)), [&](Result<Appended> result) { numbers.push_back(result->seq); });
  ASSERT_TRUE(world.loop.run_until([&] { return numbers.size() == 1'000; }));
  for (std::size_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], static_cast<std::int64_t>(i + 1));
  const auto bodies = world.bodies({.room = world.lobby, .limit = 1'000});
  for (std::size_t i = 0; i < bodies.size(); ++i) ASSERT_EQ(bodies[i], std::to_string(i));
}

// Two nodes on one database, the same posts through both in different orders: each post once, numbers without gaps.
TYPED_TEST(Append, two_nodes_that_store_the_same_posts_agree_on_their_numbers) {
  World& world = this->world();
  auto other = Store::open(world.config(world.connection), world.loop.post_back());
  ASSERT_TRUE(other) << other.error().message;
  constexpr std::size_t count = 400;
  std::vector<Post> posts;
  for (std::size_t i = 0; i < count; ++i) {
    posts.push_back(world.post(std::to_string(i)));
    if (i % 3 == 0) posts.back().room = world.attic;
    posts.back().recorded = true;
  }
  std::vector<std::int64_t> here(count);
  std::vector<std::int64_t> there(count);
  std::size_t answered = 0;
  std::size_t fresh = 0;
  const auto collect = [&](std::int64_t& seq) {
    return [&](Result<Appended> result) {
      ASSERT_TRUE(result) << result.error().message;
      seq = result->seq;
      fresh += result->duplicate ? 0 : 1;
      ++answered;
    };
  };
  for (std::size_t i = 0; i < count; ++i) {
    world.store->append(posts[i], collect(here[i]));
    (*other)->append(posts[count - 1 - i], collect(there[count - 1 - i]));
  }
  ASSERT_TRUE(world.loop.run_until([&] { return answered == 2 * count; }));
  EXPECT_EQ(here, there);
  EXPECT_EQ(fresh, count);
  std::set<std::pair<RoomId, std::int64_t>> taken;
  for (std::size_t i = 0; i < count; ++i) taken.emplace(posts[i].room, here[i]);
  EXPECT_EQ(taken.size(), count);
  for (const RoomId room : {world.lobby, world.attic}) {
    const std::string id = std::to_string(number(room));
    EXPECT_EQ(
        world.count("message WHERE room_id = " + id),
        world.count("message WHERE room_id = " + id + " AND seq <= (SELECT last_seq FROM room_head WHERE room_id = " + id + ")"));
    EXPECT_EQ(world.count("message m JOIN room_head h ON h.room_id = m.room_id AND h.last_seq = m.seq WHERE m.room_id = " + id),
              1);
  }
  EXPECT_EQ(world.count("compliance_outbox"), static_cast<std::int64_t>(count));
}

TYPED_TEST(Append, a_recorded_post_and_other_events_leave_through_the_outbox_once) {
  World& world = this->world();
  Post post = world.post("recorded");
  post.recorded = true;
  ASSERT_TRUE(world.append(post));
  ASSERT_TRUE(world.append(post));
  ASSERT_TRUE(world.append(world.post("not recorded")));
  for (const EventKind kind :
       {EventKind::join, EventKind::part, EventKind::backchat, EventKind::file_upload, EventKind::file_download}) {
    const Event event{.kind = kind, .room = world.lobby, .who = world.bo, .at_ms = noon_ms, .content = "it's"};
    ASSERT_TRUE(world.loop.ask<Done>([&](Completion<Done> done) { world.store->record(event, std::move(done)); }));
  }
  EXPECT_EQ(world.count("compliance_outbox"), 6);
  EXPECT_EQ(world.count("compliance_outbox WHERE kind = 3 AND seq = 1"), 1);
}

TYPED_TEST(Append, a_commit_is_measured) {
  std::vector<CommitMeasured> measured;
  const TypeParam backend;
  World world(backend.connection(),
              [&](Config& config) { config.observer.on_commit = [&](const CommitMeasured& one) { measured.push_back(one); }; });
  const Post post = world.post("measured");
  ASSERT_TRUE(world.append(post));
  ASSERT_TRUE(world.append(post));
  ASSERT_TRUE(world.loop.run_until([&] { return measured.size() == 2; }));
  EXPECT_TRUE(measured[0].stored);
  EXPECT_EQ(measured[0].posts, 1U);
  EXPECT_EQ(measured[0].duplicates, 0U);
  EXPECT_EQ(measured[1].duplicates, 1U);
  EXPECT_GT(measured[0].flush.count(), 0.0);
  EXPECT_GT(measured[0].execute.count(), 0.0);
  ASSERT_TRUE(measured[0].cpu) << "of one commit in so many, beginning with the first";
  EXPECT_GT(measured[0].cpu->count(), 0.0);
  EXPECT_FALSE(measured[1].cpu);
  EXPECT_FALSE(measured[0].mirror) << "there is none";
}

TYPED_TEST(Append, calls_that_are_no_posts_are_measured_with_their_queues) {
  std::vector<CallMeasured> measured;
  const TypeParam backend;
  World world(backend.connection(), [&](Config& config) {
    config.observer.on_call = [&](const CallMeasured& one) { measured.push_back(one); };
    config.observer.sample_every = 1;
  });
  measured.clear();
  (void)world.bodies({.room = world.lobby, .limit = 5});
  ASSERT_TRUE(world.edit({Edit(user("dee"))}));
  ASSERT_TRUE(world.loop.ask<Preference>([&](Completion<Preference> done) {
    world.store->set_preference({.user = world.ann, .label = "rooms", .content = "eA=="}, std::move(done));
  }));
  ASSERT_TRUE(world.loop.run_until([&] { return measured.size() == 3; }));
  const std::vector<std::pair<std::string, std::string>> expected{
      {"history", "reads"}, {"edit", "edits"}, {"set_preference", "changes"}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(measured[i].operation, expected[i].first);
    EXPECT_EQ(measured[i].queue, expected[i].second);
    EXPECT_GT(measured[i].execute.count(), 0.0);
    ASSERT_TRUE(measured[i].cpu);
    EXPECT_GT(measured[i].cpu->count(), 0.0);
  }
}

}  // namespace
}  // namespace poolcast::store::testing
