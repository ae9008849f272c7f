// The permission matrix, whole: who sees, enters, posts and manages in every kind of room.
#include "reference-server/chat/permissions.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

namespace poolcast::chat {
namespace {

using store::Category;
using store::PrincipalId;
using store::Privacy;
using store::Room;
using store::RoomKind;

constexpr PrincipalId me{7};
constexpr PrincipalId my_group{70};

enum class Who { stranger, outside, denied_member, member, member_by_group, presenter, manager, administrator };

struct Case {
  Privacy privacy;
  RoomKind kind;
  bool disabled;
  Who who;
};

Person person_of(Who who) {
  Person person;
  person.id = me;
  person.principals = {me, my_group};
  person.administrator = who == Who::administrator;
  return person;
}

Category category_of(Who who) {
  Category category;
  if (who == Who::outside) category.allowed = {PrincipalId{8}};
  if (who == Who::denied_member) category.denied = {my_group};
  return category;
}

Room room_of(const Case& test) {
  Room room;
  room.privacy = test.privacy;
  room.kind = test.kind;
  room.disabled = test.disabled;
  switch (test.who) {
    case Who::outside:
    case Who::denied_member:
    case Who::member:
      room.members = {{PrincipalId{1}, store::role_manager}, {me, store::role_member}};
      break;
    case Who::member_by_group:
      room.members = {{my_group, store::role_member}};
      break;
    case Who::presenter:
      room.members = {{me, store::role_member | store::role_presenter}};
      break;
    case Who::manager:
      room.members = {{me, store::role_member | store::role_manager}};
      break;
    case Who::stranger:
    case Who::administrator:
      break;
  }
  return room;
}

// The rules in other words: what the vendor's page on roles says, row by row.
Rights expected(const Case& test) {
  const bool out_of_scope = test.who == Who::outside || test.who == Who::denied_member;
  const bool listed = !out_of_scope && test.who != Who::stranger && test.who != Who::administrator;
  const bool manages = test.who == Who::manager || test.who == Who::administrator;
  Rights rights;
  rights.manage = manages;
  if (test.disabled) {
    rights.see = manages;
    return rights;
  }
  const bool open = test.privacy == Privacy::open;
  rights.enter = !out_of_scope && (open || listed);
  rights.see = manages || (!out_of_scope && (test.privacy != Privacy::secret || listed));
  rights.post = rights.enter && (test.kind == RoomKind::normal || test.who == Who::presenter);
  rights.upload = rights.post;
  rights.download = rights.enter;
  return rights;
}

class PermissionMatrix : public ::testing::TestWithParam<std::tuple<Privacy, RoomKind, bool, Who>> {};

TEST_P(PermissionMatrix, gives_exactly_the_documented_rights) {
  const Case test{std::get<0>(GetParam()), std::get<1>(GetParam()), std::get<2>(GetParam()), std::get<3>(GetParam())};
  const Rights found = rights_in(room_of(test), category_of(test.who), person_of(test.who));
  const Rights wanted = expected(test);
  EXPECT_EQ(found.see, wanted.see);
  EXPECT_EQ(found.enter, wanted.enter);
  EXPECT_EQ(found.post, wanted.post);
  EXPECT_EQ(found.manage, wanted.manage);
  EXPECT_EQ(found.upload, wanted.upload);
  EXPECT_EQ(found.download, wanted.download);
}

INSTANTIATE_TEST_SUITE_P(Everybody, PermissionMatrix,
                         ::testing::Combine(::testing::Values(Privacy::open, Privacy::closed, Privacy::secret),
                                            ::testing::Values(RoomKind::normal, RoomKind::auditorium), ::testing::Bool(),
                                            ::testing::Values(Who::stranger, Who::outside, Who::denied_member, Who::member,
                                                              Who::member_by_group, Who::presenter, Who::manager,
                                                              Who::administrator)));

TEST(Permissions, let_creators_and_administrators_make_rooms_and_nobody_else) {
  Category category;
  category.creators = {my_group};
  EXPECT_TRUE(may_create_rooms(category, person_of(Who::stranger)));
  category.denied = {me};
  EXPECT_FALSE(may_create_rooms(category, person_of(Who::stranger))) << "a creator outside the scope";
  category = {};
  EXPECT_FALSE(may_create_rooms(category, person_of(Who::stranger)));
  EXPECT_TRUE(may_create_rooms(category, person_of(Who::administrator)));
}

TEST(Permissions, forbid_uploads_where_the_category_does) {
  Category category;
  category.file_upload = false;
  Room room;
  room.privacy = Privacy::open;
  const Rights rights = rights_in(room, category, person_of(Who::stranger));
  EXPECT_TRUE(rights.post);
  EXPECT_FALSE(rights.upload);
  EXPECT_TRUE(rights.download);
}

}  // namespace
}  // namespace poolcast::chat
