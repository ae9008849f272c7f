// Import, backup, restore and retention on both databases.
#include <gmock/gmock.h>

#include <sstream>

#include "domain/io/config_error.hpp"
#include "reference-server/admin/import.hpp"
#include "reference-server/admin/keeping.hpp"
#include "reference-server/proto/digest.hpp"
#include "tests/reference-server/store/support.hpp"

namespace poolcast::admin::testing {
namespace {

using store::testing::Folder;
using store::testing::noon_ms;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr auto people = R"({"user":"u1","display":"One","password":"secret"}
{"user":"u2"}

{"category":"load","id":"5f0c0000-0000-4000-8000-000000000001","description":"Rooms"}
{"room":"Small","id":"0d6a0000-0000-4000-8000-000000000001","category":"load","privacy":"secret","auditorium":true,"members":["u1"],"managers":["u2"],"presenters":["u1"]}
)";

template <class Backend>
class Admin : public ::testing::Test {
protected:
  void SetUp() override {
    if (Backend::problem() != nullptr) GTEST_SKIP() << Backend::problem();
    backend_.emplace();
    place_ = {.data = folder_.file("data"), .odbc = backend_->connection(), .domain = "lab.example"};
    ensure_folder(place_);
    workplace_.emplace(place_, true);
  }
  Workplace& workplace() { return *workplace_; }
  const Place& place() const { return place_; }
  std::string file(const std::string& name) const { return folder_.file(name); }

  Imported import(const std::string& lines) {
    std::istringstream stream(lines);
    const Imported imported = import_lines(*workplace_, stream, "people.jsonl");
    workplace_.emplace(place_);
    return imported;
  }
  std::string refusal(const std::string& lines) {
    try {
      import(lines);
    } catch (const io::ConfigError& error) {
      return error.what();
    }
    return "imported";
  }

  // A message of each day before noon of the first of May.
  void write_messages(int days, bool recorded) {
    std::vector<store::Post> posts;
    for (int day = 0; day < days; ++day) {
      store::Post post;
      post.room = workplace().room("Small").id;
      post.sender = workplace().user("u1").id;
      post.sent_ms = noon_ms - day * 86'400'000LL;
      post.client_key = store::time_ordered_uuid(post.sent_ms);
      post.body = "day " + std::to_string(day);
      posts.push_back(post);
    }
    std::vector<store::AppendItem> items;
    for (const store::Post& post : posts)
      items.push_back({&post, recorded ? std::optional(store::time_ordered_uuid(post.sent_ms)) : std::nullopt});
    store::odbc::Transaction transaction(workplace().content());
    store::append_posts(workplace().content(), items);
    transaction.commit();
  }
  std::int64_t messages() {
    return workplace().content().select("SELECT count(*) FROM message", {}, {store::odbc::Column::integer}).integer(0, 0);
  }

private:
  Folder folder_;
  std::optional<Backend> backend_;
  Place place_;
  std::optional<Workplace> workplace_;
};
TYPED_TEST_SUITE(Admin, store::testing::Backends, store::testing::BackendNames);

TYPED_TEST(Admin, an_import_makes_what_its_lines_say) {
  EXPECT_EQ(this->import(people), (Imported{.users = 2, .passwords = 1, .categories = 1, .rooms = 1}));
  Workplace& workplace = this->workplace();
  const store::Principal u1 = workplace.user("u1");
  EXPECT_EQ(u1.uri, "sip:u1@lab.example");
  EXPECT_EQ(u1.display_name, "One");
  EXPECT_EQ(workplace.user("u2").display_name, "u2");
  EXPECT_TRUE(workplace.has_password(u1, "secret"));
  EXPECT_FALSE(workplace.has_password(u1, "guess"));
  EXPECT_THAT(u1.verifiers, SizeIs(2));
  EXPECT_EQ(workplace.vault().open(u1.uri, u1.verifiers[0])->bytes(),
            proto::digest_ha1("u1@lab.example", "lab.example", "secret"));
  const store::Room room = workplace.room("small");
  EXPECT_EQ(to_string(room.guid), "0d6a0000-0000-4000-8000-000000000001");
  EXPECT_EQ(room.privacy, store::Privacy::secret);
  EXPECT_EQ(room.kind, store::RoomKind::auditorium);
  ASSERT_THAT(room.members, SizeIs(2));
  EXPECT_EQ(room.members[0].roles, store::role_member | store::role_presenter);
  EXPECT_EQ(room.members[1].roles, store::role_member | store::role_manager);
}

TYPED_TEST(Admin, the_same_import_again_changes_nothing) {
  this->import(people);
  const std::int64_t revision = this->workplace().directory().revision;
  EXPECT_EQ(this->import(people), Imported{});
  EXPECT_EQ(this->workplace().directory().revision, revision);
}

TYPED_TEST(Admin, a_later_import_brings_what_is_there_to_what_it_says) {
  this->import(people);
  EXPECT_EQ(this->import(R"({"user":"u1","password":"new"})"), (Imported{.passwords = 1}));
  EXPECT_EQ(this->workplace().user("u1").display_name, "One");
  EXPECT_TRUE(this->workplace().has_password(this->workplace().user("u1"), "new"));
  EXPECT_EQ(this->import(R"({"room":"Small","category":"load","privacy":"open","members":["u2"]})"), (Imported{.rooms = 1}));
  EXPECT_THAT(this->workplace().room("Small").members, SizeIs(1));
}

TYPED_TEST(Admin, a_line_that_is_wrong_is_named_and_nothing_is_imported) {
  const std::string good = R"({"user":"fine"})"
                           "\n";
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"{", "people.jsonl:2"},
      {"[1]", "expected a JSON object"},
      {R"({"user":7})", "expected a name"},
      {R"({"usr":"x"})", "first key"},
      {R"({"user":"x","shown":"X"})", "shown: unknown key"},
      {R"({"user":"x@y"})", "without a domain"},
      {R"({"user":"fine"})", "earlier line"},
      {R"({"room":"r","category":"absent"})", "unknown category `absent`"},
      {R"({"room":"r","id":"7","category":"c"})", "expected a GUID"},
  };
  for (const auto& [line, reason] : wrong) {
    EXPECT_THAT(this->refusal(good + line), HasSubstr(reason)) << line;
    EXPECT_THAT(this->workplace().directory().principals, SizeIs(0)) << line;
  }
  this->import(people);
  EXPECT_THAT(this->refusal(good + R"({"room":"r","category":"load","members":["nobody"]})"), HasSubstr("unknown user `nobody`"));
  EXPECT_THAT(this->refusal(good + R"({"room":"r","category":"load","privacy":"shut"})"), HasSubstr("open, closed or secret"));
  EXPECT_THAT(this->refusal(good + R"({"room":"Other","id":"0d6a0000-0000-4000-8000-000000000001","category":"load"})"),
              HasSubstr("`Small` has this GUID"));
  EXPECT_THAT(this->workplace().directory().principals, SizeIs(2));
}

TYPED_TEST(Admin, what_was_backed_up_comes_back_into_an_empty_place_only) {
  this->import(people);
  this->write_messages(3, false);
  const std::string backup = this->file("backup");
  backup_content(this->workplace(), backup);
  EXPECT_EQ(std::filesystem::status(backup).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_THROW(backup_content(this->workplace(), backup), Complaint);
  const TypeParam empty;
  Place elsewhere{.data = this->file("elsewhere"), .odbc = empty.connection(), .domain = "lab.example"};
  if (std::is_same_v<TypeParam, store::testing::Sqlite>) elsewhere.odbc.clear();
  restore_content(elsewhere, backup);
  Workplace restored(elsewhere);
  EXPECT_EQ(restored.user("u1"), this->workplace().user("u1"));
  EXPECT_EQ(restored.room("Small"), this->workplace().room("Small"));
  EXPECT_EQ(restored.content().select("SELECT count(*) FROM message", {}, {store::odbc::Column::integer}).integer(0, 0), 3);
  EXPECT_THROW(restore_content(elsewhere, backup), Complaint);
}

TYPED_TEST(Admin, retention_counts_first_and_deletes_when_told) {
  this->import(people);
  this->write_messages(10, false);
  Retention retention{.before_ms = noon_ms - 4 * 86'400'000LL, .category = "load"};
  EXPECT_EQ(apply_retention(this->workplace(), retention).messages, 5);
  EXPECT_EQ(this->messages(), 10);
  retention.really = true;
  EXPECT_EQ(apply_retention(this->workplace(), retention).messages, 5);
  EXPECT_EQ(this->messages(), 5);
  EXPECT_EQ(apply_retention(this->workplace(), retention).messages, 0);
  retention.category = "absent";
  EXPECT_THROW(apply_retention(this->workplace(), retention), Complaint);
}

TYPED_TEST(Admin, retention_leaves_what_the_compliance_service_has_not_taken) {
  this->import(people);
  this->write_messages(3, true);
  const Retention retention{.before_ms = noon_ms + 1, .room = "Small", .really = true};
  const Expired expired = apply_retention(this->workplace(), retention);
  EXPECT_EQ(expired.messages, 0);
  EXPECT_EQ(expired.kept_for_compliance, 3);
  EXPECT_EQ(this->messages(), 3);
}

}  // namespace
}  // namespace poolcast::admin::testing
