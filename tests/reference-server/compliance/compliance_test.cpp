// From the outbox to the files: every event once, whenever the service is cut short.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "reference-server/compliance/adapter.hpp"
#include "reference-server/compliance/document.hpp"
#include "reference-server/compliance/relay.hpp"
#include "reference-server/compliance/service.hpp"
#include "reference-server/proto/xml.hpp"
#include "tests/reference-server/store/support.hpp"

namespace poolcast::compliance::testing {
namespace {

using store::testing::Folder;
using store::testing::noon_ms;
using ::testing::HasSubstr;

// Where a test ends the program.
struct Crash {};

// Ends it before the step of that number; counts the steps when it is none.
struct Fuse {
  std::size_t reached = 0;
  std::size_t burns_at = std::numeric_limits<std::size_t>::max();
  Checkpoint checkpoint() {
    return [this](std::string_view /*step*/) {
      if (reached++ == burns_at) throw Crash{};
    };
  }
};

template <class Backend>
class Compliance : public store::testing::OnBoth<Backend> {
protected:
  void SetUp() override {
    store::testing::OnBoth<Backend>::SetUp();
    if (this->IsSkipped()) return;
    archive_.emplace();
    settings_.content_connections = {this->connection()};
    settings_.compliance_connection = archive_->connection();
    settings_.folder = folder_.file("xml");
    settings_.domain = "lab.example";
  }

  // Two rooms, three kinds of events.
  void write(int posts) {
    auto& world = this->world();
    record(store::EventKind::join, world.lobby, "");
    for (int i = 0; i < posts; ++i) {
      store::Post post = world.post("message <" + std::to_string(i) + "> & \"more\"");
      post.recorded = true;
      if (i % 2 == 1) post.room = world.attic;
      ASSERT_TRUE(world.append(post));
    }
    record(store::EventKind::file_upload, world.attic, "plan.txt");
  }
  void record(store::EventKind kind, store::RoomId room, const std::string& content) {
    auto& world = this->world();
    const store::Event event{.kind = kind, .room = room, .who = world.bo, .at_ms = noon_ms, .content = content};
    ASSERT_TRUE(
        world.loop.template ask<Done>([&](store::Completion<Done> done) { world.store->record(event, std::move(done)); }));
  }

  // One life of the service: fresh connections, everything that is to be done.
  std::int64_t live(const Checkpoint& checkpoint = {}) {
    store::odbc::Connection content(this->connection());
    const auto archive = open_compliance(settings_.compliance_connection, false);
    while (relay_pass(content, *archive, checkpoint) > 0) continue;
    std::int64_t files = 0;
    for (std::int64_t run = 1; run != 0;) {
      const auto done = adapter_run(*archive, settings_, noon_ms + 60'000, checkpoint);
      if (!done) ADD_FAILURE() << done.error().message;
      run = done ? done->run : 0;
      files += done ? done->files : 0;
    }
    return files;
  }

  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> found;
    if (!std::filesystem::exists(settings_.folder)) return found;
    for (const auto& entry : std::filesystem::directory_iterator(settings_.folder)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(".")) continue;
      std::stringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      found.emplace(name, text.str());
    }
    return found;
  }

  // How often each content occurs among the messages of all files; every file must be well-formed.
  std::map<std::string, int> contents() const {
    std::map<std::string, int> counts;
    for (const auto& [name, text] : files()) {
      const auto document = proto::parse_xml(text);
      if (!document) {
        ADD_FAILURE() << name << ": " << document.error().message;
        continue;
      }
      for (const auto& conversation : document->children)
        for (const auto& message : conversation.child("Messages")->children)
          ++counts[std::string(message.attribute_or("type", "")) + ' ' + std::string(message.attribute_or("content", ""))];
    }
    return counts;
  }

  void expect_each_once(int posts) const {
    const auto counts = contents();
    EXPECT_EQ(counts.size(), static_cast<std::size_t>(posts + 2));
    for (const auto& [content, count] : counts) EXPECT_EQ(count, 1) << content;
    EXPECT_TRUE(counts.contains("JOIN "));
    EXPECT_TRUE(counts.contains("FILEUPLOAD plan.txt"));
  }

  Settings& settings() { return settings_; }
  void forget() {  // as if the service had never run
    std::filesystem::remove_all(settings_.folder);
    archive_.emplace();
    settings_.compliance_connection = archive_->connection();
  }

private:
  Folder folder_;
  std::optional<Backend> archive_;
  Settings settings_;
};
TYPED_TEST_SUITE(Compliance, store::testing::Backends, store::testing::BackendNames);

TYPED_TEST(Compliance, every_event_reaches_a_file_once) {
  this->write(7);
  EXPECT_EQ(this->live(), 1);
  this->expect_each_once(7);
  EXPECT_EQ(this->world().count("compliance_outbox"), 0);
  EXPECT_EQ(this->live(), 0);
}

TYPED_TEST(Compliance, each_room_has_its_file_when_that_is_wanted) {
  this->settings().one_room_per_file = true;
  this->write(4);
  EXPECT_EQ(this->live(), 2);
  this->expect_each_once(4);
  for (const auto& [name, text] : this->files()) EXPECT_EQ(proto::parse_xml(text)->children.size(), 1U) << name;
}

// Whatever the step: what was in the outbox is in the files once after the next start.
TYPED_TEST(Compliance, ended_before_any_step_it_loses_nothing_and_repeats_nothing) {
  this->settings().one_room_per_file = true;
  Fuse whole;
  this->write(3);
  this->live(whole.checkpoint());
  ASSERT_GT(whole.reached, 10U);
  for (std::size_t step = 0; step < whole.reached; ++step) {
    this->forget();
    this->write(3);
    Fuse fuse{.burns_at = step};
    EXPECT_THROW(this->live(fuse.checkpoint()), Crash) << step;
    this->live();
    this->expect_each_once(3);
    EXPECT_EQ(this->world().count("compliance_outbox"), 0) << step;
    if (this->HasFailure()) FAIL() << "step " << step;
  }
}

TYPED_TEST(Compliance, a_relay_that_repeats_itself_does_not_write_what_was_written) {
  this->write(2);
  store::odbc::Connection content(this->connection());
  const auto archive = open_compliance(this->settings().compliance_connection, false);
  Fuse before_deletion;
  // Steps: read, store, commit there, delete here.
  before_deletion.burns_at = 3;
  EXPECT_THROW(relay_pass(content, *archive, before_deletion.checkpoint()), Crash);
  ASSERT_TRUE(adapter_run(*archive, this->settings(), noon_ms));
  EXPECT_EQ(this->live(), 0);
  this->expect_each_once(2);
}

TYPED_TEST(Compliance, a_folder_that_cannot_be_written_leaves_the_run_open) {
  this->write(1);
  const std::string folder = this->settings().folder;
  std::ofstream(folder) << "a file in its place";
  store::odbc::Connection content(this->connection());
  const auto archive = open_compliance(this->settings().compliance_connection, false);
  relay_pass(content, *archive);
  EXPECT_FALSE(adapter_run(*archive, this->settings(), noon_ms));
  EXPECT_EQ(read_status(content, *archive).pending, 3);
  std::filesystem::remove(folder);
  EXPECT_EQ(this->live(), 1);
  this->expect_each_once(1);
}

TYPED_TEST(Compliance, names_are_those_of_the_moment_and_details_are_given_when_wanted) {
  auto& world = this->world();
  store::Room lobby = world.store->load_directory()->rooms.at(0);
  lobby.description = "Small talk";
  store::Principal ann = world.store->load_directory()->principals.at(0);
  ann.email = "ann@mail.example";
  ASSERT_TRUE(world.edit({lobby, ann}));
  this->write(1);
  this->live();
  EXPECT_THAT(this->files().begin()->second, ::testing::Not(HasSubstr("Small talk")));
  EXPECT_THAT(this->files().begin()->second, ::testing::Not(HasSubstr("ann@mail.example")));
  this->forget();
  this->settings().add_room_details = true;
  this->settings().add_user_details = true;
  this->write(1);
  this->live();
  EXPECT_THAT(this->files().begin()->second, HasSubstr("Small talk"));
  EXPECT_THAT(this->files().begin()->second, HasSubstr("ann@mail.example"));
}

TYPED_TEST(Compliance, two_adapters_do_not_take_the_same_run) {
  this->write(1);
  store::odbc::Connection content(this->connection());
  const auto archive = open_compliance(this->settings().compliance_connection, false);
  relay_pass(content, *archive);
  const auto second = open_compliance(this->settings().compliance_connection, false);
  std::optional<Result<RunDone>> other;
  const auto first = adapter_run(*archive, this->settings(), noon_ms, [&](std::string_view step) {
    if (step == "write a file") other = adapter_run(*second, this->settings(), noon_ms);
  });
  ASSERT_TRUE(first && other && *other);
  EXPECT_EQ(first->files, 1);
  EXPECT_EQ(other->value().run, 0);
}

TYPED_TEST(Compliance, the_service_does_it_by_itself_and_its_status_tells) {
  this->write(5);
  Service service(this->settings(), nullptr);
  const auto deadline = std::chrono::steady_clock::now() + store::testing::patience;
  while (service.figures().exported < 7 && std::chrono::steady_clock::now() < deadline)
    this->world().loop.run_until([] { return false; }, std::chrono::milliseconds(20));
  EXPECT_EQ(service.figures().relayed, 7);
  EXPECT_EQ(service.figures().exported, 7);
  EXPECT_TRUE(service.figures().healthy);
  this->expect_each_once(5);
  store::odbc::Connection content(this->connection());
  store::odbc::Connection archive(this->settings().compliance_connection);
  const Status status = read_status(content, archive);
  EXPECT_EQ(status.outbox, 0);
  EXPECT_EQ(status.pending, 0);
  EXPECT_EQ(status.exported, 7);
  EXPECT_EQ(status.last_run, 1);
}

TEST(Document, says_what_the_stock_adapter_says) {
  Settings settings;
  settings.domain = "d";
  const Conversation conversation{
      .room_guid = "u",
      .room_name = "Lobby",
      .room_description = "",
      .events = {{.kind = 1, .at_ms = 1'714'550'461'000, .user_id = 7, .user_uri = "sip:ann@d", .user_name = "Ann"},
                 {.kind = 3,
                  .at_ms = 1'714'550'462'000,
                  .user_id = 7,
                  .user_uri = "sip:ann@d",
                  .user_name = "Ann",
                  .seq = 42,
                  .content = "hello"}}};
  std::string xml;
  append_conversation(xml, conversation, settings);
  EXPECT_THAT(xml, HasSubstr(R"(<Channel uri="ma-chan://d/u" name="Lobby"/>)"));
  EXPECT_THAT(xml, HasSubstr(R"(<FirstMessage type="JOIN" content="" id="0">)"));
  EXPECT_THAT(xml,
              HasSubstr(R"(<Message type="CHAT" content="hello" id="42"><Sender UserName="Ann" id="7" email="" internal="true" )"
                        R"(uri="ann@d"/><DateTimeUTC since1970="1714550462000" string="2024-05-01T08:01:02.0000000Z" )"
                        R"(long="638501472620000000"/></Message>)"));
  EXPECT_THAT(xml, HasSubstr(R"(<StartTimeUTC since1970="1714550461000")"));
  EXPECT_THAT(xml, HasSubstr(R"(<EndTimeUTC since1970="1714550462000")"));
}

TEST(Document, whatever_was_said_is_well_formed) {
  Settings settings;
  settings.domain = "d";
  for (const std::string& said : {std::string("</Message>"), std::string("\"'<>&"), std::string("\x01\x1f\x7f"),
                                  std::string("]]>"), std::string("\xef\xbf\xbf"), std::string("line\r\nline\ttab")}) {
    std::string xml;
    append_conversation(
        xml, {.room_guid = "u", .room_name = said, .room_description = said, .events = {{.kind = 3, .content = said}}}, settings);
    const auto parsed = proto::parse_xml(document_begin() + xml + document_end());
    ASSERT_TRUE(parsed) << xml;
    EXPECT_EQ(parsed->children.size(), 1U);
  }
}

TEST(ComplianceSettings, the_run_interval_has_its_range) {
  Settings settings;
  settings.folder = "out";
  settings.domain = "d";
  EXPECT_TRUE(check(settings));
  settings.run_interval = std::chrono::minutes(0);
  EXPECT_FALSE(check(settings));
  settings.run_interval = longest_interval + std::chrono::minutes(1);
  EXPECT_FALSE(check(settings));
  settings.run_interval = longest_interval;
  EXPECT_TRUE(check(settings));
}

}  // namespace
}  // namespace poolcast::compliance::testing
