// Endpoints that lost only their dialog, and missed more than a node has in memory.
#include <gtest/gtest.h>

#include "tests/reference-server/chat/world.hpp"

namespace poolcast::chat::testing {
namespace {

using Texts = std::vector<std::string>;

Config small_memory() {
  Config config;
  config.recent_messages = 3;
  return config;
}

// Bo's dialog is lost; meanwhile ann posts `1` to `posts`.
struct Lost : World {
  explicit Lost(int posts) : World(small_memory()), ann_session(sign_in("ann")) {
    const SessionId bo_session = sign_in("bo");
    join(ann_session, lobby);
    join(bo_session, lobby);
    chat->close(bo_session, Closing::lost);
    for (int number = 1; number <= posts; ++number) post(ann_session, lobby, std::to_string(number));
  }
  SessionId comes_back() { return sign_in("bo", "e1", true); }
  // Without waiting for the store.
  void post_unsettled(const std::string& text) {
    chat->info(ann_session, ++unsettled_ticket,
               R"(<xccos xmlns="urn:parlano:xml:ns:xccos" ver="1" envid="4711"><grpchat id="grpchat" seqid="1" chanUri=")" +
                   uri_of(lobby) + R"(" author="sip:ann@lab.example"><chat>)" + text + "</chat></grpchat></xccos>");
  }
  Texts texts(SessionId session) const {
    Texts texts;
    for (const std::string& sent : received(session, "<chat>")) {
      const auto begin = sent.find("<chat>") + 6;
      texts.push_back(sent.substr(begin, sent.find("</chat>") - begin));
    }
    return texts;
  }
  SessionId ann_session;
  Ticket unsettled_ticket = 10'000;
};

TEST(Missed, comes_in_order_and_before_what_is_posted_meanwhile) {
  Lost world(5);
  world.post_unsettled("6");
  const SessionId back = world.comes_back();
  world.post_unsettled("7");
  world.port.settle();  // 6 is stored before the missed ones are read, 7 after it
  EXPECT_EQ(world.texts(back), (Texts{"1", "2", "3", "4", "5", "6", "7"}));
  world.post(world.ann_session, lobby, "8");
  EXPECT_EQ(world.texts(back).back(), "8");
}

TEST(Missed, comes_in_pages_when_it_is_more_than_the_store_gives_at_once) {
  constexpr int posts = store::most_history_messages + 5;
  Lost world(posts);
  const SessionId back = world.comes_back();
  world.port.settle();
  const Texts texts = world.texts(back);
  ASSERT_EQ(texts.size(), static_cast<std::size_t>(posts));
  for (int number = 1; number <= posts; ++number) EXPECT_EQ(texts[static_cast<std::size_t>(number) - 1], std::to_string(number));
}

TEST(Missed, comes_when_the_store_can_be_read_again) {
  Lost world(5);
  const SessionId back = world.comes_back();
  world.port.database_is_away = true;
  world.port.settle();
  EXPECT_TRUE(world.texts(back).empty());
  world.port.database_is_away = false;
  world.pass(1.5);
  EXPECT_EQ(world.texts(back), (Texts{"1", "2", "3", "4", "5"}));
}

TEST(Missed, comes_to_an_endpoint_that_is_lost_once_more_before_it_is_read) {
  Lost world(5);
  world.chat->close(world.comes_back(), Closing::lost);
  const SessionId back = world.comes_back();
  world.port.settle();
  EXPECT_EQ(world.texts(back), (Texts{"1", "2", "3", "4", "5"}));
}

TEST(Missed, is_what_retention_has_left_of_it) {
  Lost world(8);
  auto& stored = world.port.messages[lobby];
  stored.erase(stored.begin(), stored.end() - 3);
  const SessionId back = world.comes_back();
  world.port.settle();
  EXPECT_EQ(world.texts(back), (Texts{"6", "7", "8"}));
}

}  // namespace
}  // namespace poolcast::chat::testing
