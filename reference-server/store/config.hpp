// How a store is reached, its limits, and what it tells about itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace poolcast::store {

using Milliseconds = std::chrono::milliseconds;

enum class Dialect : std::uint8_t { sqlite, postgresql };

// The connection string of an embedded database in a file, with every pragma that durability needs.
std::string sqlite_connection(const std::string& file);

// Without what our own string says better: the driver's choices of protocol, time-outs and session are added where they are
// missing.
struct PostgresqlAddress {
  std::string host = "127.0.0.1";  // a name, an address, or the folder of a Unix socket
  int port = 5432;
  std::string database = "poolcast";
  std::string user = "poolcast";
  std::string password{};
};
std::string postgresql_connection(const PostgresqlAddress& address);

struct Limits {
  std::size_t waiting_posts = 20'000;
  std::size_t waiting_reads = 1'000;
  std::size_t waiting_changes = 20'000;
  Milliseconds longest_wait{2'000};    // in a queue; then the answer is `unavailable`
  Milliseconds write_deadline{2'500};  // of one batch; then it is in doubt and its connection is left behind
  Milliseconds read_deadline{10'000};
  std::size_t largest_batch = 256;
  std::size_t readers = 0;          // 0: two per core
  Milliseconds first_pause{50};     // between attempts to reconnect, doubled up to
  Milliseconds longest_pause{400};  // so that posting works again within a second of the database's return
};

// One commit, told on the io thread after its completions. Times by the steady clock.
struct CommitMeasured {
  std::size_t posts = 0;
  std::size_t duplicates = 0;
  std::size_t events = 0;
  std::chrono::duration<double> queue_wait_mean{};
  std::chrono::duration<double> queue_wait_max{};
  std::chrono::duration<double> execute{};
  std::chrono::duration<double> flush{};                  // the COMMIT alone
  std::optional<std::chrono::duration<double>> mirror{};  // its part that waited for the synchronous mirror; measured for some
  std::optional<std::chrono::duration<double>> cpu{};     // of the writing thread, the driver included; measured for some
  bool stored = false;
};

// One call that is no post, in the same way. Several changes may share a transaction: then each tells of the whole.
struct CallMeasured {
  const char* operation = "";
  const char* queue = "";  // "reads", "edits", "changes"
  std::chrono::duration<double> queue_wait{};
  std::chrono::duration<double> execute{};
  std::optional<std::chrono::duration<double>> cpu{};  // of the worker, the driver included; measured for some
};

struct Observer {
  std::function<void(const CommitMeasured&)> on_commit{};
  std::function<void(const CallMeasured&)> on_call{};
  std::uint32_t sample_every = 16;  // of commits and calls, those whose processor time and mirror are measured
  std::function<void(bool available)> on_availability{};          // of the posts' connection
  std::function<void(const std::string& sentence)> on_warning{};  // for the log
};

struct Config {
  // ODBC connection strings, tried in turn: more than one names the partners of a mirrored database.
  std::vector<std::string> connections{};
  std::string key_file{};          // of the vault
  bool allow_not_durable = false;  // warn instead of refusing when the database would acknowledge before the disk has it
  bool migrate = true;             // create or upgrade the tables at the start
  Limits limits{};
  Observer observer{};
};

}  // namespace poolcast::store
