// The directory: edits with versions, all or none; another node hears of them.
#include <gmock/gmock.h>

#include "tests/reference-server/store/support.hpp"

namespace poolcast::store::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <class Backend>
class DirectoryOf : public OnBoth<Backend> {
protected:
  Directory load() { return *this->world().store->load_directory(); }
  Result<Directory> since(std::int64_t revision) {
    return this->world().loop.template ask<Directory>(
        [&](Completion<Directory> done) { this->world().store->changes_since(revision, std::move(done)); });
  }
};
TYPED_TEST_SUITE(DirectoryOf, Backends, BackendNames);

TYPED_TEST(DirectoryOf, what_was_stored_is_loaded) {
  World& world = this->world();
  Room detailed = room(world.category, "Details");
  detailed.guid = random_uuid();
  detailed.description = "It's all here";
  detailed.topic = "100 %";
  detailed.kind = RoomKind::auditorium;
  detailed.privacy = Privacy::secret;
  detailed.disabled = true;
  detailed.invitations = Setting::on;
  detailed.addin = "weather";
  detailed.members = {{world.ann, role_member | role_manager}, {world.bo, role_member | role_presenter}};
  const auto stored = world.edit({detailed});
  ASSERT_TRUE(stored) << stored.error().message;
  ASSERT_THAT(stored->rooms, SizeIs(1));
  detailed.id = stored->rooms[0].id;
  detailed.version = 1;
  EXPECT_EQ(stored->rooms[0], detailed);
  const Directory loaded = this->load();
  EXPECT_EQ(loaded.rooms.back(), detailed);
  EXPECT_EQ(loaded.revision, stored->revision);
  EXPECT_NE(loaded.database, Uuid{});
  EXPECT_THAT(loaded.principals, SizeIs(2));
  EXPECT_THAT(loaded.categories.at(0).allowed, ElementsAre(world.ann, world.bo));
}

TYPED_TEST(DirectoryOf, an_edit_of_an_old_version_is_a_conflict_and_changes_nothing) {
  World& world = this->world();
  Room lobby = this->load().rooms.at(0);
  lobby.topic = "first";
  ASSERT_TRUE(world.edit({lobby}));
  lobby.topic = "second";
  const auto late = world.edit({user("cy"), lobby});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
  EXPECT_FALSE(late.error().in_doubt);
  const Directory loaded = this->load();
  EXPECT_EQ(loaded.rooms.at(0).topic, "first");
  EXPECT_THAT(loaded.principals, SizeIs(2));
}

TYPED_TEST(DirectoryOf, a_name_is_taken_whatever_the_case_of_its_letters) {
  World& world = this->world();
  EXPECT_EQ(world.edit({room(world.category, "lOBBY")}).error().code, ErrorCode::conflict);
  EXPECT_EQ(world.edit({user("ANN")}).error().code, ErrorCode::conflict);
  EXPECT_TRUE(world.edit({room(world.category, "Lobby 2")}));
}

TYPED_TEST(DirectoryOf, what_is_not_there_cannot_be_changed_or_referred_to) {
  World& world = this->world();
  Room ghost = room(world.category, "Ghost");
  ghost.id = RoomId{9'999};
  ghost.version = 1;
  EXPECT_EQ(world.edit({ghost}).error().code, ErrorCode::not_found);
  EXPECT_EQ(world.edit({room(CategoryId{9'999}, "Nowhere")}).error().code, ErrorCode::conflict);
  EXPECT_EQ(world.edit({SetRoomRoles{world.lobby, PrincipalId{9'999}, role_member}}).error().code, ErrorCode::conflict);
  EXPECT_EQ(world.edit({SetRoomRoles{RoomId{9'999}, world.ann, role_member}}).error().code, ErrorCode::not_found);
}

TYPED_TEST(DirectoryOf, roles_are_given_changed_and_taken_away) {
  World& world = this->world();
  ASSERT_TRUE(world.edit({SetRoomRoles{world.lobby, world.ann, role_member}, SetRoomRoles{world.lobby, world.bo, role_member}}));
  ASSERT_TRUE(world.edit({SetRoomRoles{world.lobby, world.ann, role_member | role_manager}}));
  const auto changed = world.edit({SetRoomRoles{world.lobby, world.bo, 0}});
  ASSERT_TRUE(changed);
  EXPECT_THAT(changed->rooms.at(0).members, ElementsAre(RoomMember{world.ann, role_member | role_manager}));
}

TYPED_TEST(DirectoryOf, groups_nest_and_never_contain_themselves) {
  World& world = this->world();
  Principal inner{.kind = PrincipalKind::group, .uri = "inner", .members = {world.ann}};
  inner = world.edit({inner})->principals.at(0);
  Principal outer{.kind = PrincipalKind::group, .uri = "outer", .members = {inner.id, world.bo}};
  outer = world.edit({outer})->principals.at(0);
  EXPECT_THAT(outer.members, ElementsAre(world.bo, inner.id));
  EXPECT_EQ(world.edit({SetGroupMember{inner.id, outer.id, true}}).error().code, ErrorCode::malformed);
  EXPECT_EQ(world.edit({SetGroupMember{inner.id, inner.id, true}}).error().code, ErrorCode::malformed);
  EXPECT_EQ(world.edit({SetGroupMember{world.ann, world.bo, true}}).error().code, ErrorCode::not_found);
  EXPECT_THAT(world.edit({SetGroupMember{outer.id, world.bo, false}})->principals.at(0).members, ElementsAre(inner.id));
}

TYPED_TEST(DirectoryOf, another_node_hears_what_has_changed_and_nothing_else) {
  World& world = this->world();
  const std::int64_t before = this->load().revision;
  EXPECT_THAT(this->since(before)->rooms, IsEmpty());
  ASSERT_TRUE(world.edit({SetRoomRoles{world.attic, world.bo, role_member}}));
  ASSERT_TRUE(world.edit({Server{.name = "node1"}}));
  ASSERT_TRUE(world.edit({RemoveRoom{world.lobby}}));
  const auto changes = this->since(before);
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->revision, before + 3);
  ASSERT_THAT(changes->rooms, SizeIs(1));
  EXPECT_EQ(changes->rooms[0].id, world.attic);
  EXPECT_THAT(changes->removed_rooms, ElementsAre(world.lobby));
  EXPECT_THAT(changes->servers, ElementsAre(Server{.name = "node1", .active = true, .version = 1}));
  EXPECT_THAT(changes->principals, IsEmpty());
}

TYPED_TEST(DirectoryOf, a_removed_room_takes_its_messages_along_but_waits_for_the_compliance_service) {
  World& world = this->world();
  Post post = world.post("findme");
  post.recorded = true;
  ASSERT_TRUE(world.append(post));
  EXPECT_EQ(world.edit({RemoveRoom{world.lobby}}).error().code, ErrorCode::unavailable);
  odbc::Connection(world.connection).execute("DELETE FROM compliance_outbox");
  ASSERT_TRUE(world.edit({RemoveRoom{world.lobby}}));
  EXPECT_EQ(world.count("message"), 0);
  EXPECT_THAT(world.found({.text = "findme"}), IsEmpty());
  EXPECT_EQ(world.append(world.post("too late")).error().code, ErrorCode::not_found);
}

TYPED_TEST(DirectoryOf, a_verifier_is_stored_sealed_and_opened_for_its_user_only) {
  World& world = this->world();
  const auto vault = Vault::open(world.folder.file("key"));
  ASSERT_TRUE(vault);
  const std::string secret = "0123456789abcdef";
  const auto sealed = vault->seal("sip:ann@lab.example", VerifierKind::nt_hash, "", secret);
  const auto stored = world.edit({SetVerifier{world.ann, sealed}, SetVerifier{world.bo, sealed}});
  ASSERT_TRUE(stored);
  const Principal& ann = stored->principals.at(0);
  const Principal& bo = stored->principals.at(1);
  EXPECT_EQ(world.store->open_verifier(ann, VerifierKind::nt_hash)->bytes(), secret);
  EXPECT_EQ(world.store->open_verifier(bo, VerifierKind::nt_hash).error().code, ErrorCode::forbidden);
  EXPECT_EQ(world.store->open_verifier(ann, VerifierKind::digest_ha1).error().code, ErrorCode::not_found);
  EXPECT_EQ(world.count("verifier WHERE sealed LIKE '%" + secret + "%'"), 0);
}

}  // namespace
}  // namespace poolcast::store::testing
