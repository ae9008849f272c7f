// What goes wrong: a full disk, full queues, a database that is killed or hangs, one that would not keep what it acknowledges.
#include <gmock/gmock.h>

#include <future>

#include "reference-server/store/migrate.hpp"
#include "tests/reference-server/store/ledger.hpp"
#include "tests/reference-server/store/support.hpp"

namespace poolcast::store::testing {
namespace {

using std::chrono::steady_clock;
using ::testing::HasSubstr;

// The cluster beside which these tests run: nobody else uses it meanwhile.
void control(const std::string& verb) {
  const std::string command = std::string("python3 '") + std::getenv("POOLCAST_POSTGRES_TOOL") + "' " + verb + " '" +
                              std::getenv("POOLCAST_POSTGRES_DIR") + "' > /dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;  // NOLINT(bugprone-command-processor): our own tool
}

class PostgresqlFails : public OnBoth<Postgresql> {};

TEST_F(PostgresqlFails, killed_in_the_middle_of_batches_nothing_acknowledged_is_lost_and_a_retry_finds_its_own) {
  Ledger ledger;
  std::future<void> killed;
  // Posts without a pause until the first one is refused; the kill comes somewhere among them.
  while (ledger.refused + ledger.in_doubt.size() == 0) {
    while (ledger.sent < ledger.answered() + 500) ledger.send(world(), world().post(std::to_string(ledger.sent)));
    const std::size_t before = ledger.answered();
    ASSERT_TRUE(world().loop.run_until([&] { return ledger.answered() > before; }));
    if (!killed.valid() && ledger.stored.size() >= 300) killed = std::async(std::launch::async, [] { control("kill"); });
  }
  ASSERT_TRUE(world().loop.run_until([&] { return ledger.answered() == ledger.sent; }));
  killed.get();
  EXPECT_LT(ledger.slowest.count(), 3.0);

  // Away: refused at once.
  Ledger away;
  away.send(world(), world().post("while it is away"));
  ASSERT_TRUE(world().loop.run_until([&] { return away.answered() == 1; }));
  EXPECT_EQ(away.refused, 1U);
  EXPECT_LT(away.slowest.count(), 0.5);
  EXPECT_FALSE(world().store->available());

  control("start");
  const auto back = steady_clock::now();
  ASSERT_TRUE(world().loop.run_until([&] { return world().store->available(); }));
  EXPECT_LT(steady_clock::now() - back, std::chrono::seconds(1));
  const std::size_t acknowledged = ledger.stored.size();
  const std::vector<Post> again = std::exchange(ledger.in_doubt, {});
  for (const Post& post : again) ledger.send(world(), post);
  ASSERT_TRUE(world().loop.run_until([&] { return ledger.stored.size() == acknowledged + again.size(); }));
  expect_nothing_lost_or_doubled(world(), ledger);
}

TEST_F(PostgresqlFails, what_must_be_kept_is_stored_when_the_database_is_back) {
  control("kill");
  std::optional<Result<Done>> kept;
  std::optional<Result<Done>> refused;
  Event event{.kind = EventKind::join, .room = world().lobby, .who = world().ann, .at_ms = noon_ms};
  world().store->record(event, [&](Result<Done> result) { refused = std::move(result); });
  event.kind = EventKind::part;
  event.keep = true;
  world().store->record(event, [&](Result<Done> result) { kept = std::move(result); });
  ASSERT_TRUE(world().loop.run_until([&] { return refused.has_value(); }));
  EXPECT_FALSE(refused->has_value());
  EXPECT_FALSE(kept.has_value());
  control("start");
  ASSERT_TRUE(world().loop.run_until([&] { return kept.has_value(); }));
  EXPECT_TRUE(kept->has_value());
  EXPECT_EQ(world().count("compliance_outbox WHERE kind = 2"), 1);
}

// A hung server keeps TCP alive and a thread in the driver: only the deadline helps.
TEST_F(PostgresqlFails, hung_the_senders_are_refused_in_doubt_and_the_thread_is_left_behind) {
  control("pause");
  Ledger ledger;
  for (int i = 0; i < 10; ++i) ledger.send(world(), world().post(std::to_string(i)));
  const bool all_answered = world().loop.run_until([&] { return ledger.answered() == ledger.sent; });
  control("resume");
  ASSERT_TRUE(all_answered);
  EXPECT_LT(ledger.slowest.count(), 3.0);
  EXPECT_GT(ledger.in_doubt.size(), 0U);
  EXPECT_TRUE(ledger.stored.empty());
  const std::vector<Post> again = std::exchange(ledger.in_doubt, {});
  ASSERT_TRUE(world().loop.run_until([&] { return world().store->available(); }));
  for (const Post& post : again) ledger.send(world(), post);
  ASSERT_TRUE(world().loop.run_until([&] { return ledger.stored.size() == again.size(); }));
  expect_nothing_lost_or_doubled(world(), ledger);
}

// Cancelling the wait for a mirror that is not there gives a success with a warning, for a row that the mirror lacks.
TEST_F(PostgresqlFails, cancelled_while_it_waits_for_its_mirror_a_post_is_not_acknowledged) {
  odbc::Connection administrator(connection());
  const auto reload = [&](const std::string& change) {
    administrator.execute(change);
    administrator.execute("SELECT pg_reload_conf()");
  };
  const auto waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = current_database()";
  ASSERT_TRUE(world().append(world().post("before")));
  reload("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  // The reload reaches the store's connection some time later: until then posts are stored as before.
  Post post;
  std::optional<Result<Appended>> answer;
  std::int64_t stored = 1;
  const auto send = [&] {
    post = world().post("waits " + std::to_string(stored));
    answer.reset();
    world().store->append(post, [&](Result<Appended> result) { answer = std::move(result); });
  };
  send();
  const auto is_waiting = [&] { return administrator.select(waiting, {}, {odbc::Column::integer}).integer(0, 0) > 0; };
  for (const auto deadline = steady_clock::now() + patience; steady_clock::now() < deadline && !is_waiting();) {
    if (!world().loop.run_until([&] { return answer.has_value(); }, std::chrono::milliseconds(10))) continue;
    ASSERT_TRUE(answer->has_value()) << answer->error().message;
    ++stored;
    send();
  }
  administrator.execute(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = current_database()");
  EXPECT_TRUE(world().loop.run_until([&] { return answer.has_value(); }));
  reload("ALTER SYSTEM RESET synchronous_standby_names");
  ASSERT_TRUE(answer.has_value());
  ASSERT_FALSE(answer->has_value());
  EXPECT_TRUE(answer->error().in_doubt);
  ASSERT_TRUE(world().loop.run_until([&] { return world().store->available(); }));
  const auto again = world().append(post);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, (Appended{.seq = stored + 1, .sent_ms = post.sent_ms, .duplicate = true}));
}

TEST_F(PostgresqlFails, only_its_connection_killed_nobody_notices) {
  ASSERT_TRUE(world().append(world().post("before")));
  odbc::Connection(connection())
      .execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
          "current_database()");
  EXPECT_EQ(world().append(world().post("after"))->seq, 2);
  EXPECT_EQ(world().bodies({.room = world().lobby}).size(), 2U);
}

TEST_F(PostgresqlFails, not_durable_it_is_refused_unless_that_was_allowed) {
  Config config = world().config(connection());
  config.observer.on_warning = nullptr;
  config.connections[0].replace(config.connections[0].find("connect_timeout=2"), 17, "options='-c synchronous_commit=off'");
  const auto refused = Store::open(config, world().loop.post_back());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("synchronous_commit"));
  config.allow_not_durable = true;
  EXPECT_TRUE(Store::open(config, world().loop.post_back()));
}

TEST(SqliteFails, without_room_posts_are_refused_and_work_again_when_there_is_room) {
  const Sqlite backend;
  World world(backend.connection());
  ASSERT_TRUE(world.append(world.post("fits")));
  // Another connection cannot limit the store's; but it can hold the lock, which is the other way to keep it from writing.
  odbc::Connection other(backend.connection());
  other.execute("BEGIN IMMEDIATE");
  const auto refused = world.append(world.post("locked out"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  other.execute("ROLLBACK");
  EXPECT_EQ(world.append(world.post("again"))->seq, 2);
}

TEST(SqliteFails, a_full_database_says_so_and_keeps_what_it_has) {
  const Sqlite backend;
  {
    const World world(backend.connection());
    ASSERT_TRUE(world.store);
  }
  odbc::Connection connection(backend.connection());
  const auto pages = connection.select("PRAGMA page_count", {}, {odbc::Column::integer}).integer(0, 0);
  connection.execute("PRAGMA max_page_count = " + std::to_string(pages));
  const std::string large(200'000, 'x');
  odbc::Fault fault = odbc::Fault::other;
  try {
    odbc::Transaction transaction(connection);
    connection.change("INSERT INTO meta(name, value) VALUES ('large', ?)", {large});
    transaction.commit();
  } catch (const odbc::Failure& failure) {
    fault = failure.fault();
  }
  EXPECT_EQ(fault, odbc::Fault::full);
  connection.execute("PRAGMA max_page_count = " + std::to_string(pages + 1'000));
  {
    odbc::Transaction transaction(connection);
    connection.change("INSERT INTO meta(name, value) VALUES ('large', ?)", {large});
    transaction.commit();
  }
  EXPECT_EQ(connection.select("PRAGMA integrity_check", {}, {odbc::Column::text}).text(0, 0), "ok");
  EXPECT_EQ(connection.select("SELECT value FROM meta WHERE name = 'large'", {}, {odbc::Column::text}).text(0, 0), large);
}

TEST(SqliteFails, not_durable_it_is_refused_with_the_remedy) {
  const Sqlite backend;
  const Folder folder;
  Loop loop;
  Config config;
  config.key_file = folder.file("key");
  std::string connection = backend.connection();
  connection.replace(connection.find("SyncPragma=FULL"), 15, "SyncPragma=NORMAL");
  config.connections = {connection};
  const auto store = Store::open(config, loop.post_back());
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("SyncPragma=FULL"));
}

TEST(SqliteFails, a_full_queue_refuses_at_once_and_loses_nothing_of_the_rest) {
  const Sqlite backend;
  World world(backend.connection(), [](Config& config) { config.limits.waiting_posts = 10; });
  std::size_t stored = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 500; ++i) {
    world.store->append(world.post(std::to_string(i)), [&](const Result<Appended>& result) {
      ++(result ? stored : refused);
      if (!result) {
        EXPECT_EQ(result.error(), (Error{ErrorCode::unavailable, "too many requests wait for the database", false}));
      }
    });
  }
  ASSERT_TRUE(world.loop.run_until([&] { return stored + refused == 500; }));
  EXPECT_GT(refused, 0U);
  EXPECT_EQ(world.count("message"), static_cast<std::int64_t>(stored));
}

TEST(SqliteFails, stopping_stores_what_waits) {
  const Sqlite backend;
  World world(backend.connection());
  std::size_t stored = 0;
  for (int i = 0; i < 200; ++i)
    world.store->append(world.post(std::to_string(i)), [&](const Result<Appended>& result) { stored += result ? 1 : 0; });
  world.store.reset();
  ASSERT_TRUE(world.loop.run_until([&] { return stored == 200; }));
  EXPECT_EQ(world.count("message"), 200);
}

TEST(SqliteFails, the_database_file_is_for_its_owner_alone) {
  const Folder folder;
  Loop loop;
  Config config;
  config.key_file = folder.file("key");
  config.connections = {sqlite_connection(folder.file("content.db"))};
  ASSERT_TRUE(Store::open(config, loop.post_back()));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(folder.file("content.db")).permissions(), perms::owner_read | perms::owner_write);
}

template <class Backend>
class Migrate : public OnBoth<Backend> {};
TYPED_TEST_SUITE(Migrate, Backends, BackendNames);

TYPED_TEST(Migrate, a_database_of_a_newer_program_is_left_alone) {
  World& world = this->world();
  world.store.reset();
  odbc::Connection connection(world.connection);
  EXPECT_EQ(schema_version(connection, "content"), static_cast<std::int64_t>(content_scripts(connection.dialect()).size()));
  connection.execute("UPDATE schema_version SET version = 99 WHERE part = 'content'");
  const auto store = Store::open(world.config(world.connection), world.loop.post_back());
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("99"));
}

TYPED_TEST(Migrate, an_empty_database_is_not_touched_unless_that_is_wanted) {
  const TypeParam backend;
  Config config = this->world().config(backend.connection());
  config.migrate = false;
  const auto store = Store::open(config, this->world().loop.post_back());
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("poolcast-admin init"));
}

TYPED_TEST(Migrate, a_script_that_fails_half_way_leaves_nothing) {
  odbc::Connection connection(this->world().connection);
  const std::array<std::string_view, 1> scripts{"CREATE TABLE half(id integer)\n-- statement\nCREATE TABLE half(id integer)\n"};
  EXPECT_THROW(migrate(connection, "other", scripts), odbc::Failure);
  EXPECT_EQ(schema_version(connection, "other"), 0);
  EXPECT_THROW(connection.select("SELECT id FROM half", {}, {odbc::Column::integer}), odbc::Failure);
}

}  // namespace
}  // namespace poolcast::store::testing
