// poolcast-admin as a person meets it: exit status, what it prints, where a password may come from.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>

#include "tests/reference-server/store/support.hpp"

namespace poolcast::admin::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Ran {
  int status = 0;
  std::string said{};  // on both streams
};

class Program : public ::testing::Test {
protected:
  // `input` is what stands before the pipe.
  Ran run(const std::string& arguments, const std::string& input = "true") const {
    const std::string command = input + " | '" POOLCAST_ADMIN "' --data '" + folder_.file("data") + "' " + arguments + " 2>&1";
    Ran ran;
    FILE* pipe = ::popen(command.c_str(), "r");  // NOLINT(bugprone-command-processor): our own program
    if (pipe == nullptr) return {127, "no shell"};
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) ran.said += static_cast<char>(c);
    const int status = ::pclose(pipe);
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return ran;
  }
  std::string file(const std::string& name) const { return folder_.file(name); }

private:
  store::testing::Folder folder_;
};

TEST_F(Program, without_a_database_it_says_what_to_do) {
  const Ran ran = run("user list");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.said, HasSubstr("--data or --odbc"));
}

TEST_F(Program, makes_a_pool_from_nothing) {
  EXPECT_EQ(run("init").status, 0);
  EXPECT_EQ(run("user add ann --display Ann --password-file -", "printf 'pass word\\n'").status, 0);
  EXPECT_EQ(run("user add bo --no-password").status, 0);
  EXPECT_EQ(run("group create staff").status, 0);
  EXPECT_EQ(run("group add staff ann bo").status, 0);
  EXPECT_EQ(run("category create General --allowed group:staff --creators ann --files off").status, 0);
  EXPECT_EQ(run("room create Lobby --category General --privacy open --topic Hi").status, 0);
  EXPECT_EQ(run("member add Lobby group:staff --role presenter").status, 0);
  EXPECT_EQ(run("room disable lobby").status, 0);
  EXPECT_THAT(run("user list").said, AllOf(HasSubstr("sip:ann@poolcast.example\tAnn\n"), HasSubstr("bo\tno password")));
  EXPECT_THAT(run("room list").said, AllOf(HasSubstr("Lobby\tGeneral\t"), HasSubstr("open\t1 members\tdisabled")));
  EXPECT_THAT(run("member list Lobby").said, HasSubstr("group:staff\tpresenter"));
  EXPECT_THAT(run("server deactivate chat-2").said, HasSubstr("standby"));
  EXPECT_THAT(run("server list").said, HasSubstr("chat-2\tstandby"));
  EXPECT_THAT(run("compliance status").said, HasSubstr("has not yet run"));
  EXPECT_EQ(run("compliance run '" + file("xml") + "'").status, 0);
  EXPECT_EQ(run("key rotate").status, 0);
  EXPECT_EQ(run("key drop-old").status, 0);
}

TEST_F(Program, a_password_is_never_shown_and_never_an_argument) {
  ASSERT_EQ(run("init").status, 0);
  const Ran ran = run("user add ann --password-file -", "echo Geheimnis");
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.said, Not(HasSubstr("Geheimnis")));
  EXPECT_EQ(run("user add bo --password Geheimnis").status, 2);
  EXPECT_THAT(run("user password ann").said, HasSubstr("--password-file"));
  EXPECT_THAT(run("user password ann --password-file -", "echo").said, HasSubstr("empty"));
  std::ofstream(file("pw")) << "from a file\r\n";
  EXPECT_EQ(run("user password ann --password-file '" + file("pw") + "'").status, 0);
  std::string database;
  for (const char* name : {"data/content.sqlite", "data/content.sqlite-wal"}) {
    std::ifstream stream(file(name), std::ios::binary);
    database.append(std::istreambuf_iterator<char>(stream), {});
  }
  EXPECT_THAT(database, AllOf(Not(HasSubstr("Geheimnis")), Not(HasSubstr("from a file"))));
}

TEST_F(Program, what_is_unknown_or_taken_is_said_and_changes_nothing) {
  ASSERT_EQ(run("init").status, 0);
  ASSERT_EQ(run("category create General").status, 0);
  EXPECT_THAT(run("room create Lobby --category Absent").said, HasSubstr("`poolcast-admin category list`"));
  ASSERT_EQ(run("room create Lobby --category General").status, 0);
  const Ran taken = run("room create LOBBY --category General");
  EXPECT_EQ(taken.status, 1);
  EXPECT_THAT(taken.said, HasSubstr("taken"));
  EXPECT_THAT(run("room remove Lobby").said, HasSubstr("--yes"));
  EXPECT_EQ(run("room remove Lobby --yes").status, 0);
  EXPECT_EQ(run("nonsense").status, 2);
  EXPECT_EQ(run("retention --older-than-days 0").status, 2);
}

TEST_F(Program, help_names_every_command) {
  const Ran ran = run("--help");
  EXPECT_EQ(ran.status, 0);
  for (const char* command : {"init", "import", "user", "group", "category", "room", "member", "server", "backup", "restore",
                              "retention", "compliance", "key"})
    EXPECT_THAT(ran.said, HasSubstr("\n  " + std::string(command) + " ")) << command;
}

}  // namespace
}  // namespace poolcast::admin::testing
