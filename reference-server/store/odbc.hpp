// A thin cover over unixODBC: handles that free themselves, return codes that are always looked at, parameters that are always
// bound.
//
// A call of a driver blocks, so all of this runs on the store's own threads. Failures are exceptions here (odbc::Failure) and
// become a Result at the store's edge: a transaction is many calls, and each may fail. One environment per process, one
// connection per thread, never shared.
#pragma once

#include <sql.h>
#include <sqlext.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reference-server/store/config.hpp"

namespace poolcast::store::odbc {

// What a failure means to us, whichever driver said it.
enum class Fault : std::uint8_t {
  lost,        // the connection is dead or leads to the wrong partner: reconnect; a write in flight is in doubt
  in_doubt,    // a warning on a write: committed here, perhaps not on the mirror
  busy,        // somebody else holds a lock, or the server asks to repeat: not committed, try again
  full,        // no room on the disk: not committed, later perhaps
  constraint,  // a key is taken or missing
  data,        // a value that the database cannot hold
  other,
};

class Failure : public std::runtime_error {
public:
  Failure(Fault fault, const std::string& message) : std::runtime_error(message), fault_(fault) {}
  Fault fault() const { return fault_; }

private:
  Fault fault_;
};

template <SQLSMALLINT Kind>
struct FreeHandle {
  using pointer = SQLHANDLE;
  void operator()(SQLHANDLE handle) const noexcept {
    if constexpr (Kind == SQL_HANDLE_DBC) SQLDisconnect(handle);
    SQLFreeHandle(Kind, handle);
  }
};
using ConnectionHandle = std::unique_ptr<void, FreeHandle<SQL_HANDLE_DBC>>;
using StatementHandle = std::unique_ptr<void, FreeHandle<SQL_HANDLE_STMT>>;

// A bound parameter; the text must live until the call returns.
using Parameter = std::variant<std::monostate, std::int64_t, std::string_view>;
using Parameters = std::span<const Parameter>;

enum class Column : std::uint8_t { integer, text };

// A result, complete: the statement is closed and holds no lock any more.
class Rows {
public:
  std::size_t size() const { return columns_ == 0 ? 0 : cells_.size() / columns_; }
  bool empty() const { return cells_.empty(); }
  bool is_null(std::size_t row, std::size_t column) const { return std::holds_alternative<std::monostate>(at(row, column)); }
  std::int64_t integer(std::size_t row, std::size_t column) const;     // 0 for null
  const std::string& text(std::size_t row, std::size_t column) const;  // empty for null
  std::string take_text(std::size_t row, std::size_t column);

private:
  friend class Connection;
  using Cell = std::variant<std::monostate, std::int64_t, std::string>;
  const Cell& at(std::size_t row, std::size_t column) const { return cells_[row * columns_ + column]; }
  std::size_t columns_ = 0;
  std::vector<Cell> cells_;
};

class Connection {
public:
  explicit Connection(const std::string& connection_string);  // throws Failure

  Dialect dialect() const { return dialect_; }

  // A text of our own without parameters: schema, pragmas, transactions.
  void execute(const std::string& sql);
  // Prepared once per connection. The number of rows touched.
  std::int64_t change(std::string_view sql, Parameters parameters);
  std::int64_t change(std::string_view sql, std::initializer_list<Parameter> parameters);
  // Reads only, or a function whose texts fit: a cell that is longer than its buffer makes the statement run again.
  Rows select(std::string_view sql, Parameters parameters, std::span<const Column> columns);
  Rows select(std::string_view sql, std::initializer_list<Parameter> parameters, std::initializer_list<Column> columns);

private:
  struct Prepared {
    StatementHandle handle;
    std::size_t text_bytes = 256;  // room for a cell, grown to what was met
  };
  Prepared& prepared(std::string_view sql);
  SQLRETURN check(SQLRETURN code, SQLSMALLINT kind, SQLHANDLE handle, const char* what) const;
  [[noreturn]] void fail(SQLSMALLINT kind, SQLHANDLE handle, const char* what) const;
  std::size_t fetch(Prepared& statement, std::span<const Column> columns, Rows& rows);

  ConnectionHandle handle_;
  Dialect dialect_ = Dialect::sqlite;
  std::map<std::string, Prepared, std::less<>> statements_;
};

// Rolls back unless it was committed.
class Transaction {
public:
  explicit Transaction(Connection& connection);  // takes SQLite's write lock at once
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Transaction(Transaction&&) = delete;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  void commit();  // Fault::in_doubt when the database warned

private:
  Connection& connection_;
  bool open_ = true;
};

// For `= ANY(CAST(? AS bigint[]))` on PostgreSQL and `IN (SELECT value FROM json_each(?))` on SQLite.
std::string integer_list(Dialect dialect, std::span<const std::int64_t> numbers);
// Elements of a PostgreSQL array literal, quoted; a null pointer stands for NULL.
class ArrayLiteral {
public:
  void add(std::int64_t number);
  void add(std::string_view text);
  void add_null();
  std::string_view text();  // complete

private:
  void separate();
  std::string text_ = "{";
};

}  // namespace poolcast::store::odbc
