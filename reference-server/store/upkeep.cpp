#include "reference-server/store/upkeep.hpp"

#include <utility>

#include "reference-server/store/migrate.hpp"

namespace poolcast::store {

namespace {

using odbc::Column;
using odbc::Connection;

constexpr std::chrono::seconds between_checkpoints{1};
constexpr std::chrono::seconds between_questions{5};  // to PostgreSQL about its mirror
constexpr std::chrono::seconds longest_tick{30};
// The journal beyond which writers wait until it could be started anew (page size 4 KiB: 64 MiB).
constexpr std::int64_t most_journal_pages = 16'384;

// A passive checkpoint disturbs nobody, but the journal starts anew only when nobody uses it: the stronger one makes room for
// that.
void checkpoint(Connection& connection, WriteGate& gate) {
  const auto rows = connection.select("PRAGMA wal_checkpoint(PASSIVE)", {}, {Column::integer, Column::integer, Column::integer});
  if (rows.empty() || rows.integer(0, 1) < most_journal_pages) return;
  const Turn turn(gate, connection);
  connection.select("PRAGMA wal_checkpoint(RESTART)", {}, {Column::integer, Column::integer, Column::integer});
}

// Whether there is one to ask about after a commit; its lag itself is empty while nothing is written.
bool has_mirror(Connection& connection) {
  const auto rows =
      connection.select("SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')", {}, {Column::integer});
  return !rows.empty() && rows.integer(0, 0) > 0;
}

}  // namespace

void prepare_content(Connection& connection, bool may_migrate) {
  const auto scripts = content_scripts(connection.dialect());
  if (!may_migrate) {
    require_schema(connection, "content", scripts);
    return;
  }
  migrate(connection, "content", scripts);
  connection.change("INSERT INTO meta(name, value) VALUES ('database', ?) ON CONFLICT (name) DO NOTHING",
                    {to_string(random_uuid())});
}

namespace {

struct Tick : Task {
  void fail(const Error& /*error*/) override {}  // the other lanes tell that the database is away; here the next tick comes
};

LaneOptions options() {
  LaneOptions options{.name = "upkeep"};
  options.most_waiting = 1;
  options.deadline = longest_tick;
  return options;
}

}  // namespace

Upkeep::Upkeep(Dialect dialect, std::shared_ptr<Partners> partners, Lane::Connect connect,
               const std::shared_ptr<Mirrored>& mirrored, const std::shared_ptr<WriteGate>& gate)
    : lane_(
          options(), std::move(partners), std::move(connect),
          [dialect, gate, mirrored](Connection& connection,
                                    std::span<const std::shared_ptr<Task>> /*batch*/) -> std::function<void()> {
            if (dialect == Dialect::sqlite)
              checkpoint(connection, *gate);
            else
              mirrored->store(has_mirror(connection));
            return [] {};
          },
          [](const std::function<void()>& /*nobody waits for it*/) {}),
      ticker_([this, pause = dialect == Dialect::sqlite ? between_checkpoints : between_questions] {
        std::unique_lock lock(mutex_);
        if (pause == between_questions) lane_.submit(std::make_shared<Tick>());
        while (!to_ticker_.wait_for(lock, pause, [this] { return stopping_; })) lane_.submit(std::make_shared<Tick>());
      }) {}

Upkeep::~Upkeep() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  to_ticker_.notify_all();
  ticker_.join();
}

}  // namespace poolcast::store
