// Two ends of a link without a socket: who may say what, and when.
#include "reference-server/link/conversation.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace poolcast::link {
namespace {

struct End : ConversationHost {
  std::string& output() override { return sent; }
  std::string objection(const Hello& hello) override { return hello.node == "unwelcome" ? "nobody knows you" : ""; }
  void linked(const Hello& hello) override { with = hello.node; }
  void heard(Message message) override { messages.push_back(std::move(message)); }
  void answered(std::uint64_t number) override { answers.push_back(number); }

  std::string sent;
  std::string with;
  std::vector<Message> messages;
  std::vector<std::uint64_t> answers;
};

struct Link {
  explicit Link(const std::string& caller_name = "chat-1", ConversationLimits limits = {}) {
    caller = std::make_unique<Conversation>(one, Hello{protocol_version, "chat", caller_name, {}}, Conversation::Side::caller,
                                            limits, 0);
    called =
        std::make_unique<Conversation>(two, Hello{protocol_version, "chat", "chat-2", {}}, Conversation::Side::called, limits, 0);
    caller->begin();
    called->begin();
  }
  void carry(double now_s = 0) {
    while (!one.sent.empty() || !two.sent.empty()) {
      std::string there, back;
      there.swap(one.sent);
      back.swap(two.sent);
      called->take(there, now_s);
      caller->take(back, now_s);
    }
  }
  End one, two;
  std::unique_ptr<Conversation> caller, called;
};

TEST(Conversation, links_two_nodes_that_know_each_other) {
  Link link;
  EXPECT_TRUE(link.two.sent.empty()) << "nothing is said to somebody who has not introduced himself";
  link.carry();
  EXPECT_EQ(link.one.with, "chat-2");
  EXPECT_EQ(link.two.with, "chat-1");
}

TEST(Conversation, ends_with_the_reason_when_a_node_is_not_welcome) {
  Link link("unwelcome");
  link.carry();
  EXPECT_FALSE(link.called->is_linked());
  EXPECT_EQ(link.called->why(), "nobody knows you");
  EXPECT_EQ(link.caller->why(), "nobody knows you");
}

TEST(Conversation, ends_when_the_releases_differ) {
  End end;
  Conversation called(end, Hello{}, Conversation::Side::called, {}, 0);
  std::string bytes;
  append(bytes, Hello{protocol_version + 1, "chat", "chat-1", {}});
  called.take(bytes, 0);
  EXPECT_NE(called.why().find("run the same release"), std::string::npos);
}

TEST(Conversation, hears_nothing_before_the_introduction) {
  End end;
  Conversation called(end, Hello{}, Conversation::Side::called, {}, 0);
  std::string bytes;
  append(bytes, Changed{});
  called.take(bytes, 0);
  EXPECT_TRUE(called.has_ended());
  EXPECT_TRUE(end.messages.empty());
}

TEST(Conversation, refuses_a_long_message_of_a_stranger_at_its_first_bytes) {
  End end;
  Conversation called(end, Hello{}, Conversation::Side::called, {}, 0);
  called.take(std::string("\0\1\0\0", 4), 0);
  EXPECT_TRUE(called.has_ended());
}

TEST(Conversation, does_not_wait_for_a_stranger_who_says_nothing) {
  End end;
  Conversation called(end, Hello{}, Conversation::Side::called, {}, 0);
  EXPECT_TRUE(called.check(9));
  EXPECT_FALSE(called.check(11));
}

TEST(Conversation, refuses_a_second_introduction) {
  Link link;
  link.carry();
  std::string bytes;
  append(bytes, Hello{protocol_version, "chat", "chat-1", {}});
  link.called->take(bytes, 0);
  EXPECT_TRUE(link.called->has_ended());
}

TEST(Conversation, answers_a_question_after_what_was_said_before_it) {
  Link link;
  link.carry();
  append(link.one.sent, Changed{});
  const std::uint64_t number = link.caller->ask();
  link.carry();
  ASSERT_EQ(link.two.messages.size(), 1U);
  EXPECT_EQ(link.one.answers, std::vector<std::uint64_t>{number});
}

TEST(Conversation, asks_for_signs_of_life_and_ends_without_them) {
  Link link;
  link.carry();
  for (int second = 1; second <= 20; ++second) {
    EXPECT_TRUE(link.caller->check(second));
    link.carry(second);
  }
  EXPECT_TRUE(link.caller->check(24));
  EXPECT_FALSE(link.caller->check(26));
  EXPECT_EQ(link.caller->why(), "it has been silent for too long");
}

TEST(Conversation, measures_the_round_trip) {
  Link link;
  link.carry();
  EXPECT_TRUE(link.caller->check(3));
  std::string question;
  question.swap(link.one.sent);
  link.called->take(question, 3.25);
  std::string answer;
  answer.swap(link.two.sent);
  link.caller->take(answer, 3.5);
  EXPECT_DOUBLE_EQ(link.caller->round_trip_s(), 0.5);
}

TEST(Conversation, ends_when_the_other_says_more_than_a_node_does) {
  Link link("chat-1", {.most_per_s = 10});
  link.carry();
  for (int i = 0; i < 9; ++i) append(link.one.sent, Changed{});
  link.carry(0.5);
  EXPECT_FALSE(link.called->has_ended());
  for (int i = 0; i < 11; ++i) append(link.one.sent, Changed{});
  link.carry(0.6);
  EXPECT_TRUE(link.called->has_ended());
}

TEST(Conversation, hears_at_first_everybody_who_is_there_however_many_they_are) {
  Link link("chat-1", {.most_per_s = 10, .most_at_first = 50});
  link.carry();
  for (int i = 0; i < 50; ++i) append(link.one.sent, Presence{});
  append(link.one.sent, AllTold{});
  link.carry();
  EXPECT_FALSE(link.called->has_ended());
  EXPECT_EQ(link.two.messages.size(), 51U);
  for (int i = 0; i < 10; ++i) append(link.one.sent, Presence{});
  link.carry();
  EXPECT_TRUE(link.called->has_ended()) << "afterwards they count as the others do";
}

TEST(Conversation, ends_when_the_other_tells_at_first_of_more_than_a_node_holds) {
  Link link("chat-1", {.most_per_s = 10, .most_at_first = 50});
  link.carry();
  for (int i = 0; i < 51; ++i) append(link.one.sent, Presence{});
  link.carry();
  EXPECT_TRUE(link.called->has_ended());
}

}  // namespace
}  // namespace poolcast::link
