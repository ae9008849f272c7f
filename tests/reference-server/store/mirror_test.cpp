// A mirrored database: a PostgreSQL primary and a synchronous standby, both made here. Nothing acknowledged is lost with either.
#include <gmock/gmock.h>

#include <future>

#include "tests/reference-server/store/ledger.hpp"
#include "tests/reference-server/store/support.hpp"

namespace poolcast::store::testing {
namespace {

using std::chrono::steady_clock;

class Pair {
public:
  Pair() : primary_(folder_.file("primary")), standby_(folder_.file("standby")) {
    // PostgreSQL's own user has to pass through.
    std::filesystem::permissions(folder_.file("."), std::filesystem::perms(0711));
    control("start", primary_);
    control("mirror", primary_, standby_);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() {
    control("remove", standby_);
    control("remove", primary_);
  }

  void primary(const std::string& verb) { control(verb, primary_); }
  void standby(const std::string& verb) { control(verb, standby_); }
  std::string primary_connection() const { return connection_to(primary_); }
  std::string standby_connection() const { return connection_to(standby_); }
  std::string reading_from_standby() const {
    std::string text = standby_connection();
    const std::string wanted = "target_session_attrs=read-write";
    return text.replace(text.find(wanted), wanted.size(), "target_session_attrs=any");
  }

private:
  static std::string connection_to(const std::string& folder) {
    std::string text = std::getenv("POOLCAST_POSTGRES_ODBC");
    const auto begin = text.find("Servername=") + 11;
    return text.replace(begin, text.find(';', begin) - begin, folder);
  }
  static void control(const std::string& verb, const std::string& folder, const std::string& other = {}) {
    std::string command = std::string("python3 '") + std::getenv("POOLCAST_POSTGRES_TOOL") + "' " + verb + " '" + folder + "'";
    if (!other.empty()) command += " '" + other + "'";
    EXPECT_EQ(std::system((command + " > /dev/null").c_str()), 0) << command;  // NOLINT(bugprone-command-processor): our own tool
  }

  Folder folder_;
  std::string primary_, standby_;
};

class MirroredPostgresql : public ::testing::Test {
protected:
  void SetUp() override {
    if (Postgresql::problem() != nullptr) GTEST_SKIP() << Postgresql::problem();
    pair_.emplace();
    world_.emplace(pair_->primary_connection(), [this](Config& config) {
      config.connections.push_back(pair_->standby_connection());
      config.observer.on_commit = [this](const CommitMeasured& commit) { commits_.push_back(commit); };
      config.observer.sample_every = 1;
    });
    ASSERT_TRUE(world_->store);
    // The reload reaches the server's processes some time after the command.
    odbc::Connection watcher(pair_->primary_connection());
    const auto deadline = steady_clock::now() + patience;
    while (steady_clock::now() < deadline && mirrors(watcher) == 0) std::this_thread::yield();
    ASSERT_EQ(mirrors(watcher), 1);
  }

  static std::int64_t mirrors(odbc::Connection& connection) {
    return connection.select("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", {}, {odbc::Column::integer})
        .integer(0, 0);
  }
  std::int64_t on_standby() {
    odbc::Connection reader(pair_->reading_from_standby());
    return reader.select("SELECT count(*) FROM message", {}, {odbc::Column::integer}).integer(0, 0);
  }
  void send_again(Ledger& ledger) {
    const std::vector<Post> again = std::exchange(ledger.in_doubt, {});
    const std::size_t stored = ledger.stored.size();
    ASSERT_TRUE(world_->loop.run_until([&] { return world_->store->available(); }));
    for (const Post& post : again) ledger.send(*world_, post);
    ASSERT_TRUE(world_->loop.run_until([&] { return ledger.stored.size() == stored + again.size(); }));
  }

  std::optional<Pair> pair_;
  std::optional<World> world_;
  std::vector<CommitMeasured> commits_;
};

TEST_F(MirroredPostgresql, a_post_is_acknowledged_only_when_the_mirror_has_it) {
  ASSERT_TRUE(world_->append(world_->post("mirrored")));
  pair_->standby("pause");
  Ledger ledger;
  ledger.send(*world_, world_->post("waits"));
  const bool answered = world_->loop.run_until([&] { return ledger.answered() == 1; });
  pair_->standby("resume");
  ASSERT_TRUE(answered);
  EXPECT_TRUE(ledger.stored.empty()) << "the primary has it, which is not enough";
  EXPECT_EQ(ledger.in_doubt.size(), 1U);
  EXPECT_LT(ledger.slowest.count(), 3.0) << "the sender does not wait for ever";
  send_again(ledger);
  const auto deadline = steady_clock::now() + patience;
  while (steady_clock::now() < deadline && on_standby() < 2) std::this_thread::yield();
  EXPECT_EQ(on_standby(), 2);
  EXPECT_EQ(world_->count("message"), 2) << "stored once";
}

TEST_F(MirroredPostgresql, without_its_mirror_it_acknowledges_nothing_and_reads_go_on) {
  ASSERT_TRUE(world_->append(world_->post("before")));
  pair_->standby("kill");
  Ledger ledger;
  ledger.send(*world_, world_->post("waits"));
  ASSERT_TRUE(world_->loop.run_until([&] { return ledger.answered() == 1; }));
  EXPECT_TRUE(ledger.stored.empty());
  EXPECT_FALSE(world_->bodies({.room = world_->lobby}).empty());
  pair_->standby("start");
  send_again(ledger);
  EXPECT_EQ(ledger.stored.size(), 1U);
  EXPECT_EQ(world_->count("message"), 2);
}

TEST_F(MirroredPostgresql, with_the_primary_lost_and_the_mirror_promoted_nothing_acknowledged_is_lost) {
  Ledger ledger;
  std::future<void> killed;
  while (ledger.refused + ledger.in_doubt.size() == 0) {
    while (ledger.sent < ledger.answered() + 200) ledger.send(*world_, world_->post(std::to_string(ledger.sent)));
    const std::size_t before = ledger.answered();
    ASSERT_TRUE(world_->loop.run_until([&] { return ledger.answered() > before; }));
    if (!killed.valid() && ledger.stored.size() >= 300) killed = std::async(std::launch::async, [&] { pair_->primary("kill"); });
  }
  ASSERT_TRUE(world_->loop.run_until([&] { return ledger.answered() == ledger.sent; }));
  killed.get();
  EXPECT_FALSE(world_->store->available());
  pair_->standby("promote");
  const auto promoted = steady_clock::now();
  ASSERT_TRUE(world_->loop.run_until([&] { return world_->store->available(); }));
  EXPECT_LT(steady_clock::now() - promoted, std::chrono::seconds(3)) << "found by its connection strings";
  send_again(ledger);
  world_->connection = pair_->standby_connection();
  expect_nothing_lost_or_doubled(*world_, ledger);
}

TEST_F(MirroredPostgresql, the_mirrors_part_of_a_commit_is_measured) {
  const auto deadline = steady_clock::now() + patience;
  const auto measured = [&] {
    return std::ranges::any_of(commits_, [](const CommitMeasured& commit) { return commit.mirror.has_value(); });
  };
  while (steady_clock::now() < deadline && !measured()) ASSERT_TRUE(world_->append(world_->post("measured")));
  ASSERT_TRUE(measured());
  for (const CommitMeasured& commit : commits_)
    if (commit.mirror) {
      EXPECT_GT(commit.mirror->count(), 0.0);
      EXPECT_LE(*commit.mirror, commit.flush);
    }
}

}  // namespace
}  // namespace poolcast::store::testing
