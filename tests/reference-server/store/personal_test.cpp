// Preferences, invitations, file tokens, joined rooms.
#include <gmock/gmock.h>

#include "tests/reference-server/store/support.hpp"

namespace poolcast::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <class Backend>
class Personal : public OnBoth<Backend> {
protected:
  Result<Preference> set(const std::string& label, const std::string& content, std::int64_t seqid) {
    const Preference preference{.user = this->world().ann, .label = label, .content = content, .seqid = seqid};
    return this->world().loop.template ask<Preference>(
        [&](Completion<Preference> done) { this->world().store->set_preference(preference, std::move(done)); });
  }
  Result<std::vector<Preference>> preferences(PrincipalId user, const std::vector<std::string>& labels) {
    return this->world().loop.template ask<std::vector<Preference>>(
        [&](Completion<std::vector<Preference>> done) { this->world().store->preferences(user, labels, std::move(done)); });
  }
  Result<Invitation> invite(RoomId room, PrincipalId user) {
    const Invitation invitation{.room = room, .user = user, .by = this->world().ann, .sent_ms = noon_ms};
    return this->world().loop.template ask<Invitation>(
        [&](Completion<Invitation> done) { this->world().store->invite(invitation, std::move(done)); });
  }
  Result<std::vector<Invitation>> invitations(PrincipalId user, std::int64_t newer_than) {
    return this->world().loop.template ask<std::vector<Invitation>>(
        [&](Completion<std::vector<Invitation>> done) { this->world().store->invitations(user, newer_than, std::move(done)); });
  }
  Result<Done> do_it(const std::function<void(Store&, const Completion<Done>&)>& start) {
    return this->world().loop.template ask<Done>([&](const Completion<Done>& done) { start(*this->world().store, done); });
  }
};
TYPED_TEST_SUITE(Personal, Backends, BackendNames);

TYPED_TEST(Personal, a_preference_keeps_its_newest_content) {
  EXPECT_EQ(this->set("rooms", "Zmlyc3Q=", 0)->seqid, 1);
  EXPECT_EQ(this->set("rooms", "c2Vjb25k", 0)->seqid, 2);
  EXPECT_EQ(this->set("rooms", "dGhpcmQ=", 7)->seqid, 7);
  EXPECT_EQ(this->set("rooms", "b2xk", 5).error().code, ErrorCode::conflict);
  EXPECT_EQ(this->set("rooms", "b3RoZXI=", 7).error().code, ErrorCode::conflict);
  EXPECT_TRUE(this->set("rooms", "dGhpcmQ=", 7));  // a retry
  ASSERT_TRUE(this->set("it's another", "", 0));
  const auto all = this->preferences(this->world().ann, {});
  ASSERT_THAT(*all, SizeIs(2));
  EXPECT_EQ(this->preferences(this->world().ann, {"rooms", "absent"})->at(0).content, "dGhpcmQ=");
  EXPECT_THAT(*this->preferences(this->world().bo, {}), IsEmpty());
}

TYPED_TEST(Personal, a_repeated_invitation_is_one_and_new_again) {
  World& world = this->world();
  const auto first = this->invite(world.lobby, world.bo);
  const auto attic = this->invite(world.attic, world.bo);
  ASSERT_TRUE(first && attic);
  const auto again = this->invite(world.lobby, world.bo);
  EXPECT_GT(again->id, attic->id);
  EXPECT_THAT(*this->invitations(world.bo, 0), SizeIs(2));
  ASSERT_THAT(*this->invitations(world.bo, attic->id), SizeIs(1));
  EXPECT_EQ(this->invitations(world.bo, attic->id)->at(0).room, world.lobby);
  ASSERT_TRUE(
      this->do_it([&](Store& store, const Completion<Done>& done) { store.forget_invitation(world.lobby, world.bo, done); }));
  EXPECT_THAT(*this->invitations(world.bo, attic->id), IsEmpty());
}

TYPED_TEST(Personal, a_file_token_is_good_until_it_expires_or_is_used_up) {
  World& world = this->world();
  const FileToken token{.token = random_uuid(),
                        .user = world.ann,
                        .room = world.lobby,
                        .file = "plan \"B\".txt",
                        .direction = FileDirection::download,
                        .expires_ms = noon_ms + 1'800'000};
  const auto ask = [&](const Uuid& which, std::int64_t now_ms) {
    return world.loop.ask<FileToken>(
        [&](Completion<FileToken> done) { world.store->file_token(which, now_ms, std::move(done)); });
  };
  ASSERT_TRUE(this->do_it([&](Store& store, const Completion<Done>& done) { store.grant_file_token(token, done); }));
  const auto found = ask(token.token, noon_ms);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->file, token.file);
  EXPECT_EQ(found->room, token.room);
  EXPECT_EQ(found->direction, token.direction);
  FileToken named = token;
  named.file = "stored.txt";
  ASSERT_TRUE(this->do_it([&](Store& store, const Completion<Done>& done) { store.grant_file_token(named, done); }));
  EXPECT_EQ(ask(token.token, noon_ms)->file, "stored.txt") << "an upload learns its name when it begins";
  EXPECT_EQ(ask(token.token, token.expires_ms).error().code, ErrorCode::not_found);
  EXPECT_EQ(ask(random_uuid(), noon_ms).error().code, ErrorCode::not_found);
  ASSERT_TRUE(this->do_it([&](Store& store, const Completion<Done>& done) { store.forget_file_token(token.token, done); }));
  EXPECT_EQ(ask(token.token, noon_ms).error().code, ErrorCode::not_found);
}

TYPED_TEST(Personal, joined_rooms_survive_the_server) {
  World& world = this->world();
  const EndpointRooms both{.user = world.ann, .epid = "e1", .rooms = {world.lobby, world.attic}, .updated_ms = noon_ms};
  const EndpointRooms one{.user = world.ann, .epid = "e2", .rooms = {world.attic}, .updated_ms = noon_ms};
  EndpointRooms none = one;
  none.rooms.clear();
  EndpointRooms old = one;
  old.epid = "e3";
  old.updated_ms = noon_ms - 1;
  std::size_t answered = 0;
  for (const EndpointRooms& endpoint : {one, both, none, old})
    world.store->save_endpoint(endpoint, [&](const Result<Done>& result) { answered += result ? 1 : 0; });
  ASSERT_TRUE(world.loop.run_until([&] { return answered == 4; }));
  world.store.reset();
  auto again = Store::open(world.config(world.connection), world.loop.post_back());
  ASSERT_TRUE(again);
  EXPECT_THAT(*(*again)->load_endpoints(noon_ms), ElementsAre(both));
  EXPECT_THAT(*(*again)->load_endpoints(0), SizeIs(2));
}

}  // namespace
}  // namespace poolcast::store::testing
