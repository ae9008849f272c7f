#include "reference-server/store/partners.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cctype>

namespace poolcast::store {

namespace {

using odbc::Column;
using odbc::Connection;
using odbc::Failure;
using odbc::Fault;

// The value of a key in an ODBC connection string, whatever the case of the key.
std::string value_of(const std::string& connection_string, std::string_view key) {
  std::size_t begin = 0;
  while (begin < connection_string.size()) {
    std::size_t end = connection_string.find(';', begin);
    if (end == std::string::npos) end = connection_string.size();
    const std::size_t equals = connection_string.find('=', begin);
    if (equals != std::string::npos && equals < end && equals - begin == key.size()) {
      bool same = true;
      for (std::size_t i = 0; i < key.size(); ++i)
        same = same && std::tolower(static_cast<unsigned char>(connection_string[begin + i])) == key[i];
      if (same) return connection_string.substr(equals + 1, end - equals - 1);
    }
    begin = end + 1;
  }
  return {};
}

// What people say to one another is in that file: it is for its owner alone. SQLite gives its companions the same mode.
void create_private_file(const std::string& connection_string) {
  if (value_of(connection_string, "driver").find("sqlite") == std::string::npos) return;
  const std::string file = value_of(connection_string, "database");
  if (file.empty() || file.front() == ':') return;
  const int descriptor = ::open(file.c_str(), O_CREAT | O_EXCL | O_CLOEXEC | O_RDWR, 0600);
  if (descriptor >= 0) ::close(descriptor);  // it was there already, or SQLite will say what is wrong with it
}

std::string shown(Connection& connection, const char* sql) {
  const auto rows = connection.select(sql, {}, {Column::text});
  return rows.empty() ? std::string{} : rows.text(0, 0);
}

// Empty, or what is wrong.
std::string risk(Connection& connection) {
  if (connection.dialect() == Dialect::sqlite) {
    const std::string level = shown(connection, "PRAGMA synchronous");
    if (level != "2" && level != "3")
      return "SQLite would acknowledge before the disk has it (PRAGMA synchronous = " + level +
             "): put SyncPragma=FULL into the connection string";
    if (shown(connection, "PRAGMA foreign_keys") != "1")
      return "SQLite does not check references: put FKSupport=1 into the connection string";
    return {};
  }
  if (shown(connection, "SHOW fsync") != "on") return "PostgreSQL runs with fsync = off: a power failure loses everything";
  if (shown(connection, "SHOW full_page_writes") != "on")
    return "PostgreSQL runs with full_page_writes = off: a power failure may spoil pages";
  if (const std::string commit = shown(connection, "SHOW synchronous_commit"); commit == "off")
    return "PostgreSQL would acknowledge before the disk has it: set synchronous_commit = on";
  return {};
}

}  // namespace

std::string sqlite_connection(const std::string& file) {
  // The driver chooses synchronous = NORMAL unless it is told, and waits twice the time it is given for a lock.
  return "Driver=libsqlite3odbc.so;Database=" + file +
         ";SyncPragma=FULL;JournalMode=WAL;FKSupport=1;NoWCHAR=1;BigInt=1;Timeout=500";
}

std::string postgresql_connection(const PostgresqlAddress& address) {
  // Protocol 7.4-0: no savepoint round each statement, which would cost two fifths of the throughput; we roll back ourselves.
  // The time-outs find a pulled cable within four seconds; a hung server is found by the store's own deadline.
  std::string text = "Driver=psqlodbcw.so;Servername=" + address.host + ";Port=" + std::to_string(address.port) +
                     ";Database=" + address.database + ";Username=" + address.user;
  if (!address.password.empty()) text += ";Password={" + address.password + "}";
  return text +
         ";Protocol=7.4-0;Pqopt={target_session_attrs=read-write connect_timeout=2 tcp_user_timeout=3000 keepalives_idle=1 "
         "keepalives_interval=1 keepalives_count=3 application_name=poolcast}";
}

std::unique_ptr<Connection> connect_durably(const std::string& connection_string, bool allow_not_durable,
                                            const std::function<void(const std::string&)>& warn) {
  create_private_file(connection_string);
  auto connection = std::make_unique<Connection>(connection_string);
  if (connection->dialect() == Dialect::postgresql && shown(*connection, "SHOW server_encoding") != "UTF8")
    throw Failure(Fault::other, "the PostgreSQL database must be created with ENCODING 'UTF8'");
  if (const std::string problem = risk(*connection); !problem.empty()) {
    if (!allow_not_durable) throw Failure(Fault::other, problem);
    if (warn) warn(problem);
  }
  return connection;
}

}  // namespace poolcast::store
